import {
  STRIDE,
  TINY,
  TINY_ROOT,
  abs,
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
  sub,
} from "../lanes";

/**
 * One RAdam step on elements [begin, end).
 *
 *     g = gradSign gradScale g + l2 p
 *     m = beta1 m + (1 - beta1) g
 *     v = beta2 v + (1 - beta2) g^2
 *     p = p - (decay p + stepSize m / (vScale sqrt(v) + epsilon))
 *
 * While the variance of v cannot be told, vScale is 0 and epsilon 1: momentum alone. Neither moment becomes
 * denormal: see adam. NaN in g reaches p, m and v. Source: Liu et al. 2020, algorithm 2 (arXiv:1908.03265).
 *
 * @grain 16
 * @param p          f32[n], parameters, updated in place
 * @param g          f32[n], gradients
 * @param m          f32[n], first moment, updated in place
 * @param v          f32[n], second moment, updated in place
 * @param gradScale  clip factor, 1 where gradients are not clipped
 * @param gradSign   1 to minimize, -1 to maximize
 * @param l2         weight decay as a term of the gradient, 0 for none
 * @param oneMinusBeta1 1 - beta1, what of g enters m
 * @param oneMinusBeta2 1 - beta2, what of g^2 enters v
 * @param vScale     1 where the step is rectified, else 0
 * @param epsilon    added to the root; 1 where the step is not rectified
 * @param stepSize   learning rate, with rectification and bias corrections
 * @param decay      decoupled weight decay of this step, a fraction of p
 */
export function radam(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  gradScale: f32,
  gradSign: f32,
  l2: f32,
  oneMinusBeta1: f32,
  oneMinusBeta2: f32,
  vScale: f32,
  epsilon: f32,
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
  const rooted = splat(vScale);
  const outside = splat(epsilon);
  const step = splat(stepSize);
  const tiny = splat(TINY);
  const tinyRoot = splat(TINY_ROOT);
  const shrink = splat(decay);
  const last = at(p, end);
  p = at(p, begin);
  g = at(g, begin);
  m = at(m, begin);
  v = at(v, begin);
  do {
    const w = load(p);
    let gi = mul(scale, load(g));
    if (penalized) gi = madd(lambda, w, gi);
    const gv = pmax(abs(gi), tinyRoot);
    const mi = flush(average(load(m), gi, c1), tiny);
    const vi = average(load(v), mul(gv, gv), c2);
    store(m, mi);
    store(v, vi);
    const moved = div(mul(step, mi), madd(rooted, sqrt(vi), outside));
    store(p, sub(w, madd(shrink, w, moved)));
    p += STRIDE;
    g += STRIDE;
    m += STRIDE;
    v += STRIDE;
  } while (p < last);
}
