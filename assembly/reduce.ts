/**
 * Folds over rows and columns, the one place that says in which order numbers are added: f32 lanes over
 * fixed-size blocks, the blocks in order in f64. So the error does not grow with the number of blocks,
 * and nothing depends on how work is shared. What is folded is a class without fields, for which the
 * loops are compiled anew.
 */
import {
  LANES,
  Lanes,
  abs,
  add,
  addDoubles,
  firstLanes,
  fromDoubles,
  gt,
  highDoubles,
  joinHigh,
  lane0,
  load,
  load2,
  load3,
  loadNext,
  lowDoubles,
  lt,
  madd,
  mul,
  ne,
  neg,
  or,
  pmax,
  select,
  splat,
  splatLane1,
  storePart,
  sub,
  sumDoubles,
  splatDoubles,
} from "./lanes";
import { ONE } from "./constants";
import { expNegative } from "./math";

/** Neighbours that are added in f32, by 16 lanes. */
const ROW_BLOCK: i32 = 512;

/** Rows that are added in f32, by one lane a column. */
export const COLUMN_BLOCK: i32 = 64;

/** Sum of x. A term is a class with `step(sum, x, shift)`, and `pad(shift)` for what adds nothing. */
export class Plain {
  step(sum: Lanes, x: Lanes, _shift: Lanes): Lanes {
    return add(sum, x);
  }
  pad(_shift: Lanes): Lanes {
    return splat(0);
  }
}

/** Sum of |x|. */
export class Magnitude {
  step(sum: Lanes, x: Lanes, _shift: Lanes): Lanes {
    return add(sum, abs(x));
  }
  pad(_shift: Lanes): Lanes {
    return splat(0);
  }
}

/** Sum of x - shift. */
export class Shifted {
  step(sum: Lanes, x: Lanes, shift: Lanes): Lanes {
    return add(sum, sub(x, shift));
  }
  pad(shift: Lanes): Lanes {
    return shift;
  }
}

/** Sum of (x - shift)^2. */
export class Square {
  step(sum: Lanes, x: Lanes, shift: Lanes): Lanes {
    const d = sub(x, shift);
    return madd(d, d, sum);
  }
  pad(shift: Lanes): Lanes {
    return shift;
  }
}

/** Sum of e^(x - shift), where x is at most shift. */
export class Exponential {
  step(sum: Lanes, x: Lanes, shift: Lanes): Lanes {
    return add(sum, expNegative(sub(x, shift)));
  }
  pad(_shift: Lanes): Lanes {
    return splat(-Infinity);
  }
}

/** Sum of the terms T of n neighbours, in f64. */
export function sumRow<T>(x: usize, n: i32, shift: Lanes): f64 {
  const term = changetype<T>(0);
  let total = splatDoubles(0);
  while (n > 0) {
    let left = min(n, ROW_BLOCK);
    n -= left;
    let s0 = splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (; left >= 4 * LANES; left -= 4 * LANES) {
      s0 = term.step(s0, load(x), shift);
      s1 = term.step(s1, loadNext(x), shift);
      s2 = term.step(s2, load2(x), shift);
      s3 = term.step(s3, load3(x), shift);
      x += 64;
    }
    for (; left > 0; left -= LANES) {
      const v = load(x);
      s0 = term.step(s0, left >= LANES ? v : select(v, term.pad(shift), firstLanes(left)), shift);
      x += 16;
    }
    const sum = add(add(s0, s1), add(s2, s3));
    total = addDoubles(total, addDoubles(lowDoubles(sum), highDoubles(sum)));
  }
  return sumDoubles(total);
}

/** Sums of the terms T of four neighbouring columns, each with its own shift. `step` is the bytes between rows. */
export function sumColumn<T>(x: usize, rows: i32, step: usize, shift: Lanes): Lanes {
  const term = changetype<T>(0);
  let low = splatDoubles(0);
  let high = low;
  while (rows > 0) {
    let left = min(rows, COLUMN_BLOCK);
    rows -= left;
    let sum = splat(0);
    for (; left > 0; left--) {
      sum = term.step(sum, load(x), shift);
      x += step;
    }
    low = addDoubles(low, lowDoubles(sum));
    high = addDoubles(high, highDoubles(sum));
  }
  return fromDoubles(low, high);
}

/** Sums of the terms T, without shift, of n neighbouring columns whose rows are `step` bytes apart. */
export function sumColumns<T>(x: usize, out: usize, rows: i32, step: usize, n: i32): void {
  const term = changetype<T>(0);
  const zero = splat(0);
  for (; n >= 4 * LANES; n -= 4 * LANES) {
    let p = x;
    let l0 = splatDoubles(0);
    let l1 = l0;
    let l2 = l0;
    let l3 = l0;
    let h0 = l0;
    let h1 = l0;
    let h2 = l0;
    let h3 = l0;
    for (let rest = rows; rest > 0; rest -= COLUMN_BLOCK) {
      let s0 = zero;
      let s1 = zero;
      let s2 = zero;
      let s3 = zero;
      for (let left = min(rest, COLUMN_BLOCK); left > 0; left--) {
        s0 = term.step(s0, load(p), zero);
        s1 = term.step(s1, loadNext(p), zero);
        s2 = term.step(s2, load2(p), zero);
        s3 = term.step(s3, load3(p), zero);
        p += step;
      }
      l0 = addDoubles(l0, lowDoubles(s0));
      h0 = addDoubles(h0, highDoubles(s0));
      l1 = addDoubles(l1, lowDoubles(s1));
      h1 = addDoubles(h1, highDoubles(s1));
      l2 = addDoubles(l2, lowDoubles(s2));
      h2 = addDoubles(h2, highDoubles(s2));
      l3 = addDoubles(l3, lowDoubles(s3));
      h3 = addDoubles(h3, highDoubles(s3));
    }
    storePart(out, fromDoubles(l0, h0), LANES);
    storePart(out + 16, fromDoubles(l1, h1), LANES);
    storePart(out + 32, fromDoubles(l2, h2), LANES);
    storePart(out + 48, fromDoubles(l3, h3), LANES);
    x += 64;
    out += 64;
  }
  for (; n > 0; n -= LANES) {
    storePart(out, sumColumn<T>(x, rows, step, zero), n);
    x += 16;
    out += 16;
  }
}

/**
 * Largest of x, a NaN if there is one: `or` with all ones, which is a NaN; pmax keeps one in `best`.
 * A choice is a class with `start()`, `step(best, x)`, `last(best)`; `beats(x, best)` is for indices.
 */
export class Largest {
  start(): Lanes {
    return splat(-Infinity);
  }
  step(best: Lanes, x: Lanes): Lanes {
    return or(pmax(best, x), ne(x, x));
  }
  last(best: Lanes): Lanes {
    return best;
  }
  beats(x: Lanes, best: Lanes): Lanes {
    return gt(x, best);
  }
}

/** Smallest of x, as -max(-x). */
export class Smallest {
  start(): Lanes {
    return splat(-Infinity);
  }
  step(best: Lanes, x: Lanes): Lanes {
    return or(pmax(best, neg(x)), ne(x, x));
  }
  last(best: Lanes): Lanes {
    return neg(best);
  }
  beats(x: Lanes, best: Lanes): Lanes {
    return lt(x, best);
  }
}

/** Largest of |x|. */
export class LargestMagnitude {
  start(): Lanes {
    return splat(0);
  }
  step(best: Lanes, x: Lanes): Lanes {
    return or(pmax(best, abs(x)), ne(x, x));
  }
  last(best: Lanes): Lanes {
    return best;
  }
}

/** Product of x: sixteen partial products. */
export class Product {
  start(): Lanes {
    return ONE();
  }
  step(best: Lanes, x: Lanes): Lanes {
    return mul(best, x);
  }
  last(best: Lanes): Lanes {
    return best;
  }
}

/** Choice F among n neighbours. */
export function foldRow<F>(x: usize, n: i32): f32 {
  const f = changetype<F>(0);
  const start = f.start();
  let b0 = start;
  let b1 = start;
  let b2 = start;
  let b3 = start;
  for (; n >= 4 * LANES; n -= 4 * LANES) {
    b0 = f.step(b0, load(x));
    b1 = f.step(b1, loadNext(x));
    b2 = f.step(b2, load2(x));
    b3 = f.step(b3, load3(x));
    x += 64;
  }
  for (; n >= LANES; n -= LANES) {
    b0 = f.step(b0, load(x));
    x += 16;
  }
  // `last` turns an accumulator into an element, which `step` takes again.
  if (n > 0) b1 = f.step(b1, select(load(x), f.last(start), firstLanes(n)));
  let best = f.step(f.step(f.step(b0, f.last(b1)), f.last(b2)), f.last(b3));
  best = f.step(best, f.last(joinHigh(best, best)));
  return lane0(f.last(f.step(best, f.last(splatLane1(best)))));
}

/** Choice F in each of four neighbouring columns. */
export function foldColumn<F>(x: usize, rows: i32, step: usize): Lanes {
  const f = changetype<F>(0);
  let best = f.start();
  for (; rows > 0; rows--) {
    best = f.step(best, load(x));
    x += step;
  }
  return f.last(best);
}

/** Choice F in each of n neighbouring columns. */
export function foldColumns<F>(x: usize, out: usize, rows: i32, step: usize, n: i32): void {
  const f = changetype<F>(0);
  for (; n >= 4 * LANES; n -= 4 * LANES) {
    let p = x;
    let b0 = f.start();
    let b1 = b0;
    let b2 = b0;
    let b3 = b0;
    for (let r = rows; r > 0; r--) {
      b0 = f.step(b0, load(p));
      b1 = f.step(b1, loadNext(p));
      b2 = f.step(b2, load2(p));
      b3 = f.step(b3, load3(p));
      p += step;
    }
    storePart(out, f.last(b0), LANES);
    storePart(out + 16, f.last(b1), LANES);
    storePart(out + 32, f.last(b2), LANES);
    storePart(out + 48, f.last(b3), LANES);
    x += 64;
    out += 64;
  }
  for (; n > 0; n -= LANES) {
    storePart(out, foldColumn<F>(x, rows, step), n);
    x += 16;
    out += 16;
  }
}
