import type { Optimizer } from "./defineOptimizer.ts";

/**
 * The learning rate of the next step: what was set, else the schedule's, else the optimizer's, times the factor
 * that callbacks have made.
 */
export function rateOf(
  { schedule, options }: Optimizer,
  iterations: number,
  state: Readonly<Record<string, number>>,
): number {
  return baseRateOf(schedule, options, iterations, state) * (state["rateFactor"] ?? 1);
}

/** The same without the factor. */
export function baseRateOf(
  schedule: Optimizer["schedule"],
  options: { readonly learningRate: number },
  iterations: number,
  state: Readonly<Record<string, number>>,
): number {
  const set = state["learningRate"];
  if (set !== undefined) return set;
  if (!schedule) return options.learningRate;
  return schedule.at(schedule.unit === "epoch" ? (state["epoch"] ?? 0) : iterations);
}
