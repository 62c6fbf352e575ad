/**
 * Piecewise linear units. All may run in place; NaN stays NaN in the forward pass. At a kink the
 * gradient is PyTorch's.
 */
import { HALF, SIX, THREE } from "../constants";
import {
  LANES,
  Lanes,
  add,
  and,
  at,
  div,
  ge,
  gt,
  le,
  load,
  lt,
  mul,
  neg,
  pmax,
  pmin,
  select,
  splat,
  store,
} from "../lanes";

/** min(max(x + 3, 0), 6) / 6. */
function ramp(x: Lanes): Lanes {
  return div(pmin(pmax(add(x, THREE()), splat(0)), SIX()), SIX());
}

/**
 * Leaky rectifier, `out = x > 0 ? x : alpha x`.
 *
 * @grain 16
 * @param x      f32[n]
 * @param out    f32[n], may be x
 * @param alpha  slope below 0
 */
export function leakyRelu(x: usize, out: usize, alpha: f32, begin: i32, end: i32): void {
  const a = splat(alpha);
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(at(out, i), select(v, mul(v, a), gt(v, zero)));
  }
}

/**
 * Gradient of leakyRelu, `dx = x > 0 ? dy : alpha dy`. x may be the output, if alpha > 0.
 *
 * @grain 16
 * @param x      f32[n], the input of the forward pass
 * @param dy     f32[n]
 * @param dx     f32[n], may be dy
 * @param alpha  slope below 0
 */
export function leakyReluGrad(
  x: usize,
  dy: usize,
  dx: usize,
  alpha: f32,
  begin: i32,
  end: i32,
): void {
  const a = splat(alpha);
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const g = load(at(dy, i));
    store(at(dx, i), select(g, mul(g, a), gt(load(at(x, i)), zero)));
  }
}

/**
 * `out = min(max(x, 0), 6)`.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function relu6(x: usize, out: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), pmin(pmax(load(at(x, i)), zero), SIX()));
  }
}

/**
 * Gradient of relu6, `dx = 0 < y < 6 ? dy : 0`.
 *
 * @grain 16
 * @param y   f32[n], the input or the output of relu6
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function relu6Grad(y: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(y, i));
    store(at(dx, i), and(load(at(dy, i)), and(gt(v, zero), lt(v, SIX()))));
  }
}

/**
 * `out = min(max(x + 3, 0), 6) / 6`, PyTorch's form. (Keras 2 has slope 0.2.)
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function hardSigmoid(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), ramp(load(at(x, i))));
  }
}

/**
 * Gradient of hardSigmoid, `dx = -3 < x < 3 ? dy / 6 : 0`.
 *
 * @grain 16
 * @param x   f32[n], the input of the forward pass
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function hardSigmoidGrad(x: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  const low = neg(THREE());
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(at(dx, i), and(div(load(at(dy, i)), SIX()), and(gt(v, low), lt(v, THREE()))));
  }
}

/**
 * `out = x min(max(x + 3, 0), 6) / 6`. -Infinity gives NaN, as in PyTorch. Source: Howard et al.
 * 2019 (arXiv:1905.02244).
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function hardSwish(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(at(out, i), mul(v, ramp(v)));
  }
}

/**
 * Gradient of hardSwish, `dx = dy (x < -3 ? 0 : x <= 3 ? x / 3 + 1/2 : 1)`.
 *
 * @grain 16
 * @param x   f32[n], the input of the forward pass
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function hardSwishGrad(x: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  const low = neg(THREE());
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    const g = load(at(dy, i));
    const middle = mul(g, add(div(v, THREE()), HALF()));
    store(at(dx, i), and(select(middle, g, le(v, THREE())), ge(v, low)));
  }
}

/**
 * `out = min(max(x, min), max)`.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 * @param min  lower bound
 * @param max  upper bound, not below min
 */
export function clamp(x: usize, out: usize, min: f32, max: f32, begin: i32, end: i32): void {
  const low = splat(min);
  const high = splat(max);
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), pmin(pmax(load(at(x, i)), low), high));
  }
}

/**
 * Gradient of clamp, `dx = min <= x <= max ? dy : 0`.
 *
 * @grain 16
 * @param x    f32[n], the input of the forward pass
 * @param dy   f32[n]
 * @param dx   f32[n], may be dy
 * @param min  lower bound
 * @param max  upper bound, not below min
 */
export function clampGrad(
  x: usize,
  dy: usize,
  dx: usize,
  min: f32,
  max: f32,
  begin: i32,
  end: i32,
): void {
  const low = splat(min);
  const high = splat(max);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(at(dx, i), and(load(at(dy, i)), and(ge(v, low), le(v, high))));
  }
}
