import { highWord, withHighWord } from "./bits.ts";
import { fastSumError, productError, sumError } from "./double.ts";

/** ln 2 in two parts; the first has 32 bits, so that e LN2_HI is exact. */
const LN2_HI = 0.6931471803691238;
const LN2_LO = 1.9082149292705877e-10;
/** 1/3 in two parts. */
const THIRD_HI: number = 1 / 3;
const THIRD_LO = 1.850371707708594e-17;
/** 1 / (2 k + 1) for k = 13 down to 2. */
const ODD_INVERSES: readonly number[] = [
  1 / 27,
  1 / 25,
  1 / 23,
  1 / 21,
  1 / 19,
  1 / 17,
  1 / 15,
  1 / 13,
  1 / 11,
  1 / 9,
  1 / 7,
  1 / 5,
];

/**
 * Writes shift ln 2 + log(x + low) into `out` as a sum out[0] + out[1] good to about 2^-64, for a
 * positive finite normal x, which stands in out[0], and |low| <= ulp(x).
 *
 * x = 2^e m with sqrt(1/2) <= m < sqrt(2), s = (m - 1) / (m + 1), log m = 2 (s + s^3 / 3 + s^5 / 5
 * + ...): the first two terms in double length, the others, 2^-12 smaller, in float64.
 */
function doubleLog(low: number, shift: number, out: Float64Array): void {
  const x = out[0]!;
  const high = highWord(x);
  // Moves the binades' border to sqrt(1/2), whose high word is 0x3fe6a09e.
  const exponent = ((high + (0x3ff00000 - 0x3fe6a09e)) >>> 20) - 1023;
  const m = withHighWord(x, (high - (exponent << 20)) >>> 0);
  const below = low * (m / x);

  // s = top / bottom; m - 1 is exact.
  const top = m - 1 + below;
  const topLow = sumError(m - 1, below, top);
  const bottom = m + 1;
  const bottomLow = sumError(m, 1, bottom) + below;
  const q = top / bottom;
  const back = q * bottom;
  const backLow = productError(q, bottom, back);
  const rest = (top - back - backLow + topLow - q * bottomLow) / bottom;
  const s = q + rest;
  const sLow = fastSumError(q, rest, s);

  const z = s * s;
  const zLow = productError(s, s, z) + 2 * s * sLow;
  const cube = s * z;
  const cubeLow = productError(s, z, cube) + (s * zLow + sLow * z);
  const third = cube * THIRD_HI;
  const thirdLow = productError(cube, THIRD_HI, third) + (cube * THIRD_LO + cubeLow * THIRD_HI);
  let p = 0;
  // By index: an iterator, and a boxed number at every turn, would stay on the heap at every step.
  for (let i = 0; i < ODD_INVERSES.length; i++) p = p * z + ODD_INVERSES[i]!;
  const series = s + third;
  const seriesLow = fastSumError(s, third, series) + (sLow + thirdLow + p * z * z * s);

  const e = exponent + shift;
  const y = e * LN2_HI + 2 * series;
  const yLow = sumError(e * LN2_HI, 2 * series, y) + (e * LN2_LO + 2 * seriesLow);
  out[0] = y + yLow;
  out[1] = sumError(y, yLow, out[0]!);
}

/**
 * Writes log x into `out` as out[0] + out[1], good to about 2^-64, for a positive finite x, which
 * stands in out[0]: passed as a number it would be boxed, and `pow` runs in every training step.
 */
export function logPair(out: Float64Array): void {
  if (out[0]! < 2 ** -1022) {
    out[0] = out[0]! * 2 ** 54;
    doubleLog(0, -54, out);
  } else doubleLog(0, 0, out);
}

const scratch = /* @__PURE__ */ new Float64Array(2);

/**
 * Natural logarithm, the same bits in every engine. log(0) = -Infinity, below 0 NaN. Error: 0.51
 * ulp.
 */
export function log(x: number): number {
  if (!(x > 0) || x === Infinity) return x === 0 ? -Infinity : x < 0 ? NaN : x;
  scratch[0] = x;
  logPair(scratch);
  return scratch[0]!;
}

/**
 * log(1 + x), accurate near 0, the same bits in every engine. -0 stays -0; log1p(-1) = -Infinity;
 * below -1 NaN. Error: 0.51 ulp. The logarithm of the exact sum 1 + x.
 */
export function log1p(x: number): number {
  if (!(x > -1) || x === Infinity) return x === -1 ? -Infinity : x < -1 ? NaN : x;
  if (Math.abs(x) < 2 ** -54) return x;
  const u = 1 + x;
  scratch[0] = u;
  doubleLog(sumError(1, x, u), 0, scratch);
  return scratch[0]!;
}
