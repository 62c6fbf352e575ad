/** Softmax and its logarithm along the middle axis of [outer, length, inner]; inner is 1 for rows. */
import { WIDTH, walkDown, walkKept } from "../columns";
import { ONE } from "../constants";
import {
  LANES,
  Lanes,
  add,
  addDoubles,
  and,
  at,
  div,
  eq,
  firstLanes,
  fromDoubles,
  highDoubles,
  hsum,
  lane0,
  load,
  load2,
  load3,
  loadNext,
  lowDoubles,
  madd,
  mul,
  ne,
  nmadd,
  select,
  splat,
  store,
  store2,
  store3,
  storeNext,
  storePart,
  sub,
} from "../lanes";
import { expNegative, log } from "../math";
import { COLUMN_BLOCK, Exponential, Largest, Plain, foldRow, sumRow } from "../reduce";

/** out = e^(x - top) over a row; returns the sum. x - top is never positive, and NaN stays NaN. */
function rowExp(x: usize, out: usize, n: i32, top: f32): f32 {
  const shift = splat(top == -Infinity ? 0 : top);
  let sum = splat(0);
  for (; n >= LANES; n -= LANES) {
    const e = expNegative(sub(load(x), shift));
    sum = add(sum, e);
    store(out, e);
    x += 16;
    out += 16;
  }
  if (n > 0) {
    const e = expNegative(sub(load(x), shift));
    sum = add(sum, and(e, firstLanes(n)));
    storePart(out, e, n);
  }
  return hsum(sum);
}

/** x = x factor over a row. */
function scaleRow(x: usize, n: i32, factor: Lanes): void {
  for (; n >= LANES; n -= LANES) {
    store(x, mul(load(x), factor));
    x += 16;
  }
  if (n > 0) storePart(x, mul(load(x), factor), n);
}

/** Sum of a b over a row. */
function rowDot(a: usize, b: usize, n: i32): f32 {
  let sum = splat(0);
  for (; n >= LANES; n -= LANES) {
    sum = madd(load(a), load(b), sum);
    a += 16;
    b += 16;
  }
  const mask = firstLanes(n);
  if (n > 0) sum = madd(and(load(a), mask), and(load(b), mask), sum);
  return hsum(sum);
}

/** What is subtracted before e^: the largest, but 0 for -Infinity, so that an all -Infinity column sums to 0. */
function shiftOf(top: Lanes): Lanes {
  return select(splat(0), top, eq(top, splat(-Infinity)));
}

/** Nothing is known of the columns: no largest, no sums. */
class Begin {
  step(kept: usize): void {
    store(kept, splat(-Infinity));
    storeNext(kept, splat(0));
    store2(kept, splat(0));
    store3(kept, splat(0));
  }
}

/** a = the largest. */
class Tops {
  step(x: usize, _y: usize, _out: usize, kept: usize, _left: i32): void {
    store(kept, changetype<Largest>(0).step(load(kept), load(x)));
  }
}

/** out = e^(x - a), and b = their sum. */
class Exponentials {
  step(x: usize, _y: usize, out: usize, kept: usize, left: i32): void {
    const e = expNegative(sub(load(x), shiftOf(load(kept))));
    storeNext(kept, add(loadNext(kept), e));
    storePart(out, e, left);
  }
}

/** b = 1 / b. */
class Invert {
  step(kept: usize): void {
    storeNext(kept, div(ONE(), loadNext(kept)));
  }
}

/** out = out b. */
class Scale {
  step(_x: usize, _y: usize, out: usize, kept: usize, left: i32): void {
    storePart(out, mul(load(out), loadNext(kept)), left);
  }
}

/** b = the sum of x y. */
class Dots {
  step(x: usize, y: usize, _out: usize, kept: usize, _left: i32): void {
    storeNext(kept, madd(load(x), load(y), loadNext(kept)));
  }
}

/** out = x (y - b). */
class Center {
  step(x: usize, y: usize, out: usize, kept: usize, left: i32): void {
    storePart(out, mul(load(x), sub(load(y), loadNext(kept))), left);
  }
}

/** b = the sum of e^(x - a) of a block of rows. */
class SumExponentials {
  step(x: usize, _y: usize, _out: usize, kept: usize, _left: i32): void {
    const e = expNegative(sub(load(x), shiftOf(load(kept))));
    storeNext(kept, add(loadNext(kept), e));
  }
}

/** b = the sum of y of a block of rows. */
class SumY {
  step(_x: usize, y: usize, _out: usize, kept: usize, _left: i32): void {
    storeNext(kept, add(loadNext(kept), load(y)));
  }
}

/** c and d = the sums of the blocks so far, as f64. */
class EndBlock {
  step(kept: usize): void {
    const sum = loadNext(kept);
    store2(kept, addDoubles(load2(kept), lowDoubles(sum)));
    store3(kept, addDoubles(load3(kept), highDoubles(sum)));
    storeNext(kept, splat(0));
  }
}

/** b = the sum of all blocks. */
class Total {
  step(kept: usize): void {
    storeNext(kept, fromDoubles(load2(kept), load3(kept)));
  }
}

/** b = its logarithm. */
class TotalLog {
  step(kept: usize): void {
    storeNext(kept, log(fromDoubles(load2(kept), load3(kept))));
  }
}

/** out = x - a - b. */
class Shift {
  step(x: usize, _y: usize, out: usize, kept: usize, left: i32): void {
    storePart(out, sub(sub(load(x), load(kept)), loadNext(kept)), left);
  }
}

/** out = y - e^x b. */
class TakeShare {
  step(x: usize, y: usize, out: usize, kept: usize, left: i32): void {
    storePart(out, nmadd(expNegative(load(x)), loadNext(kept), load(y)), left);
  }
}

/** Sums F of each column, b, as `sumColumn` adds them: in f32 within blocks of rows, the blocks in f64. */
function sumDown<F>(x: usize, y: usize, kept: usize, rows: i32, step: usize, n: i32): void {
  for (; rows > 0; rows -= COLUMN_BLOCK) {
    walkDown<F>(x, y, x, kept, min(rows, COLUMN_BLOCK), step, n);
    walkKept<EndBlock>(kept, n);
    x += <usize>COLUMN_BLOCK * step;
    y += <usize>COLUMN_BLOCK * step;
  }
}

/**
 * A kernel's work on one row and on `n` neighbouring columns whose elements are `step` bytes apart, as a class without
 * fields. Operands that a kernel does not have are x. `kept` is as columns.ts draws it.
 */
class Softmax {
  row(x: usize, _y: usize, out: usize, length: i32): void {
    const sum = rowExp(x, out, length, foldRow<Largest>(x, length));
    scaleRow(out, length, splat(<f32>1 / sum));
  }
  columns(x: usize, _y: usize, out: usize, kept: usize, length: i32, step: usize, n: i32): void {
    walkDown<Tops>(x, x, out, kept, length, step, n);
    walkDown<Exponentials>(x, x, out, kept, length, step, n);
    walkKept<Invert>(kept, n);
    walkDown<Scale>(x, x, out, kept, length, step, n);
  }
}

class SoftmaxGrad {
  row(y: usize, dy: usize, dx: usize, length: i32): void {
    const dot = splat(rowDot(y, dy, length));
    for (; length > 0; length -= LANES) {
      storePart(dx, mul(load(y), sub(load(dy), dot)), length);
      y += 16;
      dy += 16;
      dx += 16;
    }
  }
  columns(y: usize, dy: usize, dx: usize, kept: usize, length: i32, step: usize, n: i32): void {
    walkDown<Dots>(y, dy, dx, kept, length, step, n);
    walkDown<Center>(y, dy, dx, kept, length, step, n);
  }
}

class LogSoftmax {
  row(x: usize, _y: usize, out: usize, length: i32): void {
    const top = foldRow<Largest>(x, length);
    const shift = splat(top);
    const rest = log(splat(<f32>sumRow<Exponential>(x, length, splat(top == -Infinity ? 0 : top))));
    for (; length > 0; length -= LANES) {
      storePart(out, sub(sub(load(x), shift), rest), length);
      x += 16;
      out += 16;
    }
  }
  columns(x: usize, _y: usize, out: usize, kept: usize, length: i32, step: usize, n: i32): void {
    walkDown<Tops>(x, x, out, kept, length, step, n);
    sumDown<SumExponentials>(x, x, kept, length, step, n);
    walkKept<TotalLog>(kept, n);
    walkDown<Shift>(x, x, out, kept, length, step, n);
  }
}

class LogSoftmaxGrad {
  row(y: usize, dy: usize, dx: usize, length: i32): void {
    const sum = splat(<f32>sumRow<Plain>(dy, length, splat(0)));
    for (; length > 0; length -= LANES) {
      storePart(dx, nmadd(expNegative(load(y)), sum, load(dy)), length);
      y += 16;
      dy += 16;
      dx += 16;
    }
  }
  columns(y: usize, dy: usize, dx: usize, kept: usize, length: i32, step: usize, n: i32): void {
    sumDown<SumY>(y, dy, kept, length, step, n);
    walkKept<Total>(kept, n);
    walkDown<TakeShare>(y, dy, dx, kept, length, step, n);
  }
}

/** Rows, or columns side by side, of [outer, inner] in [begin, end). */
function walk<K>(
  x: usize,
  y: usize,
  out: usize,
  length: i32,
  inner: i32,
  kept: usize,
  begin: i32,
  end: i32,
): void {
  const kernel = changetype<K>(0);
  if (inner == 1) {
    for (let r = begin; r < end; r++)
      kernel.row(at(x, r * length), at(y, r * length), at(out, r * length), length);
    return;
  }
  for (let i = begin; i < end;) {
    const o = i / inner;
    const column = i - o * inner;
    const from = o * length * inner + column;
    const n = min(WIDTH, min(inner - column, end - i));
    walkKept<Begin>(kept, n);
    kernel.columns(at(x, from), at(y, from), at(out, from), kept, length, (<usize>inner) << 2, n);
    i += n;
  }
}

/**
 * `out = e^x / sum e^x` along the middle axis, shifted by the largest so that nothing overflows. With a
 * NaN or Infinity, or with nothing but -Infinity, all are NaN, as in PyTorch. May run in place.
 *
 * @grain 1
 * @param x       f32[outer, length, inner]
 * @param out     f32[outer, length, inner], may be x
 * @param length  elements that sum to 1
 * @param inner   elements behind the axis
 */
export function softmax(
  x: usize,
  out: usize,
  length: i32,
  inner: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  walk<Softmax>(x, x, out, length, inner, scratch, begin, end);
}

/**
 * Gradient of softmax, `dx = y (dy - sum y dy)`. May run in place on dy.
 *
 * @grain 1
 * @param y       f32[outer, length, inner], the output of softmax
 * @param dy      f32[outer, length, inner]
 * @param dx      f32[outer, length, inner], may be dy
 * @param length  elements that sum to 1
 * @param inner   elements behind the axis
 */
export function softmaxGrad(
  y: usize,
  dy: usize,
  dx: usize,
  length: i32,
  inner: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  walk<SoftmaxGrad>(y, dy, dx, length, inner, scratch, begin, end);
}

/**
 * `out = x - log sum e^x` along the middle axis, shifted by the largest. With a NaN or Infinity, or with
 * nothing but -Infinity, all are NaN, as in PyTorch. May run in place.
 *
 * @grain 1
 * @param x       f32[outer, length, inner]
 * @param out     f32[outer, length, inner], may be x
 * @param length  elements whose e^out sum to 1
 * @param inner   elements behind the axis
 */
export function logSoftmax(
  x: usize,
  out: usize,
  length: i32,
  inner: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  walk<LogSoftmax>(x, x, out, length, inner, scratch, begin, end);
}

/**
 * Gradient of logSoftmax, `dx = dy - e^y sum dy`. May run in place on dy.
 *
 * @grain 1
 * @param y       f32[outer, length, inner], the output of logSoftmax
 * @param dy      f32[outer, length, inner]
 * @param dx      f32[outer, length, inner], may be dy
 * @param length  elements whose e^y sum to 1
 * @param inner   elements behind the axis
 */
export function logSoftmaxGrad(
  y: usize,
  dy: usize,
  dx: usize,
  length: i32,
  inner: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  walk<LogSoftmaxGrad>(y, dy, dx, length, inner, scratch, begin, end);
}

/**
 * Crossentropy of integer labels from logits, `loss = log(sum e^z) - z[label]`, with the
 * probabilities that its gradient needs. Labels must lie in [0, width): the host checks them.
 *
 * @grain 1
 * @param z       f32[rows, width], logits
 * @param labels  i32[rows]
 * @param loss    f32[rows]
 * @param probs   f32[rows, width]
 * @param width   classes
 */
export function sparseSoftmaxCrossentropy(
  z: usize,
  labels: usize,
  loss: usize,
  probs: usize,
  width: i32,
  begin: i32,
  end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const from = at(z, r * width);
    const to = at(probs, r * width);
    const top = foldRow<Largest>(from, width);
    const sum = rowExp(from, to, width, top);
    scaleRow(to, width, splat(<f32>1 / sum));
    const label = i32.load(at(labels, r));
    const z0 = label >= 0 && label < width ? f32.load(at(from, label)) : NaN;
    f32.store(at(loss, r), lane0(log(splat(sum))) + (top - z0));
  }
}

/**
 * Gradient of sparseSoftmaxCrossentropy by the logits, `dz = (p - onehot(label)) dloss`.
 *
 * @grain 1
 * @param probs   f32[rows, width]
 * @param labels  i32[rows]
 * @param dloss   f32[rows]
 * @param dz      f32[rows, width], may be probs
 * @param width   classes
 */
export function sparseSoftmaxCrossentropyGrad(
  probs: usize,
  labels: usize,
  dloss: usize,
  dz: usize,
  width: i32,
  begin: i32,
  end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const p = at(probs, r * width);
    const to = at(dz, r * width);
    const d = f32.load(at(dloss, r));
    const factor = splat(d);
    for (let i: i32 = 0; i < width; i += LANES)
      storePart(at(to, i), mul(load(at(p, i)), factor), width - i);
    const label = i32.load(at(labels, r));
    if (label >= 0 && label < width) f32.store(at(to, label), f32.load(at(to, label)) - d);
  }
}

/**
 * Crossentropy of targets that are numbers, from logits, `loss = sum t (log(sum e^z) - z)`, with the
 * probabilities that its gradient needs. A target of 0 adds nothing, even where its logit is -Infinity.
 *
 * @grain 1
 * @param z      f32[rows, width], logits
 * @param t      f32[rows, width]
 * @param loss   f32[rows]
 * @param probs  f32[rows, width]
 * @param width  classes
 */
export function softmaxCrossentropy(
  z: usize,
  t: usize,
  loss: usize,
  probs: usize,
  width: i32,
  begin: i32,
  end: i32,
): void {
  const zero = splat(0);
  for (let r = begin; r < end; r++) {
    const from = at(z, r * width);
    const target = at(t, r * width);
    const to = at(probs, r * width);
    const top = foldRow<Largest>(from, width);
    const sum = rowExp(from, to, width, top);
    const factor = splat(<f32>1 / sum);
    const shift = splat(top);
    const logSum = log(splat(sum));
    let total = zero;
    for (let i: i32 = 0; i < width; i += LANES) {
      storePart(at(to, i), mul(load(at(to, i)), factor), width - i);
      const v = load(at(target, i));
      const term = mul(v, add(logSum, sub(shift, load(at(from, i)))));
      total = add(total, and(term, and(ne(v, zero), firstLanes(width - i))));
    }
    f32.store(at(loss, r), hsum(total));
  }
}

/**
 * Gradient of softmaxCrossentropy by the logits, `dz = (p sum t - t) dloss`.
 *
 * @grain 1
 * @param probs  f32[rows, width]
 * @param t      f32[rows, width]
 * @param dloss  f32[rows]
 * @param dz     f32[rows, width], may be probs
 * @param width  classes
 */
export function softmaxCrossentropyGrad(
  probs: usize,
  t: usize,
  dloss: usize,
  dz: usize,
  width: i32,
  begin: i32,
  end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const p = at(probs, r * width);
    const target = at(t, r * width);
    const to = at(dz, r * width);
    let sum = splat(0);
    for (let i: i32 = 0; i < width; i += LANES)
      sum = add(sum, and(load(at(target, i)), firstLanes(width - i)));
    const whole = splat(hsum(sum));
    const factor = splat(f32.load(at(dloss, r)));
    for (let i: i32 = 0; i < width; i += LANES) {
      storePart(
        at(to, i),
        mul(sub(mul(load(at(p, i)), whole), load(at(target, i))), factor),
        width - i,
      );
    }
  }
}
