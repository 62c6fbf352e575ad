// Gradients of pooling: what of a window's dy each of its cells gets. The table is that of ./fold.
import {
  LANES,
  Lanes,
  add,
  and,
  andnot,
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
import { ENTRY } from "./fold";

/** Where x is the largest of its window, y, for the first time. In a window with a NaN, x is one. */
export function hits(x: Lanes, y: Lanes, done: Lanes): Lanes {
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
export class SpreadTop {
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

export class SpreadMean {
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
export function spread<S>(
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
