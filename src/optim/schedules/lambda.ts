import { OptionError } from "../../errors.ts";
import { type ScheduleFactory, defineSchedule } from "./defineSchedule.ts";

/** Options of {@link lambda}. */
export interface LambdaOptions {
  /** The rate that the function's value multiplies. Default 1. */
  initialLearningRate: number;
  /** A pure function of the step, from 0. Not every engine has the same Math.exp and its like. */
  factor: (t: number) => number;
}

/**
 * A function of the caller's, `eta factor(t)`. A file cannot hold it: compile a loaded model anew.
 *
 * Source: torch.optim.lr_scheduler.LambdaLR.
 *
 * @example
 *     sgd({ learningRate: lambda({ initialLearningRate: 0.1, factor: (t) => 1 / (1 + t) }) })
 */
export const lambda: ScheduleFactory<LambdaOptions> = /* @__PURE__ */ defineSchedule<LambdaOptions>(
  {
    name: "lambda",
    defaults: { initialLearningRate: 1, factor: () => 1 },
    check: ({ factor }) => {
      if (typeof factor !== "function")
        throw new OptionError(
          `lambda: factor must be a function of the step, got ${String(factor)}`,
        );
    },
    at: ({ initialLearningRate, factor }, t) => initialLearningRate * factor(t),
  },
);
