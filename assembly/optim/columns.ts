import {
  Doubles,
  LANES,
  addDoubles,
  at,
  divDoubles,
  firstLanes,
  fromDoubles,
  highDoubles,
  leDoubles,
  load,
  lowDoubles,
  lt,
  mulDoubles,
  pmaxDoubles,
  pminDoubles,
  select,
  splat,
  splatDoubles,
  sqrtDoubles,
  store,
  storePart,
  sumDoubles,
} from "../lanes";

/** `sum + x^2` */
function addSquare(sum: Doubles, x: Doubles): Doubles {
  return addDoubles(sum, mulDoubles(x, x));
}

/** What clips a gradient of norm `sqrt(gs)`, where the weights' norm is `sqrt(ws)`; 1 where it is short enough. */
function clipFactor(gs: Doubles, ws: Doubles, limit: Doubles, least: Doubles): Doubles {
  const norm = sqrtDoubles(gs);
  const most = mulDoubles(limit, pmaxDoubles(sqrtDoubles(ws), least));
  return select(splatDoubles(1), divDoubles(most, norm), leDoubles(norm, most));
}

/** Four neighbouring columns of `rows` rows, multiplied by a factor each; the first `n` are written. */
function scaleColumns(p: usize, rows: i32, step: usize, low: Doubles, high: Doubles, n: i32): void {
  for (let i = 0; i < rows; i++) {
    const x = load(p);
    const first = mulDoubles(lowDoubles(x), low);
    storePart(p, fromDoubles(first, mulDoubles(highDoubles(x), high)), n);
    p += step;
  }
}

/**
 * Clips the gradient of each output unit by the norm of its weights: columns [begin, end) of [rows, columns].
 *
 *     most = limit max(|w|, least),  g = g most / |g| where |g| > most
 *
 * Norms in f64, four units at a time. NaN comes through. Source: Brock et al. 2021, equation 3 (arXiv:2102.06171).
 *
 * @grain 16
 * @param g        f32[rows,columns], gradients, in place
 * @param w        f32[rows,columns], weights
 * @param rows     weights of a unit
 * @param columns  units
 * @param limit    largest |g| / |w|
 * @param least    smallest |w| that counts
 */
export function adaptiveClip(
  g: usize,
  w: usize,
  rows: i32,
  columns: i32,
  limit: f32,
  least: f32,
  begin: i32,
  end: i32,
): void {
  const limits = splatDoubles(<f64>limit);
  const leasts = splatDoubles(<f64>least);
  const step = (<usize>columns) << 2;
  for (let j = begin; j < end; j += LANES) {
    let p = at(g, j);
    let q = at(w, j);
    let gl = splatDoubles(0);
    let gh = gl;
    let wl = gl;
    let wh = gl;
    for (let i = 0; i < rows; i++) {
      const x = load(p);
      const y = load(q);
      gl = addSquare(gl, lowDoubles(x));
      gh = addSquare(gh, highDoubles(x));
      wl = addSquare(wl, lowDoubles(y));
      wh = addSquare(wh, highDoubles(y));
      p += step;
      q += step;
    }
    const low = clipFactor(gl, wl, limits, leasts);
    const high = clipFactor(gh, wh, limits, leasts);
    scaleColumns(at(g, j), rows, step, low, high, end - j);
  }
}

/** What brings a norm, given squared, nearer to [low, high]. */
function boundFactor(
  squares: Doubles,
  low: Doubles,
  high: Doubles,
  rate: Doubles,
  rest: Doubles,
): Doubles {
  const norm = sqrtDoubles(squares);
  const held = pminDoubles(pmaxDoubles(norm, low), high);
  const wanted = addDoubles(mulDoubles(rate, held), mulDoubles(rest, norm));
  return divDoubles(wanted, addDoubles(norm, splatDoubles(1e-7)));
}

/**
 * Brings the norm of each vector of weights nearer to [low, high], vectors [begin, end) of
 * [outer, length, inner]: vector i is w[i / inner, :, i % inner].
 *
 *     wanted = rate clamp(norm, low, high) + (1 - rate) norm
 *     w = w wanted / (norm + 1e-7)
 *
 * Norms in f64, four units at a time. NaN comes through. Source: keras.constraints.MinMaxNorm.
 *
 * @grain 16
 * @param w       f32[outer,length,inner], in place
 * @param length  elements of a vector
 * @param inner   distance between its elements
 * @param low     smallest norm
 * @param high    largest norm
 * @param rate    how much of the way
 */
export function boundNorm(
  w: usize,
  length: i32,
  inner: i32,
  low: f32,
  high: f32,
  rate: f32,
  begin: i32,
  end: i32,
): void {
  const lows = splatDoubles(<f64>low);
  const highs = splatDoubles(<f64>high);
  const rates = splatDoubles(<f64>rate);
  const rests = splatDoubles(1 - <f64>rate);
  const step = (<usize>inner) << 2;
  let v = begin;
  while (v < end) {
    const j = v % inner;
    const first = at(w, (v / inner) * length * inner + j);
    let s0 = splatDoubles(0);
    let s1 = s0;
    let p = first;
    if (inner == 1) {
      for (let left = length; left > 0; left -= LANES) {
        const x = load(p);
        const y = left >= LANES ? x : select(x, splat(0), firstLanes(left));
        s0 = addSquare(s0, lowDoubles(y));
        s1 = addSquare(s1, highDoubles(y));
        p += 16;
      }
      const sum = splatDoubles(sumDoubles(addDoubles(s0, s1)));
      const factor = boundFactor(sum, lows, highs, rates, rests);
      for (let i = 0; i < length; i += LANES)
        scaleColumns(at(first, i), 1, 0, factor, factor, length - i);
      v++;
      continue;
    }
    // Four vectors side by side, or what is left of them.
    const n = min(LANES, min(inner - j, end - v));
    for (let i = 0; i < length; i++) {
      const x = load(p);
      s0 = addSquare(s0, lowDoubles(x));
      s1 = addSquare(s1, highDoubles(x));
      p += step;
    }
    const low2 = boundFactor(s0, lows, highs, rates, rests);
    const high2 = boundFactor(s1, lows, highs, rates, rests);
    scaleColumns(first, length, step, low2, high2, n);
    v += n;
  }
}

/**
 * Weights below 0 become 0, elements [begin, end). NaN stays NaN.
 *
 * @grain 16
 * @param w  f32[n], in place
 */
export function nonNegative(w: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  const last = at(w, end);
  // What pads a parameter is 0 and stays so.
  for (let p = at(w, begin); p < last; p += 16) {
    const x = load(p);
    store(p, select(zero, x, lt(x, zero)));
  }
}
