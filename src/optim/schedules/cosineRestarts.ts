import { OptionError } from "../../errors.ts";
import { pow } from "../../math/pow.ts";
import {
  type ScheduleFactory,
  checkNotNegative,
  checkPositive,
  defineSchedule,
} from "./defineSchedule.ts";
import { halfCosine } from "./halfCosine.ts";

/** Options of {@link cosineRestarts}. */
export interface CosineRestartsOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** Steps of the first period. Default 1000. */
  firstDecaySteps: number;
  /** How much longer each period is than the one before, >= 1. Default 2, as in Keras; PyTorch has 1. */
  tMul: number;
  /** What the first rate of each period is multiplied by. Default 1. */
  mMul: number;
  /** The floor, as a fraction of a period's first rate. Default 0. */
  alpha: number;
  /** The floor itself; null: `alpha` says it. Default null. */
  minimumLearningRate: number | null;
}

/**
 * Half cosines one after the other, each `tMul` times as long as the last and `mMul` times as high.
 *
 * Source: Loshchilov & Hutter 2017 (SGDR, arXiv:1608.03983); keras.optimizers.schedules.CosineDecayRestarts;
 * torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.
 *
 * @example
 *     sgd({ learningRate: cosineRestarts({ initialLearningRate: 0.1, firstDecaySteps: 500 }) })
 */
export const cosineRestarts: ScheduleFactory<CosineRestartsOptions> =
  /* @__PURE__ */ defineSchedule<CosineRestartsOptions>({
    name: "cosineRestarts",
    defaults: {
      initialLearningRate: NaN,
      firstDecaySteps: 1000,
      tMul: 2,
      mMul: 1,
      alpha: 0,
      minimumLearningRate: null,
    },
    check: (o) => {
      checkPositive("cosineRestarts", o, "firstDecaySteps", "tMul", "mMul");
      checkNotNegative("cosineRestarts", o, "initialLearningRate", "alpha");
      if (o.tMul < 1) throw new RangeError(`cosineRestarts: tMul must be >= 1, got ${o.tMul}`);
      if (o.minimumLearningRate === null) return;
      if (o.alpha !== 0)
        throw new OptionError(`cosineRestarts: give alpha or minimumLearningRate, not both`);
      checkNotNegative("cosineRestarts", o, "minimumLearningRate");
    },
    at: (o, t) => {
      // Periods are counted, not found by a logarithm, whose rounding could miss a restart.
      let length = o.firstDecaySteps;
      let begin = 0;
      let period = 0;
      if (o.tMul === 1) {
        period = Math.floor(t / length);
        begin = period * length;
      } else {
        while (t >= begin + length) {
          begin += length;
          length *= o.tMul;
          period++;
        }
      }
      const top = o.initialLearningRate * pow(o.mMul, period);
      const floor = o.minimumLearningRate ?? o.alpha * o.initialLearningRate;
      return floor + (top - floor) * halfCosine((t - begin) / length);
    },
  });
