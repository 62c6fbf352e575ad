import { LANES, andnot, at, iadd, ilt, iota, isplat, load, or, storePart } from "../lanes";

/**
 * The band of each matrix, `out[r, c] = x[r, c]` where lower <= c - r <= upper, otherwise 0, NaN too. As 32-bit
 * words. May run in place.
 *
 * @grain 1
 * @param x        32-bit[..., rows, columns]
 * @param out      32-bit[..., rows, columns], may be x
 * @param rows     rows of a matrix
 * @param columns  columns of a matrix
 * @param lower    first diagonal that stays, counted to the right of the main one
 * @param upper    last diagonal that stays
 */
export function band(
  x: usize,
  out: usize,
  rows: i32,
  columns: i32,
  lower: i32,
  upper: i32,
  begin: i32,
  end: i32,
): void {
  for (let i = begin; i < end; i++) {
    const r = i % rows;
    const from = at(x, i * columns);
    const to = at(out, i * columns);
    const first = isplat(r + lower);
    const last = isplat(r + upper);
    for (let c: i32 = 0; c < columns; c += LANES) {
      const column = iadd(iota(), isplat(c));
      const outside = or(ilt(column, first), ilt(last, column));
      storePart(at(to, c), andnot(load(at(from, c)), outside), columns - c);
    }
  }
}
