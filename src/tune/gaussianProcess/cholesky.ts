/**
 * The lower factor of a symmetric positive definite matrix, in place: A = L L^T.
 *
 * @param a  float64[n, n], its lower triangle is read and overwritten
 * @returns false if the matrix is not positive definite
 */
export function factor(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      const [ri, rj] = [i * n, j * n];
      for (let k = 0; k < j; k++) sum -= a[ri + k]! * a[rj + k]!;
      if (i > j) a[ri + j] = sum / a[rj + j]!;
      else if (sum > 0 && sum < Infinity) a[ri + i] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** Solves L y = b in place. */
export function forward(l: Float64Array, b: Float64Array): void {
  const n = b.length;
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= l[i * n + k]! * b[k]!;
    b[i] = sum / l[i * n + i]!;
  }
}

/** Solves L^T x = b in place. Goes by rows, which lie side by side in memory. */
export function backward(l: Float64Array, b: Float64Array): void {
  const n = b.length;
  for (let i = n - 1; i >= 0; i--) {
    const x = b[i]! / l[i * n + i]!;
    b[i] = x;
    for (let k = 0; k < i; k++) b[k]! -= l[i * n + k]! * x;
  }
}

/** A^-1 from its factor: float64[n, n], both triangles. */
export function inverse(l: Float64Array, n: number): Float64Array {
  // Rows of L^-1 first, then L^-T L^-1.
  const m = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const own = 1 / l[i * n + i]!;
    for (let k = 0; k < i; k++) {
      const f = l[i * n + k]! * own;
      for (let j = 0; j <= k; j++) m[i * n + j]! -= f * m[k * n + j]!;
    }
    m[i * n + i] = own;
  }
  const out = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i <= k; i++) {
      const f = m[k * n + i]!;
      for (let j = 0; j <= i; j++) out[i * n + j]! += f * m[k * n + j]!;
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j]!;
  return out;
}
