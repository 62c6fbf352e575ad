import { LANES, and, at, ieq, load, splat, store } from "../lanes";

/**
 * Index of the largest element of each row, the first of equals; a NaN counts as largest, as in PyTorch.
 *
 * @grain 16
 * @param x      f32[rows, width]
 * @param out    i32[rows]
 * @param width  elements in a row, >= 1
 */
export function argMax(x: usize, out: usize, width: i32, begin: i32, end: i32): void {
  for (let r = begin; r < end; r++) {
    const row = at(x, r * width);
    let best: i32 = 0;
    let top = element(row, 0);
    for (let i: i32 = 1; i < width && top == top; i++) {
      const v = element(row, i);
      if (v > top || v != v) {
        top = v;
        best = i;
      }
    }
    i32.store(at(out, r), best);
  }
}

function element(p: usize, i: i32): f32 {
  return f32.load(at(p, i));
}

/**
 * `out = a == b ? 1 : 0` for integers.
 *
 * @grain 16
 * @param a    i32[n]
 * @param b    i32[n]
 * @param out  f32[n]
 */
export function equalIntegers(a: usize, b: usize, out: usize, begin: i32, end: i32): void {
  const one = splat(1);
  for (let i = begin; i < end; i += LANES) store(at(out, i), and(ieq(load(at(a, i)), load(at(b, i))), one));
}
