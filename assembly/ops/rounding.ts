/** Absolute value, sign and rounding, element by element. All are exact and may run in place. */
import { MINUS_ONE, ONE } from "../constants";
import { LANES, and, at, gt, load, lt, or, splat, store } from "../lanes";
import * as lanes from "../lanes";

/**
 * Absolute value; of -0 it is 0.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function abs(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), lanes.abs(load(at(x, i))));
  }
}

/**
 * `out = -x`; of 0 it is -0.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function neg(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), lanes.neg(load(at(x, i))));
  }
}

/**
 * 1, -1, or 0 for both zeros and for NaN, as in PyTorch.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function sign(x: usize, out: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(at(out, i), or(and(ONE(), gt(v, zero)), and(MINUS_ONE(), lt(v, zero))));
  }
}

/**
 * Gradient of abs, `dx = dy sign(x)`; 0 at the kink, as in PyTorch.
 *
 * @grain 16
 * @param x   f32[n]
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function absGrad(x: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    const g = load(at(dy, i));
    store(at(dx, i), or(and(g, gt(v, zero)), and(lanes.neg(g), lt(v, zero))));
  }
}

/**
 * Largest integer not above x.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function floor(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), lanes.floor(load(at(x, i))));
  }
}

/**
 * Smallest integer not below x.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function ceil(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), lanes.ceil(load(at(x, i))));
  }
}

/**
 * Nearest integer, halves to even.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function round(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), lanes.nearest(load(at(x, i))));
  }
}

/**
 * Integer part, towards zero.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function trunc(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), lanes.trunc(load(at(x, i))));
  }
}
