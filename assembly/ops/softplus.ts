/** Softplus, log-sigmoid and softsign: smooth bends. All may run in place. */
import { ONE, SIGN } from "../constants";
import {
  LANES,
  Lanes,
  abs,
  add,
  at,
  div,
  gt,
  load,
  mul,
  neg,
  or,
  pmax,
  pmin,
  select,
  splat,
  store,
  sub,
} from "../lanes";
import { expNegative, log1p, sigmoid } from "../math";

/** log(1 + e^-|x|). */
function logOnePlus(x: Lanes): Lanes {
  return log1p(expNegative(or(x, SIGN())));
}

/**
 * Smooth rectifier, `out = beta x > threshold ? x : log(1 + e^(beta x)) / beta`, computed as
 * `(max(beta x, 0) + log(1 + e^-|beta x|)) / beta`, which cannot overflow. PyTorch: beta 1,
 * threshold 20.
 *
 * @grain 16
 * @param x          f32[n]
 * @param out        f32[n], may be x
 * @param beta       sharpness, above 0
 * @param threshold  beta x above it is linear
 */
export function softplus(
  x: usize,
  out: usize,
  beta: f32,
  threshold: f32,
  begin: i32,
  end: i32,
): void {
  const b = splat(beta);
  const limit = splat(threshold);
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    const z = mul(v, b);
    const soft = div(add(pmax(z, zero), logOnePlus(z)), b);
    store(at(out, i), select(v, soft, gt(z, limit)));
  }
}

/**
 * Gradient of softplus, `dx = beta x > threshold ? dy : dy sigmoid(beta x)`.
 *
 * @grain 16
 * @param x          f32[n], the input of the forward pass
 * @param dy         f32[n]
 * @param dx         f32[n], may be dy
 * @param beta       sharpness, above 0
 * @param threshold  beta x above it is linear
 */
export function softplusGrad(
  x: usize,
  dy: usize,
  dx: usize,
  beta: f32,
  threshold: f32,
  begin: i32,
  end: i32,
): void {
  const b = splat(beta);
  const limit = splat(threshold);
  for (let i = begin; i < end; i += LANES) {
    const z = mul(load(at(x, i)), b);
    const g = load(at(dy, i));
    store(at(dx, i), select(g, mul(g, sigmoid(z)), gt(z, limit)));
  }
}

/**
 * `out = log(1 / (1 + e^-x))`, computed as `min(x, 0) - log(1 + e^-|x|)`, which cannot overflow.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function logSigmoid(x: usize, out: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(at(out, i), sub(pmin(v, zero), logOnePlus(v)));
  }
}

/**
 * Gradient of logSigmoid, `dx = dy sigmoid(-x)`.
 *
 * @grain 16
 * @param x   f32[n], the input of the forward pass
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function logSigmoidGrad(x: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(dx, i), mul(load(at(dy, i)), sigmoid(neg(load(at(x, i))))));
  }
}

/**
 * `out = x / (1 + |x|)`. Infinities give NaN, as in PyTorch.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function softsign(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(at(out, i), div(v, add(ONE(), abs(v))));
  }
}

/**
 * Gradient of softsign, `dx = dy / (1 + |x|)^2`.
 *
 * @grain 16
 * @param x   f32[n], the input of the forward pass
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function softsignGrad(x: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const d = add(ONE(), abs(load(at(x, i))));
    store(at(dx, i), div(load(at(dy, i)), mul(d, d)));
  }
}
