import { NonFiniteError } from "../../errors.ts";

/**
 * Solves A x = b for a symmetric positive definite A by A = L L^T, in place.
 *
 * @param a  float64[n, n], its lower triangle is read, and overwritten with L
 * @param b  float64[n], overwritten with x
 * @throws NonFiniteError if A is not positive definite
 */
export function solveCholesky(a: Float64Array, b: Float64Array): void {
  const n = b.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      if (i > j) a[i * n + j] = sum / a[j * n + j]!;
      else if (sum > 0 && sum < Infinity) a[i * n + i] = Math.sqrt(sum);
      else
        throw new NonFiniteError(
          `cholesky: the matrix must be positive definite, got pivot ${sum} in row ${i}; raise alpha`,
        );
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) b[i]! -= a[i * n + k]! * b[k]!;
    b[i]! /= a[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) b[i]! -= a[k * n + i]! * b[k]!;
    b[i]! /= a[i * n + i]!;
  }
}
