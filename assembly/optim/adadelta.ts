import {
  STRIDE,
  TINY_ROOT,
  abs,
  add,
  at,
  average,
  div,
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
 * One Adadelta step on elements [begin, end).
 *
 *     g = gradSign gradScale g + l2 p
 *     v = rho v + (1 - rho) g^2
 *     u = sqrt(d + epsilon) / sqrt(v + epsilon) g
 *     d = rho d + (1 - rho) u^2
 *     p = p - (decay p + stepSize u)
 *
 * v is the new mean, not that of the step before. Neither mean becomes denormal: see adam. NaN in g reaches p
 * and both means. Source: Zeiler 2012, algorithm 1 (arXiv:1212.5701).
 *
 * @grain 16
 * @param p          f32[n], parameters, updated in place
 * @param g          f32[n], gradients
 * @param v          f32[n], mean squared gradient, updated in place
 * @param d          f32[n], mean squared update, updated in place
 * @param gradScale  clip factor, 1 where gradients are not clipped
 * @param gradSign   1 to minimize, -1 to maximize
 * @param l2         weight decay as a term of the gradient, 0 for none
 * @param oneMinusRho 1 - rho, what of a square enters its mean
 * @param epsilon    added under both roots
 * @param stepSize   what of u is stepped
 * @param decay      decoupled weight decay of this step, a fraction of p
 */
export function adadelta(
  p: usize,
  g: usize,
  v: usize,
  d: usize,
  gradScale: f32,
  gradSign: f32,
  l2: f32,
  oneMinusRho: f32,
  epsilon: f32,
  stepSize: f32,
  decay: f32,
  begin: i32,
  end: i32,
): void {
  const scale = splat(gradScale * gradSign);
  const penalized = l2 != 0;
  const lambda = splat(l2);
  const c = splat(oneMinusRho);
  const inside = splat(epsilon);
  const step = splat(stepSize);
  const tinyRoot = splat(TINY_ROOT);
  const shrink = splat(decay);
  const last = at(p, end);
  p = at(p, begin);
  g = at(g, begin);
  v = at(v, begin);
  d = at(d, begin);
  do {
    const w = load(p);
    let gi = mul(scale, load(g));
    if (penalized) gi = madd(lambda, w, gi);
    const gv = pmax(abs(gi), tinyRoot);
    const vi = average(load(v), mul(gv, gv), c);
    const before = load(d);
    const u = div(mul(sqrt(add(before, inside)), gi), sqrt(add(vi, inside)));
    const uv = pmax(abs(u), tinyRoot);
    store(v, vi);
    store(d, average(before, mul(uv, uv), c));
    store(p, sub(w, madd(shrink, w, mul(step, u))));
    p += STRIDE;
    g += STRIDE;
    v += STRIDE;
    d += STRIDE;
  } while (p < last);
}
