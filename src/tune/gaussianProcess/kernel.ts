import { exp } from "../../math/exp.ts";

/** Which function of the scaled distance r: "matern52" is twice differentiable, "rbf" infinitely often. */
export type KernelName = "matern52" | "rbf";

/** Hyperparameters of a Gaussian process of mean zero. */
export interface Hyper {
  /** Length scale of each axis (automatic relevance determination). */
  readonly scales: Float64Array;
  readonly variance: number;
  /** Variance of the observations' noise. */
  readonly noise: number;
}

const SQRT5 = 2.23606797749979;

/**
 * Covariance over the variance, as a function of q = r^2.
 *
 *     matern52  (1 + sqrt(5) r + 5/3 r^2) e^(-sqrt(5) r)
 *     rbf       e^(-r^2 / 2)
 *
 * Source: Rasmussen & Williams 2006, equations 4.17 and 4.9.
 */
export function correlation(kernel: KernelName, q: number): number {
  if (kernel === "rbf") return exp(-0.5 * q);
  const s = SQRT5 * Math.sqrt(q);
  return (1 + s + (5 / 3) * q) * exp(-s);
}

/** Derivative of `correlation` by q. */
export function correlationSlope(kernel: KernelName, q: number): number {
  if (kernel === "rbf") return -0.5 * exp(-0.5 * q);
  const s = SQRT5 * Math.sqrt(q);
  return (-5 / 6) * (1 + s) * exp(-s);
}

/**
 * Squared distance between rows, each axis over its length scale.
 *
 * @param discrete  axes of choices: 0 where they agree, 1 where they differ
 */
export function squaredDistance(
  a: Float64Array,
  aRow: number,
  b: Float64Array,
  bRow: number,
  inverseSquares: Float64Array,
  discrete: readonly boolean[],
): number {
  const d = inverseSquares.length;
  let q = 0;
  for (let i = 0; i < d; i++) {
    const difference = a[aRow * d + i]! - b[bRow * d + i]!;
    if (discrete[i]!) q += difference === 0 ? 0 : inverseSquares[i]!;
    else q += difference * difference * inverseSquares[i]!;
  }
  return q;
}
