/** Logarithms: x = 2^e (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2). */
import { HALF, INFINITY, MINUS_INFINITY, ONE, TWO } from "../constants";
import {
  Lanes,
  abs,
  add,
  and,
  div,
  eq,
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
  not,
  or,
  select,
  splat,
  sub,
  toFloat,
} from "../lanes";
import { poly2 } from "./polynomial";

const FLOATS: usize = memory.data<f32>(
  [
    0.693359375, // 0: ln 2, upper 10 bits: 355 / 512
    -0.00021219444005469057, // 4: ln 2 - 355 / 512
    5.960464477539063e-8, // 8: 2^-24
    1.1754943508222875e-38, // 12: 2^-126
    8388608.0, // 16: 2^23
    23.0, // 20
    0.4426950408889634, // 24: log2(e) - 1
  ],
  16,
);

/** n LN2_HI is exact for |n| < 2^14. */
function LN2_HI(): Lanes {
  return loadSplat(FLOATS);
}
function LN2_LO(): Lanes {
  return loadSplat(FLOATS + 4);
}
/** Below 2^-24, f(x) = x (1 + O(x)) rounds to x. */
function TINY(): Lanes {
  return loadSplat(FLOATS + 8);
}
function MIN_NORMAL(): Lanes {
  return loadSplat(FLOATS + 12);
}
function TWO_23(): Lanes {
  return loadSplat(FLOATS + 16);
}
function FLOAT_23(): Lanes {
  return loadSplat(FLOATS + 20);
}
function LOG2E_MINUS_1(): Lanes {
  return loadSplat(FLOATS + 24);
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

/** (2 atanh(s) / s - 2) / s^2 in s^2, for s = f / (2 + f). Fit 2^-29.2 of log(1 + f). */
const LOG_TAIL: usize = memory.data<f32>([0.298714608, 0.3997756839, 0.6666677594], 16);

/**
 * log(1 + f) - f. With s = f / (2 + f), log(1 + f) = 2 atanh(s) = s (2 + R), and as f - s f = 2 s
 * it is f - (h - s (h + R)) with h = f^2 / 2, in which the largest term, f, is exact.
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
 * Natural logarithm, e ln 2 + log(1 + f). log(+-0) = -Infinity; below 0 NaN. Denormals are scaled
 * by 2^23 first. Error: 0.81 ulp.
 */
export function log(x: Lanes): Lanes {
  const denormal = lt(x, MIN_NORMAL());
  const split = logSplit(select(mul(x, TWO_23()), x, denormal));
  const e = sub(logExponent(split), and(denormal, FLOAT_23()));
  return logSpecial(x, logJoin(e, logFraction(split)));
}

/**
 * Logarithm to base 2, e + log2(e) (f + tail): the summands are added from the smallest up, so
 * powers of two are exact. Error: 1.2 ulp.
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
 * f = (fraction of u) + c / 2^e: f is finer than u, and equals x where e = 0. log1p(-1) =
 * -Infinity; below -1 NaN; below 2^-24 it is x itself, which keeps -0 and denormals. Error: 1.33
 * ulp.
 */
export function log1p(x: Lanes): Lanes {
  const u = add(ONE(), x);
  const c = sub(x, sub(u, ONE()));
  const split = logSplit(u);
  const exponent = ishr(split, 23);
  // c / 2^e as (c / 2) 2^(1-e): the factor's exponent field 128 - e stays in range up to e = 128.
  const f = madd(mul(c, HALF()), ishl(isub(INTEGER_128(), exponent), 23), logFraction(split));
  const y = logSpecial(u, logJoin(toFloat(exponent), f));
  return select(x, y, lt(abs(x), TINY()));
}
