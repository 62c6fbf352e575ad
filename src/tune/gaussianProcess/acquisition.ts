import { erf } from "../../math/erf.ts";
import { exp } from "../../math/exp.ts";
import { log } from "../../math/log.ts";

const SQRT_HALF = 0.7071067811865476;
const SQRT_TWO_PI = 2.5066282746310002;
const LOG_SQRT_TWO_PI = 0.9189385332046728;

/** Density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return exp(-0.5 * z * z) / SQRT_TWO_PI;
}

/** Mills's ratio P(Z < z) / density(z). Far below 0, where both vanish, by Laplace's continued fraction. */
export function millsRatio(z: number): number {
  if (z > -2) return (0.5 * (1 + erf(z * SQRT_HALF))) / normalDensity(z);
  const x = -z;
  let p = x;
  for (let n = 120; n > 0; n--) p = x + n / p;
  return 1 / p;
}

/** P(Z < z) of the standard normal distribution, good in its relative error. */
export function normalProbability(z: number): number {
  return z > -2 ? 0.5 * (1 + erf(z * SQRT_HALF)) : millsRatio(z) * normalDensity(z);
}

/** log(density(z) + z P(Z < z)) and its derivative by z. */
function logHelper(z: number): [value: number, slope: number] {
  if (z > -1) {
    const p = normalProbability(z);
    const h = normalDensity(z) + z * p;
    return [log(h), p / h];
  }
  const m = millsRatio(z);
  // 1 + z m loses digits as z^2 grows: behind it stands 1 / z^2.
  const rest = z < -1e5 ? 1 / (z * z) : 1 + z * m;
  return [-0.5 * z * z - LOG_SQRT_TWO_PI + log(rest), m / rest];
}

/**
 * Expected improvement below `best`, E max(best - f, 0), of a normal f. Source: Jones, Schonlau & Welch 1998,
 * equation 15.
 */
export function expectedImprovement(mean: number, std: number, best: number): number {
  if (!(std > 0)) return Math.max(0, best - mean);
  return exp(logExpectedImprovement(mean, std, best));
}

/**
 * Logarithm of the expected improvement: a function with slopes where the improvement itself rounds to zero.
 * Source: Ament et al. 2023, "Unexpected improvements to expected improvement" (arXiv:2310.20708), equation 9.
 */
export function logExpectedImprovement(mean: number, std: number, best: number): number {
  return log(std) + logHelper((best - mean) / std)[0];
}

/** `logExpectedImprovement`, and its derivatives by mean and standard deviation. */
export function logExpectedImprovementSlopes(
  mean: number,
  std: number,
  best: number,
): { value: number; byMean: number; byStd: number } {
  const z = (best - mean) / std;
  const [value, slope] = logHelper(z);
  return { value: log(std) + value, byMean: -slope / std, byStd: (1 - slope * z) / std };
}

/** Probability that f lies below `best`. */
export function probabilityOfImprovement(mean: number, std: number, best: number): number {
  return normalProbability((best - mean) / std);
}

/** Lower confidence bound, mean - kappa std. */
export function lowerConfidenceBound(mean: number, std: number, kappa: number): number {
  return mean - kappa * std;
}
