import {
  STRIDE,
  TINY,
  TINY_ROOT,
  abs,
  add,
  at,
  average,
  div,
  flush,
  load,
  madd,
  mul,
  pmax,
  splat,
  sqrt,
  store,
} from "../lanes";

/**
 * The direction of one LAMB step on elements [begin, end), written over the gradients.
 *
 *     g = gradSign gradScale g + l2 p
 *     m = beta1 m + (1 - beta1) g
 *     v = beta2 v + (1 - beta2) g^2
 *     g = mScale m / (sqrt(v) + epsilon) + lambda p
 *
 * The host folds both bias corrections into mScale and epsilon. Neither moment becomes denormal: see adam. NaN
 * in g reaches all. Source: You et al. 2020, algorithm 2 (arXiv:1904.00962).
 *
 * @grain 16
 * @param p  f32[n], parameters
 * @param g  f32[n], gradients, replaced by the direction
 * @param m  f32[n], first moment, updated in place
 * @param v  f32[n], second moment, updated in place
 * @param gradScale  clip factor, 1 where gradients are not clipped
 * @param gradSign   1 to minimize, -1 to maximize
 * @param l2         weight decay as a term of the gradient, 0 for none
 * @param oneMinusBeta1  1 - beta1, what of g enters m
 * @param oneMinusBeta2  1 - beta2, what of g^2 enters v
 * @param mScale   bias corrections
 * @param epsilon  added to the root, times the root of the bias correction
 * @param lambda   weight decay inside the direction, 0 for none
 */
export function lambDirection(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  gradScale: f32,
  gradSign: f32,
  l2: f32,
  oneMinusBeta1: f32,
  oneMinusBeta2: f32,
  mScale: f32,
  epsilon: f32,
  lambda: f32,
  begin: i32,
  end: i32,
): void {
  const scale = splat(gradScale * gradSign);
  const penalized = l2 != 0;
  const penalty = splat(l2);
  const c1 = splat(oneMinusBeta1);
  const c2 = splat(oneMinusBeta2);
  const factor = splat(mScale);
  const outside = splat(epsilon);
  const decay = splat(lambda);
  const tiny = splat(TINY);
  const tinyRoot = splat(TINY_ROOT);
  const last = at(p, end);
  p = at(p, begin);
  g = at(g, begin);
  m = at(m, begin);
  v = at(v, begin);
  do {
    const w = load(p);
    let gi = mul(scale, load(g));
    if (penalized) gi = madd(penalty, w, gi);
    const gv = pmax(abs(gi), tinyRoot);
    const mi = flush(average(load(m), gi, c1), tiny);
    const vi = average(load(v), mul(gv, gv), c2);
    store(m, mi);
    store(v, vi);
    store(g, madd(decay, w, div(mul(factor, mi), add(sqrt(vi), outside))));
    p += STRIDE;
    g += STRIDE;
    m += STRIDE;
    v += STRIDE;
  } while (p < last);
}
