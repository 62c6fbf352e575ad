// The builtin load<f64> and store<f64> are needed beside the vector ones.
import {
  LANES,
  STRIDE,
  abs,
  and,
  at,
  addDoubles,
  mulDoubles,
  splatDoubles,
  sumDoubles,
  firstLanes,
  hmax,
  load as loadLanes,
  mul,
  ne,
  neg,
  or,
  pmax,
  pmin,
  splat,
  store as storeLanes,
  highDoubles,
  lowDoubles,
} from "../lanes";

/** Elements of a block of the norm kernels: fixed, so that a norm does not depend on the threads. */
const BLOCK: i32 = 4096;

/**
 * Clamps each element to [-limit, limit], in place. NaN stays NaN; an infinity becomes the limit.
 *
 * @grain 16
 * @param g      f32[n], gradients, in place
 * @param limit  largest magnitude, > 0
 */
export function clipValue(g: usize, limit: f32, begin: i32, end: i32): void {
  const high = splat(limit);
  const low = neg(high);
  const last = at(g, end);
  g = at(g, begin);
  do {
    storeLanes(g, pmin(pmax(loadLanes(g), low), high));
    g += STRIDE;
  } while (g < last);
}

/**
 * Multiplies each element, `x = x factor`, in place.
 *
 * @grain 16
 * @param x       f32[n], in place
 * @param factor  what clipFactor wrote
 */
export function scale(x: usize, factor: f32, begin: i32, end: i32): void {
  const f = splat(factor);
  const last = at(x, end);
  x = at(x, begin);
  do {
    storeLanes(x, mul(loadLanes(x), f));
    x += STRIDE;
  } while (x < last);
}

/**
 * Sum of squares of each block of 4096 elements, blocks [begin, end). In f64: the square of an f32 is
 * exact there and cannot overflow, so the norm is right to 1e-15 a term. NaN and infinities come
 * through. Elements behind the n-th are not counted.
 *
 * @grain 1
 * @param x         f32[n]
 * @param partials  f64[ceil(n / 4096)], written
 * @param n         length of x in elements
 */
export function sumOfSquares(x: usize, partials: usize, n: i32, begin: i32, end: i32): void {
  for (let block = begin; block < end; block++) {
    const count = min(n - block * BLOCK, BLOCK);
    let p = at(x, block * BLOCK);
    const last = at(p, count & ~7);
    let a = splatDoubles(0);
    let b = a;
    let c = a;
    let d = a;
    for (; p < last; p += 2 * STRIDE) {
      const xi = loadLanes(p);
      const yi = loadLanes(p + STRIDE);
      a = addDoubles(a, mulDoubles(lowDoubles(xi), lowDoubles(xi)));
      b = addDoubles(b, mulDoubles(highDoubles(xi), highDoubles(xi)));
      c = addDoubles(c, mulDoubles(lowDoubles(yi), lowDoubles(yi)));
      d = addDoubles(d, mulDoubles(highDoubles(yi), highDoubles(yi)));
    }
    const rest = count & 7;
    if (rest) {
      const xi = and(loadLanes(p), firstLanes(rest));
      const yi = and(loadLanes(p + STRIDE), firstLanes(rest - LANES));
      a = addDoubles(a, mulDoubles(lowDoubles(xi), lowDoubles(xi)));
      b = addDoubles(b, mulDoubles(highDoubles(xi), highDoubles(xi)));
      c = addDoubles(c, mulDoubles(lowDoubles(yi), lowDoubles(yi)));
      d = addDoubles(d, mulDoubles(highDoubles(yi), highDoubles(yi)));
    }
    store<f64>(
      partials + ((<usize>block) << 3),
      sumDoubles(addDoubles(addDoubles(a, c), addDoubles(b, d))),
    );
  }
}

/**
 * Sum of magnitudes of each block of 4096 elements, blocks [begin, end), in f64. NaN and infinities
 * come through. Elements behind the n-th are not counted.
 *
 * @grain 1
 * @param x         f32[n]
 * @param partials  f64[ceil(n / 4096)], written
 * @param n         length of x in elements
 */
export function sumOfMagnitudes(x: usize, partials: usize, n: i32, begin: i32, end: i32): void {
  for (let block = begin; block < end; block++) {
    const count = min(n - block * BLOCK, BLOCK);
    let p = at(x, block * BLOCK);
    const last = at(p, count & ~7);
    let a = splatDoubles(0);
    let b = a;
    let c = a;
    let d = a;
    for (; p < last; p += 2 * STRIDE) {
      const xi = abs(loadLanes(p));
      const yi = abs(loadLanes(p + STRIDE));
      a = addDoubles(a, lowDoubles(xi));
      b = addDoubles(b, highDoubles(xi));
      c = addDoubles(c, lowDoubles(yi));
      d = addDoubles(d, highDoubles(yi));
    }
    const rest = count & 7;
    if (rest) {
      const xi = abs(and(loadLanes(p), firstLanes(rest)));
      const yi = abs(and(loadLanes(p + STRIDE), firstLanes(rest - LANES)));
      a = addDoubles(a, lowDoubles(xi));
      b = addDoubles(b, highDoubles(xi));
      c = addDoubles(c, lowDoubles(yi));
      d = addDoubles(d, highDoubles(yi));
    }
    store<f64>(
      partials + ((<usize>block) << 3),
      sumDoubles(addDoubles(addDoubles(a, c), addDoubles(b, d))),
    );
  }
}

/**
 * Largest magnitude of each block of 4096 elements, blocks [begin, end); NaN where any is NaN.
 * Elements behind the n-th are not counted.
 *
 * @grain 1
 * @param x         f32[n]
 * @param partials  f64[ceil(n / 4096)], written
 * @param n         length of x in elements
 */
export function maxMagnitude(x: usize, partials: usize, n: i32, begin: i32, end: i32): void {
  for (let block = begin; block < end; block++) {
    const count = min(n - block * BLOCK, BLOCK);
    let p = at(x, block * BLOCK);
    const last = at(p, count & ~7);
    let a = splat(0);
    let b = a;
    // pmax forgets a NaN that it has met, so NaN is gathered apart: all ones are NaN.
    let nan = a;
    for (; p < last; p += 2 * STRIDE) {
      const xi = abs(loadLanes(p));
      const yi = abs(loadLanes(p + STRIDE));
      a = pmax(a, xi);
      b = pmax(b, yi);
      nan = or(nan, or(ne(xi, xi), ne(yi, yi)));
    }
    const rest = count & 7;
    if (rest) {
      const xi = abs(and(loadLanes(p), firstLanes(rest)));
      const yi = abs(and(loadLanes(p + STRIDE), firstLanes(rest - LANES)));
      a = pmax(a, xi);
      b = pmax(b, yi);
      nan = or(nan, or(ne(xi, xi), ne(yi, yi)));
    }
    store<f64>(partials + ((<usize>block) << 3), <f64>hmax(or(pmax(a, b), nan)));
  }
}

/**
 * The factor that brings a gradient's norm to at most `limit`, and the norm itself, from block partials
 * added in order.
 *
 *     norm   = sqrt(sum partials) | sum partials | max partials      kind 2 | 1 | 0
 *     factor = min(1, limit / (norm + epsilon))
 *
 * Non-finite norms do as PyTorch does: NaN gives NaN, so every parameter shows it; infinity gives 0,
 * which makes the infinite elements NaN and leaves the others where they are. A norm of 0 gives 1.
 *
 * @param partials  f64[count], of sumOfSquares, sumOfMagnitudes or maxMagnitude
 * @param count     how many blocks, all parameters' together for a common norm
 * @param kind      2: partials are sums of squares; 1: sums of magnitudes; 0: largest magnitudes
 * @param limit     largest norm, > 0
 * @param epsilon   1e-6 as in PyTorch, 0 for the exact factor
 * @param factor    f32[1], written
 * @param norm      f32[1], written: the norm before clipping, infinity where f32 cannot hold it
 */
export function clipFactor(
  partials: usize,
  count: i32,
  kind: i32,
  limit: f32,
  epsilon: f32,
  factor: usize,
  norm: usize,
): void {
  let total: f64 = 0;
  for (let i = 0; i < count; i++) {
    const part = load<f64>(partials + ((<usize>i) << 3));
    total = kind == 0 ? max<f64>(total, part) : total + part;
  }
  if (kind == 2) total = sqrt<f64>(total);
  const ratio = total == 0 ? 1 : <f64>limit / (total + <f64>epsilon);
  store<f32>(factor, <f32>(ratio > 1 ? 1 : ratio));
  store<f32>(norm, <f32>total);
}
