import {
  interleaveHigh,
  interleaveLow,
  joinHigh,
  joinLow,
  load,
  loadSplat,
  madd,
  splat,
  store,
  storeNext,
} from "../lanes";

/**
 * Sums of one block of k for a few rows and a transposed B, `sums[m,n] = sum over k of a[m,k] b[n,k]`.
 * B is read once for each row, where it lies, and turned in registers: packing it for so few rows would
 * cost more than the product.
 *
 * @param sums      f32[m][n rounded up to 8], rows strideSums bytes apart, overwritten
 * @param a         first element of A in this block of k
 * @param strideM   bytes from one row of op(A) to the next
 * @param strideK   bytes from one k of op(A) to the next
 * @param b         f32[n,k], rows strideB bytes apart
 */
export function fewRowsTransposed(
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
  for (let j = 0; j < n; j += 8) {
    let x = a;
    let to = sums + ((<usize>j) << 2);
    for (let i = 0; i < m; i++) {
      eightDots(to, x, strideK, b, strideB, n - j - 1, k);
      x += strideM;
      to += strideSums;
    }
    b += strideB << 3;
  }
}

/**
 * `to[8] = sum over k of a[k] b[8,k]`. Four k at a time are turned, 4x4, so that a lane is a column and k
 * stays in order. No row behind `last` is read: its place is taken by the last row.
 */
export function eightDots(
  to: usize,
  a: usize,
  strideK: usize,
  b: usize,
  strideB: usize,
  last: i32,
  k: i32,
): void {
  let p0 = b;
  let p1 = b + <usize>min(1, last) * strideB;
  let p2 = b + <usize>min(2, last) * strideB;
  let p3 = b + <usize>min(3, last) * strideB;
  let p4 = b + <usize>min(4, last) * strideB;
  let p5 = b + <usize>min(5, last) * strideB;
  let p6 = b + <usize>min(6, last) * strideB;
  let p7 = b + <usize>min(7, last) * strideB;
  let low = splat(0);
  let high = low;
  for (; k > 0; k -= 4) {
    let x0 = load(p0);
    let x1 = load(p1);
    let x2 = load(p2);
    let x3 = load(p3);
    const lowA = interleaveLow(x0, x1);
    const lowB = interleaveLow(x2, x3);
    const lowC = interleaveHigh(x0, x1);
    const lowD = interleaveHigh(x2, x3);
    x0 = load(p4);
    x1 = load(p5);
    x2 = load(p6);
    x3 = load(p7);
    const highA = interleaveLow(x0, x1);
    const highB = interleaveLow(x2, x3);
    const highC = interleaveHigh(x0, x1);
    const highD = interleaveHigh(x2, x3);
    let x = loadSplat(a);
    low = madd(x, joinLow(lowA, lowB), low);
    high = madd(x, joinLow(highA, highB), high);
    if (k > 1) {
      a += strideK;
      x = loadSplat(a);
      low = madd(x, joinHigh(lowA, lowB), low);
      high = madd(x, joinHigh(highA, highB), high);
    }
    if (k > 2) {
      a += strideK;
      x = loadSplat(a);
      low = madd(x, joinLow(lowC, lowD), low);
      high = madd(x, joinLow(highC, highD), high);
    }
    if (k > 3) {
      a += strideK;
      x = loadSplat(a);
      low = madd(x, joinHigh(lowC, lowD), low);
      high = madd(x, joinHigh(highC, highD), high);
    }
    a += strideK;
    p0 += 16;
    p1 += 16;
    p2 += 16;
    p3 += 16;
    p4 += 16;
    p5 += 16;
    p6 += 16;
    p7 += 16;
  }
  store(to, low);
  storeNext(to, high);
}
