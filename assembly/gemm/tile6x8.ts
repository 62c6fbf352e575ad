import { load, loadNext, loadSplat, loadSplat1, loadSplat2, loadSplat3, loadSplat4, loadSplat5, madd, splat, store, storeNext } from "../lanes";

/**
 * One tile of a product, `c[6,8] = sum over k of a[k,6]^T b[k,8]`, k in order, in twelve registers.
 *
 *              b0       b1             strideA, strideB: bytes from one k to the next; 16|32 in packed
 *         a0 | c00 .. | c01 .. |       panels, a row's length where a matrix is read where it lies
 *         a1 | c10 .. | c11 .. |
 *         .. |        |        |
 *
 * For fused multiply-add, whose 4 cycles of latency at two a cycle want more than eight sums in flight.
 * 12 sums, 2 vectors of b and 1 splat are the 15 registers that V8 gives. The step stands as text, its
 * pointers bumped between: V8 pays one `lea` a splat load for growing offsets.
 *
 * @param k        steps; 0 gives zeros
 * @param a        f32[k,6], rows strideA bytes apart
 * @param b        f32[k,8], rows strideB bytes apart
 * @param c        f32[6,8], rows strideC bytes apart, overwritten
 */
export function tile6x8(
  k: i32,
  a: usize,
  strideA: usize,
  b: usize,
  strideB: usize,
  c: usize,
  strideC: usize,
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
        const x4 = loadSplat4(a);
        c40 = madd(x4, b0, c40);
        c41 = madd(x4, b1, c41);
        const x5 = loadSplat5(a);
        c50 = madd(x5, b0, c50);
        c51 = madd(x5, b1, c51);
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
        const x4 = loadSplat4(a);
        c40 = madd(x4, b0, c40);
        c41 = madd(x4, b1, c41);
        const x5 = loadSplat5(a);
        c50 = madd(x5, b0, c50);
        c51 = madd(x5, b1, c51);
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
        const x4 = loadSplat4(a);
        c40 = madd(x4, b0, c40);
        c41 = madd(x4, b1, c41);
        const x5 = loadSplat5(a);
        c50 = madd(x5, b0, c50);
        c51 = madd(x5, b1, c51);
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
      const x4 = loadSplat4(a);
      c40 = madd(x4, b0, c40);
      c41 = madd(x4, b1, c41);
      const x5 = loadSplat5(a);
      c50 = madd(x5, b0, c50);
      c51 = madd(x5, b1, c51);
      a += strideA;
      b += strideB;
    } while (--k > 0);
  }
  store(c, c00);
  storeNext(c, c01);
  c += strideC;
  store(c, c10);
  storeNext(c, c11);
  c += strideC;
  store(c, c20);
  storeNext(c, c21);
  c += strideC;
  store(c, c30);
  storeNext(c, c31);
  c += strideC;
  store(c, c40);
  storeNext(c, c41);
  c += strideC;
  store(c, c50);
  storeNext(c, c51);
}
