/** Softmax and its logarithm along the middle axis of [outer, length, inner]; inner is 1 for rows. */
import { Softmax, SoftmaxGrad, LogSoftmax, LogSoftmaxGrad, walk } from "../softmax/rowsAndColumns";

/**
 * `out = e^x / sum e^x` along the middle axis, shifted by the largest so that nothing overflows. With a
 * NaN or Infinity, or with nothing but -Infinity, all are NaN, as in PyTorch. May run in place.
 *
 * @grain 1
 * @param x       f32[outer, length, inner]
 * @param out     f32[outer, length, inner], may be x
 * @param length  elements that sum to 1
 * @param inner   elements behind the axis
 */
export function softmax(
  x: usize,
  out: usize,
  length: i32,
  inner: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  walk<Softmax>(x, x, out, length, inner, scratch, begin, end);
}

/**
 * Gradient of softmax, `dx = y (dy - sum y dy)`. May run in place on dy.
 *
 * @grain 1
 * @param y       f32[outer, length, inner], the output of softmax
 * @param dy      f32[outer, length, inner]
 * @param dx      f32[outer, length, inner], may be dy
 * @param length  elements that sum to 1
 * @param inner   elements behind the axis
 */
export function softmaxGrad(
  y: usize,
  dy: usize,
  dx: usize,
  length: i32,
  inner: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  walk<SoftmaxGrad>(y, dy, dx, length, inner, scratch, begin, end);
}

/**
 * `out = x - log sum e^x` along the middle axis, shifted by the largest. With a NaN or Infinity, or with
 * nothing but -Infinity, all are NaN, as in PyTorch. May run in place.
 *
 * @grain 1
 * @param x       f32[outer, length, inner]
 * @param out     f32[outer, length, inner], may be x
 * @param length  elements whose e^out sum to 1
 * @param inner   elements behind the axis
 */
export function logSoftmax(
  x: usize,
  out: usize,
  length: i32,
  inner: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  walk<LogSoftmax>(x, x, out, length, inner, scratch, begin, end);
}

/**
 * Gradient of logSoftmax, `dx = dy - e^y sum dy`. May run in place on dy.
 *
 * @grain 1
 * @param y       f32[outer, length, inner], the output of logSoftmax
 * @param dy      f32[outer, length, inner]
 * @param dx      f32[outer, length, inner], may be dy
 * @param length  elements whose e^y sum to 1
 * @param inner   elements behind the axis
 */
export function logSoftmaxGrad(
  y: usize,
  dy: usize,
  dx: usize,
  length: i32,
  inner: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  walk<LogSoftmaxGrad>(y, dy, dx, length, inner, scratch, begin, end);
}
