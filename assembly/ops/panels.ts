import { packPanels } from "../gemm/panels";

/**
 * Packs a matrix into panels of eight columns, once for all the products of a recurrence. See ../gemm/panels.
 *
 * @grain 1
 * @param b           f32[k,n], or f32[n,k] where transposed
 * @param out         f32[k rounded up to 4][n rounded up to 8]
 * @param strideB     bytes from one stored row of b to the next
 * @param transposed  1: b is stored [n,k]
 * @param n           columns of op(b)
 * @param k           rows of op(b)
 */
export function panels(
  b: usize,
  out: usize,
  strideB: i32,
  transposed: i32,
  n: i32,
  k: i32,
  begin: i32,
  end: i32,
): void {
  packPanels(out, b, <usize>strideB, transposed != 0, n, k, begin, end);
}
