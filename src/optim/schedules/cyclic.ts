import { OptionError, checkName } from "../../errors.ts";
import { pow } from "../../math/pow.ts";
import {
  type ScheduleFactory,
  checkNotNegative,
  checkPositive,
  defineSchedule,
} from "./defineSchedule.ts";

/** Options of {@link cyclic}. */
export interface CyclicOptions {
  /** The largest rate. */
  maxLearningRate: number;
  /** The smallest rate. Default 0. */
  baseLearningRate: number;
  /** Steps of a rise. Default 2000. */
  stepsUp: number;
  /** Steps of a fall; null: as many as of a rise. Default null. */
  stepsDown: number | null;
  /** `triangular`: all alike; `triangular2`: half as high each time; `expRange`: times gamma^t. Default `triangular`. */
  mode: "triangular" | "triangular2" | "expRange";
  /** Default 1. */
  gamma: number;
  /** Momentum (or beta1) at the smallest and at the largest rate, [.9, .8] in PyTorch; null: it is left alone. */
  momentum: readonly [number, number] | null;
}

/** Height above the base at step t, from 0 to 1. */
function height(o: CyclicOptions, t: number): number {
  const down = o.stepsDown ?? o.stepsUp;
  const length = o.stepsUp + down;
  const cycle = Math.floor(t / length);
  const within = t - cycle * length;
  const part = within <= o.stepsUp ? within / o.stepsUp : (length - within) / down;
  if (o.mode === "triangular") return part;
  return part * (o.mode === "triangular2" ? 1 / pow(2, cycle) : pow(o.gamma, t));
}

/**
 * Rises and falls in triangles between two rates. `momentum` makes the optimizer's momentum (or beta1) go the
 * other way.
 *
 * Source: Smith 2017 (arXiv:1506.01186); torch.optim.lr_scheduler.CyclicLR.
 *
 * @example
 *     sgd({ learningRate: cyclic({ baseLearningRate: 0.01, maxLearningRate: 0.1, stepsUp: 500 }) })
 */
export const cyclic: ScheduleFactory<CyclicOptions> = /* @__PURE__ */ defineSchedule<CyclicOptions>(
  {
    name: "cyclic",
    defaults: {
      maxLearningRate: NaN,
      baseLearningRate: 0,
      stepsUp: 2000,
      stepsDown: null,
      mode: "triangular",
      gamma: 1,
      momentum: null,
    },
    check: (o) => {
      checkPositive("cyclic", o, "maxLearningRate", "stepsUp", "gamma");
      checkNotNegative("cyclic", o, "baseLearningRate");
      if (o.stepsDown !== null) checkPositive("cyclic", o, "stepsDown");
      checkName("cyclic", "mode", o.mode, ["triangular", "triangular2", "expRange"]);
      if (o.momentum !== null && !o.momentum.every((m) => m >= 0 && m < 1))
        throw new OptionError(
          `cyclic: momentum must be two numbers in [0, 1), got ${o.momentum.join(", ")}`,
        );
    },
    at: (o, t) => o.baseLearningRate + (o.maxLearningRate - o.baseLearningRate) * height(o, t),
    momentum: (o) => {
      if (o.momentum === null) return null;
      const [base, top] = o.momentum;
      return (t) => base - (base - top) * height(o, t);
    },
  },
);
