/** Sweeps, after which rounding is all that is left: six are usual. */
const SWEEPS = 30;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations: exact to rounding for small matrices, and made
 * of + - * / and roots only, so that every engine gives the same.
 *
 * @param matrix  f64[n, n], row-major; its upper half is read
 * @returns values f64[n], and vectors f64[n, n] whose column k belongs to value k
 */
export function eigen(
  matrix: Float64Array,
  n: number,
): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) off += a[p * n + q]! * a[p * n + q]!;
    if (off === 0) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, n, p, q);
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors };
}

/** Turns axes p and q so that their element becomes 0. */
function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const element = a[p * n + q]!;
  if (element === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * element);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  a[p * n + p]! -= t * element;
  a[q * n + q]! += t * element;
  a[p * n + q] = 0;
  // Elements of the upper half, whichever index is larger.
  const at = (i: number, j: number): number => (i < j ? i * n + j : j * n + i);
  for (let k = 0; k < n; k++) {
    if (k !== p && k !== q) turn(a, at(k, p), at(k, q), c, s);
    turn(vectors, k * n + p, k * n + q, c, s);
  }
}

function turn(list: Float64Array, i: number, j: number, c: number, s: number): void {
  const [x, y] = [list[i]!, list[j]!];
  list[i] = c * x - s * y;
  list[j] = s * x + c * y;
}
