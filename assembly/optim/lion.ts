import {
  STRIDE,
  TINY,
  at,
  average,
  flush,
  gt,
  load,
  lt,
  madd,
  mul,
  select,
  splat,
  store,
  sub,
} from "../lanes";

/**
 * One Lion step on elements [begin, end).
 *
 *     g = gradSign gradScale g + l2 p
 *     p = p - (decay p + stepSize sign(beta1 m + (1 - beta1) g))
 *     m = beta2 m + (1 - beta2) g
 *
 * The sign of 0 is 0, of NaN NaN. m does not become denormal. Source: Chen et al. 2023, algorithm 2
 * (arXiv:2302.06675).
 *
 * @grain 16
 * @param p          f32[n], parameters, updated in place
 * @param g          f32[n], gradients
 * @param m          f32[n], mean gradient, updated in place
 * @param gradScale  clip factor, 1 where gradients are not clipped
 * @param gradSign   1 to minimize, -1 to maximize
 * @param l2         weight decay as a term of the gradient, 0 for none
 * @param oneMinusBeta1 1 - beta1, what of g enters the direction
 * @param oneMinusBeta2 1 - beta2, what of g enters m
 * @param stepSize   learning rate
 * @param decay      decoupled weight decay of this step, a fraction of p
 */
export function lion(
  p: usize,
  g: usize,
  m: usize,
  gradScale: f32,
  gradSign: f32,
  l2: f32,
  oneMinusBeta1: f32,
  oneMinusBeta2: f32,
  stepSize: f32,
  decay: f32,
  begin: i32,
  end: i32,
): void {
  const scale = splat(gradScale * gradSign);
  const penalized = l2 != 0;
  const lambda = splat(l2);
  const c1 = splat(oneMinusBeta1);
  const c2 = splat(oneMinusBeta2);
  const step = splat(stepSize);
  const tiny = splat(TINY);
  const zero = splat(0);
  const one = splat(1);
  const minus = splat(-1);
  const shrink = splat(decay);
  const last = at(p, end);
  p = at(p, begin);
  g = at(g, begin);
  m = at(m, begin);
  do {
    const w = load(p);
    let gi = mul(scale, load(g));
    if (penalized) gi = madd(lambda, w, gi);
    const mi = load(m);
    const c = average(mi, gi, c1);
    const sign = select(one, select(minus, c, lt(c, zero)), gt(c, zero));
    store(m, flush(average(mi, gi, c2), tiny));
    store(p, sub(w, madd(shrink, w, mul(step, sign))));
    p += STRIDE;
    g += STRIDE;
    m += STRIDE;
  } while (p < last);
}
