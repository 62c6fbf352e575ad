/**
 * Elementary functions, element by element. Errors in ulp, special values and methods are with the
 * vector functions in ../math. All may run in place.
 */
import { ONE } from "../constants";
import { LANES, at, load, mul, nmadd, splat, store, sub } from "../lanes";
import * as lanes from "../lanes";
import * as math from "../math";

/**
 * Exponential, `out = e^x`. Overflow gives Infinity; NaN stays NaN.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function exp(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), math.exp(load(at(x, i))));
  }
}

/**
 * `out = e^x - 1`, accurate near 0, -0 stays -0.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function expm1(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), math.expm1(load(at(x, i))));
  }
}

/**
 * Natural logarithm. 0 gives -Infinity, negative x gives NaN.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function log(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), math.log(load(at(x, i))));
  }
}

/**
 * `out = log(1 + x)`, accurate near 0, -0 stays -0. -1 gives -Infinity, x below -1 gives NaN.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function log1p(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), math.log1p(load(at(x, i))));
  }
}

/**
 * Logarithm to base 2, exact at powers of two. 0 gives -Infinity, negative x gives NaN.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function log2(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), math.log2(load(at(x, i))));
  }
}

/**
 * Sine of x in radians, reduced exactly for every x. Infinities give NaN.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function sin(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), math.sin(load(at(x, i))));
  }
}

/**
 * Cosine of x in radians, reduced exactly for every x. Infinities give NaN.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function cos(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), math.cos(load(at(x, i))));
  }
}

/**
 * Error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function erf(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), math.erf(load(at(x, i))));
  }
}

/**
 * Hyperbolic tangent.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function tanh(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), math.tanh(load(at(x, i))));
  }
}

/**
 * Gradient of tanh, `dx = dy (1 - y^2)`.
 *
 * @grain 16
 * @param y   f32[n], the output of tanh
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function tanhGrad(y: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(y, i));
    store(at(dx, i), mul(load(at(dy, i)), nmadd(v, v, ONE())));
  }
}

/**
 * Logistic function, `out = 1 / (1 + e^-x)`; 0 below -60.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function sigmoid(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), math.sigmoid(load(at(x, i))));
  }
}

/**
 * Gradient of sigmoid, `dx = dy (1 - y) y`.
 *
 * @grain 16
 * @param y   f32[n], the output of sigmoid
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function sigmoidGrad(y: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(y, i));
    store(at(dx, i), mul(mul(load(at(dy, i)), sub(ONE(), v)), v));
  }
}

/**
 * Square root, correctly rounded. Negative x gives NaN, -0 stays -0.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function sqrt(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), lanes.sqrt(load(at(x, i))));
  }
}

/**
 * `out = 1 / sqrt(x)`. 0 gives Infinity, -0 gives -Infinity.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function rsqrt(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), math.rsqrt(load(at(x, i))));
  }
}

/**
 * `out = 1 / x`, correctly rounded.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function reciprocal(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), lanes.div(ONE(), load(at(x, i))));
  }
}

/**
 * `out = x^2`.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function square(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(at(out, i), mul(v, v));
  }
}

/**
 * `out = x^exponent`, with the special values of C99: x^0 = 1, a negative x with an exponent that
 * is no integer gives NaN.
 *
 * @grain 16
 * @param x         f32[n]
 * @param out       f32[n], may be x
 * @param exponent  the same for all elements
 */
export function powScalar(x: usize, out: usize, exponent: f32, begin: i32, end: i32): void {
  const y = splat(exponent);
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), math.pow(load(at(x, i)), y));
  }
}
