import { OptionError } from "../../errors.ts";
import { type Schedule, type ScheduleFactory, defineSchedule } from "./defineSchedule.ts";

/** Options of {@link chained}. */
export interface ChainedOptions {
  /** Schedules that are multiplied: one with the rate, the others as factors with initialLearningRate 1. */
  schedules: readonly Schedule[];
}

/**
 * The product of schedules.
 *
 * Source: torch.optim.lr_scheduler.ChainedScheduler.
 *
 * @example
 *     const warm = constantFactor({ initialLearningRate: 0.1, factor: 0.1, steps: 2 });
 *     const fall = exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.9 });
 *     sgd({ learningRate: chained({ schedules: [warm, fall] }) })
 */
export const chained: ScheduleFactory<ChainedOptions> =
  /* @__PURE__ */ defineSchedule<ChainedOptions>({
    name: "chained",
    defaults: { schedules: [] },
    check: (o) => checkParts("chained", o.schedules),
    at: ({ schedules }, t) => {
      let rate = 1;
      for (let i = 0; i < schedules.length; i++) rate *= schedules[i]!.at(t);
      return rate;
    },
  });

/** @throws OptionError unless all are schedules of steps: the whole says what is counted */
export function checkParts(name: string, schedules: readonly Schedule[]): void {
  for (const part of schedules) {
    if (typeof part?.at !== "function")
      throw new OptionError(`${name}: schedules must be schedules, got ${String(part)}`);
    if (part.unit !== "step")
      throw new OptionError(`${name}: unit "epoch" belongs on the whole, not on ${part.kind}`);
  }
}
