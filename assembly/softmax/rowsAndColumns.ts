// Softmax and its logarithm over rows, and over columns side by side: ../columns says how these are walked.
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
  load,
  load2,
  load3,
  loadNext,
  lowDoubles,
  madd,
  mul,
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
import { rowExp, scaleRow } from "./row";

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
export class Softmax {
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

export class SoftmaxGrad {
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

export class LogSoftmax {
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

export class LogSoftmaxGrad {
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
export function walk<K>(
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
