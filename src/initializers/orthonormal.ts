/**
 * Orthonormal columns that span those of a matrix: Q of its QR decomposition with a positive diagonal of R, which
 * makes it unique, and uniform over all orthogonal matrices where the elements are standard normals (Mezzadri 2007).
 * By Householder reflections in float64 (Golub & Van Loan, algorithms 5.1.1 and 5.2.1).
 *
 * @param a     float64[columns, rows]: one column after the other; is overwritten
 * @param rows  >= columns
 * @returns float64[columns, rows]
 */
export function orthonormalColumns(a: Float64Array, rows: number, columns: number): Float64Array {
  const column = (m: Float64Array, j: number): Float64Array => m.subarray(j * rows, (j + 1) * rows);
  // Below the diagonal `a` holds the reflections I - factor v v^T.
  const factors = new Float64Array(columns);
  const signs = new Float64Array(columns);
  for (let k = 0; k < columns; k++) {
    const v = column(a, k);
    let square = 0;
    for (let i = k; i < rows; i++) square += v[i]! * v[i]!;
    const head = v[k]!;
    // Away from the head, so that nothing cancels: then R has the opposite sign on its diagonal.
    const norm = Math.sqrt(square);
    signs[k] = head > 0 ? -1 : 1;
    v[k] = head + (head > 0 ? norm : -norm);
    const length = 2 * (square + Math.abs(head) * norm);
    factors[k] = length === 0 ? 0 : 2 / length;
    for (let j = k + 1; j < columns; j++) reflect(v, factors[k]!, column(a, j), k, rows);
  }
  const q = new Float64Array(a.length);
  for (let j = 0; j < columns; j++) q[j * rows + j] = signs[j]!;
  for (let k = columns - 1; k >= 0; k--) {
    for (let j = k; j < columns; j++) reflect(column(a, k), factors[k]!, column(q, j), k, rows);
  }
  return q;
}

/** x = x - factor v (v . x), elements from `from` on. */
function reflect(
  v: Float64Array,
  factor: number,
  x: Float64Array,
  from: number,
  rows: number,
): void {
  let dot = 0;
  for (let i = from; i < rows; i++) dot += v[i]! * x[i]!;
  const step = factor * dot;
  for (let i = from; i < rows; i++) x[i] = x[i]! - step * v[i]!;
}
