import { at } from "../lanes";

/**
 * Linear recurrence along the middle axis, `out[0] = b[0]`, `out[l] = b[l] + a[l] out[l - 1]`; or from the
 * end. Carried in f64: each result is rounded once. a[0] (from the end, the last) is not read.
 *
 * @grain 16
 * @param a        f32[outer, length, inner], factors
 * @param b        f32[outer, length, inner], terms
 * @param out      f32[outer, length, inner], may be a or b
 * @param length   elements along the axis
 * @param inner    elements behind the axis
 * @param reverse  1: from the end
 */
export function recurrence(
  a: usize,
  b: usize,
  out: usize,
  length: i32,
  inner: i32,
  reverse: i32,
  begin: i32,
  end: i32,
): void {
  const step: i32 = reverse ? -inner : inner;
  for (let i = begin; i < end; i++) {
    const o = i / inner;
    let e = o * length * inner + (i - o * inner) + (reverse ? (length - 1) * inner : 0);
    let state = <f64>f32.load(at(b, e));
    f32.store(at(out, e), <f32>state);
    for (let l = length - 1; l > 0; l--) {
      e += step;
      state = <f64>f32.load(at(b, e)) + <f64>f32.load(at(a, e)) * state;
      f32.store(at(out, e), <f32>state);
    }
  }
}
