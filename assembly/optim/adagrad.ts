import {
  STRIDE,
  TINY_ROOT,
  abs,
  add,
  at,
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
 * One AdaGrad step on elements [begin, end).
 *
 *     g = gradSign gradScale g + l2 p
 *     s = s + g^2
 *     p = p - (decay p + stepSize g / (sqrt(s + epsilonRoot) + epsilon))
 *
 * |g| counts as at least 1e-15 in s, so s is never denormal and, even with both epsilons 0, a gradient
 * of 0 is an update of 0 rather than 0 / 0 (optax's rule "0 where s = 0"). NaN in g reaches p and s.
 * Source: Duchi, Hazan & Singer 2011, figure 1 with the diagonal matrix.
 *
 * @grain 16
 * @param p            f32[n], parameters, updated in place
 * @param g            f32[n], gradients
 * @param s            f32[n], sum of squared gradients, updated in place
 * @param gradScale    clip factor, 1 where gradients are not clipped
 * @param gradSign     1 to minimize, -1 to maximize
 * @param l2           weight decay as a term of the gradient, 0 for none
 * @param stepSize     learning rate of this step
 * @param epsilonRoot  added under the root
 * @param epsilon      added to the root
 * @param decay        decoupled weight decay of this step, a fraction of p
 */
export function adagrad(
  p: usize,
  g: usize,
  s: usize,
  gradScale: f32,
  gradSign: f32,
  l2: f32,
  stepSize: f32,
  epsilonRoot: f32,
  epsilon: f32,
  decay: f32,
  begin: i32,
  end: i32,
): void {
  const scale = splat(gradScale * gradSign);
  const penalized = l2 != 0;
  const lambda = splat(l2);
  const step = splat(stepSize);
  const inside = splat(epsilonRoot);
  const outside = splat(epsilon);
  const shrink = splat(decay);
  const tinyRoot = splat(TINY_ROOT);
  const last = at(p, end);
  p = at(p, begin);
  g = at(g, begin);
  s = at(s, begin);
  do {
    const w = load(p);
    let gi = mul(scale, load(g));
    if (penalized) gi = madd(lambda, w, gi);
    const gs = pmax(abs(gi), tinyRoot);
    const si = madd(gs, gs, load(s));
    store(s, si);
    const u = div(mul(step, gi), add(sqrt(add(si, inside)), outside));
    store(p, sub(w, madd(shrink, w, u)));
    p += STRIDE;
    g += STRIDE;
    s += STRIDE;
  } while (p < last);
}
