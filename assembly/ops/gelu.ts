/**
 * GELU, x times the probability that a standard normal is below x, and its tanh form. Source:
 * Hendrycks & Gimpel 2016 (arXiv:1606.08415). All may run in place. -Infinity gives NaN (-Infinity
 * times 0), as in PyTorch.
 */
import { MINUS_HALF, ONE, SIGN } from "../constants";
import {
  LANES,
  Lanes,
  at,
  ge,
  load,
  loadSplat,
  madd,
  mul,
  not,
  or,
  pmin,
  splat,
  store,
} from "../lanes";
import { expNegative, normalBelow, sigmoid, sigmoidOf } from "../math";

const FLOATS: usize = memory.data<f32>(
  [
    0.3989422804014327, // 0: 1 / sqrt(2 pi)
    1.5957691216057306, // 4: 2 sqrt(2 / pi)
    0.044715, // 8
    0.134145, // 12: 3 times 0.044715
    1.0e6, // 16
  ],
  16,
);
function INVERSE_SQRT_TWO_PI(): Lanes {
  return loadSplat(FLOATS);
}
function BEND(): Lanes {
  return loadSplat(FLOATS + 4);
}
function CUBIC(): Lanes {
  return loadSplat(FLOATS + 8);
}
function CUBIC_3(): Lanes {
  return loadSplat(FLOATS + 12);
}
/** Where sigmoid has long been 0 or 1: keeps x^2 finite. */
function SQUARE_MAX(): Lanes {
  return loadSplat(FLOATS + 16);
}

/** 2 sqrt(2 / pi) (x + 0.044715 x^3). */
function bend(x: Lanes, square: Lanes): Lanes {
  return mul(mul(x, BEND()), madd(square, CUBIC(), ONE()));
}

/** e^(-x^2 / 2). */
function bell(x: Lanes): Lanes {
  return expNegative(mul(mul(x, x), MINUS_HALF()));
}

/**
 * Gaussian error linear unit, `out = x P(x)`, `P(x) = (1 + erf(x / sqrt 2)) / 2`.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function gelu(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(at(out, i), mul(v, normalBelow(v, bell(v))));
  }
}

/**
 * Gradient of gelu, `dx = dy (P(x) + x p(x))`, p the normal density.
 *
 * @grain 16
 * @param x   f32[n], the input of the forward pass
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function geluGrad(x: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    const e = bell(v);
    const slope = madd(v, mul(e, INVERSE_SQRT_TWO_PI()), normalBelow(v, e));
    store(at(dx, i), mul(load(at(dy, i)), slope));
  }
}

/**
 * Tanh form of gelu, `out = x (1 + tanh(z / 2)) / 2`, `z = 2 sqrt(2 / pi) (x + 0.044715 x^3)`,
 * computed as `x sigmoid(z)`, which is the same and keeps the digits of its negative tail.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function geluTanh(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(at(out, i), mul(v, sigmoid(bend(v, pmin(mul(v, v), SQUARE_MAX())))));
  }
}

/**
 * Gradient of geluTanh, `dx = dy s (1 + x (1 - s) z')`, s = sigmoid(z), z' = 2 sqrt(2 / pi) (1 +
 * 0.134145 x^2).
 *
 * @grain 16
 * @param x   f32[n], the input of the forward pass
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function geluTanhGrad(x: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    const square = pmin(mul(v, v), SQUARE_MAX());
    const z = bend(v, square);
    const e = expNegative(or(z, SIGN()));
    const positive = ge(z, zero);
    const s = sigmoidOf(e, positive);
    const rest = sigmoidOf(e, not(positive));
    const slope = mul(madd(square, CUBIC_3(), ONE()), BEND());
    store(at(dx, i), mul(load(at(dy, i)), mul(s, madd(mul(v, rest), slope, ONE()))));
  }
}
