import { pow } from "../../math/pow.ts";
import {
  type ScheduleFactory,
  checkNotNegative,
  checkPositive,
  defineSchedule,
} from "./defineSchedule.ts";

/** Options of {@link stepDecay}. */
export interface StepDecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** Steps between two drops. Default 1000. */
  decaySteps: number;
  /** What the rate is multiplied by at each. Default .5. */
  decayRate: number;
}

/**
 * Drops by a factor every so many steps, `eta decayRate^floor(t / decaySteps)`.
 *
 * Source: torch.optim.lr_scheduler.StepLR.
 *
 * @example
 *     sgd({ learningRate: stepDecay({ initialLearningRate: 0.1, decaySteps: 30, unit: "epoch" }) })
 */
export const stepDecay: ScheduleFactory<StepDecayOptions> =
  /* @__PURE__ */ defineSchedule<StepDecayOptions>({
    name: "stepDecay",
    defaults: { initialLearningRate: NaN, decaySteps: 1000, decayRate: 0.5 },
    check: (o) => {
      checkPositive("stepDecay", o, "decaySteps");
      checkNotNegative("stepDecay", o, "initialLearningRate", "decayRate");
    },
    at: (o, t) => o.initialLearningRate * pow(o.decayRate, Math.floor(t / o.decaySteps)),
  });
