/**
 * What float64 arithmetic rounds off, exactly: with it a number is held as a sum hi + lo of about
 * 106 bits. Nothing here allocates, because `pow` runs in every training step. Source: Dekker 1971;
 * Knuth, TAOCP 2, 4.2.2.
 */

/** (a + b) - s for s = fl(a + b). */
export function sumError(a: number, b: number, s: number): number {
  const v = s - a;
  return a - (s - v) + (b - v);
}

/** (a + b) - s for s = fl(a + b), where |a| >= |b| or a = 0. */
export function fastSumError(a: number, b: number, s: number): number {
  return a - s + b;
}

/** a b - p for p = fl(a b), where |a|, |b| < 2^996 and p is well above the denormals. */
export function productError(a: number, b: number, p: number): number {
  // 2^27 + 1 splits a float64 into two halves of 26 bits (Veltkamp).
  const ta = a * 134217729;
  const ah = ta - (ta - a);
  const al = a - ah;
  const tb = b * 134217729;
  const bh = tb - (tb - b);
  const bl = b - bh;
  return ah * bh - p + ah * bl + al * bh + al * bl;
}
