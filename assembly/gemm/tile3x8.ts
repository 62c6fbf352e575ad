import { load, loadNext, loadSplat, loadSplat1, loadSplat2, madd, splat } from "../lanes";
import { endRow } from "./endRow";

/**
 * `c[3,8] = sum over runs and k of a[k,3]^T b[k,8]`: the tile of a filter's gradient for three elements side by side, a
 * row of a 3x3 filter of one channel, where a whole tile would waste a quarter or half of its rows. As tile4x8 else.
 *
 * @param count       runs; 0 gives zeros
 * @param runs        first of them; no length is 0
 * @param offset      bytes from a run's address to a
 * @param strideA     bytes from one k of a to the next
 * @param b           f32[k,8], packed
 * @param c           f32[3,8], rows strideC bytes apart, written
 * @param accumulate  whether the sums are added to c, which holds those of earlier blocks of k
 */
export function tile3x8(
  count: i32,
  runs: usize,
  offset: usize,
  strideA: usize,
  b: usize,
  c: usize,
  strideC: usize,
  accumulate: bool,
): void {
  const zero = splat(0);
  let c00 = zero;
  let c01 = zero;
  let c10 = zero;
  let c11 = zero;
  let c20 = zero;
  let c21 = zero;
  if (count > 0) {
    do {
      let k = i32.load(runs);
      let a = <usize>i32.load(runs, 4) + offset;
      runs += 8;
      do {
        const b0 = load(b);
        const b1 = loadNext(b);
        const x0 = loadSplat(a);
        c00 = madd(x0, b0, c00);
        c01 = madd(x0, b1, c01);
        const x1 = loadSplat1(a);
        c10 = madd(x1, b0, c10);
        c11 = madd(x1, b1, c11);
        const x2 = loadSplat2(a);
        c20 = madd(x2, b0, c20);
        c21 = madd(x2, b1, c21);
        a += strideA;
        b += 32;
      } while (--k > 0);
    } while (--count > 0);
  }
  const none = splat(-0.0);
  const floor = splat(-Infinity);
  endRow(c, c00, c01, accumulate, none, none, floor);
  c += strideC;
  endRow(c, c10, c11, accumulate, none, none, floor);
  c += strideC;
  endRow(c, c20, c21, accumulate, none, none, floor);
}
