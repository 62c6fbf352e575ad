import { solveCholesky } from "./cholesky.ts";
import { spacedRows } from "./spacedRows.ts";

/** A linear function of the features. */
export interface LinearModel {
  readonly weights: Float64Array;
  readonly intercept: number;
  readonly rowsUsed: number;
}

/**
 * Ridge regression in closed form, in float64:
 *
 *     w = argmin |y - X w - b|^2 + alpha |w|^2
 *
 * by the normal equations of centred data; b is not penalised. Conditioning is what alpha and standardised features
 * make it. Costs n d^2 + d^3 / 3 flops; of more rows than `flops` allows, evenly spaced ones are taken.
 *
 * @param x  float32[n, d]
 * @param y  [n]
 */
export function fitRidge(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  d: number,
  alpha: number,
  flops: number,
): LinearModel {
  const rows = spacedRows(y.length, Math.max(2 * d, flops / Math.max(1, d * d)));
  const means = new Float64Array(d);
  let meanY = 0;
  for (const row of rows) {
    for (let j = 0; j < d; j++) means[j]! += x[row * d + j]!;
    meanY += y[row]!;
  }
  for (let j = 0; j < d; j++) means[j]! /= rows.length;
  meanY /= rows.length;

  const gram = new Float64Array(d * d);
  const weights = new Float64Array(d);
  const centred = new Float64Array(d);
  for (const row of rows) {
    for (let j = 0; j < d; j++) centred[j] = x[row * d + j]! - means[j]!;
    const dy = y[row]! - meanY;
    for (let i = 0; i < d; i++) {
      const xi = centred[i]!;
      weights[i]! += xi * dy;
      for (let j = 0; j <= i; j++) gram[i * d + j]! += xi * centred[j]!;
    }
  }
  for (let j = 0; j < d; j++) gram[j * d + j]! += alpha;
  solveCholesky(gram, weights);
  let intercept = meanY;
  for (let j = 0; j < d; j++) intercept -= weights[j]! * means[j]!;
  return { weights, intercept, rowsUsed: rows.length };
}

/** `X w + b`. */
export function predictLinear(
  { weights, intercept }: LinearModel,
  x: ArrayLike<number>,
  n: number,
): Float64Array {
  const d = weights.length;
  return Float64Array.from({ length: n }, (_, row) => {
    let sum = intercept;
    for (let j = 0; j < d; j++) sum += x[row * d + j]! * weights[j]!;
    return sum;
  });
}
