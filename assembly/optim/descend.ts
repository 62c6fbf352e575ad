import { STRIDE, at, load, madd, mul, splat, store, sub } from "../lanes";

/**
 * One step along a direction on elements [begin, end), `p = p - (decay p + stepSize factor u)`.
 * NaN in u or factor reaches p.
 *
 * @grain 16
 * @param p         f32[n], parameters, updated in place
 * @param u         f32[n], direction
 * @param factor    of this parameter: a trust ratio
 * @param stepSize  learning rate
 * @param decay     decoupled weight decay of this step, a fraction of p
 */
export function descend(
  p: usize,
  u: usize,
  factor: f32,
  stepSize: f32,
  decay: f32,
  begin: i32,
  end: i32,
): void {
  const step = splat(stepSize * factor);
  const shrink = splat(decay);
  const last = at(p, end);
  p = at(p, begin);
  u = at(u, begin);
  do {
    const w = load(p);
    store(p, sub(w, madd(shrink, w, mul(step, load(u)))));
    p += STRIDE;
    u += STRIDE;
  } while (p < last);
}
