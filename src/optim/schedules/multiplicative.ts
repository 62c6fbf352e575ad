import { pow } from "../../math/pow.ts";
import { type ScheduleFactory, checkNotNegative, defineSchedule } from "./defineSchedule.ts";

/** Options of {@link multiplicative}. */
export interface MultiplicativeOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** What the rate is multiplied by to come from step t - 1 to step t >= 1: a number, or a function of t. */
  factor: number | ((t: number) => number);
}

/**
 * Multiplies the rate at every step, `eta factor(1) factor(2) ... factor(t)`. A function of the caller's is
 * called t times at step t, and cannot be saved.
 *
 * Source: torch.optim.lr_scheduler.MultiplicativeLR.
 *
 * @example
 *     sgd({ learningRate: multiplicative({ initialLearningRate: 0.1, factor: 0.95, unit: "epoch" }) })
 */
export const multiplicative: ScheduleFactory<MultiplicativeOptions> =
  /* @__PURE__ */ defineSchedule<MultiplicativeOptions>({
    name: "multiplicative",
    defaults: { initialLearningRate: NaN, factor: 0.95 },
    check: (o) => checkNotNegative("multiplicative", o, "initialLearningRate"),
    at: ({ initialLearningRate, factor }, t) => {
      if (typeof factor === "number") return initialLearningRate * pow(factor, t);
      let rate = initialLearningRate;
      for (let i = 1; i <= t; i++) rate *= factor(i);
      return rate;
    },
  });
