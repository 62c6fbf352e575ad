import { pixels4x8 } from "./pixels4x8";
import { pixels6x8 } from "./pixels6x8";
import { runs4x8 } from "./runs4x8";
import { runs6x8 } from "./runs6x8";
import { tile4x8 } from "./tile4x8";
import { tile6x8 } from "./tile6x8";

/** The tile of MR rows and NR columns that is fastest with this build's multiply-add. */
export function tile(
  k: i32,
  a: usize,
  strideA: usize,
  b: usize,
  strideB: usize,
  c: usize,
  strideC: usize,
  accumulate: bool,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) tile6x8(k, a, strideA, b, strideB, c, strideC, accumulate);
  else tile4x8(k, a, strideA, b, strideB, c, strideC, accumulate);
}

/** The same for a convolution: each of MR pixels has an address for every run of its window. */
export function runsTile(
  count: i32,
  runs: usize,
  b: usize,
  c: usize,
  strideC: usize,
  accumulate: bool,
  bias: usize,
  relu: bool,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) runs6x8(count, runs, b, c, strideC, accumulate, bias, relu);
  else runs4x8(count, runs, b, c, strideC, accumulate, bias, relu);
}

/** The same for a filter's gradient: MR elements of the windows of all pixels. */
export function pixelsTile(
  count: i32,
  runs: usize,
  offset: usize,
  strideA: usize,
  b: usize,
  c: usize,
  strideC: usize,
  accumulate: bool,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) pixels6x8(count, runs, offset, strideA, b, c, strideC, accumulate);
  else pixels4x8(count, runs, offset, strideA, b, c, strideC, accumulate);
}
