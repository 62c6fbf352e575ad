import { at } from "../lanes";

/** A mean square in f32, 0 where it would be denormal. */
function normal(x: f64): f32 {
  return x < 1e-36 ? 0 : <f32>x;
}

/**
 * Adafactor's statistics of a matrix, rows [begin, end): `means = means + rate (mean over columns of (g^2 + added) - means)`.
 * In f64. NaN comes through.
 *
 * @grain 1
 * @param g          f32[rows,columns], gradients
 * @param rowMeans   f32[rows], mean squares of the rows, updated in place
 * @param gradScale  clip factor
 * @param rate       1 - beta2 of this step
 * @param added      added to each square
 * @param columns    length of a row
 */
export function adafactorRows(
  g: usize,
  rowMeans: usize,
  gradScale: f32,
  rate: f32,
  added: f32,
  columns: i32,
  begin: i32,
  end: i32,
): void {
  for (let i = begin; i < end; i++) {
    let p = at(g, i * columns);
    const last = at(p, columns);
    let sum: f64 = 0;
    for (; p < last; p += 4) {
      const x = <f64>load<f32>(p) * <f64>gradScale;
      sum += x * x + <f64>added;
    }
    const to = at(rowMeans, i);
    const old = <f64>load<f32>(to);
    store<f32>(to, normal(old + <f64>rate * (sum / <f64>columns - old)));
  }
}

/**
 * Adafactor's statistics of a matrix, columns [begin, end): as adafactorRows, over rows.
 *
 * @grain 16
 * @param g          f32[rows,columns], gradients
 * @param columnMeans f32[columns], mean squares of the columns, updated in place
 * @param gradScale  clip factor
 * @param rate       1 - beta2 of this step
 * @param added      added to each square
 * @param rows       length of a column
 * @param columns    length of a row
 */
export function adafactorColumns(
  g: usize,
  columnMeans: usize,
  gradScale: f32,
  rate: f32,
  added: f32,
  rows: i32,
  columns: i32,
  begin: i32,
  end: i32,
): void {
  for (let j = begin; j < end; j++) {
    let p = at(g, j);
    let sum: f64 = 0;
    for (let i = 0; i < rows; i++) {
      const x = <f64>load<f32>(p) * <f64>gradScale;
      sum += x * x + <f64>added;
      p = at(p, columns);
    }
    const to = at(columnMeans, j);
    const old = <f64>load<f32>(to);
    store<f32>(to, normal(old + <f64>rate * (sum / <f64>rows - old)));
  }
}

/**
 * Adafactor's direction for rows [begin, end) of a matrix, written over the gradients.
 *
 *     g = gradScale gradSign g / sqrt(max(rowMeans columnMeans / mean(rowMeans), least))
 *
 * NaN comes through. Source: Shazeer & Stern 2018, algorithm 4 (arXiv:1804.04235).
 *
 * @grain 1
 * @param g          f32[rows,columns], gradients, replaced by the direction
 * @param rowMeans   f32[rows], mean squares of the rows
 * @param columnMeans f32[columns], mean squares of the columns
 * @param gradScale  clip factor
 * @param gradSign   1 to minimize, -1 to maximize
 * @param least      smallest estimate of the square
 * @param rows       of the matrix
 * @param columns    of the matrix
 */
export function adafactorMatrix(
  g: usize,
  rowMeans: usize,
  columnMeans: usize,
  gradScale: f32,
  gradSign: f32,
  least: f32,
  rows: i32,
  columns: i32,
  begin: i32,
  end: i32,
): void {
  let mean: f64 = 0;
  for (let i = 0; i < rows; i++) mean += <f64>load<f32>(at(rowMeans, i));
  mean /= <f64>rows;
  const scale = <f64>gradScale * <f64>gradSign;
  for (let i = begin; i < end; i++) {
    const share = mean == 0 ? 1 : <f64>load<f32>(at(rowMeans, i)) / mean;
    for (let j = 0; j < columns; j++) {
      let v = share * <f64>load<f32>(at(columnMeans, j));
      if (v < <f64>least) v = <f64>least;
      const to = at(g, i * columns + j);
      const x = scale * <f64>load<f32>(to);
      store<f32>(to, x == 0 ? 0 : <f32>(x / sqrt<f64>(v)));
    }
  }
}

/**
 * Adafactor's direction for what is no matrix, elements [begin, end), written over the gradients.
 *
 *     v = v + rate ((gradScale g)^2 + added - v)
 *     g = gradScale gradSign g / sqrt(max(v, least))
 *
 * In f64. NaN comes through. Source: as adafactorMatrix.
 *
 * @grain 16
 * @param g          f32[n], gradients, replaced by the direction
 * @param v          f32[n], mean squares, updated in place
 * @param gradScale  clip factor
 * @param gradSign   1 to minimize, -1 to maximize
 * @param rate       1 - beta2 of this step
 * @param added      added to each square
 * @param least      smallest estimate of the square
 */
export function adafactorVector(
  g: usize,
  v: usize,
  gradScale: f32,
  gradSign: f32,
  rate: f32,
  added: f32,
  least: f32,
  begin: i32,
  end: i32,
): void {
  for (let i = begin; i < end; i++) {
    const from = at(g, i);
    const to = at(v, i);
    const x = <f64>load<f32>(from) * <f64>gradScale * <f64>gradSign;
    const old = <f64>load<f32>(to);
    let square = old + <f64>rate * (x * x + <f64>added - old);
    store<f32>(to, normal(square));
    if (square < <f64>least) square = <f64>least;
    store<f32>(from, x == 0 ? 0 : <f32>(x / sqrt<f64>(square)));
  }
}
