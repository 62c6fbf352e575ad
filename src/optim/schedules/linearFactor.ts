import {
  type ScheduleFactory,
  checkNotNegative,
  checkPositive,
  defineSchedule,
} from "./defineSchedule.ts";

/** Options of {@link linearFactor}. */
export interface LinearFactorOptions {
  /** The rate that the factor multiplies. */
  initialLearningRate: number;
  /** Default 1/3. */
  startFactor: number;
  /** Default 1. */
  endFactor: number;
  /** Steps between the two. Default 5. */
  steps: number;
}

/**
 * A line from one factor to another, `eta (start + (end - start) min(t, steps) / steps)`.
 *
 * Source: torch.optim.lr_scheduler.LinearLR.
 *
 * @example
 *     sgd({ learningRate: linearFactor({ initialLearningRate: 0.1, startFactor: 0.1, steps: 100 }) })
 */
export const linearFactor: ScheduleFactory<LinearFactorOptions> =
  /* @__PURE__ */ defineSchedule<LinearFactorOptions>({
    name: "linearFactor",
    defaults: { initialLearningRate: NaN, startFactor: 1 / 3, endFactor: 1, steps: 5 },
    check: (o) => {
      checkPositive("linearFactor", o, "steps");
      checkNotNegative("linearFactor", o, "initialLearningRate", "startFactor", "endFactor");
    },
    at: (o, t) => {
      const part = Math.min(t, o.steps) / o.steps;
      return o.initialLearningRate * (o.startFactor + (o.endFactor - o.startFactor) * part);
    },
  });
