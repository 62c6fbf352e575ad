import {
  add,
  load,
  loadNext,
  loadSplat,
  loadSplat1,
  loadSplat2,
  loadSplat3,
  loadSplat4,
  loadSplat5,
  madd,
  splat,
  store,
  storeNext,
} from "../lanes";

/**
 * One tile of a filter's gradient, `c[6,8] = sum over runs and k of a[k,6]^T b[k,8]`: 6 neighbouring elements of
 * the source's windows and 8 output channels, summed over pixels.
 *
 *     runs: | length | address |  one after the other, 32-bit words: pixels of one row, strideA bytes apart
 *     b:    f32[all lengths][8], packed
 *
 * @param count       runs; 0 gives zeros
 * @param runs        first of them; no length is 0
 * @param offset      bytes from a pixel's address to the 6 elements
 * @param b           packed gradient of the output
 * @param c           f32[6,8], rows strideC bytes apart, written
 * @param accumulate  whether the sums are added to c, which holds those of earlier blocks
 */
export function pixels6x8(
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
  let c40 = zero;
  let c41 = zero;
  let c50 = zero;
  let c51 = zero;
  if (count > 0) {
    do {
      let k = i32.load(runs);
      let a = <usize>i32.load(runs, 4) + offset;
      runs += 8;
      if (k >= 4) {
        do {
          {
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
            const x3 = loadSplat3(a);
            c30 = madd(x3, b0, c30);
            c31 = madd(x3, b1, c31);
            const x4 = loadSplat4(a);
            c40 = madd(x4, b0, c40);
            c41 = madd(x4, b1, c41);
            const x5 = loadSplat5(a);
            c50 = madd(x5, b0, c50);
            c51 = madd(x5, b1, c51);
            a += strideA;
            b += 32;
          }
          {
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
            const x3 = loadSplat3(a);
            c30 = madd(x3, b0, c30);
            c31 = madd(x3, b1, c31);
            const x4 = loadSplat4(a);
            c40 = madd(x4, b0, c40);
            c41 = madd(x4, b1, c41);
            const x5 = loadSplat5(a);
            c50 = madd(x5, b0, c50);
            c51 = madd(x5, b1, c51);
            a += strideA;
            b += 32;
          }
          {
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
            const x3 = loadSplat3(a);
            c30 = madd(x3, b0, c30);
            c31 = madd(x3, b1, c31);
            const x4 = loadSplat4(a);
            c40 = madd(x4, b0, c40);
            c41 = madd(x4, b1, c41);
            const x5 = loadSplat5(a);
            c50 = madd(x5, b0, c50);
            c51 = madd(x5, b1, c51);
            a += strideA;
            b += 32;
          }
          {
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
            const x3 = loadSplat3(a);
            c30 = madd(x3, b0, c30);
            c31 = madd(x3, b1, c31);
            const x4 = loadSplat4(a);
            c40 = madd(x4, b0, c40);
            c41 = madd(x4, b1, c41);
            const x5 = loadSplat5(a);
            c50 = madd(x5, b0, c50);
            c51 = madd(x5, b1, c51);
            a += strideA;
            b += 32;
          }
          k -= 4;
        } while (k >= 4);
      }
      if (k > 0) {
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
          const x3 = loadSplat3(a);
          c30 = madd(x3, b0, c30);
          c31 = madd(x3, b1, c31);
          const x4 = loadSplat4(a);
          c40 = madd(x4, b0, c40);
          c41 = madd(x4, b1, c41);
          const x5 = loadSplat5(a);
          c50 = madd(x5, b0, c50);
          c51 = madd(x5, b1, c51);
          a += strideA;
          b += 32;
        } while (--k > 0);
      }
    } while (--count > 0);
  }
  const r1 = c + strideC;
  const r2 = r1 + strideC;
  const r3 = r2 + strideC;
  const r4 = r3 + strideC;
  const r5 = r4 + strideC;
  if (accumulate) {
    c00 = add(load(c), c00);
    c01 = add(loadNext(c), c01);
    c10 = add(load(r1), c10);
    c11 = add(loadNext(r1), c11);
    c20 = add(load(r2), c20);
    c21 = add(loadNext(r2), c21);
    c30 = add(load(r3), c30);
    c31 = add(loadNext(r3), c31);
    c40 = add(load(r4), c40);
    c41 = add(loadNext(r4), c41);
    c50 = add(load(r5), c50);
    c51 = add(loadNext(r5), c51);
  }
  store(c, c00);
  storeNext(c, c01);
  store(r1, c10);
  storeNext(r1, c11);
  store(r2, c20);
  storeNext(r2, c21);
  store(r3, c30);
  storeNext(r3, c31);
  store(r4, c40);
  storeNext(r4, c41);
  store(r5, c50);
  storeNext(r5, c51);
}
