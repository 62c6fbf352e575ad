import { LANES, at, loadSplat, store } from "../lanes";

/**
 * `out = x[0]` everywhere.
 *
 * @grain 16
 * @param x    f32[1]
 * @param out  f32[n]
 */
export function fill(x: usize, out: usize, begin: i32, end: i32): void {
  const value = loadSplat(x);
  for (let i = begin; i < end; i += LANES) store(at(out, i), value);
}
