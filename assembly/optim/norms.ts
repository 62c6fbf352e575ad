/** Largest trust ratio: of a direction that is all but 0, which f32 could not hold. */
const LARGEST: f64 = 1e30;

/** Root of a sum of block partials, added in order. */
function rootOf(partials: usize, count: i32): f64 {
  let total: f64 = 0;
  for (let i = 0; i < count; i++) total += load<f64>(partials + ((<usize>i) << 3));
  return sqrt<f64>(total);
}

/**
 * How far a parameter may step, from the norms of itself and of its direction (blocks of sumOfSquares).
 *
 *     ratio = coefficient |w| / (|u| + lambda |w| + epsilon),  1 where |w| or |u| is 0
 *     factor = ratio,  scaled = ratio other
 *
 * NaN gives NaN. Source: You et al. 2017 (LARS, arXiv:1708.03888), 2020 (LAMB, arXiv:1904.00962).
 *
 * @param weights      f64[count], of the parameters
 * @param direction    f64[count], of the direction
 * @param count        blocks
 * @param coefficient  1 in LAMB
 * @param lambda       weight decay that is no part of the direction, 0 for none
 * @param epsilon      0 in LAMB
 * @param other        what else the ratio multiplies
 * @param extra        a second such, 0 for none
 * @param factor       f32[1], written: the ratio
 * @param scaled       f32[2], written: the ratio times `other`, and times `extra`
 */
export function trustRatio(
  weights: usize,
  direction: usize,
  count: i32,
  coefficient: f32,
  lambda: f32,
  epsilon: f32,
  other: f32,
  extra: f32,
  factor: usize,
  scaled: usize,
): void {
  const w = rootOf(weights, count);
  const u = rootOf(direction, count);
  let ratio: f64 = 1;
  if (w != 0 && u != 0) {
    ratio = (<f64>coefficient * w) / (u + <f64>lambda * w + <f64>epsilon);
    if (ratio > LARGEST) ratio = LARGEST;
  }
  store<f32>(factor, <f32>ratio);
  store<f32>(scaled, <f32>(ratio * <f64>other));
  store<f32>(scaled, <f32>(ratio * <f64>extra), 4);
}

/**
 * `numerator / max(sqrt(sum partials) + added, least)`, for a gradient that is to have a given norm.
 * NaN gives NaN.
 *
 * @param partials   f64[count], of sumOfSquares
 * @param count      blocks
 * @param numerator  the norm that is wanted
 * @param added      keeps the divisor from 0
 * @param least      smallest divisor
 * @param out        f32[1], written
 * @param norm       f32[1], written: the norm itself
 */
export function inverseNorm(
  partials: usize,
  count: i32,
  numerator: f32,
  added: f32,
  least: f32,
  out: usize,
  norm: usize,
): void {
  const root = rootOf(partials, count);
  const divisor = root + <f64>added;
  store<f32>(out, <f32>(<f64>numerator / (divisor < <f64>least ? <f64>least : divisor)));
  store<f32>(norm, <f32>root);
}

/**
 * Adafactor's step size from the norms of a parameter and of its direction.
 *
 *     factor = max(least, rms(w)) / max(1, rms(u) / threshold)
 *
 * NaN gives NaN. Source: Shazeer & Stern 2018, algorithm 4 (arXiv:1804.04235).
 *
 * @param weights    f64[count], of sumOfSquares over the parameter
 * @param direction  f64[count], of sumOfSquares over the direction
 * @param count      blocks
 * @param n          elements
 * @param least      smallest scale of the parameter
 * @param threshold  largest root mean square of the direction
 * @param factor     f32[1], written
 */
export function adafactorScale(
  weights: usize,
  direction: usize,
  count: i32,
  n: i32,
  least: f32,
  threshold: f32,
  factor: usize,
): void {
  const root = sqrt<f64>(<f64>n);
  const w = rootOf(weights, count) / root;
  const u = rootOf(direction, count) / root / <f64>threshold;
  store<f32>(factor, <f32>((w < <f64>least ? <f64>least : w) / (u < 1 ? 1 : u)));
}
