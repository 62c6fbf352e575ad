import {
  type ScheduleFactory,
  checkNotNegative,
  checkPositive,
  defineSchedule,
} from "./defineSchedule.ts";

/** Options of {@link inverseTimeDecay}. */
export interface InverseTimeDecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** Steps that count as one. Default 1000. */
  decaySteps: number;
  /** Default .5. */
  decayRate: number;
  /** Whole multiples of `decaySteps` only. Default false. */
  staircase: boolean;
}

/**
 * Falls with the inverse of time, `eta / (1 + decayRate t / decaySteps)`.
 *
 * Source: keras.optimizers.schedules.InverseTimeDecay.
 *
 * @example
 *     sgd({ learningRate: inverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 1 }) })
 */
export const inverseTimeDecay: ScheduleFactory<InverseTimeDecayOptions> =
  /* @__PURE__ */ defineSchedule<InverseTimeDecayOptions>({
    name: "inverseTimeDecay",
    defaults: { initialLearningRate: NaN, decaySteps: 1000, decayRate: 0.5, staircase: false },
    check: (o) => {
      checkPositive("inverseTimeDecay", o, "decaySteps");
      checkNotNegative("inverseTimeDecay", o, "initialLearningRate", "decayRate");
    },
    at: (o, t) => {
      const periods = t / o.decaySteps;
      return (
        o.initialLearningRate / (1 + o.decayRate * (o.staircase ? Math.floor(periods) : periods))
      );
    },
  });
