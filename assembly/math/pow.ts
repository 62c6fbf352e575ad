/** Powers. */
import { HALF, INFINITY, ONE, SIGN } from "../constants";
import {
  Doubles,
  Lanes,
  abs,
  addDoubles,
  addLongs,
  and,
  andnot,
  div,
  divDoubles,
  eq,
  floor,
  fromDoubles,
  highDoubles,
  loadDoubles,
  lowDoubles,
  lt,
  mul,
  mulDoubles,
  ne,
  not,
  or,
  pmaxDoubles,
  pminDoubles,
  select,
  shlLongs,
  shrLongs,
  splat,
  sqrt,
  subDoubles,
  xor,
} from "../lanes";

/**
 * 1 / sqrt(x), both correctly rounded: rsqrt(0) = Infinity, rsqrt(-0) = -Infinity. Error: 1.5 ulp.
 */
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
    0.28290974468957636, 0.3199049976791827, 0.41220927019560505, 0.5770779421800802,
    0.9617966941140138, 2.8853900817778495,
  ],
  16,
);

/** 2^r on |r| <= 1/2. Fit 2^-34.5. */
const EXP2_DOUBLES: usize = memory.data<f64>(
  [
    1.520189985777778e-5, 0.00015469317299085237, 0.0013333922860678557, 0.00961802717279199,
    0.05550410352826167, 0.2402265119875434, 0.6931471807287196, 0.9999999999616219,
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
  const clamped = pmaxDoubles(pminDoubles(x, loadDoubles(DOUBLES + 24)), loadDoubles(DOUBLES + 32));
  const t = addDoubles(clamped, magic);
  const r = subDoubles(clamped, subDoubles(t, magic));
  let p = poly4Doubles(r, EXP2_DOUBLES);
  p = maddDoubles(p, r, loadDoubles(EXP2_DOUBLES + 40));
  p = maddDoubles(p, r, loadDoubles(EXP2_DOUBLES + 48));
  p = maddDoubles(p, r, loadDoubles(EXP2_DOUBLES + 56));
  return mulDoubles(p, addLongs(shlLongs(t, 52), loadDoubles(DOUBLES)));
}

/**
 * x^y = 2^(y log2 |x|), in f64 pairs: y log2 |x| needs 8 bits more than f32 has, and rounding the
 * f64 result gives overflow and denormals for nothing. The same bits in all builds. Special values
 * as in C99 and IEEE 754-2008 9.2.1: x^0 = 1 and 1^y = 1 even for NaN, (-1)^(+-Infinity) = 1, a
 * negative x with a y that is no integer gives NaN, an odd y keeps the sign of x, also of -0.
 * Error: 0.51 ulp.
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
