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
