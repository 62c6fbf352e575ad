import { LANES, and, at, gt, load, pmax, splat, store } from "../lanes";

/**
 * Rectified linear unit, `out = max(x, 0)`. NaN stays NaN. May run in place.
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function relu(x: usize, out: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    store(at(out, i), pmax(load(at(x, i)), zero));
  }
}

/**
 * Gradient of relu, `dx = y > 0 ? dy : 0`; 0 at the kink, as in PyTorch. May run in place on dy.
 *
 * @grain 16
 * @param y   f32[n], the output of relu
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function reluGrad(y: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    store(at(dx, i), and(load(at(dy, i)), gt(load(at(y, i)), zero)));
  }
}
