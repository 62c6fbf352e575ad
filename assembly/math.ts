/**
 * Elementary functions of four f32 side by side. Every one is right at NaN, the infinities, both
 * zeros and denormals unless its comment says otherwise. Errors are in units of the last place of
 * f32, the largest that test/unit/math.test.ts meets in sweeps of all binades, in the simd and in the
 * relaxed build.
 *
 * Constants are loaded from static tables, because V8 rebuilds a v128.const at every use
 * (docs/performance.md 3). Polynomials are our own minimax fits, rounded to f32 one coefficient
 * after the other (scripts/minimax.py prints them); an error is quoted as "fit 2^-k".
 */
import {
  Doubles,
  Lanes,
  abs,
  add,
  addDoubles,
  addLongs,
  and,
  andnot,
  anyTrue,
  div,
  divDoubles,
  eq,
  floor,
  fromDoubles,
  fromHalves,
  ge,
  gt,
  highDoubles,
  highHalf,
  iadd,
  ishl,
  ishr,
  isplat,
  isub,
  loadDoubles,
  loadSplat,
  lowDoubles,
  lowHalf,
  lt,
  madd,
  mul,
  mulDoubles,
  ne,
  neg,
  nmadd,
  not,
  or,
  pmax,
  pmaxDoubles,
  pmin,
  pminDoubles,
  select,
  shlLongs,
  shrLongs,
  splat,
  sqrt,
  sub,
  subDoubles,
  toFloat,
  xor,
} from "./lanes";
import { FOUR, HALF, INFINITY, MINUS_HALF, MINUS_INFINITY, ONE, QUARTER, SIGN, TWO } from "./constants";

const FLOATS: usize = memory.data<f32>(
  [
    1.4426950408889634, // 0: log2(e)
    12582912.0, // 4: 1.5 2^23
    0.693359375, // 8: ln 2, upper 10 bits: 355 / 512
    -2.12194440054690583e-4, // 12: ln 2 - 355 / 512
    89.0, // 16
    -104.0, // 20
    -60.0, // 24
    5.9604644775390625e-8, // 28: 2^-24
    1.1754943508222875e-38, // 32: 2^-126
    8388608.0, // 36: 2^23
    23.0, // 40
    0.44269504088896341, // 44: log2(e) - 1
    -30.0, // 48
    10.0, // 52
    0.875, // 56
    0.63661977236758134, // 60: 2 / pi
    1.5703125, // 64: pi / 2, bits 1 to 8
    4.82559204101562e-4, // 68: pi / 2, the next 8 bits
    1.26659870147705e-6, // 72: pi / 2, the next 9 bits
    9.92093518447800e-10, // 76: pi / 2, the next 24 bits
    1.0e5, // 80
    6.2831853071795865, // 84: 2 pi
  ],
  16,
);

function LOG2E(): Lanes {
  return loadSplat(FLOATS);
}
/** Adding it rounds to an integer, which then stands in the low bits. */
function MAGIC(): Lanes {
  return loadSplat(FLOATS + 4);
}
/** n LN2_HI is exact for |n| < 2^14. */
function LN2_HI(): Lanes {
  return loadSplat(FLOATS + 8);
}
function LN2_LO(): Lanes {
  return loadSplat(FLOATS + 12);
}
/** exp(89) overflows: nothing above need be told apart. */
function EXP_MAX(): Lanes {
  return loadSplat(FLOATS + 16);
}
/** exp(-104) = 6.8e-46 rounds to zero. */
function EXP_MIN(): Lanes {
  return loadSplat(FLOATS + 20);
}
/** exp(-60) = 8.8e-27: below it `expNegative` is 0. */
function EXP_FLUSH(): Lanes {
  return loadSplat(FLOATS + 24);
}
/** Below 2^-24, f(x) = x (1 + O(x)) rounds to x. */
function TINY(): Lanes {
  return loadSplat(FLOATS + 28);
}
function MIN_NORMAL(): Lanes {
  return loadSplat(FLOATS + 32);
}
function TWO_23(): Lanes {
  return loadSplat(FLOATS + 36);
}
function FLOAT_23(): Lanes {
  return loadSplat(FLOATS + 40);
}
function LOG2E_MINUS_1(): Lanes {
  return loadSplat(FLOATS + 44);
}
/** expm1(-30) rounds to -1. */
function EXPM1_MIN(): Lanes {
  return loadSplat(FLOATS + 48);
}
/** tanh(10) rounds to 1. */
function TANH_MAX(): Lanes {
  return loadSplat(FLOATS + 52);
}
/** Where erf goes over from its polynomial to 1 - erfc. */
function ERF_SPLIT(): Lanes {
  return loadSplat(FLOATS + 56);
}
function TWO_OVER_PI(): Lanes {
  return loadSplat(FLOATS + 60);
}
/** n times each of the first three parts is exact for n < 2^16, so for |x| < 1e5. */
function HALF_PI_1(): Lanes {
  return loadSplat(FLOATS + 64);
}
function HALF_PI_2(): Lanes {
  return loadSplat(FLOATS + 68);
}
function HALF_PI_3(): Lanes {
  return loadSplat(FLOATS + 72);
}
function HALF_PI_4(): Lanes {
  return loadSplat(FLOATS + 76);
}
/** Above it the remainder of pi / 2 is taken in integers. */
function LARGE_ANGLE(): Lanes {
  return loadSplat(FLOATS + 80);
}
function TWO_PI(): Lanes {
  return loadSplat(FLOATS + 84);
}

const WORDS: usize = memory.data<u32>(
  [
    0x3f3504f3, // 0: sqrt(1/2), rounded down
    0x007fffff, // 4: fraction of an f32
    128, // 8
  ],
  16,
);

function SQRT_HALF(): Lanes {
  return loadSplat(WORDS);
}
function FRACTION(): Lanes {
  return loadSplat(WORDS + 4);
}
function INTEGER_128(): Lanes {
  return loadSplat(WORDS + 8);
}

/** c0 x^2 + c1 x + c2: f32 coefficients at `c`, the highest power first. */
function poly2(x: Lanes, c: usize): Lanes {
  return madd(madd(loadSplat(c), x, loadSplat(c + 4)), x, loadSplat(c + 8));
}
function poly3(x: Lanes, c: usize): Lanes {
  return madd(poly2(x, c), x, loadSplat(c + 12));
}
function poly4(x: Lanes, c: usize): Lanes {
  return madd(poly3(x, c), x, loadSplat(c + 16));
}
function poly5(x: Lanes, c: usize): Lanes {
  return madd(poly4(x, c), x, loadSplat(c + 20));
}

/** c0 x^7 + ... + c7: f32 coefficients at `c`, the highest power first. */
export function poly7(x: Lanes, c: usize): Lanes {
  return madd(madd(poly5(x, c), x, loadSplat(c + 24)), x, loadSplat(c + 28));
}

// ---- exponentials: x = n ln 2 + r, |r| <= ln 2 / 2

/** (e^r - 1 - r) / r^2 on |r| <= ln 2 / 2. Fit 2^-26.1 of e^r - 1. */
const EXP_TAIL: usize = memory.data<f32>(
  [0.001390097081, 0.008366113529, 0.04166682437, 0.1666654795, 0.5],
  16,
);

/** 1.5 2^23 + n, n the integer nearest to x / ln 2: n stands in its low bits. */
function shifted(x: Lanes): Lanes {
  return madd(x, LOG2E(), MAGIC());
}

/** r = x - n ln 2, ln 2 in two parts (Cody & Waite). */
function reduced(x: Lanes, t: Lanes): Lanes {
  const n = sub(t, MAGIC());
  return nmadd(n, LN2_LO(), nmadd(n, LN2_HI(), x));
}

/** e^r - 1. */
function expm1Reduced(r: Lanes): Lanes {
  return madd(mul(r, r), poly4(r, EXP_TAIL), r);
}

/**
 * e^x = 2^n e^r. The factor 2^n is applied in two halves, so that results from the smallest denormal
 * to the largest float come out right. Overflow gives Infinity, underflow 0.
 * Error: 1.01 ulp.
 */
export function exp(x: Lanes): Lanes {
  const clamped = pmax(pmin(x, EXP_MAX()), EXP_MIN());
  const t = shifted(clamped);
  const y = add(expm1Reduced(reduced(clamped, t)), ONE());
  const n = isub(t, MAGIC());
  const half = ishr(n, 1);
  return mul(
    mul(y, iadd(ishl(half, 23), ONE())),
    iadd(ishl(isub(n, half), 23), ONE()),
  );
}

/**
 * e^x for x <= 0: softmax, sigmoid, Gaussians. Below -60 it is 0 (e^-60 = 8.8e-27): what is multiplied by
 * such a result would be denormal next, and denormals cost 100 times as much. Also right for 0 < x < 88;
 * wrong above. Error: 1.01 ulp for x >= -60.
 */
export function expNegative(x: Lanes): Lanes {
  const t = shifted(x);
  const y = add(expm1Reduced(reduced(x, t)), ONE());
  // t << 23 leaves n in the exponent's place: the bits of MAGIC itself are shifted out.
  return andnot(mul(y, iadd(ishl(t, 23), ONE())), lt(x, EXP_FLUSH()));
}

/**
 * e^x - 1 = 2^n (e^r - 1) + (2^n - 1), so that nothing cancels near 0; with 2^(n-1) and a doubling, as
 * 2^128 is no float. Below 2^-24 it is x itself, which keeps -0 and denormals. Error: 1.63 ulp.
 */
export function expm1(x: Lanes): Lanes {
  const clamped = pmax(pmin(x, EXP_MAX()), EXPM1_MIN());
  const t = shifted(clamped);
  const scale = iadd(ishl(t, 23), HALF());
  const y = madd(expm1Reduced(reduced(clamped, t)), scale, sub(scale, HALF()));
  return select(x, add(y, y), lt(abs(x), TINY()));
}

/**
 * 1 / (1 + e^-x), computed from e^-|x| so that nothing overflows: 1 / (1 + e^-x) for x >= 0 and
 * e^x / (1 + e^x) below. 0 below -60 (see `expNegative`). Error: 2.3 ulp for x >= -60.
 */
export function sigmoid(x: Lanes): Lanes {
  const e = expNegative(or(x, SIGN()));
  return div(select(ONE(), e, ge(x, splat(0))), add(ONE(), e));
}

/**
 * tanh |x| = -y / (y + 2) with y = e^(-2 |x|) - 1, accurate near 0 as y is; the sign is put back.
 * Error: 2.5 ulp.
 */
export function tanh(x: Lanes): Lanes {
  const a = pmin(abs(x), TANH_MAX());
  const u = neg(add(a, a));
  const t = shifted(u);
  const scale = iadd(ishl(t, 23), ONE());
  const y = madd(expm1Reduced(reduced(u, t)), scale, sub(scale, ONE()));
  return or(abs(div(y, add(y, TWO()))), and(x, SIGN()));
}

// ---- logarithms: x = 2^e (1 + f), sqrt(1/2) <= 1 + f < sqrt(2)

/** (2 atanh(s) / s - 2) / s^2 in s^2, for s = f / (2 + f). Fit 2^-29.2 of log(1 + f). */
const LOG_TAIL: usize = memory.data<f32>([0.298714608, 0.3997756839, 0.6666677594], 16);

/**
 * log(1 + f) - f. With s = f / (2 + f), log(1 + f) = 2 atanh(s) = s (2 + R), and as f - s f = 2 s it is
 * f - (h - s (h + R)) with h = f^2 / 2, in which the largest term, f, is exact.
 */
function logTail(f: Lanes): Lanes {
  const s = div(f, add(TWO(), f));
  const z = mul(s, s);
  const h = mul(mul(HALF(), f), f);
  return madd(s, madd(z, poly2(z, LOG_TAIL), h), neg(h));
}

/** Bits of a positive normal x less those of sqrt(1/2): exponent e above, fraction below. */
function logSplit(x: Lanes): Lanes {
  return isub(x, SQRT_HALF());
}
function logExponent(split: Lanes): Lanes {
  return toFloat(ishr(split, 23));
}
function logFraction(split: Lanes): Lanes {
  return sub(iadd(and(split, FRACTION()), SQRT_HALF()), ONE());
}

/** e ln 2 + log(1 + f). */
function logJoin(e: Lanes, f: Lanes): Lanes {
  return madd(e, LN2_HI(), add(f, madd(e, LN2_LO(), logTail(f))));
}

/** log x for positive normal x: no other value is asked for (Box-Muller). Error: 0.81 ulp. */
export function logNormal(x: Lanes): Lanes {
  const split = logSplit(x);
  return logJoin(logExponent(split), logFraction(split));
}

/** `y` with the values of a logarithm where x is infinite, 0, negative or NaN. */
function logSpecial(x: Lanes, y: Lanes): Lanes {
  const zero = splat(0);
  const top = select(x, y, eq(x, INFINITY()));
  const bottom = select(MINUS_INFINITY(), top, eq(x, zero));
  return or(bottom, not(ge(x, zero)));
}

/**
 * Natural logarithm, e ln 2 + log(1 + f). log(+-0) = -Infinity; below 0 NaN. Denormals are scaled by
 * 2^23 first. Error: 0.81 ulp.
 */
export function log(x: Lanes): Lanes {
  const denormal = lt(x, MIN_NORMAL());
  const split = logSplit(select(mul(x, TWO_23()), x, denormal));
  const e = sub(logExponent(split), and(denormal, FLOAT_23()));
  return logSpecial(x, logJoin(e, logFraction(split)));
}

/**
 * Logarithm to base 2, e + log2(e) (f + tail): the summands are added from the smallest up, so powers of
 * two are exact. Error: 1.2 ulp.
 */
export function log2(x: Lanes): Lanes {
  const denormal = lt(x, MIN_NORMAL());
  const split = logSplit(select(mul(x, TWO_23()), x, denormal));
  const e = sub(logExponent(split), and(denormal, FLOAT_23()));
  const f = logFraction(split);
  const tail = logTail(f);
  const small = madd(f, LOG2E_MINUS_1(), madd(tail, LOG2E_MINUS_1(), tail));
  return logSpecial(x, add(add(small, f), e));
}

/**
 * log(1 + x). With u = 1 + x rounded and c what the rounding lost (exact), 1 + x = 2^e (1 + f) with
 * f = (fraction of u) + c / 2^e: f is finer than u, and equals x where e = 0. log1p(-1) = -Infinity;
 * below -1 NaN; below 2^-24 it is x itself, which keeps -0 and denormals. Error: 1.33 ulp.
 */
export function log1p(x: Lanes): Lanes {
  const u = add(ONE(), x);
  const c = sub(x, sub(u, ONE()));
  const split = logSplit(u);
  const exponent = ishr(split, 23);
  // c / 2^e as (c / 2) 2^(1-e): the factor's exponent field 128 - e stays in range up to e = 128.
  const f = madd(
    mul(c, HALF()),
    ishl(isub(INTEGER_128(), exponent), 23),
    logFraction(split),
  );
  const y = logSpecial(u, logJoin(toFloat(exponent), f));
  return select(x, y, lt(abs(x), TINY()));
}

// ---- erf

/** erf(x) / x - 1 in x^2 on [0, 0.875]. Fit 2^-26.1 of erf. */
const ERF_SMALL: usize = memory.data<f32>(
  [-0.00060407212, 0.005002323072, -0.0267724283, 0.1128196493, -0.3761250675, 0.1283791512],
  16,
);

/** -log(erfc(x)) / x on [0.875, 4]. Fit 2^-28.2 of erf. */
const ERF_BIG: usize = memory.data<f32>(
  [-0.0002152296656, 0.003225153778, -0.02292245813, 0.1053121835, 0.6356803775, 1.128525496],
  16,
);

/**
 * erf(x) = 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x: x + x P(x^2) up to 0.875, and
 * 1 - erfc(x) above, where log erfc is smooth enough for a polynomial (the idea is N. Juffa's).
 * Error: 1.2 ulp.
 */
export function erf(x: Lanes): Lanes {
  const a = pmin(abs(x), FOUR()); // erf(4) rounds to 1
  const small = madd(poly5(mul(x, x), ERF_SMALL), x, x);
  const erfc = expNegative(neg(mul(a, poly5(a, ERF_BIG))));
  const big = or(sub(ONE(), erfc), and(x, SIGN()));
  return select(big, small, gt(a, ERF_SPLIT()));
}

// ---- sine and cosine: |x| = q pi / 2 + r, |r| <= pi / 4

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
  const p = TWO_OVER_PI_BITS + (<usize>((i + 32) >> 5) << 2);
  const pair = (<u64>load<u32>(p) << 32) | load<u32>(p, 4);
  return (pair << (i & 31)) >> 32;
}

/**
 * x 2 / pi modulo 4 as a fixed-point number with 62 bits behind the point, for the bits of a finite
 * x >= 2^16. Only the bits of 2 / pi that matter are multiplied: 24 x 96 (Payne & Hanek 1983).
 */
function largeTurn(bits: u32): u64 {
  const m = <u64>((bits & 0x007fffff) | 0x00800000);
  // x = m 2^e; bit i of 2 / pi weighs 2^(e - 1 - i) in 2^e 2 / pi, and weights of 4 and more drop out.
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
  return reinterpret<u32>(<f32>(<f64>fraction * 3.4061215800304283e-19));
}

function largeQuadrants(a: Lanes): Lanes {
  const low = lowHalf(a);
  const high = highHalf(a);
  return fromHalves(
    (largeQuadrant(<u32>(low >> 32)) << 32) | largeQuadrant(<u32>low),
    (largeQuadrant(<u32>(high >> 32)) << 32) | largeQuadrant(<u32>high),
  );
}

function largeRemainders(a: Lanes): Lanes {
  const low = lowHalf(a);
  const high = highHalf(a);
  return fromHalves(
    (largeRemainder(<u32>(low >> 32)) << 32) | largeRemainder(<u32>low),
    (largeRemainder(<u32>(high >> 32)) << 32) | largeRemainder(<u32>high),
  );
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
    q = select(largeQuadrants(b), q, large);
    r = select(largeRemainders(b), r, large);
  }
  const z = mul(r, r);
  const sine = madd(mul(r, z), poly2(z, SIN_TAIL), r);
  const cosine = madd(mul(z, z), poly2(z, COS_TAIL), madd(z, MINUS_HALF(), ONE()));
  const quadrant = iadd(q, isplat(quarter));
  const odd = ishr(ishl(quadrant, 31), 31);
  return xor(select(cosine, sine, odd), and(ishl(quadrant, 30), SIGN()));
}

/**
 * sin x. Up to 1e5 the reduction subtracts pi / 2 in four parts (Cody & Waite); above, it is exact in
 * integers, at a tenth of the speed. sin(+-Infinity) is NaN. Error: 1.0 ulp for |x| <= 10; towards 1e5
 * up to 4.2 ulp where the result is small (absolute error 6e-8 throughout); 1.0 ulp above 1e5.
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

/** sin(2 pi v) for |v| <= 1/8. */
function sinTurn(v: Lanes, z: Lanes): Lanes {
  return mul(v, madd(z, poly2(z, SIN2PI_TAIL), TWO_PI()));
}

/** cos(2 pi v) for |v| <= 1/8. */
function cosTurn(z: Lanes): Lanes {
  return madd(z, poly3(z, COS2PI_TAIL), ONE());
}

/** sin(2 pi (u + quarter / 4)); the reduction by quarter turns is exact. */
function sinTurns(u: Lanes, quarter: i32): Lanes {
  const q = madd(u, FOUR(), MAGIC());
  const v = nmadd(sub(q, MAGIC()), QUARTER(), u);
  const z = mul(v, v);
  const quadrant = iadd(q, isplat(quarter));
  const odd = ishr(ishl(quadrant, 31), 31);
  return xor(select(cosTurn(z), sinTurn(v, z), odd), and(ishl(quadrant, 30), SIGN()));
}

/** sin(2 pi u) for u in [0, 1) (Box-Muller). Absolute error: 1.2e-7. */
export function sin2pi(u: Lanes): Lanes {
  return sinTurns(u, 0);
}

/** cos(2 pi u) for u in [0, 1) (Box-Muller). Absolute error: 1.2e-7. */
export function cos2pi(u: Lanes): Lanes {
  return sinTurns(u, 1);
}

// ---- powers

/** 1 / sqrt(x), both correctly rounded: rsqrt(0) = Infinity, rsqrt(-0) = -Infinity. Error: 1.5 ulp. */
export function rsqrt(x: Lanes): Lanes {
  return div(ONE(), sqrt(x));
}

const DOUBLES: usize = memory.data<f64>(
  [
    1.0, // 0
    6755399441055744.0, // 8: 1.5 2^52
    4503599627371519.0, // 16: 2^52 + 1023, to take from a biased exponent put behind 2^52
    200.0, // 24
    -200.0, // 32
    4503599627370496.0, // 40: 2^52
  ],
  16,
);

const LONGS: usize = memory.data<u64>(
  [
    0x0009_5f61_9980_c433, // 0: bits of 1 less those of sqrt(1/2)
    0x000f_ffff_ffff_ffff, // 8: fraction
    0x3fe6_a09e_667f_3bcd, // 16: sqrt(1/2)
  ],
  16,
);

/** 2 log2(e) atanh(s) / s in s^2, for s = f / (2 + f). Fit 2^-45.1. */
const LOG2_DOUBLES: usize = memory.data<f64>(
  [
    0.28290974468957636, 0.31990499767918268, 0.41220927019560505, 0.57707794218008024,
    0.96179669411401381, 2.8853900817778495,
  ],
  16,
);

/** 2^r on |r| <= 1/2. Fit 2^-34.5. */
const EXP2_DOUBLES: usize = memory.data<f64>(
  [
    1.520189985777778e-5, 0.00015469317299085237, 0.0013333922860678557, 0.0096180271727919903,
    0.05550410352826167, 0.24022651198754341, 0.69314718072871961, 0.99999999996162192,
  ],
  16,
);

function maddDoubles(a: Doubles, b: Doubles, c: Doubles): Doubles {
  return addDoubles(mulDoubles(a, b), c);
}

/** Five coefficients at `c`, the highest power first. */
function poly4Doubles(x: Doubles, c: usize): Doubles {
  let p = maddDoubles(loadDoubles(c), x, loadDoubles(c + 8));
  p = maddDoubles(p, x, loadDoubles(c + 16));
  p = maddDoubles(p, x, loadDoubles(c + 24));
  return maddDoubles(p, x, loadDoubles(c + 32));
}

/** log2 x for normal x > 0. */
function log2Doubles(x: Doubles): Doubles {
  const one = loadDoubles(DOUBLES);
  const split = addLongs(x, loadDoubles(LONGS));
  const exponent = subDoubles(
    or(shrLongs(split, 52), loadDoubles(DOUBLES + 40)),
    loadDoubles(DOUBLES + 16),
  );
  const m = addLongs(and(split, loadDoubles(LONGS + 8)), loadDoubles(LONGS + 16));
  const s = divDoubles(subDoubles(m, one), addDoubles(m, one));
  const z = mulDoubles(s, s);
  const p = maddDoubles(poly4Doubles(z, LOG2_DOUBLES), z, loadDoubles(LOG2_DOUBLES + 40));
  return maddDoubles(s, p, exponent);
}

/** 2^x. */
function exp2Doubles(x: Doubles): Doubles {
  const magic = loadDoubles(DOUBLES + 8);
  const clamped = pmaxDoubles(
    pminDoubles(x, loadDoubles(DOUBLES + 24)),
    loadDoubles(DOUBLES + 32),
  );
  const t = addDoubles(clamped, magic);
  const r = subDoubles(clamped, subDoubles(t, magic));
  let p = poly4Doubles(r, EXP2_DOUBLES);
  p = maddDoubles(p, r, loadDoubles(EXP2_DOUBLES + 40));
  p = maddDoubles(p, r, loadDoubles(EXP2_DOUBLES + 48));
  p = maddDoubles(p, r, loadDoubles(EXP2_DOUBLES + 56));
  return mulDoubles(p, addLongs(shlLongs(t, 52), loadDoubles(DOUBLES)));
}

/**
 * x^y = 2^(y log2 |x|), in f64 pairs: y log2 |x| needs 8 bits more than f32 has, and rounding the f64
 * result gives overflow and denormals for nothing. The same bits in all builds. Special values as in
 * C99 and IEEE 754-2008 9.2.1: x^0 = 1 and 1^y = 1 even for NaN, (-1)^(+-Infinity) = 1, a negative x with
 * a y that is no integer gives NaN, an odd y keeps the sign of x, also of -0. Error: 0.51 ulp.
 */
export function pow(x: Lanes, y: Lanes): Lanes {
  const zero = splat(0);
  const one = ONE();
  const a = abs(x);
  const low = exp2Doubles(mulDoubles(lowDoubles(y), log2Doubles(lowDoubles(a))));
  const high = exp2Doubles(mulDoubles(highDoubles(y), log2Doubles(highDoubles(a))));
  let p = fromDoubles(low, high);

  // 0 and Infinity swap under a negative y.
  const isZero = eq(a, zero);
  const extreme = or(isZero, eq(a, INFINITY()));
  p = select(and(INFINITY(), not(xor(isZero, lt(y, zero)))), p, extreme);
  // |x| = 1 with infinite y is 0 * Infinity above.
  p = select(one, p, eq(a, one));

  const half = mul(y, HALF());
  const isInteger = eq(floor(y), y);
  const isOdd = and(isInteger, ne(floor(half), half));
  p = or(p, and(and(x, SIGN()), isOdd));
  const negative = andnot(lt(x, zero), extreme);
  p = or(p, andnot(negative, isInteger));
  p = or(p, or(ne(x, x), ne(y, y)));
  return select(one, p, or(eq(y, zero), eq(x, one)));
}
