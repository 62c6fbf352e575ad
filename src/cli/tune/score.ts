import { Random } from "../../math/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { FittedTabular } from "../../train/tabular.ts";
import { classesOf } from "../outcome.ts";

/** How well the test rows are met. */
export interface TestScore {
  /** Root of the mean squared error in the target's unit, or accuracy. */
  readonly score: number;
  /** Within which it lies with 95 % probability, as far as the choice of test rows goes. */
  readonly interval: readonly [number, number];
}

/** Samples of the test rows that the interval comes from. */
const RESAMPLES = 1000;

/** What each test row adds: its squared error in the target's unit, or whether its class is right. */
function rowScores(output: Tensor, y: Tensor, fitted: FittedTabular): Float64Array {
  if (fitted.task === "classification") {
    const { classes } = classesOf(output);
    return Float64Array.from(classes, (c, i) => (c === y.data[i] ? 1 : 0));
  }
  const { std } = fitted.target!;
  return Float64Array.from(
    y.data,
    (v, i) => std * std * (output.data[i]! - v) * (output.data[i]! - v),
  );
}

/** The score of predictions, with an interval by the bootstrap: test rows drawn again and again, with replacement. */
export function scoreOf(output: Tensor, y: Tensor, fitted: FittedTabular, seed: number): TestScore {
  const rows = rowScores(output, y, fitted);
  const of = (mean: number): number => (fitted.task === "regression" ? Math.sqrt(mean) : mean);
  const random = new Random(seed, 0xb007);
  const n = rows.length;
  const resampled = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += rows[random.integer(n)]!;
    return of(sum / n);
  }).sort((a, b) => a - b);
  return {
    score: of(rows.reduce((a, b) => a + b, 0) / n),
    interval: [
      resampled[Math.floor(0.025 * RESAMPLES)]!,
      resampled[Math.ceil(0.975 * RESAMPLES) - 1]!,
    ],
  };
}
