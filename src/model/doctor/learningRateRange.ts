import { NonFiniteError, withDefaults } from "../../errors.ts";
import { exp } from "../../math/exp.ts";
import { log } from "../../math/log.ts";
import type { Dataset } from "../../train/data/dataset.ts";
import { descriptionOf } from "../../train/data/described.ts";
import type { DataLike } from "../data.ts";
import type { AnyModel } from "../model.ts";
import { dataAndOptions } from "./dataAndOptions.ts";
import { TrialBatches, restored } from "./trial.ts";

/** Options of `learningRateRange`. */
export interface LearningRateRangeOptions {
  /** First rate, > 0. Default 1e-6. */
  from: number;
  /** Last rate, if the loss does not explode before. Default 10. */
  to: number;
  /** Steps from the first to the last. Default 100. */
  steps: number;
  /** Samples in a batch; null: the dataset's own, or 32. Default null. */
  batchSize: number | null;
  /** Order of the samples and dropout masks. Default: the model's. */
  seed: number | null;
}

/** Defaults of the options. */
export const RANGE_DEFAULTS: LearningRateRangeOptions = {
  from: 1e-6,
  to: 10,
  steps: 100,
  batchSize: null,
  seed: null,
};

/** Losses over rising learning rates. */
export interface LearningRateRange {
  readonly rates: readonly number[];
  /** Of single batches, each before its step. */
  readonly losses: readonly number[];
  /** The losses, smoothed. */
  readonly smoothed: readonly number[];
  /** A rate where the loss falls fastest, and at most a third of the one where it stops falling; NaN if it never falls. */
  readonly suggested: number;
  /** The rate at which the loss exploded, or Infinity. */
  readonly diverges: number;
}

/** What a smoothed loss takes of each new one. */
const SMOOTHING = 0.2;
/** Losses that are this many times the lowest end the test. */
const EXPLODED = 4;

/**
 * Trains with a rate that grows by a constant factor from step to step, and suggests one. The model is left as it was.
 *
 * Source: Smith 2017, Cyclical learning rates, section 3.3 (arXiv:1506.01186).
 *
 * @throws RangeError unless 0 < from < to and steps >= 10
 *
 * @example
 *     const { suggested } = await learningRateRange(model, x, y);
 */
export async function learningRateRange(
  model: AnyModel,
  x: DataLike,
  y: DataLike,
  options?: Partial<LearningRateRangeOptions>,
): Promise<LearningRateRange>;
/** The same on a dataset, which holds the labels. */
export async function learningRateRange(
  model: AnyModel,
  data: Dataset,
  options?: Partial<LearningRateRangeOptions>,
): Promise<LearningRateRange>;
export async function learningRateRange(
  model: AnyModel,
  x: DataLike | Dataset,
  y?: DataLike | Partial<LearningRateRangeOptions>,
  third?: Partial<LearningRateRangeOptions>,
): Promise<LearningRateRange> {
  const subject = "learningRateRange";
  const { data, labels, given } = dataAndOptions<LearningRateRangeOptions>(subject, x, y, third);
  const options = withDefaults<LearningRateRangeOptions>(subject, RANGE_DEFAULTS, given);
  const { from, to, steps, batchSize } = options;
  if (!(from > 0 && to > from && to < Infinity))
    throw new RangeError(`learningRateRange: must have 0 < from < to, got ${from} and ${to}`);
  if (!Number.isInteger(steps) || steps < 10)
    throw new RangeError(`learningRateRange: steps must be a whole number >= 10, got ${steps}`);
  const seed = options.seed ?? model.seed;
  const rows = (batchSize ?? descriptionOf(x)?.stage.batching?.size ?? 32) * steps;
  const batches = await TrialBatches.of(subject, model, data, labels, { batchSize, rows, seed });
  return rangeOver(model, batches, { ...options, seed });
}

/** The range test on batches that were read. */
export async function rangeOver(
  model: AnyModel,
  batches: TrialBatches,
  { from, to, steps, seed }: LearningRateRangeOptions & { seed: number },
): Promise<LearningRateRange> {
  return restored(model, async () => {
    const [rates, losses, smoothed]: number[][] = [[], [], []];
    const growth = log(to / from) / (steps - 1);
    let average = 0;
    let lowest = Infinity;
    let diverges = Infinity;
    for (let i = 0; i < steps; i++) {
      const rate = from * exp(growth * i);
      model.learningRate = rate;
      let loss: number;
      try {
        loss = await batches.train(model, seed);
      } catch (error) {
        if (!(error instanceof NonFiniteError)) throw error;
        diverges = rate;
        break;
      }
      rates!.push(rate);
      losses!.push(loss);
      average = average * (1 - SMOOTHING) + SMOOTHING * loss;
      // The average begins at 0, which is corrected for as in Adam.
      let kept = 1;
      for (let k = 0; k <= i && k < 200; k++) kept *= 1 - SMOOTHING;
      const smooth = average / (1 - kept);
      smoothed!.push(smooth);
      lowest = Math.min(lowest, smooth);
      // A few steps must pass before the lowest loss means anything.
      if (i >= 10 && smooth > EXPLODED * lowest) {
        diverges = rate;
        break;
      }
    }
    return {
      rates: rates!,
      losses: losses!,
      smoothed: smoothed!,
      suggested: suggest(rates!, smoothed!),
      diverges,
    };
  });
}

/** Points on either side that a slope is taken over. */
const SPAN = 3;

function suggest(rates: readonly number[], losses: readonly number[]): number {
  const bottom = losses.indexOf(Math.min(...losses));
  if (losses.length < 10 || !(losses[bottom]! < 0.98 * losses[0]!)) return Number.NaN;
  let [steepest, at] = [0, -1];
  for (let i = SPAN; i + SPAN < losses.length && i <= bottom; i++) {
    const slope = losses[i - SPAN]! - losses[i + SPAN]!;
    if (slope > steepest) [steepest, at] = [slope, i];
  }
  // The smoothed loss lags behind: where it is lowest the rate was too large for some steps.
  const most = rates[bottom]! / 3;
  return at === -1 ? most : Math.min(rates[at]!, most);
}
