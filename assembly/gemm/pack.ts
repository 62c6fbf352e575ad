import { interleaveHigh, interleaveLow, joinHigh, joinLow, load, store } from "../lanes";

/**
 * Copies `count` rows (or columns) of a matrix into panels of `width`, in the order in which a tile
 * reads them. Serves A (width 4 or 6) and B (width 8).
 *
 *     stored [k][count]     stored [count][k], transposed      packed, width 4
 *                                                            | panel 0    | panel 1 ...
 *     | a b c d e f ..      | a A ..                         | a b c d    | e f . .
 *     | A B C D E F ..      | b B ..                         | A B C D    | E F . .
 *                           | c C ..                         | [k][width] | [k][width]
 *
 * A panel is filled by vectors at two offsets: 0 and 0, 8 or 16 for a width of 4, 6 or 8; they overlap
 * with equal values in a width of 6. Where `count` ends inside a panel, the rest holds what follows in
 * memory or repeats the last row: it reaches only rows and columns of C that are dropped. A transposed
 * panel is written in fours of k, so up to 3 rows behind it are spoilt before the next panel fills them.
 *
 * @param to          f32[ceil(count / width)][k][width], and 3 rows to spare
 * @param width       4, 6 or 8
 * @param from        first element
 * @param stride      bytes between stored rows
 * @param transposed  whether k runs along the stored rows
 */
export function pack(
  to: usize,
  width: i32,
  from: usize,
  stride: usize,
  transposed: bool,
  count: i32,
  k: i32,
): void {
  const bytes = (<usize>width) << 2;
  const second: i32 = width - 4;
  for (let i = 0; i < count; i += width) {
    if (transposed) {
      const last = count - i - 1;
      const rows = from + <usize>i * stride;
      transpose(to, bytes, rows, stride, 0, last, k);
      if (second) transpose(to + ((<usize>second) << 2), bytes, rows, stride, second, last, k);
    } else {
      copy(to, bytes, from + ((<usize>i) << 2), stride, (<usize>second) << 2, k);
    }
    to += bytes * k;
  }
}

/** Copies one panel: two vectors of each of `k` stored rows. */
export function copy(
  to: usize,
  step: usize,
  from: usize,
  stride: usize,
  second: usize,
  k: i32,
): void {
  for (; k > 0; k--) {
    const x = load(from);
    const y = load(from + second);
    store(to, x);
    store(to + second, y);
    from += stride;
    to += step;
  }
}

/** Transposes the stored rows `first` to `first + 3`, none behind `last`, into four columns. */
export function transpose(
  to: usize,
  step: usize,
  rows: usize,
  stride: usize,
  first: i32,
  last: i32,
  k: i32,
): void {
  let p0 = rows + <usize>min(first, last) * stride;
  let p1 = rows + <usize>min(first + 1, last) * stride;
  let p2 = rows + <usize>min(first + 2, last) * stride;
  let p3 = rows + <usize>min(first + 3, last) * stride;
  for (; k > 0; k -= 4) {
    const x0 = load(p0);
    const x1 = load(p1);
    const x2 = load(p2);
    const x3 = load(p3);
    const low01 = interleaveLow(x0, x1);
    const low23 = interleaveLow(x2, x3);
    const high01 = interleaveHigh(x0, x1);
    const high23 = interleaveHigh(x2, x3);
    store(to, joinLow(low01, low23));
    to += step;
    store(to, joinHigh(low01, low23));
    to += step;
    store(to, joinLow(high01, high23));
    to += step;
    store(to, joinHigh(high01, high23));
    to += step;
    p0 += 16;
    p1 += 16;
    p2 += 16;
    p3 += 16;
  }
}
