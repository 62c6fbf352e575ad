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
  for (const c of INVERSE_FACTORIALS) p = p * r + c;
  return p;
}

/** `e ** (x + low)` for a |low| below ulp(x): the last step of `pow`. */
export function expSum(x: number, low: number): number {
  if (x > 709.79) return Infinity;
  if (x < -745.2) return 0;
  const n = Math.floor(x * LOG2E + 0.5);
  const hi = x - n * LN2_HI;
  const lo = low - n * LN2_LO;
  const r = hi + lo;
  const rest = hi - r + lo;
  // e^r (1 + rest) = 1 + (r + ...): only the last sum, which is the largest, rounds visibly.
  const y = 1 + (r + (r * r * (0.5 + r * tail(r)) + rest * (1 + r)));
  return scale(y, n);
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
