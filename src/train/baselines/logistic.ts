import { exp } from "../../math/exp.ts";
import { log } from "../../math/log.ts";
import { lbfgs } from "./lbfgs.ts";
import { spacedRows } from "./spacedRows.ts";

/** Logits `X W + b` of a multinomial logistic regression; with two classes only the second has weights. */
export interface LogisticModel {
  /** float64[d + 1, columns], the intercepts last. */
  readonly weights: Float64Array;
  readonly features: number;
  readonly classes: number;
  readonly rowsUsed: number;
  readonly evaluations: number;
  readonly converged: boolean;
}

/** Fewer evaluations than this would not come near the minimum: rather fewer rows. */
const ENOUGH_EVALUATIONS = 60;
const MOST_EVALUATIONS = 500;

function columnsOf(classes: number): number {
  return classes === 2 ? 1 : classes;
}

/** Logits of one row into z[classes]. */
function logits(w: Float64Array, x: ArrayLike<number>, row: number, d: number, columns: number, z: Float64Array): void {
  const first = z.length - columns;
  z[0] = 0;
  for (let c = 0; c < columns; c++) z[first + c] = w[d * columns + c]!;
  for (let j = 0; j < d; j++) {
    const xj = x[row * d + j]!;
    if (xj === 0) continue;
    for (let c = 0; c < columns; c++) z[first + c]! += xj * w[j * columns + c]!;
  }
}

/**
 * Multinomial logistic regression, in float64:
 *
 *     W, b = argmin C sum_i -log softmax(W x_i + b)[y_i] + |W|^2 / 2
 *
 * scikit-learn's objective: the sum over rows, intercepts not penalised, one set of weights for two classes. An
 * evaluation costs 4 n d k flops; `flops` bounds their number, and below 60 the rows, evenly spaced.
 *
 * @param x  float32[n, d]
 * @param y  [n], class indices
 * @param c  inverse strength of the penalty
 */
export function fitLogistic(x: ArrayLike<number>, y: ArrayLike<number>, d: number, classes: number, c: number, flops: number): LogisticModel {
  const columns = columnsOf(classes);
  const perRow = 4 * (d + 1) * columns;
  const rows = spacedRows(y.length, flops / (perRow * ENOUGH_EVALUATIONS));
  const most = Math.max(ENOUGH_EVALUATIONS, Math.min(MOST_EVALUATIONS, Math.floor(flops / (perRow * rows.length))));
  const penalty = 1 / (c * rows.length);
  const z = new Float64Array(classes);
  const first = classes - columns;

  const objective = (w: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    let loss = 0;
    for (const row of rows) {
      logits(w, x, row, d, columns, z);
      let top = z[0]!;
      for (const logit of z) if (logit > top) top = logit;
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += exp(z[k]! - top);
      loss += log(sum) + top - z[y[row]!]!;
      for (let k = 0; k < classes; k++) z[k] = exp(z[k]! - top) / sum - (k === y[row] ? 1 : 0);
      for (let j = 0; j < d; j++) {
        const xj = x[row * d + j]!;
        if (xj === 0) continue;
        for (let k = 0; k < columns; k++) gradient[j * columns + k]! += xj * z[first + k]!;
      }
      for (let k = 0; k < columns; k++) gradient[d * columns + k]! += z[first + k]!;
    }
    for (let i = 0; i < w.length; i++) gradient[i]! /= rows.length;
    let square = 0;
    for (let i = 0; i < d * columns; i++) {
      square += w[i]! * w[i]!;
      gradient[i]! += penalty * w[i]!;
    }
    return loss / rows.length + (penalty * square) / 2;
  };
  const { w, evaluations, converged } = lbfgs(objective, (d + 1) * columns, most, 1e-6);
  return { weights: w, features: d, classes, rowsUsed: rows.length, evaluations, converged };
}

/** The class with the largest logit, for each of n rows. */
export function predictLogistic({ weights, features, classes }: LogisticModel, x: ArrayLike<number>, n: number): Int32Array {
  const z = new Float64Array(classes);
  return Int32Array.from({ length: n }, (_, row) => {
    logits(weights, x, row, features, columnsOf(classes), z);
    let best = 0;
    for (let k = 1; k < classes; k++) if (z[k]! > z[best]!) best = k;
    return best;
  });
}
