// Pooling over windows of [n, h, w, c]; what a table holds stands in ../pool/fold.
import { LANES, and, at, load, or, splat, storePart } from "../lanes";
import { ENTRY, Top, Total, pool } from "../pool/fold";
import { SpreadMean, SpreadTop, hits, spread } from "../pool/spread";

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
