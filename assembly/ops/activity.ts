/** What a look at a layer's output needs, in one command: a small model would pay more for six than for the sums. */
import { at, splat } from "../lanes";
import { Largest, Plain, Square, foldColumns, sumRow } from "../reduce";

/** Elements that are summed twice while they are near. */
const BLOCK: i32 = 4096;

/**
 * Mean, mean square, and the largest of each of the first `tops` columns: `out = [mean x, mean x^2, max_i x_ij ...]`.
 * Blocks of sums are added in f64, in order. NaN comes through; without rows the means are NaN and the largest -Infinity.
 *
 * @param x       f32[rows,columns]
 * @param out     f32[2 + tops]
 * @param rows    of x
 * @param columns of x, > 0
 * @param tops    columns whose largest is asked for, 0 or all
 */
export function activity(x: usize, out: usize, rows: i32, columns: i32, tops: i32): void {
  const size = rows * columns;
  let sum: f64 = 0;
  let squares: f64 = 0;
  for (let i = 0; i < size; i += BLOCK) {
    const n = min(size - i, BLOCK);
    sum += sumRow<Plain>(at(x, i), n, splat(0));
    squares += sumRow<Square>(at(x, i), n, splat(0));
  }
  store<f32>(out, <f32>(sum / <f64>size));
  store<f32>(out, <f32>(squares / <f64>size), 4);
  foldColumns<Largest>(x, out + 8, rows, (<usize>columns) << 2, tops);
}
