import { NonFiniteError } from "../../errors.ts";
import { log } from "../../math/log.ts";
import { backward, factor, forward, inverse } from "./cholesky.ts";
import {
  type Hyper,
  type KernelName,
  correlation,
  correlationSlope,
  squaredDistance,
} from "./kernel.ts";

const LOG_TWO_PI = 1.8378770664093453;

/** What is observed. */
export interface Observations {
  /** float64[n, d] */
  readonly x: Float64Array;
  /** float64[n] */
  readonly y: Float64Array;
  /** Which of the d axes are choices. */
  readonly discrete: readonly boolean[];
}

/** Covariances of all pairs, without noise: float64[n, n], lower triangle. */
function covariances(
  kernel: KernelName,
  { x, y, discrete }: Observations,
  hyper: Hyper,
): Float64Array {
  const n = y.length;
  const inverseSquares = hyper.scales.map((l) => 1 / (l * l));
  const k = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const q = squaredDistance(x, i, x, j, inverseSquares, discrete);
      k[i * n + j] = hyper.variance * correlation(kernel, q);
    }
    k[i * n + i] = hyper.variance;
  }
  return k;
}

/**
 * A Gaussian process of mean zero, conditioned on observations, in float64.
 * Source: Rasmussen & Williams 2006, algorithm 2.1.
 */
export class GaussianProcess {
  readonly kernel: KernelName;
  readonly hyper: Hyper;
  readonly observations: Observations;
  /** log p(y | x, hyper) */
  readonly logMarginalLikelihood: number;
  private readonly inverseSquares: Float64Array;
  private readonly lower: Float64Array;
  /** (K + noise)^-1 y */
  private readonly alpha: Float64Array;
  private inverted: Float64Array | null = null;

  /** @throws NonFiniteError if the covariances are not positive definite; raise the noise */
  constructor(observations: Observations, hyper: Hyper, kernel: KernelName = "matern52") {
    const { y } = observations;
    const n = y.length;
    this.kernel = kernel;
    this.hyper = hyper;
    this.observations = observations;
    this.inverseSquares = hyper.scales.map((l) => 1 / (l * l));
    this.lower = covariances(kernel, observations, hyper);
    for (let i = 0; i < n; i++) this.lower[i * n + i]! += hyper.noise;
    if (!factor(this.lower, n)) {
      throw new NonFiniteError(
        `GaussianProcess: the covariances must be positive definite, got noise ${hyper.noise}; raise it`,
      );
    }
    this.alpha = Float64Array.from(y);
    forward(this.lower, this.alpha);
    let fit = 0;
    for (const z of this.alpha) fit += z * z;
    let logDeterminant = 0;
    for (let i = 0; i < n; i++) logDeterminant += log(this.lower[i * n + i]!);
    this.logMarginalLikelihood = -0.5 * fit - logDeterminant - 0.5 * n * LOG_TWO_PI;
    backward(this.lower, this.alpha);
  }

  private get inverse(): Float64Array {
    return (this.inverted ??= inverse(this.lower, this.alpha.length));
  }

  /** Covariances of a point with the observations. */
  private towards(point: Float64Array): Float64Array {
    const { x, discrete } = this.observations;
    return this.alpha.map(
      (_, j) =>
        this.hyper.variance *
        correlation(this.kernel, squaredDistance(point, 0, x, j, this.inverseSquares, discrete)),
    );
  }

  /** Mean and standard deviation of the function at a point, without noise. */
  predict(point: Float64Array): { mean: number; std: number } {
    const k = this.towards(point);
    let mean = 0;
    for (let j = 0; j < k.length; j++) mean += k[j]! * this.alpha[j]!;
    forward(this.lower, k);
    let variance = this.hyper.variance;
    for (const z of k) variance -= z * z;
    return { mean, std: Math.sqrt(Math.max(0, variance)) };
  }

  /** Mean alone. */
  mean(point: Float64Array): number {
    const k = this.towards(point);
    let mean = 0;
    for (let j = 0; j < k.length; j++) mean += k[j]! * this.alpha[j]!;
    return mean;
  }

  /** `predict` with both gradients by the point, written into arrays; axes of choices get 0. */
  predictWithGradient(
    point: Float64Array,
    meanGradient: Float64Array,
    stdGradient: Float64Array,
  ): { mean: number; std: number } {
    const { x, discrete } = this.observations;
    const d = this.inverseSquares.length;
    const n = this.alpha.length;
    const { variance } = this.hyper;
    const k = this.towards(point);
    const solved = Float64Array.from(k);
    forward(this.lower, solved);
    let rest = variance;
    for (const z of solved) rest -= z * z;
    backward(this.lower, solved);
    const std = Math.sqrt(Math.max(1e-18, rest));
    let mean = 0;
    meanGradient.fill(0);
    stdGradient.fill(0);
    for (let j = 0; j < n; j++) {
      mean += k[j]! * this.alpha[j]!;
      const q = squaredDistance(point, 0, x, j, this.inverseSquares, discrete);
      const slope = 2 * variance * correlationSlope(this.kernel, q);
      for (let i = 0; i < d; i++) {
        if (discrete[i]!) continue;
        const dk = slope * (point[i]! - x[j * d + i]!) * this.inverseSquares[i]!;
        meanGradient[i]! += this.alpha[j]! * dk;
        stdGradient[i]! -= (solved[j]! * dk) / std;
      }
    }
    return { mean, std };
  }

  /**
   * Gradient of the log marginal likelihood by the logarithms of the length scales, the variance and the noise:
   * float64[d + 2]. Source: Rasmussen & Williams 2006, equation 5.9.
   */
  likelihoodGradient(): Float64Array {
    const { x, discrete } = this.observations;
    const n = this.alpha.length;
    const d = this.inverseSquares.length;
    const { variance, noise } = this.hyper;
    const gradient = new Float64Array(d + 2);
    const w = this.inverse;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        // Both triangles, so twice a half.
        const weight = this.alpha[i]! * this.alpha[j]! - w[i * n + j]!;
        const q = squaredDistance(x, i, x, j, this.inverseSquares, discrete);
        gradient[d]! += weight * variance * correlation(this.kernel, q);
        const slope = -2 * weight * variance * correlationSlope(this.kernel, q);
        for (let a = 0; a < d; a++) {
          const difference = x[i * d + a]! - x[j * d + a]!;
          const square = discrete[a]! ? (difference === 0 ? 0 : 1) : difference * difference;
          gradient[a]! += slope * square * this.inverseSquares[a]!;
        }
      }
      const own = 0.5 * (this.alpha[i]! * this.alpha[i]! - w[i * n + i]!);
      gradient[d]! += own * variance;
      gradient[d + 1]! += own * noise;
    }
    return gradient;
  }
}
