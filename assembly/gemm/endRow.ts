import { Lanes, add, load, loadNext, pmax, store, storeNext } from "../lanes";

/**
 * The end of a tile's row: `c[8] = max((c +) x + bias, floor)`, rounded after every step as in `finish`. Without
 * a bias it is -0 and without relu the floor is -Infinity: neither changes any number, and NaN stays NaN.
 *
 * @param c           f32[8], written
 * @param x0          sums of the first four columns; x1 of the others; so bias0 and bias1
 * @param accumulate  whether the sums are added to c, which holds those of earlier blocks
 */
export function endRow(
  c: usize,
  x0: Lanes,
  x1: Lanes,
  accumulate: bool,
  bias0: Lanes,
  bias1: Lanes,
  floor: Lanes,
): void {
  if (accumulate) {
    x0 = add(load(c), x0);
    x1 = add(loadNext(c), x1);
  }
  store(c, pmax(add(x0, bias0), floor));
  storeNext(c, pmax(add(x1, bias1), floor));
}
