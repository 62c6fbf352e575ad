import { OptionError, checkName } from "../../errors.ts";
import { type ScheduleFactory, checkPositive, defineSchedule } from "./defineSchedule.ts";
import { halfCosine } from "./halfCosine.ts";

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** The largest rate. */
  maxLearningRate: number;
  /** Steps of the whole cycle; the last rate stays. Default 1000. */
  totalSteps: number;
  /** Share of the steps in which the rate rises. Default .3. */
  riseShare: number;
  /** The first rate is maxLearningRate / divFactor. Default 25. */
  divFactor: number;
  /** The last rate is the first / finalDivFactor. Default 1e4. */
  finalDivFactor: number;
  /** Default "cosine". */
  anneal: "cosine" | "linear";
  /** Fall back to the first rate before falling to the last. Default false. */
  threePhase: boolean;
  /** Hold the last rate. Default true; false goes on along the curve, as PyTorch does for the one step it allows. */
  hold: boolean;
  /** Momentum (or beta1) at the ends and at the largest rate, [.95, .85] in PyTorch; null: it is left alone. */
  momentum: readonly [number, number] | null;
}

/** The points between which a value is annealed: its steps and which of [first, largest, last] it has there. */
function corners(o: OneCycleOptions): readonly (readonly [number, number])[] {
  const top = o.riseShare * o.totalSteps - 1;
  return o.threePhase
    ? [
        [0, 0],
        [top, 1],
        [2 * top, 0],
        [o.totalSteps - 1, 2],
      ]
    : [
        [0, 0],
        [top, 1],
        [o.totalSteps - 1, 2],
      ];
}

function annealed(o: OneCycleOptions, values: readonly number[], t: number): number {
  const points = corners(o);
  let i = 1;
  while (i < points.length - 1 && t > points[i]![0]) i++;
  const [[from, a], [to, b]] = [points[i - 1]!, points[i]!];
  const part = o.hold ? Math.min((t - from) / (to - from), 1) : (t - from) / (to - from);
  const [start, end] = [values[a]!, values[b]!];
  return o.anneal === "cosine"
    ? end + (start - end) * halfCosine(part)
    : (end - start) * part + start;
}

/**
 * One rise and one fall: from maxLearningRate / divFactor up to maxLearningRate in `riseShare` of the steps,
 * then down to the first rate / finalDivFactor. `momentum` makes the optimizer's momentum (or beta1) go the
 * other way.
 *
 * Source: Smith & Topin 2018 (arXiv:1708.07120); torch.optim.lr_scheduler.OneCycleLR.
 *
 * @example
 *     sgd({ learningRate: oneCycle({ maxLearningRate: 0.5, totalSteps: 2000 }), momentum: 0.9 })
 */
export const oneCycle: ScheduleFactory<OneCycleOptions> =
  /* @__PURE__ */ defineSchedule<OneCycleOptions>({
    name: "oneCycle",
    defaults: {
      maxLearningRate: NaN,
      totalSteps: 1000,
      riseShare: 0.3,
      divFactor: 25,
      finalDivFactor: 1e4,
      anneal: "cosine",
      threePhase: false,
      hold: true,
      momentum: null,
    },
    check: (o) => {
      checkPositive("oneCycle", o, "maxLearningRate", "totalSteps", "divFactor", "finalDivFactor");
      checkName("oneCycle", "anneal", o.anneal, ["cosine", "linear"]);
      const share = o.threePhase ? 0.5 : 1;
      if (!(o.riseShare > 0 && o.riseShare < share && o.riseShare * o.totalSteps > 1))
        throw new RangeError(
          `oneCycle: riseShare must lie below ${share} and hold more than one step, got ${o.riseShare}`,
        );
      if (o.momentum !== null && !o.momentum.every((m) => m >= 0 && m < 1))
        throw new OptionError(
          `oneCycle: momentum must be two numbers in [0, 1), got ${o.momentum.join(", ")}`,
        );
    },
    at: (o, t) => {
      const first = o.maxLearningRate / o.divFactor;
      return annealed(o, [first, o.maxLearningRate, first / o.finalDivFactor], t);
    },
    momentum: (o) => {
      if (o.momentum === null) return null;
      const [ends, top] = o.momentum;
      return (t) => annealed(o, [ends, top, ends], t);
    },
  });
