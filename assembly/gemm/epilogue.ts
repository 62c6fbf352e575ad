import { LANES, add, at, load, pmax, splat, storePart } from "../lanes";

/** No activation. */
export const NONE: i32 = 0;
/** `max(x, 0)`; NaN stays NaN. */
export const RELU: i32 = 1;

/**
 * Finishes a part of C while it is hot: `c = activation((c +) from (+ bias))`, rounded after every
 * step, so exactly what separate kernels would give.
 *
 * @param from        f32[rows,cols], the sums of this block of k; may be c itself
 * @param strideFrom  bytes between its rows
 * @param c           f32[rows,cols]; not a byte outside is written
 * @param strideC     bytes between its rows
 * @param accumulate  whether c holds the sum of earlier blocks
 * @param bias        f32[cols], 0 for none (also where this is not the last block)
 * @param activation  code, NONE where this is not the last block
 */
export function finish(
  from: usize,
  strideFrom: usize,
  c: usize,
  strideC: usize,
  rows: i32,
  cols: i32,
  accumulate: bool,
  bias: usize,
  activation: i32,
): void {
  const zero = splat(0);
  for (; rows > 0; rows--) {
    for (let j = 0; j < cols; j += LANES) {
      let x = load(at(from, j));
      if (accumulate) x = add(load(at(c, j)), x);
      if (bias) x = add(x, load(at(bias, j)));
      switch (activation) {
        case RELU:
          x = pmax(x, zero);
          break;
      }
      storePart(at(c, j), x, cols - j);
    }
    from += strideFrom;
    c += strideC;
  }
}
