import {
  load,
  loadNext,
  loadSplat,
  loadSplat1,
  loadSplat2,
  loadSplat3,
  madd,
  splat,
} from "../lanes";
import { endRow } from "./endRow";

/**
 * A strip of tiles of a convolution, each `c[4,8] = activation(sum over runs and k of a[k,4]^T b[k,8] + bias)`: 4
 * pixels, each with a pointer of its own into the source for every run of neighbouring elements, and 8 output channels.
 *
 *     runs: | length | address for pixel 0 | ... | for pixel 3 |  one after the other, 32-bit words
 *     b:    f32[all lengths][8], packed
 *
 * A run of negative length is left out, with as many rows of b.
 * Nothing of the source is copied: a run is read where it lies, by as many splats as there are pixels.
 *
 * @param tiles       how many, one below the other, each with its runs
 * @param count       runs of a tile; 0 gives zeros
 * @param runs        first of them; no length is 0
 * @param b           packed weights, shared by all
 * @param c           f32[4 tiles,8], rows strideC bytes apart, written
 * @param accumulate  whether the sums are added to c, which holds those of earlier blocks
 * @param bias        f32[8], 0 for none (also where this is not the last block)
 * @param relu        whether negative results become 0; NaN stays NaN
 */
export function runs4x8x4(
  tiles: i32,
  count: i32,
  runs: usize,
  b: usize,
  c: usize,
  strideC: usize,
  accumulate: bool,
  bias: usize,
  relu: bool,
): void {
  const panel = b;
  for (; tiles > 0; tiles--) {
    const zero = splat(0);
    let c00 = zero;
    let c01 = zero;
    let c10 = zero;
    let c11 = zero;
    let c20 = zero;
    let c21 = zero;
    let c30 = zero;
    let c31 = zero;
    b = panel;
    let left = count;
    if (left > 0) {
      do {
        let k = i32.load(runs);
        let a0 = <usize>i32.load(runs, 4);
        let a1 = <usize>i32.load(runs, 8);
        let a2 = <usize>i32.load(runs, 12);
        let a3 = <usize>i32.load(runs, 16);
        runs += 20;
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
              b += 32;
            }
            a0 += 16;
            a1 += 16;
            a2 += 16;
            a3 += 16;
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
            b += 32;
            a0 += 4;
            a1 += 4;
            a2 += 4;
            a3 += 4;
          } while (--k > 0);
        } else {
          b -= (<usize>k) << 5;
        }
      } while (--left > 0);
    }
    const bias0 = bias ? load(bias) : splat(-0.0);
    const bias1 = bias ? loadNext(bias) : bias0;
    const floor = relu ? splat(0) : splat(-Infinity);
    endRow(c, c00, c01, accumulate, bias0, bias1, floor);
    c += strideC;
    endRow(c, c10, c11, accumulate, bias0, bias1, floor);
    c += strideC;
    endRow(c, c20, c21, accumulate, bias0, bias1, floor);
    c += strideC;
    endRow(c, c30, c31, accumulate, bias0, bias1, floor);
    c += strideC;
  }
}
