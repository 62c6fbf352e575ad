import {
  add,
  load,
  loadNext,
  loadSplat,
  loadSplat1,
  loadSplat2,
  loadSplat3,
  madd,
  pmax,
  splat,
  store,
  storeNext,
} from "../lanes";

/**
 * One tile of a convolution, `c[6,8] = sum over runs and k of a[k,6]^T b[k,8]`: 6 pixels, each with a pointer
 * of its own into the source for every run of neighbouring elements, and 8 output channels.
 *
 *     runs: | length | address for pixel 0 | ... | for pixel 5 |  one after the other, 32-bit words
 *     b:    f32[all lengths][8], packed
 *
 * Nothing of the source is copied: a run is read where it lies, by as many splats as there are pixels.
 * For fused multiply-add; the step stands 4 times, as text, so that the pointers are moved seldom.
 *
 * @param count       runs; 0 gives zeros
 * @param runs        first of them; no length is 0
 * @param b           packed weights
 * @param c           f32[6,8], rows strideC bytes apart, written
 * @param accumulate  whether the sums are added to c, which holds those of earlier blocks
 * @param bias        f32[8], 0 for none (also where this is not the last block)
 * @param relu        whether negative results become 0; NaN stays NaN
 */
export function runs6x8(
  count: i32,
  runs: usize,
  b: usize,
  c: usize,
  strideC: usize,
  accumulate: bool,
  bias: usize,
  relu: bool,
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
      let a0 = <usize>i32.load(runs, 4);
      let a1 = <usize>i32.load(runs, 8);
      let a2 = <usize>i32.load(runs, 12);
      let a3 = <usize>i32.load(runs, 16);
      let a4 = <usize>i32.load(runs, 20);
      let a5 = <usize>i32.load(runs, 24);
      runs += 28;
      if (k >= 4) {
        do {
          {
            const b0 = load(b);
            const b1 = loadNext(b);
            const x0 = loadSplat(a0);
            c00 = madd(x0, b0, c00);
            c01 = madd(x0, b1, c01);
            const x1 = loadSplat(a1);
            c10 = madd(x1, b0, c10);
            c11 = madd(x1, b1, c11);
            const x2 = loadSplat(a2);
            c20 = madd(x2, b0, c20);
            c21 = madd(x2, b1, c21);
            const x3 = loadSplat(a3);
            c30 = madd(x3, b0, c30);
            c31 = madd(x3, b1, c31);
            const x4 = loadSplat(a4);
            c40 = madd(x4, b0, c40);
            c41 = madd(x4, b1, c41);
            const x5 = loadSplat(a5);
            c50 = madd(x5, b0, c50);
            c51 = madd(x5, b1, c51);
            b += 32;
          }
          {
            const b0 = load(b);
            const b1 = loadNext(b);
            const x0 = loadSplat1(a0);
            c00 = madd(x0, b0, c00);
            c01 = madd(x0, b1, c01);
            const x1 = loadSplat1(a1);
            c10 = madd(x1, b0, c10);
            c11 = madd(x1, b1, c11);
            const x2 = loadSplat1(a2);
            c20 = madd(x2, b0, c20);
            c21 = madd(x2, b1, c21);
            const x3 = loadSplat1(a3);
            c30 = madd(x3, b0, c30);
            c31 = madd(x3, b1, c31);
            const x4 = loadSplat1(a4);
            c40 = madd(x4, b0, c40);
            c41 = madd(x4, b1, c41);
            const x5 = loadSplat1(a5);
            c50 = madd(x5, b0, c50);
            c51 = madd(x5, b1, c51);
            b += 32;
          }
          {
            const b0 = load(b);
            const b1 = loadNext(b);
            const x0 = loadSplat2(a0);
            c00 = madd(x0, b0, c00);
            c01 = madd(x0, b1, c01);
            const x1 = loadSplat2(a1);
            c10 = madd(x1, b0, c10);
            c11 = madd(x1, b1, c11);
            const x2 = loadSplat2(a2);
            c20 = madd(x2, b0, c20);
            c21 = madd(x2, b1, c21);
            const x3 = loadSplat2(a3);
            c30 = madd(x3, b0, c30);
            c31 = madd(x3, b1, c31);
            const x4 = loadSplat2(a4);
            c40 = madd(x4, b0, c40);
            c41 = madd(x4, b1, c41);
            const x5 = loadSplat2(a5);
            c50 = madd(x5, b0, c50);
            c51 = madd(x5, b1, c51);
            b += 32;
          }
          {
            const b0 = load(b);
            const b1 = loadNext(b);
            const x0 = loadSplat3(a0);
            c00 = madd(x0, b0, c00);
            c01 = madd(x0, b1, c01);
            const x1 = loadSplat3(a1);
            c10 = madd(x1, b0, c10);
            c11 = madd(x1, b1, c11);
            const x2 = loadSplat3(a2);
            c20 = madd(x2, b0, c20);
            c21 = madd(x2, b1, c21);
            const x3 = loadSplat3(a3);
            c30 = madd(x3, b0, c30);
            c31 = madd(x3, b1, c31);
            const x4 = loadSplat3(a4);
            c40 = madd(x4, b0, c40);
            c41 = madd(x4, b1, c41);
            const x5 = loadSplat3(a5);
            c50 = madd(x5, b0, c50);
            c51 = madd(x5, b1, c51);
            b += 32;
          }
          a0 += 16;
          a1 += 16;
          a2 += 16;
          a3 += 16;
          a4 += 16;
          a5 += 16;
          k -= 4;
        } while (k >= 4);
      }
      if (k > 0) {
        do {
          const b0 = load(b);
          const b1 = loadNext(b);
          const x0 = loadSplat(a0);
          c00 = madd(x0, b0, c00);
          c01 = madd(x0, b1, c01);
          const x1 = loadSplat(a1);
          c10 = madd(x1, b0, c10);
          c11 = madd(x1, b1, c11);
          const x2 = loadSplat(a2);
          c20 = madd(x2, b0, c20);
          c21 = madd(x2, b1, c21);
          const x3 = loadSplat(a3);
          c30 = madd(x3, b0, c30);
          c31 = madd(x3, b1, c31);
          const x4 = loadSplat(a4);
          c40 = madd(x4, b0, c40);
          c41 = madd(x4, b1, c41);
          const x5 = loadSplat(a5);
          c50 = madd(x5, b0, c50);
          c51 = madd(x5, b1, c51);
          b += 32;
          a0 += 4;
          a1 += 4;
          a2 += 4;
          a3 += 4;
          a4 += 4;
          a5 += 4;
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
  if (bias) {
    const bias0 = load(bias);
    const bias1 = loadNext(bias);
    c00 = add(c00, bias0);
    c01 = add(c01, bias1);
    c10 = add(c10, bias0);
    c11 = add(c11, bias1);
    c20 = add(c20, bias0);
    c21 = add(c21, bias1);
    c30 = add(c30, bias0);
    c31 = add(c31, bias1);
    c40 = add(c40, bias0);
    c41 = add(c41, bias1);
    c50 = add(c50, bias0);
    c51 = add(c51, bias1);
  }
  if (relu) {
    c00 = pmax(c00, zero);
    c01 = pmax(c01, zero);
    c10 = pmax(c10, zero);
    c11 = pmax(c11, zero);
    c20 = pmax(c20, zero);
    c21 = pmax(c21, zero);
    c30 = pmax(c30, zero);
    c31 = pmax(c31, zero);
    c40 = pmax(c40, zero);
    c41 = pmax(c41, zero);
    c50 = pmax(c50, zero);
    c51 = pmax(c51, zero);
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
