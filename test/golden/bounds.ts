/** How far a value may be from the expected one. */
export type Bound = (expected: number) => number;

/** The bound of op results: `8 torchError + 2e-6 max(1e-3, max|e|)` over the finite e. */
export function opBound(expected: ArrayLike<number>, torchError: number): Bound {
  let largest = 1e-3;
  for (let i = 0; i < expected.length; i++) {
    const size = Math.abs(expected[i]!);
    if (size < Infinity) largest = Math.max(largest, size);
  }
  const bound = 8 * torchError + 2e-6 * largest;
  return () => bound;
}

/** The bound of optimizer trajectories, at every step. */
export const trajectoryBound: Bound = (e) => 1e-5 * Math.max(1e-3, Math.abs(e));

/** The bound of the first batch losses of a training. */
export const stepLossBound: Bound = (e) => 2e-5 * Math.abs(e);

/** `absolute + relative |e|`. */
export function closeBound(absolute: number, relative: number): Bound {
  return (e) => absolute + relative * Math.abs(e);
}

function ratioAt(x: number, e: number, bound: Bound): number {
  if (Object.is(x, e)) return 0;
  if (!Number.isFinite(x) || !Number.isFinite(e) || Object.is(e, -0)) return Infinity;
  return x === e ? 0 : Math.abs(x - e) / bound(e);
}

/**
 * The largest error over its bound: at most 1 is a pass. Where a NaN, an infinity or a -0 is expected,
 * nothing but itself is right: Infinity otherwise. For 0 a -0 will do.
 *
 * @param alternative  a second right result, which any element may match instead
 * @throws RangeError where the lengths differ
 */
export function worstRatio(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  bound: Bound,
  alternative?: ArrayLike<number>,
): number {
  if (got.length !== expected.length) {
    throw new RangeError(`must have ${expected.length} elements, got ${got.length}`);
  }
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    let ratio = ratioAt(got[i]!, expected[i]!, bound);
    if (alternative) ratio = Math.min(ratio, ratioAt(got[i]!, alternative[i]!, bound));
    worst = Math.max(worst, ratio);
  }
  return worst;
}
