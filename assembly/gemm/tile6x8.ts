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
 * One tile of a product, `c[6,8] = sum over k of a[k,6]^T b[k,8]`, k in order, in twelve registers.
 *
 *              b0       b1             strideA, strideB: bytes from one k to the next; 16|32 in packed
 *         a0 | c00 .. | c01 .. |       panels, a row's length where a matrix is read where it lies
 *         a1 | c10 .. | c11 .. |
 *         .. |        |        |
 *
 * For fused multiply-add, whose 4 cycles of latency at two a cycle want more than eight sums in flight.
 * 12 sums, 2 vectors of b and 1 splat are the 15 registers that V8 gives. The step stands four times, as
 * text: once, twice, four and eight times ran at 66, 80, 89 and 91 % of the peak.
 *
 * @param k           steps; 0 gives zeros
 * @param a           f32[k,6], rows strideA bytes apart
 * @param b           f32[k,8], rows strideB bytes apart
 * @param c           f32[6,8], rows strideC bytes apart, written
 * @param accumulate  whether the sums are added to c, which holds those of earlier blocks of k
 */
export function tile6x8(
  k: i32,
  a: usize,
  strideA: usize,
  b: usize,
  strideB: usize,
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
