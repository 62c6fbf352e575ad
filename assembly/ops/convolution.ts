import { convolve } from "../gemm/convolve";
import { filterGradient } from "../gemm/filterGradient";
import { convolveLines, isOfLines } from "../gemm/lines";

/**
 * Convolution of images in NHWC, `out = activation(sum over taps and channels of x w + bias)`, by a plan that
 * says which pixels of x meet which weights: so it is the gradient by the input as well.
 *
 * Sums run over taps and channels in the plan's order, in blocks of 384 that are added in order: the same
 * bits for any split. What lies outside of x counts as 0, and 0 times infinity is NaN. Without taps the
 * result is the bias, or zeros. `out` may alias nothing.
 *
 * @grain 24
 * @param x           f32[images, rows, columns, channels]
 * @param w           f32[taps, channels, out channels], or with the last two exchanged, as the plan says
 * @param bias        f32[out channels], 0 for none
 * @param out         f32, the result of the first pixel of the plan's grid
 * @param plan        u32[17 + taps + 5 runs], see assembly/gemm/convolve.ts
 * @param activation  0 none, 1 relu
 */
export function convolution(
  x: usize,
  w: usize,
  bias: usize,
  out: usize,
  plan: usize,
  activation: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  if (isOfLines(plan)) convolveLines(x, w, bias, out, plan, activation, scratch, begin, end);
  else convolve(x, w, bias, out, plan, activation, scratch, begin, end);
}

/**
 * Gradient of a convolution by its weights, `dw[tap, channel, out channel] = sum over pixels of x dy`.
 *
 * Pixels are summed in order (image, row, column) in blocks of 384 that are added in order: the same bits
 * for any split. What lies outside of x counts as 0. Without pixels the result is 0. `dw` may alias nothing.
 *
 * @grain 24
 * @param x     f32[images, rows, columns, channels]
 * @param dy    f32[images, out rows, out columns, out channels]
 * @param dw    f32[taps, channels of a group, out channels]
 * @param plan  u32[19], see assembly/gemm/filterGradient.ts
 */
export function convolutionFilterGrad(
  x: usize,
  dy: usize,
  dw: usize,
  plan: usize,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  filterGradient(x, dy, dw, plan, scratch, begin, end);
}
