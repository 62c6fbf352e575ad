import { exp } from "../../math/exp.ts";
import { log } from "../../math/log.ts";
import { lbfgs } from "./lbfgs.ts";
import { products } from "./products.ts";
import { spacedRows } from "./spacedRows.ts";

/** Logits `X W + b` of a multinomial logistic regression; with two classes only the second has weights. */
export interface LogisticModel {
  /** float64[columns, d + 1], the intercepts last. */
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

/** float64[rows, d + 1]: the given rows of x, and a one for the intercept. */
function withOnes(x: ArrayLike<number>, rows: Int32Array, d: number): Float64Array {
  const out = new Float64Array(rows.length * (d + 1));
  rows.forEach((row, i) => {
    for (let j = 0; j < d; j++) out[i * (d + 1) + j] = x[row * d + j]!;
    out[i * (d + 1) + d] = 1;
  });
  return out;
}

function transposed(a: Float64Array, width: number): Float64Array {
  const n = a.length / width;
  const out = new Float64Array(a.length);
  for (let i = 0; i < n; i++) for (let j = 0; j < width; j++) out[j * n + i] = a[i * width + j]!;
  return out;
}

/**
 * Turns one row of logits into what the gradient needs, `softmax(z) - [k = label]`, in place, and returns
 * `-log softmax(z)[label]`. A single logit stands beside a first one of 0.
 */
function crossEntropy(z: Float64Array, at: number, columns: number, label: number): number {
  const first = columns === 1 ? 1 : 0; // the class of the first column
  let top = first === 1 ? 0 : z[at]!;
  for (let k = 0; k < columns; k++) top = Math.max(top, z[at + k]!);
  const own = label < first ? 0 : z[at + label - first]!;
  let sum = first === 1 ? exp(-top) : 0;
  for (let k = 0; k < columns; k++) {
    z[at + k] = exp(z[at + k]! - top);
    sum += z[at + k]!;
  }
  for (let k = 0; k < columns; k++) z[at + k] = z[at + k]! / sum - (k + first === label ? 1 : 0);
  return log(sum) + top - own;
}

/**
 * Multinomial logistic regression, in float64:
 *
 *     W, b = argmin C sum_i -log softmax(W x_i + b)[y_i] + |W|^2 / 2
 *
 * scikit-learn's objective: the sum over rows, intercepts not penalised, one set of weights for two classes. An
 * evaluation costs 4 n d k flops; `flops` bounds their number, and below 60 the rows, evenly spaced. Math.exp and
 * Math.log may differ in the last bit between engines: no model is trained on what comes out, only scored.
 *
 * @param x  float32[n, d]
 * @param y  [n], class indices
 * @param c  inverse strength of the penalty
 */
export function fitLogistic(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  d: number,
  classes: number,
  c: number,
  flops: number,
): LogisticModel {
  const columns = columnsOf(classes);
  const width = d + 1;
  const perRow = 4 * width * columns;
  const rows = spacedRows(y.length, flops / (perRow * ENOUGH_EVALUATIONS));
  const n = rows.length;
  const affordable = Math.floor(flops / (perRow * n));
  const most = Math.max(ENOUGH_EVALUATIONS, Math.min(MOST_EVALUATIONS, affordable));
  const penalty = 1 / (c * n);
  const features = withOnes(x, rows, d);
  const byFeature = transposed(features, width);
  const z = new Float64Array(n * columns);

  const objective = (w: Float64Array, gradient: Float64Array): number => {
    products(features, w, z, n, columns, width);
    let loss = 0;
    for (let i = 0; i < n; i++) loss += crossEntropy(z, i * columns, columns, y[rows[i]!]!);
    products(transposed(z, columns), byFeature, gradient, columns, width, n);
    let square = 0;
    for (let i = 0; i < w.length; i++) {
      gradient[i]! /= n;
      if (i % width === d) continue;
      square += w[i]! * w[i]!;
      gradient[i]! += penalty * w[i]!;
    }
    return loss / n + (penalty * square) / 2;
  };
  const { w, evaluations, converged } = lbfgs(objective, width * columns, most, 1e-6);
  return { weights: w, features: d, classes, rowsUsed: n, evaluations, converged };
}

/** The class with the largest logit, for each of n rows; of equals the lowest. */
export function predictLogistic(model: LogisticModel, x: ArrayLike<number>, n: number): Int32Array {
  const { weights, features: d, classes } = model;
  const columns = columnsOf(classes);
  const first = classes - columns;
  return Int32Array.from({ length: n }, (_, row) => {
    let [best, top] = first === 1 ? [0, 0] : [0, -Infinity];
    for (let k = 0; k < columns; k++) {
      let z = weights[k * (d + 1) + d]!;
      for (let j = 0; j < d; j++) z += x[row * d + j]! * weights[k * (d + 1) + j]!;
      if (z > top) [best, top] = [k + first, z];
    }
    return best;
  });
}
