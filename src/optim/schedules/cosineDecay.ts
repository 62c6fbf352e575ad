import { OptionError } from "../../errors.ts";
import {
  type ScheduleFactory,
  checkNotNegative,
  checkPositive,
  defineSchedule,
} from "./defineSchedule.ts";
import { halfCosine } from "./halfCosine.ts";

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** Steps to the floor. Default 1000. */
  decaySteps: number;
  /** The floor, as a fraction of the first rate (Keras, optax). Default 0. */
  alpha: number;
  /** The floor itself (PyTorch's `eta_min`); null: `alpha` says it. Default null. */
  minimumLearningRate: number | null;
  /** Go up again behind the floor, as PyTorch's CosineAnnealingLR does, instead of staying there. Default false. */
  periodic: boolean;
}

/**
 * Falls along half a cosine, `floor + (eta - floor) (1 + cos(pi min(t, T) / T)) / 2`.
 *
 * Source: Loshchilov & Hutter 2017, equation 5 (arXiv:1608.03983); keras.optimizers.schedules.CosineDecay;
 * torch.optim.lr_scheduler.CosineAnnealingLR.
 *
 * @example
 *     adam({ learningRate: cosineDecay({ initialLearningRate: 1e-3, decaySteps: 5000, alpha: 0.1 }) })
 */
export const cosineDecay: ScheduleFactory<CosineDecayOptions> =
  /* @__PURE__ */ defineSchedule<CosineDecayOptions>({
    name: "cosineDecay",
    defaults: {
      initialLearningRate: NaN,
      decaySteps: 1000,
      alpha: 0,
      minimumLearningRate: null,
      periodic: false,
    },
    check: (o) => {
      checkPositive("cosineDecay", o, "decaySteps");
      checkNotNegative("cosineDecay", o, "initialLearningRate", "alpha");
      if (o.minimumLearningRate === null) return;
      if (o.alpha !== 0)
        throw new OptionError(`cosineDecay: give alpha or minimumLearningRate, not both`);
      checkNotNegative("cosineDecay", o, "minimumLearningRate");
    },
    at: (o, t) => {
      const floor = o.minimumLearningRate ?? o.alpha * o.initialLearningRate;
      const x = (o.periodic ? t : Math.min(t, o.decaySteps)) / o.decaySteps;
      return floor + (o.initialLearningRate - floor) * halfCosine(x);
    },
  });
