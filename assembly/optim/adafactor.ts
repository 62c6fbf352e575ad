import {
  Doubles,
  LANES,
  addDoubles,
  andnot,
  at,
  divDoubles,
  eqDoubles,
  firstLanes,
  fromDoubles,
  highDoubles,
  lane0,
  load,
  loadSplat,
  lowDoubles,
  ltDoubles,
  mulDoubles,
  pmaxDoubles,
  select,
  splat,
  splatDoubles,
  sqrtDoubles,
  storePart,
  subDoubles,
  sumDoubles,
} from "../lanes";

/** Mean squares in f32 are 0 where they would be denormal. */
function normal(x: Doubles): Doubles {
  return andnot(x, ltDoubles(x, splatDoubles(1e-36)));
}

/** `sum + (scale x)^2` */
function addSquare(sum: Doubles, x: Doubles, scale: Doubles): Doubles {
  const y = mulDoubles(scale, x);
  return addDoubles(sum, mulDoubles(y, y));
}

/** `old + rate (square + added - old)` */
function toward(old: Doubles, square: Doubles, rate: Doubles, added: Doubles): Doubles {
  return addDoubles(old, mulDoubles(rate, subDoubles(addDoubles(square, added), old)));
}

/** `x / sqrt(v)`, 0 where x is 0. */
function direction(x: Doubles, v: Doubles): Doubles {
  return andnot(divDoubles(x, sqrtDoubles(v)), eqDoubles(x, splatDoubles(0)));
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
  const scale = splatDoubles(<f64>gradScale);
  for (let i = begin; i < end; i++) {
    let p = at(g, i * columns);
    let s0 = splatDoubles(0);
    let s1 = s0;
    for (let left = columns; left > 0; left -= LANES) {
      const v = load(p);
      const x = left >= LANES ? v : select(v, splat(0), firstLanes(left));
      s0 = addSquare(s0, lowDoubles(x), scale);
      s1 = addSquare(s1, highDoubles(x), scale);
      p += 16;
    }
    const mean = splatDoubles(sumDoubles(addDoubles(s0, s1)) / <f64>columns);
    const to = at(rowMeans, i);
    const old = lowDoubles(loadSplat(to));
    const next = toward(old, mean, splatDoubles(<f64>rate), splatDoubles(<f64>added));
    storePart(to, fromDoubles(normal(next), next), 1);
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
  const scale = splatDoubles(<f64>gradScale);
  const rates = splatDoubles(<f64>rate);
  const adds = splatDoubles(<f64>added);
  const count = splatDoubles(<f64>rows);
  for (let j = begin; j < end; j += LANES) {
    let p = at(g, j);
    let low = splatDoubles(0);
    let high = low;
    for (let i = 0; i < rows; i++) {
      const x = load(p);
      low = addSquare(low, lowDoubles(x), scale);
      high = addSquare(high, highDoubles(x), scale);
      p = at(p, columns);
    }
    const to = at(columnMeans, j);
    const old = load(to);
    low = normal(toward(lowDoubles(old), divDoubles(low, count), rates, adds));
    high = normal(toward(highDoubles(old), divDoubles(high, count), rates, adds));
    storePart(to, fromDoubles(low, high), end - j);
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
  for (let i = 0; i < rows; i++) mean += <f64>lane0(loadSplat(at(rowMeans, i)));
  mean /= <f64>rows;
  const scale = splatDoubles(<f64>gradScale * <f64>gradSign);
  const floor = splatDoubles(<f64>least);
  for (let i = begin; i < end; i++) {
    const share = splatDoubles(mean == 0 ? 1 : <f64>lane0(loadSplat(at(rowMeans, i))) / mean);
    for (let j = 0; j < columns; j += LANES) {
      const v = load(at(columnMeans, j));
      const to = at(g, i * columns + j);
      const x = load(to);
      const low = pmaxDoubles(mulDoubles(share, lowDoubles(v)), floor);
      const high = pmaxDoubles(mulDoubles(share, highDoubles(v)), floor);
      const first = direction(mulDoubles(scale, lowDoubles(x)), low);
      const second = direction(mulDoubles(scale, highDoubles(x)), high);
      storePart(to, fromDoubles(first, second), columns - j);
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
  const scale = splatDoubles(<f64>gradScale * <f64>gradSign);
  const rates = splatDoubles(<f64>rate);
  const adds = splatDoubles(<f64>added);
  const floor = splatDoubles(<f64>least);
  for (let i = begin; i < end; i += LANES) {
    const from = at(g, i);
    const to = at(v, i);
    const x = load(from);
    const old = load(to);
    const a = mulDoubles(scale, lowDoubles(x));
    const b = mulDoubles(scale, highDoubles(x));
    const low = toward(lowDoubles(old), mulDoubles(a, a), rates, adds);
    const high = toward(highDoubles(old), mulDoubles(b, b), rates, adds);
    // What pads a parameter stays 0.
    storePart(to, fromDoubles(normal(low), normal(high)), end - i);
    const first = direction(a, pmaxDoubles(low, floor));
    const second = direction(b, pmaxDoubles(high, floor));
    storePart(from, fromDoubles(first, second), end - i);
  }
}
