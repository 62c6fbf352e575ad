/** Integer labels of rows. */
import { LANES, at, iadd, ieq, iota, isplat, select, splat, storePart } from "../lanes";

/**
 * Rows that are `on` at the label and `off` elsewhere. A label outside [0, width) gives a row of `off`.
 *
 * @grain 1
 * @param labels  i32[rows]
 * @param out     f32[rows, width]
 * @param width   classes
 * @param on      value at the label
 * @param off     value elsewhere
 */
export function oneHot(
  labels: usize,
  out: usize,
  width: i32,
  on: f32,
  off: f32,
  begin: i32,
  end: i32,
): void {
  const yes = splat(on);
  const no = splat(off);
  for (let r = begin; r < end; r++) {
    const label = isplat(i32.load(at(labels, r)));
    const to = at(out, r * width);
    for (let i: i32 = 0; i < width; i += LANES) {
      storePart(at(to, i), select(yes, no, ieq(label, iadd(iota(), isplat(i)))), width - i);
    }
  }
}

/**
 * Whether the label is among the k largest of its row: fewer than k elements are larger than that of the
 * label. 0 where that one is NaN or infinite or the label lies outside the row.
 *
 * @grain 16
 * @param x       f32[rows, width]
 * @param labels  i32[rows]
 * @param out     f32[rows]
 * @param width   classes
 * @param k       how many count
 */
export function inTopK(
  x: usize,
  labels: usize,
  out: usize,
  width: i32,
  k: i32,
  begin: i32,
  end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const row = at(x, r * width);
    const label = i32.load(at(labels, r));
    let hit: f32 = 0;
    if (label >= 0 && label < width) {
      const own = f32.load(at(row, label));
      let above: i32 = 0;
      // A NaN counts as larger.
      for (let i: i32 = 0; i < width; i++) above += i32(!(f32.load(at(row, i)) <= own));
      hit = own - own == 0 && above < k ? 1 : 0;
    }
    f32.store(at(out, r), hit);
  }
}
