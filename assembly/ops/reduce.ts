import { reduceSumColumns, reduceSumRow } from "../reduce";
import { at } from "../lanes";

/**
 * Sum over the middle axis, `out[o, i] = sum over l of x[o, l, i]`, in the fixed order of reduce.ts.
 * An empty sum is 0.
 *
 * @grain 16
 * @param x       f32[outer, length, inner]
 * @param out     f32[outer, inner]
 * @param length  elements in a sum
 * @param inner   elements behind the axis that is summed
 */
export function reduceSum(x: usize, out: usize, length: i32, inner: i32, begin: i32, end: i32): void {
  if (inner == 1) {
    for (let o = begin; o < end; o++) f32.store(at(out, o), reduceSumRow(at(x, o * length), length));
    return;
  }
  for (let i = begin; i < end; ) {
    const o = i / inner;
    const column = i - o * inner;
    const n = min(inner - column, end - i);
    reduceSumColumns(at(x, o * length * inner + column), at(out, i), length, inner, n);
    i += n;
  }
}
