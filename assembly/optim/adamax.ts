import {
  STRIDE,
  TINY,
  abs,
  add,
  andnot,
  at,
  average,
  decayed,
  div,
  eq,
  flush,
  load,
  madd,
  mul,
  pmax,
  splat,
  store,
  sub,
} from "../lanes";

/**
 * One Adamax step on elements [begin, end).
 *
 *     g = gradSign gradScale g + l2 p
 *     m = beta1 m + (1 - beta1) g
 *     u = max(beta2 u, |g| + epsilonIn)
 *     p = p - (decay p + stepSize m / (u + epsilonOut))
 *
 * The step is 0 where u and epsilonOut are. Neither m nor u becomes denormal. NaN in g reaches p, m and u.
 * Source: Kingma & Ba 2015, algorithm 2 (arXiv:1412.6980).
 *
 * @grain 16
 * @param p          f32[n], parameters, updated in place
 * @param g          f32[n], gradients
 * @param m          f32[n], first moment, updated in place
 * @param u          f32[n], largest recent gradient, updated in place
 * @param gradScale  clip factor, 1 where gradients are not clipped
 * @param gradSign   1 to minimize, -1 to maximize
 * @param l2         weight decay as a term of the gradient, 0 for none
 * @param oneMinusBeta1 1 - beta1, what of g enters m
 * @param oneMinusBeta2 1 - beta2, what leaves u
 * @param epsilonIn  added to |g| (PyTorch)
 * @param epsilonOut added to u (Keras)
 * @param stepSize   learning rate, with the bias correction of m
 * @param decay      decoupled weight decay of this step, a fraction of p
 */
export function adamax(
  p: usize,
  g: usize,
  m: usize,
  u: usize,
  gradScale: f32,
  gradSign: f32,
  l2: f32,
  oneMinusBeta1: f32,
  oneMinusBeta2: f32,
  epsilonIn: f32,
  epsilonOut: f32,
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
  const inside = splat(epsilonIn);
  const outside = splat(epsilonOut);
  const step = splat(stepSize);
  const tiny = splat(TINY);
  const zero = splat(0);
  const shrink = splat(decay);
  const last = at(p, end);
  p = at(p, begin);
  g = at(g, begin);
  m = at(m, begin);
  u = at(u, begin);
  do {
    const w = load(p);
    let gi = mul(scale, load(g));
    if (penalized) gi = madd(lambda, w, gi);
    const mi = flush(average(load(m), gi, c1), tiny);
    // The gradient stands first, so that a NaN in it wins.
    const ui = flush(pmax(add(abs(gi), inside), decayed(load(u), c2)), tiny);
    store(m, mi);
    store(u, ui);
    const below = add(ui, outside);
    const moved = andnot(div(mul(step, mi), below), eq(below, zero));
    store(p, sub(w, madd(shrink, w, moved)));
    p += STRIDE;
    g += STRIDE;
    m += STRIDE;
    u += STRIDE;
  } while (p < last);
}
