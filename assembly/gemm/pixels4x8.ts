import {
  add,
  load,
  loadNext,
  madd,
  splat,
  splatLane0,
  splatLane1,
  splatLane2,
  splatLane3,
  store,
  storeNext,
} from "../lanes";

/**
 * One tile of a filter's gradient, `c[4,8] = sum over runs and k of a[k,4]^T b[k,8]`: 4 neighbouring elements of
 * the source's windows and 8 output channels, summed over pixels.
 *
 *     runs: | length | address |  one after the other, 32-bit words: pixels of one row, strideA bytes apart
 *     b:    f32[all lengths][8], packed
 *
 * @param count       runs; 0 gives zeros
 * @param runs        first of them; no length is 0
 * @param offset      bytes from a pixel's address to the 4 elements
 * @param b           packed gradient of the output
 * @param c           f32[4,8], rows strideC bytes apart, written
 * @param accumulate  whether the sums are added to c, which holds those of earlier blocks
 */
export function pixels4x8(
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
  let c30 = zero;
  let c31 = zero;
  if (count > 0) {
    do {
      let k = i32.load(runs);
      let a = <usize>i32.load(runs, 4) + offset;
      runs += 8;
      do {
        const b0 = load(b);
        const b1 = loadNext(b);
        const rows = load(a);
        const x0 = splatLane0(rows);
        c00 = madd(x0, b0, c00);
        c01 = madd(x0, b1, c01);
        const x1 = splatLane1(rows);
        c10 = madd(x1, b0, c10);
        c11 = madd(x1, b1, c11);
        const x2 = splatLane2(rows);
        c20 = madd(x2, b0, c20);
        c21 = madd(x2, b1, c21);
        const x3 = splatLane3(rows);
        c30 = madd(x3, b0, c30);
        c31 = madd(x3, b1, c31);
        a += strideA;
        b += 32;
      } while (--k > 0);
    } while (--count > 0);
  }
  const r1 = c + strideC;
  const r2 = r1 + strideC;
  const r3 = r2 + strideC;
  if (accumulate) {
    c00 = add(load(c), c00);
    c01 = add(loadNext(c), c01);
    c10 = add(load(r1), c10);
    c11 = add(loadNext(r1), c11);
    c20 = add(load(r2), c20);
    c21 = add(loadNext(r2), c21);
    c30 = add(load(r3), c30);
    c31 = add(loadNext(r3), c31);
  }
  store(c, c00);
  storeNext(c, c01);
  store(r1, c10);
  storeNext(r1, c11);
  store(r2, c20);
  storeNext(r2, c21);
  store(r3, c30);
  storeNext(r3, c31);
}
