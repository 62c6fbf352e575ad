import { log1p } from "../../math/log.ts";
import { pairOf } from "./ranked.ts";
import { type ScoreInput, type ScoreOptions, weightsOf } from "./scoreInput.ts";

function meanOf(
  subject: string,
  truth: ScoreInput,
  predicted: ScoreInput,
  options: ScoreOptions,
  cost: (t: number, p: number) => number,
): number {
  const [t, p] = pairOf(subject, truth, predicted);
  const weight = weightsOf(subject, options, t.length);
  let [sum, all] = [0, 0];
  for (let i = 0; i < t.length; i++) {
    sum += weight(i) * cost(t[i]!, p[i]!);
    all += weight(i);
  }
  return sum / all;
}

/** Mean of `(p - t)^2`. */
export function meanSquaredError(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: ScoreOptions = {},
): number {
  return meanOf("meanSquaredError", truth, predicted, options, (t, p) => (p - t) * (p - t));
}

/** Root of the mean of `(p - t)^2`. */
export function rootMeanSquaredError(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: ScoreOptions = {},
): number {
  return Math.sqrt(meanSquaredError(truth, predicted, options));
}

/** Mean of `|p - t|`. */
export function meanAbsoluteError(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: ScoreOptions = {},
): number {
  return meanOf("meanAbsoluteError", truth, predicted, options, (t, p) => Math.abs(p - t));
}

/** Mean of `100 |p - t| / max(|t|, 1e-7)`, in percent. */
export function meanAbsolutePercentageError(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: ScoreOptions = {},
): number {
  return meanOf(
    "meanAbsolutePercentageError",
    truth,
    predicted,
    options,
    (t, p) => (100 * Math.abs(p - t)) / Math.max(Math.abs(t), 1e-7),
  );
}

/** Mean of `(log(1 + p) - log(1 + t))^2`; numbers below 0 count as 0. */
export function meanSquaredLogarithmicError(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: ScoreOptions = {},
): number {
  return meanOf("meanSquaredLogarithmicError", truth, predicted, options, (t, p) => {
    const d = log1p(Math.max(p, 0)) - log1p(Math.max(t, 0));
    return d * d;
  });
}

/** Share of a variance that is left over; targets without variance give 1 where they are met, otherwise 0. */
function explained(left: number, all: number): number {
  return all > 0 ? 1 - left / all : left === 0 ? 1 : 0;
}

/** Coefficient of determination over all elements, `1 - sum (p - t)^2 / sum (t - mean t)^2`. */
export function r2(truth: ScoreInput, predicted: ScoreInput, options: ScoreOptions = {}): number {
  const mean = meanOf("r2", truth, predicted, options, (t) => t);
  const spread = meanOf("r2", truth, predicted, options, (t) => (t - mean) * (t - mean));
  return explained(meanSquaredError(truth, predicted, options), spread);
}

/** `1 - variance(t - p) / variance(t)`: r2 of predictions whose mean error is taken off. */
export function explainedVariance(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: ScoreOptions = {},
): number {
  const of = (cost: (t: number, p: number) => number): number =>
    meanOf("explainedVariance", truth, predicted, options, cost);
  const mean = of((t) => t);
  const bias = of((t, p) => t - p);
  return explained(
    of((t, p) => (t - p - bias) * (t - p - bias)),
    of((t) => (t - mean) * (t - mean)),
  );
}

/** Largest `|p - t|`. */
export function maxError(truth: ScoreInput, predicted: ScoreInput): number {
  const [t, p] = pairOf("maxError", truth, predicted);
  let most = 0;
  for (let i = 0; i < t.length; i++) most = Math.max(most, Math.abs(p[i]! - t[i]!));
  return most;
}

/** Median of `|p - t|`; of an even number the mean of both in the middle. */
export function medianAbsoluteError(truth: ScoreInput, predicted: ScoreInput): number {
  const [t, p] = pairOf("medianAbsoluteError", truth, predicted);
  const errors = Float64Array.from(t, (v, i) => Math.abs(p[i]! - v)).sort();
  const half = errors.length >> 1;
  return errors.length % 2 === 1 ? errors[half]! : (errors[half - 1]! + errors[half]!) / 2;
}
