import { powerOfTwo, scale } from "./bits.ts";
import { fastSumError } from "./double.ts";

/** ln 2 in two parts; the first has 32 bits, so that n LN2_HI is exact for |n| < 2^21. */
const LN2_HI = 0.6931471803691238;
const LN2_LO = 1.9082149292705877e-10;
const LOG2E = 1.4426950408889634;

/** 1 / n! for n = 14 down to 3: the series of e^r to 2^-60 on |r| <= ln 2 / 2. */
const INVERSE_FACTORIALS: readonly number[] = [
  1 / 87178291200,
  1 / 6227020800,
  1 / 479001600,
  1 / 39916800,
  1 / 3628800,
  1 / 362880,
  1 / 40320,
  1 / 5040,
  1 / 720,
  1 / 120,
  1 / 24,
  1 / 6,
];

/** (e^r - 1 - r - r^2 / 2) / r^3. */
function tail(r: number): number {
  let p = 0;
  // By index: an iterator, and a boxed number at every turn, would stay on the heap at every step.
  for (let i = 0; i < INVERSE_FACTORIALS.length; i++) p = p * r + INVERSE_FACTORIALS[i]!;
  return p;
}

const pair = /* @__PURE__ */ new Float64Array(2);

/** `e ** (x + low)` for a |low| below ulp(x). */
export function expSum(x: number, low: number): number {
  pair[0] = x;
  pair[1] = low;
  expPair(pair);
  return pair[0]!;
}

/**
 * Writes `e ** (sum[0] + sum[1])` into sum[0]: the last step of `pow`. In an array, because a number
 * that is passed or returned is boxed, and `pow` runs in every training step.
 */
export function expPair(sum: Float64Array): void {
  const x = sum[0]!;
  if (!(x <= 709.79 && x >= -745.2)) {
    sum[0] = x > 0 ? Infinity : x < 0 ? 0 : NaN;
    return;
  }
  const n = Math.floor(x * LOG2E + 0.5);
  const hi = x - n * LN2_HI;
  const lo = sum[1]! - n * LN2_LO;
  const r = hi + lo;
  const rest = hi - r + lo;
  // e^r (1 + rest) = 1 + (r + ...): only the last sum, which is the largest, rounds visibly.
  const y = 1 + (r + (r * r * (0.5 + r * tail(r)) + rest * (1 + r)));
  sum[0] = scale(y, n);
}

/**
 * `e ** x`, the same bits in every engine. Overflow gives Infinity, underflow denormals and 0; NaN
 * stays NaN. Error: 0.8 ulp (measured).
 *
 * Reduced by n ln 2 in two parts, then the Taylor series (Cody & Waite 1980, chapter 6).
 */
export function exp(x: number): number {
  return x !== x ? x : expSum(x, 0);
}

/**
 * `e ** x - 1`, accurate near 0, the same bits in every engine. -0 stays -0. Error: 0.95 ulp
 * (measured).
 *
 * 2^n ((e^r - 1) + (1 - 2^-n)), in which nothing cancels.
 */
export function expm1(x: number): number {
  if (x !== x || Math.abs(x) < 2 ** -54) return x;
  if (x > 709.79) return Infinity;
  if (x < -50) return -1;
  const n = Math.floor(x * LOG2E + 0.5);
  const hi = x - n * LN2_HI;
  const lo = -n * LN2_LO;
  const r = hi + lo;
  const rest = hi - r + lo;
  const small = r * r * (0.5 + r * tail(r)) + rest * (1 + r);
  if (n === 0) return r + small;
  const offset = n <= 60 ? 1 - powerOfTwo(-n) : 1;
  const s = offset + r;
  return scale(s + (fastSumError(offset, r, s) + small), n);
}
