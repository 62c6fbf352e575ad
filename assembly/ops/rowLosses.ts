/** Losses and similarities of whole rows. Sums run over four lanes, which are combined by hsum. */
import { ONE } from "../constants";
import {
  LANES,
  and,
  add,
  at,
  div,
  firstLanes,
  ge,
  hmax,
  hsum,
  le,
  load,
  madd,
  mul,
  nmadd,
  pmax,
  pmin,
  select,
  splat,
  storePart,
  sub,
} from "../lanes";
import { log } from "../math";

/** Sum of a row. */
function rowSum(x: usize, n: i32): f32 {
  let sum = splat(0);
  for (let i: i32 = 0; i < n; i += LANES) sum = add(sum, and(load(at(x, i)), firstLanes(n - i)));
  return hsum(sum);
}

/** Sum of the products of two rows. */
function rowDot(a: usize, b: usize, n: i32): f32 {
  let sum = splat(0);
  for (let i: i32 = 0; i < n; i += LANES) {
    const mask = firstLanes(n - i);
    sum = madd(and(load(at(a, i)), mask), and(load(at(b, i)), mask), sum);
  }
  return hsum(sum);
}

/**
 * Crossentropy of probabilities, `loss = -sum t log p` with p = x / sum x clipped to [epsilon, 1 - epsilon].
 *
 * @grain 1
 * @param x        f32[rows, width], probabilities
 * @param t        f32[rows, width]
 * @param loss     f32[rows]
 * @param width    classes
 * @param epsilon  smallest probability
 */
export function crossentropy(
  x: usize,
  t: usize,
  loss: usize,
  width: i32,
  epsilon: f32,
  begin: i32,
  end: i32,
): void {
  const low = splat(epsilon);
  const high = splat(<f32>1 - epsilon);
  for (let r = begin; r < end; r++) {
    const from = at(x, r * width);
    const to = at(t, r * width);
    const total = splat(rowSum(from, width));
    let sum = splat(0);
    for (let i: i32 = 0; i < width; i += LANES) {
      const p = pmin(pmax(div(load(at(from, i)), total), low), high);
      const mask = firstLanes(width - i);
      sum = nmadd(and(load(at(to, i)), mask), and(log(p), mask), sum);
    }
    f32.store(at(loss, r), hsum(sum));
  }
}

/**
 * Gradient of crossentropy, `dx = (sum u t - u t / p) dloss / sum x` with u = 1 where p is not clipped,
 * otherwise 0.
 *
 * @grain 1
 * @param x        f32[rows, width], probabilities
 * @param t        f32[rows, width]
 * @param dloss    f32[rows]
 * @param dx       f32[rows, width]
 * @param width    classes
 * @param epsilon  smallest probability
 */
export function crossentropyGrad(
  x: usize,
  t: usize,
  dloss: usize,
  dx: usize,
  width: i32,
  epsilon: f32,
  begin: i32,
  end: i32,
): void {
  const low = splat(epsilon);
  const high = splat(<f32>1 - epsilon);
  for (let r = begin; r < end; r++) {
    const from = at(x, r * width);
    const to = at(t, r * width);
    const out = at(dx, r * width);
    const sum = rowSum(from, width);
    const total = splat(sum);
    let free = splat(0);
    for (let i: i32 = 0; i < width; i += LANES) {
      const p = div(load(at(from, i)), total);
      const inside = and(and(ge(p, low), le(p, high)), firstLanes(width - i));
      free = add(free, and(load(at(to, i)), inside));
    }
    const mean = splat(hsum(free));
    const factor = splat(f32.load(at(dloss, r)) / sum);
    for (let i: i32 = 0; i < width; i += LANES) {
      const p = div(load(at(from, i)), total);
      const inside = and(ge(p, low), le(p, high));
      const pull = and(div(load(at(to, i)), p), inside);
      storePart(at(out, i), mul(sub(mean, pull), factor), width - i);
    }
  }
}

/**
 * `loss = max(max((1 - t) x) - sum t x + 1, 0)` over rows.
 *
 * @grain 1
 * @param x      f32[rows, width]
 * @param t      f32[rows, width], 0 or 1
 * @param loss   f32[rows]
 * @param width  classes
 */
export function categoricalHinge(
  x: usize,
  t: usize,
  loss: usize,
  width: i32,
  begin: i32,
  end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const from = at(x, r * width);
    const to = at(t, r * width);
    const margin = highestOther(from, to, width) - rowDot(from, to, width) + 1;
    // Not max(): it would have to keep NaN.
    f32.store(at(loss, r), margin < 0 ? 0 : margin);
  }
}

/** Largest (1 - t) x of a row. */
function highestOther(x: usize, t: usize, n: i32): f32 {
  const lowest = splat(-Infinity);
  let top = lowest;
  for (let i: i32 = 0; i < n; i += LANES) {
    const other = mul(sub(ONE(), load(at(t, i))), load(at(x, i)));
    top = pmax(select(other, lowest, firstLanes(n - i)), top);
  }
  return hmax(top);
}

/**
 * Gradient of categoricalHinge where the loss is above 0: `dx = -t dloss`, and `(1 - t) dloss` more at the
 * first largest (1 - t) x.
 *
 * @grain 1
 * @param x      f32[rows, width]
 * @param t      f32[rows, width], 0 or 1
 * @param dloss  f32[rows]
 * @param dx     f32[rows, width]
 * @param width  classes
 */
export function categoricalHingeGrad(
  x: usize,
  t: usize,
  dloss: usize,
  dx: usize,
  width: i32,
  begin: i32,
  end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const from = at(x, r * width);
    const to = at(t, r * width);
    const out = at(dx, r * width);
    const top = highestOther(from, to, width);
    const d: f32 = top - rowDot(from, to, width) + 1 > 0 ? f32.load(at(dloss, r)) : 0;
    const factor = splat(-d);
    for (let i: i32 = 0; i < width; i += LANES)
      storePart(at(out, i), mul(load(at(to, i)), factor), width - i);
    for (let i: i32 = 0; i < width; i++) {
      const rest: f32 = <f32>1 - f32.load(at(to, i));
      if (rest * f32.load(at(from, i)) == top) {
        f32.store(at(out, i), f32.load(at(out, i)) + rest * d);
        break;
      }
    }
  }
}

/**
 * Cosine of the angle between rows, `out = a . b / (|a| |b|)`, lengths counted as at least epsilon.
 *
 * @grain 1
 * @param a        f32[rows, width]
 * @param b        f32[rows, width]
 * @param out      f32[rows]
 * @param width    elements in a row
 * @param epsilon  shortest length
 */
export function cosineSimilarity(
  a: usize,
  b: usize,
  out: usize,
  width: i32,
  epsilon: f32,
  begin: i32,
  end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const p = at(a, r * width);
    const q = at(b, r * width);
    f32.store(
      at(out, r),
      rowDot(p, q, width) / length(p, width, epsilon) / length(q, width, epsilon),
    );
  }
}

function length(x: usize, n: i32, least: f32): f32 {
  return max<f32>(sqrt<f32>(rowDot(x, x, n)), least);
}

/**
 * Gradient of cosineSimilarity by a, `da = (b / (|a| |b|) - (a . b) a / (|a|^3 |b|)) dout`; without the second
 * term where |a| is below epsilon. The gradient by b is this kernel with a and b exchanged.
 *
 * @grain 1
 * @param a        f32[rows, width]
 * @param b        f32[rows, width]
 * @param dout     f32[rows]
 * @param da       f32[rows, width]
 * @param width    elements in a row
 * @param epsilon  shortest length
 */
export function cosineSimilarityGrad(
  a: usize,
  b: usize,
  dout: usize,
  da: usize,
  width: i32,
  epsilon: f32,
  begin: i32,
  end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const p = at(a, r * width);
    const q = at(b, r * width);
    const to = at(da, r * width);
    const n = length(p, width, epsilon);
    const m = length(q, width, epsilon);
    const d = f32.load(at(dout, r));
    const forward = splat(d / n / m);
    const back = splat(n > epsilon ? (d * (rowDot(p, q, width) / n / m)) / n / n : 0);
    for (let i: i32 = 0; i < width; i += LANES) {
      storePart(at(to, i), sub(mul(load(at(q, i)), forward), mul(load(at(p, i)), back)), width - i);
    }
  }
}
