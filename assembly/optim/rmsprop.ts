import {
  STRIDE,
  TINY,
  TINY_ROOT,
  abs,
  add,
  at,
  average,
  decayed,
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
 * One RMSProp step on elements [begin, end).
 *
 *     g = gradSign gradScale g + l2 p
 *     v = rho v + (1 - rho) g^2                     the second moment, or where the mean is given:
 *         rho v + rho (1 - rho) (g - mean)^2        the variance, with the mean of the step before
 *     mean = rho mean + (1 - rho) g
 *     u = stepSize g / (sqrt(v + epsilonRoot) + epsilon)
 *     m = momentum m + u                            where m is given: u = mOut m
 *     p = p - (decay p + u)
 *
 * Centered, peers keep E[g^2] and subtract mean^2: a difference of nearly equal numbers, which comes
 * out negative for a steady gradient, and its root NaN. The variance has a recurrence of its own in
 * which every term is a square; the two are equal in exact arithmetic.
 * Neither v nor a mean becomes denormal, and why the loop has its shape: see adam. NaN in g reaches p
 * and every slot.
 * Source: Tieleman & Hinton 2012, lecture 6e; centered: Graves 2013, equations 38 to 45
 * (arXiv:1308.0850); the recurrence: West 1979, exponentially weighted.
 *
 * @grain 16
 * @param p            f32[n], parameters, updated in place
 * @param g            f32[n], gradients
 * @param v            f32[n], second moment (centered: variance), updated in place
 * @param mean         f32[n], mean gradient, updated in place; 0: not centered
 * @param m            f32[n], momentum, updated in place; 0: no momentum
 * @param gradScale    clip factor, 1 where gradients are not clipped
 * @param gradSign     1 to minimize, -1 to maximize
 * @param l2           weight decay as a term of the gradient, 0 for none
 * @param oneMinusRho  1 - rho: how much of g enters; higher early to correct bias
 * @param vIn          what of the square enters v: 1 - rho, centered rho (1 - rho)
 * @param epsilonRoot  added under the root
 * @param epsilon      added to the root
 * @param oneMinusMomentum  1 - momentum, what leaves m
 * @param stepSize     what of g enters m, or is stepped
 * @param mOut         what of m is stepped
 * @param decay        decoupled weight decay of this step, a fraction of p
 */
export function rmsprop(
  p: usize,
  g: usize,
  v: usize,
  mean: usize,
  m: usize,
  gradScale: f32,
  gradSign: f32,
  l2: f32,
  oneMinusRho: f32,
  vIn: f32,
  epsilonRoot: f32,
  epsilon: f32,
  oneMinusMomentum: f32,
  stepSize: f32,
  mOut: f32,
  decay: f32,
  begin: i32,
  end: i32,
): void {
  const scale = splat(gradScale * gradSign);
  const penalized = l2 != 0;
  const lambda = splat(l2);
  const c = splat(oneMinusRho);
  const a = splat(vIn);
  const inside = splat(epsilonRoot);
  const outside = splat(epsilon);
  const friction = splat(oneMinusMomentum);
  const stepIn = splat(stepSize);
  const stepOut = splat(mOut);
  const shrink = splat(decay);
  const tiny = splat(TINY);
  const tinyRoot = splat(TINY_ROOT);
  const last = at(p, end);
  p = at(p, begin);
  g = at(g, begin);
  v = at(v, begin);
  if (mean) mean = at(mean, begin);
  if (m) m = at(m, begin);
  do {
    const w = load(p);
    let gi = mul(scale, load(g));
    if (penalized) gi = madd(lambda, w, gi);
    let apart = gi;
    if (mean) {
      const before = load(mean);
      const moved = flush(average(before, gi, c), tiny);
      store(mean, moved);
      apart = sub(gi, before);
      mean += STRIDE;
    }
    apart = pmax(abs(apart), tinyRoot);
    const vi = madd(a, mul(apart, apart), decayed(load(v), c));
    store(v, vi);
    let step = div(mul(stepIn, gi), add(sqrt(add(vi, inside)), outside));
    if (m) {
      const mi = flush(add(step, decayed(load(m), friction)), tiny);
      store(m, mi);
      step = mul(stepOut, mi);
      m += STRIDE;
    }
    store(p, sub(w, madd(shrink, w, step)));
    p += STRIDE;
    g += STRIDE;
    v += STRIDE;
  } while (p < last);
}
