import { pow } from "../../math/pow.ts";
import {
  type ScheduleFactory,
  checkNotNegative,
  checkPositive,
  defineSchedule,
} from "./defineSchedule.ts";

/** Options of {@link exponentialDecay}. */
export interface ExponentialDecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** Steps in which the rate falls by `decayRate`. Default 1000; PyTorch's ExponentialLR has 1. */
  decaySteps: number;
  /** Default .96. */
  decayRate: number;
  /** Fall at whole multiples of `decaySteps` only. Default false. */
  staircase: boolean;
}

/**
 * Falls exponentially, `eta decayRate^(t / decaySteps)`; `staircase` takes the whole part of the exponent.
 *
 * Source: keras.optimizers.schedules.ExponentialDecay; torch.optim.lr_scheduler.ExponentialLR.
 *
 * @example
 *     adam({ learningRate: exponentialDecay({ initialLearningRate: 1e-2, decaySteps: 500 }) })
 */
export const exponentialDecay: ScheduleFactory<ExponentialDecayOptions> =
  /* @__PURE__ */ defineSchedule<ExponentialDecayOptions>({
    name: "exponentialDecay",
    defaults: { initialLearningRate: NaN, decaySteps: 1000, decayRate: 0.96, staircase: false },
    check: (o) => {
      checkPositive("exponentialDecay", o, "decaySteps");
      checkNotNegative("exponentialDecay", o, "initialLearningRate", "decayRate");
    },
    at: (o, t) => {
      const periods = t / o.decaySteps;
      return o.initialLearningRate * pow(o.decayRate, o.staircase ? Math.floor(periods) : periods);
    },
  });
