import { productError, sumError } from "./double.ts";

/** pi / 2: three parts of 33 bits, so that n times each is exact for n < 2^20, and the rest. */
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487111665e-21;
const HALF_PI_4 = 8.4784276603689e-32;
/** 2 / pi times 2^1216. */
const TWO_OVER_PI = /* @__PURE__ */ BigInt(
  "0x" +
    "a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424d" +
    "d2e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639" +
    "835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f46" +
    "3f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6bab",
);

/**
 * Quadrant, remainder and its rest of the last reduction: x = quadrant pi / 2 + remainder + rest.
 */
const reduction = /* @__PURE__ */ new Float64Array(3);

function keep(quadrant: number, remainder: number, rest: number): void {
  reduction[0] = quadrant & 3;
  reduction[1] = remainder + rest;
  reduction[2] = remainder - reduction[1]! + rest;
}

/** For |x| >= 2^20: exact in integers. Slow, and no library angle comes here. */
function reduceLarge(x: number): void {
  let exponent = 0;
  let mantissa = Math.abs(x);
  // To an integer below 2^53; both factors are exact.
  while (mantissa >= 9007199254740992) {
    mantissa /= 2;
    exponent++;
  }
  while (Math.floor(mantissa) !== mantissa) {
    mantissa *= 2;
    exponent--;
  }
  const bits = 1216n - BigInt(exponent);
  const turns = BigInt(mantissa) * TWO_OVER_PI;
  const quadrant = (turns + (1n << (bits - 1n))) >> bits;
  // The fraction in units of 2^-106, split into two float64.
  const fraction =
    bits > 106n
      ? (turns - (quadrant << bits)) >> (bits - 106n)
      : (turns - (quadrant << bits)) << (106n - bits);
  const high = Number(fraction);
  const low = Number(fraction - BigInt(high));
  const unit = 2 ** -106;
  const sign = x < 0 ? -1 : 1;
  const r = high * unit * 1.5707963267948966;
  const rest = productRest(high * unit, r) + low * unit * 1.5707963267948966;
  keep(sign * Number(quadrant & 3n), sign * r, sign * rest);
}

/** a pi / 2 - r, for r = fl(a pi / 2). */
function productRest(a: number, r: number): number {
  return productError(a, 1.5707963267948966, r) + a * 6.123233995736766e-17;
}

function reduce(x: number): void {
  if (Math.abs(x) >= 1048576) return reduceLarge(x);
  const n = Math.floor(x * 0.6366197723675814 + 0.5);
  const a = x - n * HALF_PI_1;
  const b = a - n * HALF_PI_2;
  const bLow = sumError(a, -n * HALF_PI_2, b);
  const c = b - n * HALF_PI_3;
  const cLow = sumError(b, -n * HALF_PI_3, c);
  keep(n, c, bLow + cLow - n * HALF_PI_4);
}

/** (-1)^k / (2 k + 1)! for k = 9 down to 1. */
const SINE: readonly number[] = [
  -1 / 121645100408832000,
  1 / 355687428096000,
  -1 / 1307674368000,
  1 / 6227020800,
  -1 / 39916800,
  1 / 362880,
  -1 / 5040,
  1 / 120,
  -1 / 6,
];

/** (-1)^k / (2 k)! for k = 9 down to 2. */
const COSINE: readonly number[] = [
  -1 / 6402373705728000,
  1 / 20922789888000,
  -1 / 87178291200,
  1 / 479001600,
  -1 / 3628800,
  1 / 40320,
  -1 / 720,
  1 / 24,
];

function sine(r: number, rest: number): number {
  const z = r * r;
  let p = 0;
  for (const c of SINE) p = p * z + c;
  return r + (r * z * p + rest * (1 - z / 2));
}

function cosine(r: number, rest: number): number {
  const z = r * r;
  let p = 0;
  for (const c of COSINE) p = p * z + c;
  const half = z / 2;
  const top = 1 - half;
  return top + (1 - top - half + (z * z * p - r * rest));
}

function quadrants(shift: number): number {
  const r = reduction[1]!;
  const rest = reduction[2]!;
  const quadrant = (reduction[0]! + shift) & 3;
  const y = quadrant & 1 ? cosine(r, rest) : sine(r, rest);
  return quadrant & 2 ? -y : y;
}

/**
 * Sine of x in radians, the same bits in every engine. -0 stays -0; infinities give NaN. Error: 0.8
 * ulp for every x. Reduced by pi / 2 in four parts (Cody & Waite) below 2^20, in integers above
 * (Payne & Hanek); then Taylor series on |r| <= pi / 4.
 */
export function sin(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  if (Math.abs(x) < 2 ** -27) return x;
  reduce(x);
  return quadrants(0);
}

/** Cosine of x in radians, as sin. Error: 0.8 ulp. */
export function cos(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  reduce(x);
  return quadrants(1);
}
