import { exp } from "../../math/exp.ts";
import { log } from "../../math/log.ts";
import type { Random } from "../../math/random.ts";
import { eigen } from "./eigen.ts";

/** A point and what it gave; less is better. */
export interface Solution {
  readonly x: Float64Array;
  readonly value: number;
}

/** The constants of a search in n dimensions with lambda points a generation. Source: Hansen 2016, table 1. */
function constantsOf(n: number, lambda: number) {
  const mu = Math.floor(lambda / 2);
  const raw = Array.from({ length: lambda }, (_, i) => log((lambda + 1) / 2) - log(i + 1));
  const sums = (list: readonly number[]): [number, number] => [
    list.reduce((a, b) => a + b, 0),
    list.reduce((a, b) => a + b * b, 0),
  ];
  const [positive, positiveSquares] = sums(raw.slice(0, mu));
  const [negative, negativeSquares] = sums(raw.slice(mu));
  const muEff = (positive * positive) / positiveSquares;
  const muEffNegative = (negative * negative) / negativeSquares;
  const c1 = 2 / ((n + 1.3) * (n + 1.3) + muEff);
  const cMu = Math.min(1 - c1, (2 * (0.25 + muEff + 1 / muEff - 2)) / ((n + 2) * (n + 2) + muEff));
  const most = Math.min(
    1 + c1 / cMu,
    1 + (2 * muEffNegative) / (muEff + 2),
    (1 - c1 - cMu) / (n * cMu),
  );
  const weights = raw.map((w) => (w >= 0 ? w / positive : (most * w) / -negative));
  const cSigma = (muEff + 2) / (n + muEff + 5);
  return {
    mu,
    muEff,
    weights,
    c1,
    cMu,
    cc: (4 + muEff / n) / (n + 4 + (2 * muEff) / n),
    cSigma,
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + cSigma,
    /** Expected length of a standard normal vector. */
    chi: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

/** Draws until a point lies in the cube; then the nearest one that does. */
const DRAWS = 100;
/** Eigenvalues below this are rounding. */
const LEAST = 1e-20;

const zeros = (n: number): Float64Array => new Float64Array(n);

/**
 * Covariance matrix adaptation in the unit cube: points are drawn from N(m, sigma^2 C), and m, sigma and C move towards
 * where the better ones lie; C also away from where the worse ones lie.
 *
 * Source: Hansen 2016, "The CMA evolution strategy: a tutorial" (arXiv:1604.00772), equations 37 to 58.
 */
export class Evolution {
  readonly lambda: number;
  private readonly n: number;
  private readonly mean: Float64Array;
  private sigma: number;
  /** Row-major n x n. */
  private readonly covariance: Float64Array;
  private readonly pathSigma: Float64Array;
  private readonly pathC: Float64Array;
  private readonly constants: ReturnType<typeof constantsOf>;
  private generation = 0;
  /** C = B diag(d^2) B^T: columns of B, and d. */
  private axes: Float64Array;
  private lengths: Float64Array;

  constructor(n: number, lambda: number, sigma: number) {
    this.n = n;
    this.lambda = lambda;
    this.sigma = sigma;
    this.constants = constantsOf(n, lambda);
    this.mean = zeros(n).fill(0.5);
    this.covariance = zeros(n * n);
    for (let i = 0; i < n; i++) this.covariance[i * n + i] = 1;
    this.axes = this.covariance.slice();
    this.lengths = zeros(n).fill(1);
    this.pathSigma = zeros(n);
    this.pathC = zeros(n);
  }

  /** B diag(scale) B^T v, or B diag(scale) v. */
  private turned(v: Float64Array, scale: (d: number) => number, back: boolean): Float64Array {
    const { n, axes, lengths } = this;
    const inner = back ? zeros(n) : v.slice();
    if (back)
      for (let k = 0; k < n; k++) for (let i = 0; i < n; i++) inner[k]! += axes[i * n + k]! * v[i]!;
    const out = zeros(n);
    for (let i = 0; i < n; i++)
      for (let k = 0; k < n; k++) out[i]! += axes[i * n + k]! * scale(lengths[k]!) * inner[k]!;
    return out;
  }

  /** A point of this generation. */
  draw(random: Random): Float64Array {
    const { n, mean, sigma } = this;
    let x = zeros(n);
    for (let attempt = 0; attempt < DRAWS; attempt++) {
      const z = Float64Array.from({ length: n }, () => random.normal());
      const y = this.turned(z, (d) => d, false);
      x = y.map((v, i) => mean[i]! + sigma * v);
      if (x.every((v) => v >= 0 && v <= 1)) return x;
    }
    return x.map((v) => Math.max(0, Math.min(1, v)));
  }

  /** Ends a generation. @param solutions  `lambda` points */
  update(solutions: readonly Solution[]): void {
    const { n, mean, sigma, constants, pathSigma, pathC, covariance } = this;
    const { mu, muEff, weights, c1, cMu, cc, cSigma, dSigma, chi } = constants;
    this.generation++;
    const order = [...solutions].sort((a, b) => a.value - b.value);
    const steps = order.map(({ x }) => x.map((v, i) => (v - mean[i]!) / sigma));
    const move = zeros(n);
    for (let k = 0; k < mu; k++)
      for (let i = 0; i < n; i++) move[i]! += weights[k]! * steps[k]![i]!;
    for (let i = 0; i < n; i++) mean[i]! += sigma * move[i]!;

    const white = this.turned(move, (d) => 1 / d, true);
    const keepSigma = Math.sqrt(cSigma * (2 - cSigma) * muEff);
    for (let i = 0; i < n; i++) pathSigma[i] = (1 - cSigma) * pathSigma[i]! + keepSigma * white[i]!;
    const length = Math.sqrt(pathSigma.reduce((sum, v) => sum + v * v, 0));
    let remembered = 1;
    for (let k = 0; k < 2 * this.generation; k++) remembered *= 1 - cSigma;
    const slow = length / Math.sqrt(1 - remembered) < (1.4 + 2 / (n + 1)) * chi;
    const keepC = slow ? Math.sqrt(cc * (2 - cc) * muEff) : 0;
    for (let i = 0; i < n; i++) pathC[i] = (1 - cc) * pathC[i]! + keepC * move[i]!;
    this.sigma = sigma * exp((cSigma / dSigma) * (length / chi - 1));

    const total = weights.reduce((a, b) => a + b, 0);
    const stalled = slow ? 0 : c1 * cc * (2 - cc);
    const scaled = weights.map((w, k) => {
      if (w >= 0) return w;
      const y = this.turned(steps[k]!, (d) => 1 / d, true);
      return (w * n) / (y.reduce((sum, v) => sum + v * v, 0) + 1e-8);
    });
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let rank = 0;
        for (let k = 0; k < scaled.length; k++) rank += scaled[k]! * steps[k]![i]! * steps[k]![j]!;
        const at = i * n + j;
        covariance[at] =
          (1 + stalled - c1 - cMu * total) * covariance[at]! +
          c1 * pathC[i]! * pathC[j]! +
          cMu * rank;
      }
    }
    const { values, vectors } = eigen(covariance, n);
    this.axes = vectors;
    this.lengths = values.map((v) => Math.sqrt(Math.max(LEAST, v)));
  }
}
