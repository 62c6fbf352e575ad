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
  and,
  andnot,
  at,
  div,
  eq,
  load,
  load2,
  load3,
  loadNext,
  ne,
  or,
  splat,
  store,
  store2,
  store3,
  storeNext,
  storePart,
} from "../lanes";
import { Largest } from "../reduce";

/** Bytes of an entry of the table. */
const ENTRY: usize = 12;

/** What a window is folded with, as a class without fields: see ../reduce. */
class Total {
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

class Top {
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
function pool<F>(
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

/** Where x is the largest of its window, y, for the first time. In a window with a NaN, x is one. */
function hits(x: Lanes, y: Lanes, done: Lanes): Lanes {
  return andnot(or(eq(x, y), ne(x, x)), done);
}

/** The gradient of a window of 2x2 that shares no cell with another. */
function topOfFour(
  x: usize,
  dx: usize,
  y: usize,
  dy: usize,
  rowStep: usize,
  step: usize,
  c: i32,
): void {
  for (; c > 0; c -= LANES) {
    const below = x + rowStep;
    const top = load(y);
    const g = load(dy);
    const none = splat(0);
    const hit0 = hits(load(x), top, none);
    const hit1 = hits(load(x + step), top, hit0);
    const done = or(hit0, hit1);
    const hit2 = hits(load(below), top, done);
    const hit3 = hits(load(below + step), top, or(done, hit2));
    const under = dx + rowStep;
    if (c >= LANES) {
      store(dx, and(g, hit0));
      store(dx + step, and(g, hit1));
      store(under, and(g, hit2));
      store(under + step, and(g, hit3));
    } else {
      storePart(dx, and(g, hit0), c);
      storePart(dx + step, and(g, hit1), c);
      storePart(under, and(g, hit2), c);
      storePart(under + step, and(g, hit3), c);
    }
    x += 16;
    dx += 16;
    y += 16;
    dy += 16;
  }
}

/** A window's part of a gradient, as a class without fields. x and dx are walked alike. */
class SpreadTop {
  cells(
    x: usize,
    dx: usize,
    y: usize,
    dy: usize,
    rows: i32,
    rowStep: usize,
    columns: i32,
    step: usize,
    c: i32,
    _divisor: f32,
    overlap: bool,
  ): void {
    if (rows == 2 && columns == 2 && !overlap) {
      topOfFour(x, dx, y, dy, rowStep, step, c);
      return;
    }
    for (; c >= 2 * LANES; c -= 2 * LANES) {
      const y0 = load(y);
      const y1 = loadNext(y);
      const g0 = load(dy);
      const g1 = loadNext(dy);
      let done0 = splat(0);
      let done1 = done0;
      let row: usize = 0;
      let r = rows;
      do {
        let p = x + row;
        let d = dx + row;
        let k = columns;
        do {
          const hit0 = hits(load(p), y0, done0);
          const hit1 = hits(loadNext(p), y1, done1);
          done0 = or(done0, hit0);
          done1 = or(done1, hit1);
          let d0 = and(g0, hit0);
          let d1 = and(g1, hit1);
          if (overlap) {
            d0 = add(load(d), d0);
            d1 = add(loadNext(d), d1);
          }
          store(d, d0);
          storeNext(d, d1);
          p += step;
          d += step;
          k--;
        } while (k > 0);
        row += rowStep;
        r--;
      } while (r > 0);
      x += 32;
      dx += 32;
      y += 32;
      dy += 32;
    }
    for (; c > 0; c -= LANES) {
      const top = load(y);
      const g = load(dy);
      let done = splat(0);
      let row: usize = 0;
      let r = rows;
      do {
        let o = row;
        let k = columns;
        do {
          const hit = hits(load(x + o), top, done);
          done = or(done, hit);
          const d = and(g, hit);
          storePart(dx + o, overlap ? add(load(dx + o), d) : d, c);
          o += step;
          k--;
        } while (k > 0);
        row += rowStep;
        r--;
      } while (r > 0);
      x += 16;
      dx += 16;
      y += 16;
      dy += 16;
    }
  }
}

class SpreadMean {
  cells(
    _x: usize,
    dx: usize,
    _y: usize,
    dy: usize,
    rows: i32,
    rowStep: usize,
    columns: i32,
    step: usize,
    c: i32,
    divisor: f32,
    overlap: bool,
  ): void {
    for (; c >= 4 * LANES; c -= 4 * LANES) {
      const over = splat(divisor);
      const d0 = div(load(dy), over);
      const d1 = div(loadNext(dy), over);
      const d2 = div(load2(dy), over);
      const d3 = div(load3(dy), over);
      let row = dx;
      let r = rows;
      do {
        let p = row;
        let k = columns;
        do {
          if (overlap) {
            const s0 = add(load(p), d0);
            const s1 = add(loadNext(p), d1);
            const s2 = add(load2(p), d2);
            const s3 = add(load3(p), d3);
            store(p, s0);
            storeNext(p, s1);
            store2(p, s2);
            store3(p, s3);
          } else {
            store(p, d0);
            storeNext(p, d1);
            store2(p, d2);
            store3(p, d3);
          }
          p += step;
          k--;
        } while (k > 0);
        row += rowStep;
        r--;
      } while (r > 0);
      dx += 64;
      dy += 64;
    }
    for (; c > 0; c -= LANES) {
      const d = div(load(dy), splat(divisor));
      let row = dx;
      let r = rows;
      do {
        let p = row;
        let k = columns;
        do {
          storePart(p, overlap ? add(load(p), d) : d, c);
          p += step;
          k--;
        } while (k > 0);
        row += rowStep;
        r--;
      } while (r > 0);
      dx += 16;
      dy += 16;
    }
  }
}

/** Samples [begin, end). Cells that no window has get 0; `tiles`: each cell has exactly one window. */
function spread<S>(
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  table: usize,
  h: i32,
  w: i32,
  c: i32,
  outH: i32,
  outW: i32,
  dilationH: i32,
  dilationW: i32,
  tiles: i32,
  begin: i32,
  end: i32,
): void {
  const s = changetype<S>(0);
  const cell = (<usize>c) << 2;
  const line = <usize>w * cell;
  for (let n = begin; n < end; n++) {
    const image = <usize>(n * h) * line;
    if (!tiles) memory.fill(dx + image, 0, <usize>h * line);
    let out = <usize>(n * outH) * <usize>outW * cell;
    for (let i: i32 = 0; i < outH; i++) {
      const row = table + <usize>i * ENTRY;
      const from = image + <usize>i32.load(row) * line;
      let column = table + <usize>outH * ENTRY;
      for (let j = outW; j > 0; j--) {
        const o = from + <usize>i32.load(column) * cell;
        s.cells(
          x + o,
          dx + o,
          y + out,
          dy + out,
          i32.load(row, 4),
          <usize>dilationH * line,
          i32.load(column, 4),
          <usize>dilationW * cell,
          c,
          <f32>(i32.load(row, 8) * i32.load(column, 8)),
          !tiles,
        );
        column += ENTRY;
        out += cell;
      }
    }
  }
}

/**
 * Largest of each window, channel by channel. NaN if there is one.
 *
 * @grain 1
 * @param x          f32[n, h, w, c]
 * @param y          f32[n, outH, outW, c]
 * @param table      i32[outH + outW, 3]: first cell, number of cells, divisor
 * @param h          rows of x
 * @param w          columns of x
 * @param c          channels
 * @param outH       rows of y
 * @param outW       columns of y
 * @param dilationH  rows between cells of a window
 * @param dilationW  columns between cells of a window
 */
export function maxPool(
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
  pool<Top>(x, y, table, h, w, c, outH, outW, dilationH, dilationW, begin, end);
}

/**
 * Sum of each window over its divisor, the product of those of its row and its column.
 *
 * @grain 1
 * @param x          f32[n, h, w, c]
 * @param y          f32[n, outH, outW, c]
 * @param table      i32[outH + outW, 3]: first cell, number of cells, divisor
 * @param h          rows of x
 * @param w          columns of x
 * @param c          channels
 * @param outH       rows of y
 * @param outW       columns of y
 * @param dilationH  rows between cells of a window
 * @param dilationW  columns between cells of a window
 */
export function averagePool(
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
  pool<Total>(x, y, table, h, w, c, outH, outW, dilationH, dilationW, begin, end);
}

/**
 * Gradient of maxPool: dy goes to the first largest cell of its window, row by row; to the first NaN
 * where there is one. The cell is found again, which costs less than an index that is stored and read.
 *
 * @grain 1
 * @param x          f32[n, h, w, c]
 * @param y          f32[n, outH, outW, c], the output of maxPool
 * @param dy         f32[n, outH, outW, c]
 * @param dx         f32[n, h, w, c], not x
 * @param table      i32[outH + outW, 3]: first cell, number of cells, divisor
 * @param h          rows of x
 * @param w          columns of x
 * @param c          channels
 * @param outH       rows of y
 * @param outW       columns of y
 * @param dilationH  rows between cells of a window
 * @param dilationW  columns between cells of a window
 * @param tiles      1: every cell of x has exactly one window
 */
export function maxPoolGrad(
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  table: usize,
  h: i32,
  w: i32,
  c: i32,
  outH: i32,
  outW: i32,
  dilationH: i32,
  dilationW: i32,
  tiles: i32,
  begin: i32,
  end: i32,
): void {
  spread<SpreadTop>(
    x,
    y,
    dy,
    dx,
    table,
    h,
    w,
    c,
    outH,
    outW,
    dilationH,
    dilationW,
    tiles,
    begin,
    end,
  );
}

/**
 * Gradient of averagePool: each cell of a window gets dy over the divisor.
 *
 * @grain 1
 * @param dy         f32[n, outH, outW, c]
 * @param dx         f32[n, h, w, c]
 * @param table      i32[outH + outW, 3]: first cell, number of cells, divisor
 * @param h          rows of dx
 * @param w          columns of dx
 * @param c          channels
 * @param outH       rows of dy
 * @param outW       columns of dy
 * @param dilationH  rows between cells of a window
 * @param dilationW  columns between cells of a window
 * @param tiles      1: every cell of dx has exactly one window
 */
export function averagePoolGrad(
  dy: usize,
  dx: usize,
  table: usize,
  h: i32,
  w: i32,
  c: i32,
  outH: i32,
  outW: i32,
  dilationH: i32,
  dilationW: i32,
  tiles: i32,
  begin: i32,
  end: i32,
): void {
  spread<SpreadMean>(
    dx,
    dy,
    dy,
    dx,
    table,
    h,
    w,
    c,
    outH,
    outW,
    dilationH,
    dilationW,
    tiles,
    begin,
    end,
  );
}

/**
 * Of v, the cell at which x is the first largest of its window: what maxPoolGrad takes dy to.
 *
 * @grain 1
 * @param x          f32[n, h, w, c]
 * @param y          f32[n, outH, outW, c], the output of maxPool
 * @param v          f32[n, h, w, c]
 * @param out        f32[n, outH, outW, c]
 * @param table      i32[outH + outW, 3]: first cell, number of cells, divisor
 * @param h          rows of x
 * @param w          columns of x
 * @param c          channels
 * @param outH       rows of y
 * @param outW       columns of y
 * @param dilationH  rows between cells of a window
 * @param dilationW  columns between cells of a window
 */
export function maxPoolPick(
  x: usize,
  y: usize,
  v: usize,
  out: usize,
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
    const rows = i32.load(row, 4);
    let column = table + <usize>outH * ENTRY;
    let o = <usize>i * <usize>outW * cell;
    for (let j = outW; j > 0; j--) {
      const from = <usize>(n * h + i32.load(row)) * line + <usize>i32.load(column) * cell;
      const columns = i32.load(column, 4);
      for (let k: i32 = 0; k < c; k += LANES) {
        const top = load(at(y + o, k));
        let done = splat(0);
        let picked = done;
        for (let r: i32 = 0; r < rows; r++) {
          let p = at(from, k) + <usize>(r * dilationH) * line;
          for (let q = columns; q > 0; q--) {
            const hit = hits(load(x + p), top, done);
            done = or(done, hit);
            picked = or(picked, and(load(v + p), hit));
            p += <usize>dilationW * cell;
          }
        }
        storePart(at(out + o, k), picked, c - k);
      }
      column += ENTRY;
      o += cell;
    }
  }
}
