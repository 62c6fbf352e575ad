import { LANES, at, load, loadSplat, madd, splat, store } from "../lanes";

/**
 * Sums of one block of k for a few rows, `sums[m,n] = sum over k of a[m,k] b[k,n]`, with B read once,
 * along its rows as it lies in memory. A tile would stride down B and, with one row of A, waste most of
 * its work; here a product of batch 1 runs at the speed at which B arrives.
 *
 * @param sums      f32[m][n rounded up to 8], rows strideSums bytes apart, overwritten
 * @param a         first element of A in this block of k
 * @param strideM   bytes from one row of op(A) to the next
 * @param strideK   bytes from one k of op(A) to the next
 * @param b         f32[k,n], rows strideB bytes apart
 */
export function fewRows(
  sums: usize,
  strideSums: usize,
  a: usize,
  strideM: usize,
  strideK: usize,
  b: usize,
  strideB: usize,
  m: i32,
  n: i32,
  k: i32,
): void {
  const zero = splat(0);
  for (let i = 0; i < m; i++) {
    const row = sums + <usize>i * strideSums;
    for (let j = 0; j < n; j += LANES) store(at(row, j), zero);
  }
  for (; k > 0; k -= 8) {
    // Eight rows of B stay in L1 while each row of A passes over them.
    for (let i = 0; i < m; i++) {
      const x = a + <usize>i * strideM;
      const row = sums + <usize>i * strideSums;
      if (k >= 8) addEight(row, x, strideK, b, strideB, n);
      else addSome(row, x, strideK, b, strideB, n, k);
    }
    a += strideK << 3;
    b += strideB << 3;
  }
}

/** `row[n] += a[0] b[0,n] + ... + a[7] b[7,n]`, one after the other. */
export function addEight(
  row: usize,
  a: usize,
  strideK: usize,
  b: usize,
  strideB: usize,
  n: i32,
): void {
  const x0 = loadSplat(a);
  a += strideK;
  const x1 = loadSplat(a);
  a += strideK;
  const x2 = loadSplat(a);
  a += strideK;
  const x3 = loadSplat(a);
  a += strideK;
  const x4 = loadSplat(a);
  a += strideK;
  const x5 = loadSplat(a);
  a += strideK;
  const x6 = loadSplat(a);
  a += strideK;
  const x7 = loadSplat(a);
  for (; n > 0; n -= LANES) {
    let p = b;
    let sum = madd(x0, load(p), load(row));
    p += strideB;
    sum = madd(x1, load(p), sum);
    p += strideB;
    sum = madd(x2, load(p), sum);
    p += strideB;
    sum = madd(x3, load(p), sum);
    p += strideB;
    sum = madd(x4, load(p), sum);
    p += strideB;
    sum = madd(x5, load(p), sum);
    p += strideB;
    sum = madd(x6, load(p), sum);
    p += strideB;
    sum = madd(x7, load(p), sum);
    store(row, sum);
    row += 16;
    b += 16;
  }
}

/** The same for the last `k` (below 8) rows of B. */
export function addSome(
  row: usize,
  a: usize,
  strideK: usize,
  b: usize,
  strideB: usize,
  n: i32,
  k: i32,
): void {
  for (; k > 0; k--) {
    const x = loadSplat(a);
    for (let j = 0; j < n; j += LANES) store(at(row, j), madd(x, load(at(b, j)), load(at(row, j))));
    a += strideK;
    b += strideB;
  }
}
