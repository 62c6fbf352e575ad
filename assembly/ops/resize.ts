/**
 * Images of [n, h, w, c] at other sizes. Where an output row or column comes from stands in a table:
 *
 *     table: | low, high, weight | ... outH entries | low, high, weight | ... outW entries
 *
 * low and high are i32 cells, weight is the f32 share of high; both are equal for the nearest cell.
 */
import { LANES, add, at, load, loadSplat, madd, mul, store, storePart, splat, sub } from "../lanes";

/** Bytes of an entry of the table. */
const ENTRY: usize = 12;

/** Shares of the four cells, spread in scratch: low low, low high, high low, high high. */
function shares(row: usize, column: usize, scratch: usize): void {
  const fy = loadSplat(row + 8);
  const fx = loadSplat(column + 8);
  const one = splat(1);
  const gy = sub(one, fy);
  const gx = sub(one, fx);
  store(scratch, mul(gy, gx));
  store(scratch + 16, mul(gy, fx));
  store(scratch + 32, mul(fy, gx));
  store(scratch + 48, mul(fy, fx));
}

/**
 * Nearest cells, or the mean of four neighbours weighted by nearness. Threads share rows.
 *
 * @grain 1
 * @param x        f32[n, h, w, c]
 * @param y        f32[n, outH, outW, c]
 * @param table    i32[outH + outW, 3]: low, high, weight
 * @param h        rows of x
 * @param w        columns of x
 * @param c        channels
 * @param outH     rows of y
 * @param outW     columns of y
 * @param linear   0: the low cells alone
 * @param scratch  64 bytes
 */
export function resize(
  x: usize,
  y: usize,
  table: usize,
  h: i32,
  w: i32,
  c: i32,
  outH: i32,
  outW: i32,
  linear: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const line = w * c;
  for (let i = begin; i < end; i++) {
    const n = i / outH;
    const row = table + <usize>(i - n * outH) * ENTRY;
    const low = at(x, (n * h + i32.load(row)) * line);
    const high = at(x, (n * h + i32.load(row, 4)) * line);
    let column = table + <usize>outH * ENTRY;
    let out = at(y, i * outW * c);
    for (let j = outW; j > 0; j--) {
      const left = i32.load(column) * c;
      const right = i32.load(column, 4) * c;
      if (linear) {
        shares(row, column, scratch);
        const s0 = load(scratch);
        const s1 = load(scratch + 16);
        const s2 = load(scratch + 32);
        const s3 = load(scratch + 48);
        for (let k: i32 = 0; k < c; k += LANES) {
          const top = madd(load(at(low, right + k)), s1, mul(load(at(low, left + k)), s0));
          const both = madd(load(at(high, left + k)), s2, top);
          storePart(at(out, k), madd(load(at(high, right + k)), s3, both), c - k);
        }
      } else {
        for (let k: i32 = 0; k < c; k += LANES)
          storePart(at(out, k), load(at(low, left + k)), c - k);
      }
      column += ENTRY;
      out = at(out, c);
    }
  }
}

/** dx += dy share over the channels of one cell. */
function addCell(dy: usize, dx: usize, share: usize, c: i32): void {
  const s = load(share);
  for (; c > 0; c -= LANES) {
    storePart(dx, madd(load(dy), s, load(dx)), c);
    dx += 16;
    dy += 16;
  }
}

/**
 * Gradient of resize: each output's gradient is added to its cells in the order of the outputs. Threads share
 * samples.
 *
 * @grain 1
 * @param dy       f32[n, outH, outW, c]
 * @param dx       f32[n, h, w, c]
 * @param table    i32[outH + outW, 3]: low, high, weight
 * @param h        rows of dx
 * @param w        columns of dx
 * @param c        channels
 * @param outH     rows of dy
 * @param outW     columns of dy
 * @param linear   0: the low cells alone
 * @param scratch  64 bytes
 */
export function resizeGrad(
  dy: usize,
  dx: usize,
  table: usize,
  h: i32,
  w: i32,
  c: i32,
  outH: i32,
  outW: i32,
  linear: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const line = w * c;
  for (let n = begin; n < end; n++) {
    const image = at(dx, n * h * line);
    memory.fill(image, 0, at(0, h * line));
    let from = at(dy, n * outH * outW * c);
    for (let i: i32 = 0; i < outH; i++) {
      const row = table + <usize>i * ENTRY;
      const low = at(image, i32.load(row) * line);
      const high = at(image, i32.load(row, 4) * line);
      let column = table + <usize>outH * ENTRY;
      for (let j = outW; j > 0; j--) {
        const left = i32.load(column) * c;
        const right = i32.load(column, 4) * c;
        if (linear) {
          shares(row, column, scratch);
          addCell(from, at(low, left), scratch, c);
          addCell(from, at(low, right), scratch + 16, c);
          addCell(from, at(high, left), scratch + 32, c);
          addCell(from, at(high, right), scratch + 48, c);
        } else {
          for (let k: i32 = 0; k < c; k += LANES) {
            const p = at(low, left + k);
            storePart(p, add(load(p), load(at(from, k))), c - k);
          }
        }
        column += ENTRY;
        from = at(from, c);
      }
    }
  }
}
