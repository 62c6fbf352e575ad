/**
 * GELU, x times the probability that a standard normal is below x, and its tanh form. Source: Hendrycks &
 * Gimpel 2016 (arXiv:1606.08415). All may run in place. -Infinity gives NaN (-Infinity times 0), as in
 * PyTorch.
 */
import { HALF, MINUS_HALF, ONE } from "../constants";
import { LANES, Lanes, add, at, load, loadSplat, madd, mul, nmadd, pmin, store } from "../lanes";
import { erf, expNegative, tanh } from "../math";

const FLOATS: usize = memory.data<f32>(
  [
    0.70710678118654752, // 0: sqrt(1/2)
    0.39894228040143268, // 4: 1 / sqrt(2 pi)
    0.79788456080286536, // 8: sqrt(2 / pi)
    0.044715, // 12
    0.134145, // 16: 3 times 0.044715
    1.0e6, // 20
  ],
  16,
);
function SQRT_HALF(): Lanes {
  return loadSplat(FLOATS);
}
function INVERSE_SQRT_TWO_PI(): Lanes {
  return loadSplat(FLOATS + 4);
}
function SQRT_TWO_OVER_PI(): Lanes {
  return loadSplat(FLOATS + 8);
}
function CUBIC(): Lanes {
  return loadSplat(FLOATS + 12);
}
function CUBIC_3(): Lanes {
  return loadSplat(FLOATS + 16);
}
/** Where tanh has long been 1: keeps x^2 finite. */
function SQUARE_MAX(): Lanes {
  return loadSplat(FLOATS + 20);
}

/** Probability that a standard normal is below x, `(1 + erf(x / sqrt 2)) / 2`. */
function normalBelow(x: Lanes): Lanes {
  return madd(erf(mul(x, SQRT_HALF())), HALF(), HALF());
}

/** tanh(sqrt(2 / pi) (x + 0.044715 x^3)). */
function tanhForm(x: Lanes, square: Lanes): Lanes {
  return tanh(mul(mul(x, SQRT_TWO_OVER_PI()), madd(square, CUBIC(), ONE())));
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
    store(at(out, i), mul(v, normalBelow(v)));
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
    const density = mul(expNegative(mul(mul(v, v), MINUS_HALF())), INVERSE_SQRT_TWO_PI());
    store(at(dx, i), mul(load(at(dy, i)), madd(v, density, normalBelow(v))));
  }
}

/**
 * Tanh form of gelu, `out = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2`.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function geluTanh(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    const t = tanhForm(v, pmin(mul(v, v), SQUARE_MAX()));
    store(at(out, i), mul(v, madd(t, HALF(), HALF())));
  }
}

/**
 * Gradient of geluTanh, `dx = dy ((1 + t) / 2 + x (1 - t^2) sqrt(2 / pi) (1 + 0.134145 x^2) / 2)`,
 * t the hyperbolic tangent.
 *
 * @grain 16
 * @param x   f32[n], the input of the forward pass
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function geluTanhGrad(x: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    const square = pmin(mul(v, v), SQUARE_MAX());
    const t = tanhForm(v, square);
    const inner = mul(madd(square, CUBIC_3(), ONE()), SQRT_TWO_OVER_PI());
    const slope = mul(mul(v, nmadd(t, t, ONE())), inner);
    store(at(dx, i), mul(load(at(dy, i)), mul(HALF(), add(add(ONE(), t), slope))));
  }
}
