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
 * A strip of tiles of a product, each `c[4,8] = activation(sum over k of a[k,4]^T b[k,8] + bias)`, k in order, in
 * eight registers.
 *
 *              b0       b1             strideA, strideB: bytes from one k to the next; 16|32 in packed
 *         a0 | c00 .. | c01 .. |       panels, a row's length where a matrix is read where it lies
 *         a1 | c10 .. | c11 .. |
 *         .. |        |        |       runs: | length | address |  one after the other, 32-bit words
 *
 * k runs over all elements of the runs: of a product there is one, of a filter's gradient one for each row of
 * pixels.
 *
 * The step stands once: V8 unrolls a loop that stands in others, and as text twice it ran at three quarters. The
 * rows come by splats: with one vector and its shuffles it ran at 0.85 (Zen 5), for these take the units that add.
 *
 * @param tiles       how many, one below the other
 * @param count       runs; 0 gives zeros
 * @param runs        first of them; no length is 0
 * @param offset      bytes from a run's address to the first tile's a
 * @param strideA     bytes from one k of a to the next
 * @param panelA      bytes from one tile's a to the next
 * @param b           f32[k,8], rows strideB bytes apart, shared by all
 * @param c           f32[4 tiles,8], rows strideC bytes apart, written
 * @param accumulate  whether the sums are added to c, which holds those of earlier blocks of k
 * @param bias        f32[8], 0 for none (also where this is not the last block)
 * @param relu        whether negative results become 0; NaN stays NaN
 */
export function tile4x8x4(
  tiles: i32,
  count: i32,
  runs: usize,
  offset: usize,
  strideA: usize,
  panelA: usize,
  b: usize,
  strideB: usize,
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
    let run = runs;
    let left = count;
    if (left > 0) {
      do {
        let k = i32.load(run);
        let a = <usize>i32.load(run, 4) + offset;
        run += 8;
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
              a += strideA;
              b += strideB;
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
              a += strideA;
              b += strideB;
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
              a += strideA;
              b += strideB;
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
              a += strideA;
              b += strideB;
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
            a += strideA;
            b += strideB;
          } while (--k > 0);
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
    offset += panelA;
  }
}
