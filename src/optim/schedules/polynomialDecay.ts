import { pow } from "../../math/pow.ts";
import {
  type ScheduleFactory,
  checkNotNegative,
  checkPositive,
  defineSchedule,
} from "./defineSchedule.ts";

/** Options of {@link polynomialDecay}. */
export interface PolynomialDecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** Steps to the end. Default 1000. */
  decaySteps: number;
  /** The rate at the end. Default .0001. */
  endLearningRate: number;
  /** Default 1: a straight line. */
  power: number;
  /** Start over, with the next multiple of `decaySteps`, instead of staying at the end. Default false. */
  cycle: boolean;
}

/**
 * Falls to an end by a power, `(eta - end) (1 - min(t, T) / T)^power + end`; `cycle` lengthens T to the
 * next multiple of `decaySteps` instead of stopping.
 *
 * Source: keras.optimizers.schedules.PolynomialDecay; torch.optim.lr_scheduler.PolynomialLR (end 0).
 *
 * @example
 *     sgd({ learningRate: polynomialDecay({ initialLearningRate: 0.1, decaySteps: 1000, power: 2 }) })
 */
export const polynomialDecay: ScheduleFactory<PolynomialDecayOptions> =
  /* @__PURE__ */ defineSchedule<PolynomialDecayOptions>({
    name: "polynomialDecay",
    defaults: {
      initialLearningRate: NaN,
      decaySteps: 1000,
      endLearningRate: 1e-4,
      power: 1,
      cycle: false,
    },
    check: (o) => {
      checkPositive("polynomialDecay", o, "decaySteps", "power");
      checkNotNegative("polynomialDecay", o, "initialLearningRate", "endLearningRate");
    },
    at: (o, t) => {
      const whole = o.cycle
        ? o.decaySteps * Math.max(1, Math.ceil(t / o.decaySteps))
        : o.decaySteps;
      const left = 1 - Math.min(t, whole) / whole;
      return (o.initialLearningRate - o.endLearningRate) * pow(left, o.power) + o.endLearningRate;
    },
  });
