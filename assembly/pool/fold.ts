/**
 * Pooling over windows of [n, h, w, c]: channels are neighbours, so a window is folded for four of them
 * at once. Which cells a window has stands in a table of i32, one entry an output row and then one an
 * output column, so that strides, padding and adaptive bins are all the same to the kernels:
 *
 *     table: | first, count, divisor | ... outH entries | first, count, divisor | ... outW entries
 *
 * Cells of a window are `dilation` apart; every window has at least one. Gradients add up where windows
 * overlap, in the order of the windows of a sample, and threads share samples.
 */
import {
  LANES,
  Lanes,
  add,
  div,
  load,
  load2,
  load3,
  loadNext,
  splat,
  store,
  store2,
  store3,
  storeNext,
  storePart,
} from "../lanes";
import { Largest } from "../reduce";

/** Bytes of an entry of the table. */
export const ENTRY: usize = 12;
/** What a window is folded with, as a class without fields: see ../reduce. */
export class Total {
  start(): Lanes {
    return splat(0);
  }
  step(sum: Lanes, x: Lanes): Lanes {
    return add(sum, x);
  }
  finish(sum: Lanes, divisor: f32): Lanes {
    return div(sum, splat(divisor));
  }
}

export class Top {
  start(): Lanes {
    return changetype<Largest>(0).start();
  }
  step(best: Lanes, x: Lanes): Lanes {
    return changetype<Largest>(0).step(best, x);
  }
  finish(best: Lanes, _divisor: f32): Lanes {
    return best;
  }
}

/** One window of 2x2, the usual one: without loops for its cells it is three times as fast. */
function foldFour<F>(
  x: usize,
  rowStep: usize,
  step: usize,
  out: usize,
  c: i32,
  divisor: f32,
): void {
  const f = changetype<F>(0);
  for (; c >= 2 * LANES; c -= 2 * LANES) {
    const beside = x + step;
    const below = x + rowStep;
    const across = below + step;
    let y0 = f.step(f.start(), load(x));
    let y1 = f.step(f.start(), loadNext(x));
    y0 = f.step(y0, load(beside));
    y1 = f.step(y1, loadNext(beside));
    y0 = f.step(y0, load(below));
    y1 = f.step(y1, loadNext(below));
    y0 = f.step(y0, load(across));
    y1 = f.step(y1, loadNext(across));
    store(out, f.finish(y0, divisor));
    storeNext(out, f.finish(y1, divisor));
    x += 32;
    out += 32;
  }
  for (; c > 0; c -= LANES) {
    const below = x + rowStep;
    let y = f.step(f.start(), load(x));
    y = f.step(y, load(x + step));
    y = f.step(y, load(below));
    y = f.step(y, load(below + step));
    storePart(out, f.finish(y, divisor), c);
    x += 16;
    out += 16;
  }
}

/** One window, its first cell at x; bytes between its rows and between its columns. */
function fold<F>(
  x: usize,
  rows: i32,
  rowStep: usize,
  columns: i32,
  step: usize,
  out: usize,
  c: i32,
  divisor: f32,
): void {
  if (rows == 2 && columns == 2) {
    foldFour<F>(x, rowStep, step, out, c, divisor);
    return;
  }
  const f = changetype<F>(0);
  for (; c >= 4 * LANES; c -= 4 * LANES) {
    let b0 = f.start();
    let b1 = b0;
    let b2 = b0;
    let b3 = b0;
    let row = x;
    let r = rows;
    do {
      let p = row;
      let k = columns;
      do {
        b0 = f.step(b0, load(p));
        b1 = f.step(b1, loadNext(p));
        b2 = f.step(b2, load2(p));
        b3 = f.step(b3, load3(p));
        p += step;
        k--;
      } while (k > 0);
      row += rowStep;
      r--;
    } while (r > 0);
    store(out, f.finish(b0, divisor));
    storeNext(out, f.finish(b1, divisor));
    store2(out, f.finish(b2, divisor));
    store3(out, f.finish(b3, divisor));
    x += 64;
    out += 64;
  }
  for (; c > 0; c -= LANES) {
    let best = f.start();
    let row = x;
    let r = rows;
    do {
      let p = row;
      let k = columns;
      do {
        best = f.step(best, load(p));
        p += step;
        k--;
      } while (k > 0);
      row += rowStep;
      r--;
    } while (r > 0);
    storePart(out, f.finish(best, divisor), c);
    x += 16;
    out += 16;
  }
}

/** Output rows [begin, end) of all samples. */
export function pool<F>(
  x: usize,
  y: usize,
  table: usize,
  h: i32,
  w: i32,
  c: i32,
  outH: i32,
  outW: i32,
  dilationH: i32,
  dilationW: i32,
  begin: i32,
  end: i32,
): void {
  const cell = (<usize>c) << 2;
  const line = <usize>w * cell;
  for (let i = begin; i < end; i++) {
    const n = i / outH;
    const row = table + <usize>(i - n * outH) * ENTRY;
    const from = x + <usize>(n * h + i32.load(row)) * line;
    const rows = i32.load(row, 4);
    const tall = i32.load(row, 8);
    let column = table + <usize>outH * ENTRY;
    let out = y + <usize>i * <usize>outW * cell;
    for (let j = outW; j > 0; j--) {
      fold<F>(
        from + <usize>i32.load(column) * cell,
        rows,
        <usize>dilationH * line,
        i32.load(column, 4),
        <usize>dilationW * cell,
        out,
        c,
        <f32>(tall * i32.load(column, 8)),
      );
      column += ENTRY;
      out += cell;
    }
  }
}
