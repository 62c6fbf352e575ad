/** Exponentials: x = n ln 2 + r with |r| <= ln 2 / 2, e^x = 2^n e^r. */
import { HALF, ONE, SIGN, TWO } from "../constants";
import {
  Lanes,
  abs,
  add,
  and,
  andnot,
  div,
  ge,
  iadd,
  ishl,
  ishr,
  isub,
  loadSplat,
  lt,
  madd,
  mul,
  neg,
  nmadd,
  or,
  pmax,
  pmin,
  select,
  splat,
  sub,
} from "../lanes";
import { poly4 } from "./polynomial";

const FLOATS: usize = memory.data<f32>(
  [
    1.4426950408889634, // 0: log2(e)
    12582912.0, // 4: 1.5 2^23
    0.693359375, // 8: ln 2, upper 10 bits: 355 / 512
    -0.00021219444005469057, // 12: ln 2 - 355 / 512
    89.0, // 16
    -104.0, // 20
    -60.0, // 24
    5.960464477539063e-8, // 28: 2^-24
    -30.0, // 32
    10.0, // 36
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
/** expm1(-30) rounds to -1. */
function EXPM1_MIN(): Lanes {
  return loadSplat(FLOATS + 32);
}
/** tanh(10) rounds to 1. */
function TANH_MAX(): Lanes {
  return loadSplat(FLOATS + 36);
}

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
 * e^x = 2^n e^r. The factor 2^n is applied in two halves, so that results from the smallest
 * denormal to the largest float come out right. Overflow gives Infinity, underflow 0. Error: 1.01
 * ulp.
 */
export function exp(x: Lanes): Lanes {
  const clamped = pmax(pmin(x, EXP_MAX()), EXP_MIN());
  const t = shifted(clamped);
  const y = add(expm1Reduced(reduced(clamped, t)), ONE());
  const n = isub(t, MAGIC());
  const half = ishr(n, 1);
  return mul(mul(y, iadd(ishl(half, 23), ONE())), iadd(ishl(isub(n, half), 23), ONE()));
}

/**
 * e^x for x <= 0: softmax, sigmoid, Gaussians. Below -60 it is 0 (e^-60 = 8.8e-27): what is
 * multiplied by such a result would be denormal next, and denormals cost 100 times as much. Also
 * right for 0 < x < 88; wrong above. Error: 1.01 ulp for x >= -60.
 */
export function expNegative(x: Lanes): Lanes {
  const t = shifted(x);
  const y = add(expm1Reduced(reduced(x, t)), ONE());
  // t << 23 leaves n in the exponent's place: the bits of MAGIC itself are shifted out.
  return andnot(mul(y, iadd(ishl(t, 23), ONE())), lt(x, EXP_FLUSH()));
}

/**
 * e^x - 1 = 2^n (e^r - 1) + (2^n - 1), so that nothing cancels near 0; with 2^(n-1) and a doubling,
 * as 2^128 is no float. Below 2^-24 it is x itself, which keeps -0 and denormals. Error: 1.63 ulp.
 */
export function expm1(x: Lanes): Lanes {
  const clamped = pmax(pmin(x, EXP_MAX()), EXPM1_MIN());
  const t = shifted(clamped);
  const scale = iadd(ishl(t, 23), HALF());
  const y = madd(expm1Reduced(reduced(clamped, t)), scale, sub(scale, HALF()));
  return select(x, add(y, y), lt(abs(x), TINY()));
}

/**
 * 1 / (1 + e^-x) from e = e^-|x|, so that nothing overflows: 1 / (1 + e) where x >= 0 and e / (1 +
 * e) below. With `positive` inverted it is 1 - sigmoid(x), without a difference.
 */
export function sigmoidOf(e: Lanes, positive: Lanes): Lanes {
  return div(select(ONE(), e, positive), add(ONE(), e));
}

/** 1 / (1 + e^-x). 0 below -60 (see `expNegative`). Error: 2.3 ulp for x >= -60. */
export function sigmoid(x: Lanes): Lanes {
  return sigmoidOf(expNegative(or(x, SIGN())), ge(x, splat(0)));
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
