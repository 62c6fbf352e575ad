/** Sine and cosine: |x| = q pi / 2 + r with |r| <= pi / 4. */
import { FOUR, INFINITY, MINUS_HALF, ONE, QUARTER, SIGN } from "../constants";
import {
  Lanes,
  abs,
  and,
  anyTrue,
  fromHalves,
  gt,
  highHalf,
  iadd,
  ishl,
  ishr,
  isplat,
  loadSplat,
  lowHalf,
  madd,
  mul,
  nmadd,
  select,
  sub,
  xor,
} from "../lanes";
import { poly2, poly3 } from "./polynomial";

const FLOATS: usize = memory.data<f32>(
  [
    12582912.0, // 0: 1.5 2^23
    0.6366197723675814, // 4: 2 / pi
    1.5703125, // 8: pi / 2, bits 1 to 8
    4.82559204101562e-4, // 12: pi / 2, the next 8 bits
    1.26659870147705e-6, // 16: pi / 2, the next 9 bits
    9.920935184478e-10, // 20: pi / 2, the next 24 bits
    1.0e5, // 24
    6.283185307179586, // 28: 2 pi
  ],
  16,
);

/** Adding it rounds to an integer, which then stands in the low bits. */
function MAGIC(): Lanes {
  return loadSplat(FLOATS);
}
function TWO_OVER_PI(): Lanes {
  return loadSplat(FLOATS + 4);
}
/** n times each of the first three parts is exact for n < 2^16, so for |x| < 1e5. */
function HALF_PI_1(): Lanes {
  return loadSplat(FLOATS + 8);
}
function HALF_PI_2(): Lanes {
  return loadSplat(FLOATS + 12);
}
function HALF_PI_3(): Lanes {
  return loadSplat(FLOATS + 16);
}
function HALF_PI_4(): Lanes {
  return loadSplat(FLOATS + 20);
}
/** Above it the remainder of pi / 2 is taken in integers. */
function LARGE_ANGLE(): Lanes {
  return loadSplat(FLOATS + 24);
}
function TWO_PI(): Lanes {
  return loadSplat(FLOATS + 28);
}

/** (sin r - r) / r^3 in r^2 on |r| <= pi / 4. Fit 2^-27.9 of sin. */
const SIN_TAIL: usize = memory.data<f32>([-0.0001951809973, 0.008332188241, -0.1666665524], 16);

/** (cos r - 1 + r^2 / 2) / r^4 in r^2 on |r| <= pi / 4. Fit 2^-33.0 of cos. */
const COS_TAIL: usize = memory.data<f32>([2.443255289e-5, -0.001388731063, 0.04166664556], 16);

/** 2 / pi: 32 zeros, then the first 224 bits behind its point. */
const TWO_OVER_PI_BITS: usize = memory.data<u32>(
  [0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab],
  16,
);

/** 32 bits of 2 / pi from bit `i` on; bit 0 weighs 1/2, and i >= -32. */
function twoOverPiBits(i: i32): u64 {
  const p = TWO_OVER_PI_BITS + ((<usize>((i + 32) >> 5)) << 2);
  const pair = ((<u64>load<u32>(p)) << 32) | load<u32>(p, 4);
  return (pair << (i & 31)) >> 32;
}

/**
 * x 2 / pi modulo 4 as a fixed-point number with 62 bits behind the point, for the bits of a finite
 * x >= 2^16. Only the bits of 2 / pi that matter are multiplied: 24 x 96 (Payne & Hanek 1983).
 */
function largeTurn(bits: u32): u64 {
  const m = <u64>((bits & 0x007fffff) | 0x00800000);
  // x = m 2^e; bit i of 2 / pi weighs 2^(e - 1 - i) in 2^e 2 / pi, and weights of 4 and more drop
  // out.
  const first = <i32>(bits >> 23) - 150 - 2;
  const high = (twoOverPiBits(first) << 32) | twoOverPiBits(first + 32);
  return m * high + ((m * twoOverPiBits(first + 64)) >> 32);
}

/** Quadrant of a large angle. */
function largeQuadrant(bits: u32): u64 {
  return (largeTurn(bits) + (1 << 61)) >> 62;
}

/** Bits of the remainder, in [-pi / 4, pi / 4], of a large angle; of NaN for Infinity and NaN. */
function largeRemainder(bits: u32): u64 {
  if (bits >= 0x7f800000) return 0x7fc00000;
  const turn = largeTurn(bits);
  const fraction = <i64>(turn - (((turn + (1 << 61)) >> 62) << 62));
  // pi / 2 * 2^-62
  return reinterpret<u32>(<f32>(<f64>fraction * 3.4061215800304285e-19));
}

/** Quadrants, or else bits of the remainders, of four large angles. */
function largeLanes(a: Lanes, quadrants: bool): Lanes {
  let bits = lowHalf(a);
  let low: u64 = 0;
  let out: u64 = 0;
  // A loop rather than eight copies: this is the path nobody times.
  for (let lane = 0; lane < 4; lane++) {
    const word = <u32>bits;
    out = (out >> 32) | ((quadrants ? largeQuadrant(word) : largeRemainder(word)) << 32);
    bits >>= 32;
    if (lane == 1) {
      low = out;
      bits = highHalf(a);
    }
  }
  return fromHalves(low, out);
}

/** sin(a + quarter pi / 2) for a >= 0. */
function sinShifted(a: Lanes, quarter: i32): Lanes {
  let q = madd(a, TWO_OVER_PI(), MAGIC());
  const n = sub(q, MAGIC());
  let r = nmadd(n, HALF_PI_3(), nmadd(n, HALF_PI_2(), nmadd(n, HALF_PI_1(), a)));
  r = nmadd(n, HALF_PI_4(), r);
  const large = gt(a, LARGE_ANGLE());
  if (anyTrue(large)) {
    // A lane that is not large keeps its own reduction: its neighbours must not change its bits.
    const b = select(a, INFINITY(), large);
    q = select(largeLanes(b, true), q, large);
    r = select(largeLanes(b, false), r, large);
  }
  const z = mul(r, r);
  const sine = madd(mul(r, z), poly2(z, SIN_TAIL), r);
  const cosine = madd(mul(z, z), poly2(z, COS_TAIL), madd(z, MINUS_HALF(), ONE()));
  return atQuadrant(sine, cosine, q, quarter);
}

/**
 * sin x. Up to 1e5 the reduction subtracts pi / 2 in four parts (Cody & Waite); above, it is exact
 * in integers, at a tenth of the speed. sin(+-Infinity) is NaN. Error: 1.0 ulp for |x| <= 10;
 * towards 1e5 up to 4.2 ulp where the result is small (absolute error 6e-8 throughout); 1.0 ulp
 * above 1e5.
 */
export function sin(x: Lanes): Lanes {
  return xor(sinShifted(abs(x), 0), and(x, SIGN()));
}

/** cos x, as sin. Error: 2.5 ulp. */
export function cos(x: Lanes): Lanes {
  return sinShifted(abs(x), 1);
}

/** (sin(2 pi v) - 2 pi v) / v^3 in v^2 on |v| <= 1/8. Fit 2^-27.9 of the sine. */
const SIN2PI_TAIL: usize = memory.data<f32>([-75.42750549, 81.59342957, -41.34167099], 16);

/** (cos(2 pi v) - 1) / v^2 in v^2 on |v| <= 1/8. Fit 2^-31.2. */
const COS2PI_TAIL: usize = memory.data<f32>(
  [58.56017685, -85.42311096, 64.93914032, -19.73920822],
  16,
);

// Sine and cosine of 2 pi u, u in [0, 1), for Box-Muller: in pieces, because a function has one
// result and both halves of a pair share everything but the last step. Absolute error of either:
// 1.2e-7.

/** 1.5 2^23 + q, q the nearest number of quarter turns to u. */
export function quarterTurns(u: Lanes): Lanes {
  return madd(u, FOUR(), MAGIC());
}

/** v = u - q / 4, exactly; |v| <= 1/8. */
export function turnRemainder(u: Lanes, q: Lanes): Lanes {
  return nmadd(sub(q, MAGIC()), QUARTER(), u);
}

/** sin(2 pi v), for |v| <= 1/8 and z = v^2. */
export function sinTurn(v: Lanes, z: Lanes): Lanes {
  return mul(v, madd(z, poly2(z, SIN2PI_TAIL), TWO_PI()));
}

/** cos(2 pi v), for z = v^2. */
export function cosTurn(z: Lanes): Lanes {
  return madd(z, poly3(z, COS2PI_TAIL), ONE());
}

/**
 * Of sine and cosine of the remainder, with its sign, the one that is sin(2 pi u + quarter pi / 2).
 */
export function atQuadrant(sine: Lanes, cosine: Lanes, q: Lanes, quarter: i32): Lanes {
  const quadrant = iadd(q, isplat(quarter));
  const odd = ishr(ishl(quadrant, 31), 31);
  return xor(select(cosine, sine, odd), and(ishl(quadrant, 30), SIGN()));
}
