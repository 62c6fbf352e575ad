import { STRIDE, TINY, at, average, flush, load, madd, mul, splat, store, sub } from "../lanes";

/**
 * One step of averaged gradient descent on elements [begin, end).
 *
 *     g = gradSign gradScale g + l2 p
 *     p = p - (decay p + shrinkage p + stepSize g)
 *     a = a + averageRate (p - a)
 *
 * NaN in g reaches p and a. Source: Polyak & Juditsky 1992; Bottou 2010; torch.optim.ASGD.
 *
 * @grain 16
 * @param p          f32[n], parameters, updated in place
 * @param g          f32[n], gradients
 * @param a          f32[n], mean of the parameters, updated in place
 * @param gradScale  clip factor, 1 where gradients are not clipped
 * @param gradSign   1 to minimize, -1 to maximize
 * @param l2         weight decay as a term of the gradient, 0 for none
 * @param shrinkage  lambd times the step size
 * @param stepSize   what of g is stepped
 * @param averageRate what of p enters a
 * @param decay      decoupled weight decay of this step, a fraction of p
 */
export function asgd(
  p: usize,
  g: usize,
  a: usize,
  gradScale: f32,
  gradSign: f32,
  l2: f32,
  shrinkage: f32,
  stepSize: f32,
  averageRate: f32,
  decay: f32,
  begin: i32,
  end: i32,
): void {
  const scale = splat(gradScale * gradSign);
  const penalized = l2 != 0;
  const lambda = splat(l2);
  const lambd = splat(shrinkage);
  const step = splat(stepSize);
  const rate = splat(averageRate);
  const tiny = splat(TINY);
  const shrink = splat(decay);
  const last = at(p, end);
  p = at(p, begin);
  g = at(g, begin);
  a = at(a, begin);
  do {
    const w = load(p);
    let gi = mul(scale, load(g));
    if (penalized) gi = madd(lambda, w, gi);
    const moved = sub(w, madd(shrink, w, madd(lambd, w, mul(step, gi))));
    store(a, flush(average(load(a), moved, rate), tiny));
    store(p, moved);
    p += STRIDE;
    g += STRIDE;
    a += STRIDE;
  } while (p < last);
}
