/**
 * Columns of [rows, step bytes] side by side, walked along the rows as memory lies, with what is known of each column in
 * scratch. Four columns at a time, one after the other, would read a quarter of every cache line, and rows of a power of
 * two fall into few sets of the caches.
 *
 *     kept: | a | b | c | d |  of columns 0 to 3, four vectors  | a | b | c | d |  of columns 4 to 7 | ...
 */
import { LANES } from "./lanes";

/** Columns that are walked together: 1 KB of a row, and 4 KB of what is kept. */
export const WIDTH: i32 = 256;

/** Bytes from what is kept of four columns to that of the next four. */
const KEPT: usize = 64;

/**
 * `F.step(x, y, out, kept, left)` for every four of `n` columns of each row in turn; `left` are the columns that there
 * are from there on, which may be fewer. x, y and out move alike.
 */
export function walkDown<F>(
  x: usize,
  y: usize,
  out: usize,
  kept: usize,
  rows: i32,
  step: usize,
  n: i32,
): void {
  const f = changetype<F>(0);
  for (; rows > 0; rows--) {
    let offset: usize = 0;
    let known = kept;
    let left = n;
    do {
      f.step(x + offset, y + offset, out + offset, known, left);
      offset += 16;
      known += KEPT;
      left -= LANES;
    } while (left > 0);
    x += step;
    y += step;
    out += step;
  }
}

/** `F.step(kept)` for every four of `n` columns. */
export function walkKept<F>(kept: usize, n: i32): void {
  const f = changetype<F>(0);
  for (; n > 0; n -= LANES) {
    f.step(kept);
    kept += KEPT;
  }
}
