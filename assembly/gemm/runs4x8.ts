import { add, load, loadNext, loadSplat, madd, pmax, splat, store, storeNext } from "../lanes";

/**
 * One tile of a convolution, `c[4,8] = sum over runs and k of a[k,4]^T b[k,8]`: 4 pixels, each with a pointer
 * of its own into the source for every run of neighbouring elements, and 8 output channels.
 *
 *     runs: | length | address for pixel 0 | ... | for pixel 3 |  one after the other, 32-bit words
 *     b:    f32[all lengths][8], packed
 *
 * Nothing of the source is copied: a run is read where it lies, by as many splats as there are pixels.
 *
 * @param count       runs; 0 gives zeros
 * @param runs        first of them; no length is 0
 * @param b           packed weights
 * @param c           f32[4,8], rows strideC bytes apart, written
 * @param accumulate  whether the sums are added to c, which holds those of earlier blocks
 * @param bias        f32[8], 0 for none (also where this is not the last block)
 * @param relu        whether negative results become 0; NaN stays NaN
 */
export function runs4x8(
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
  if (count > 0) {
    do {
      let k = i32.load(runs);
      let a0 = <usize>i32.load(runs, 4);
      let a1 = <usize>i32.load(runs, 8);
      let a2 = <usize>i32.load(runs, 12);
      let a3 = <usize>i32.load(runs, 16);
      runs += 20;
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
        b += 32;
        a0 += 4;
        a1 += 4;
        a2 += 4;
        a3 += 4;
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
