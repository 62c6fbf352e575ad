import { TRANSPOSE_A, TRANSPOSE_B, gemm } from "../gemm/gemm";

/** Threads share columns of the result instead of rows. */
const SPLIT_COLUMNS: i32 = 4;

/**
 * Matrix product, `out[m,n] = activation(op(A) op(B) + bias)`.
 *
 * k is summed in order within blocks of 384, and the blocks are added in order: the same bits for any
 * split. NaN and infinity reach exactly the elements whose row and column hold them. k = 0 gives the
 * bias, or zeros. `out` may alias nothing. Threads share rows, or columns by flag: 16 columns are a cache
 * line, which two threads must not both write, and a rest of a tile of rows costs less than uneven halves.
 *
 * @grain 16
 * @param a      f32[m,k], or f32[k,m] where transposed
 * @param b      f32[k,n], or f32[n,k] where transposed
 * @param bias   f32[n], 0 for none
 * @param out    f32[m,n]
 * @param m      rows of the result
 * @param n      columns of the result
 * @param k      length of the sums
 * @param flags  1: A is transposed; 2: B is transposed; 4: [begin, end) are columns, not rows;
 *               bits 8 to 11: activation, 0 none, 1 relu
 */
export function matmul(
  a: usize,
  b: usize,
  bias: usize,
  out: usize,
  m: i32,
  n: i32,
  k: i32,
  flags: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const rowA = rowBytes(flags & TRANSPOSE_A, m, k);
  const rowB = rowBytes(flags & TRANSPOSE_B, k, n);
  const rowC = (<usize>n) << 2;
  const part = end - begin;
  const activation = (flags >> 8) & 15;
  if (flags & SPLIT_COLUMNS) {
    b += <usize>begin * (flags & TRANSPOSE_B ? rowB : 4);
    if (bias) bias += (<usize>begin) << 2;
    out += (<usize>begin) << 2;
    gemm(a, rowA, b, rowB, bias, out, rowC, m, part, k, flags, activation, scratch);
  } else {
    a += <usize>begin * (flags & TRANSPOSE_A ? 4 : rowA);
    out += <usize>begin * rowC;
    gemm(a, rowA, b, rowB, bias, out, rowC, part, n, k, flags, activation, scratch);
  }
}

/**
 * Matrix products side by side, `out[i] = op(A[i]) op(B[i])`, each as `matmul` defines it.
 *
 * @grain 1
 * @param a          f32[batch][m,k], or [k,m] where transposed
 * @param b          f32[batch][k,n], or [n,k] where transposed
 * @param out        f32[batch][m,n]
 * @param m          rows of a result
 * @param n          columns of a result
 * @param k          length of the sums
 * @param flags      1: A is transposed; 2: B is transposed
 * @param strideA    bytes from one A to the next, 0 where all share one
 * @param strideB    bytes from one B to the next, 0 where all share one
 * @param strideOut  bytes from one result to the next
 */
export function batchMatmul(
  a: usize,
  b: usize,
  out: usize,
  m: i32,
  n: i32,
  k: i32,
  flags: i32,
  strideA: i32,
  strideB: i32,
  strideOut: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const rowA = rowBytes(flags & TRANSPOSE_A, m, k);
  const rowB = rowBytes(flags & TRANSPOSE_B, k, n);
  const rowC = (<usize>n) << 2;
  for (let i = begin; i < end; i++) {
    const matrixA = a + <usize>i * <usize>strideA;
    const matrixB = b + <usize>i * <usize>strideB;
    const matrixC = out + <usize>i * <usize>strideOut;
    gemm(matrixA, rowA, matrixB, rowB, 0, matrixC, rowC, m, n, k, flags, 0, scratch);
  }
}

/** Bytes of a stored row of a matrix [rows,columns]. */
function rowBytes(transposed: i32, rows: i32, columns: i32): usize {
  return (<usize>(transposed ? rows : columns)) << 2;
}
