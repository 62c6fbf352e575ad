import {
  STRIDE, TINY, TINY_ROOT, abs, add, at, average, decayed, div, flush, load, madd, mul, pmax, splat, sqrt, store, sub,
} from "../lanes";

/**
 * One RMSProp step on elements [begin, end).
 *
 *     g = gradSign gradScale g + l2 p
 *     v = rho v + (1 - rho) g^2                     the second moment, or where the mean is given:
 *         rho v + rho (1 - rho) (g - mean)^2        the variance, with the mean of the step before
 *     mean = rho mean + (1 - rho) g
 *     u = g / (sqrt(vScale v - meanScale mean^2 + epsilonRoot) + epsilon)
 *     m = momentum m + mIn u                        where m is given; else m = mIn u
 *     p = p - (decay p + mOut m)
 *
 * Centered, peers keep E[g^2] and subtract mean^2: a difference of nearly equal numbers, which comes
 * out negative for a steady gradient, and its root NaN. The variance has a recurrence of its own in
 * which every term is a square; the two are equal in exact arithmetic. meanScale is not 0 only where
 * both moments are corrected for bias; that difference is held at 0 or above.
 * Neither v nor a mean becomes denormal: see adam. NaN in g reaches p and every slot.
 * Source: Tieleman & Hinton 2012, lecture 6e; centered: Graves 2013, equations 38 to 45 (arXiv:1308.0850);
 * the recurrence: Welford 1962, exponentially weighted (West 1979).
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
 * @param oneMinusRho  1 - rho, what of g enters mean and what leaves v
 * @param vIn          what of the square enters v: 1 - rho, centered rho (1 - rho)
 * @param vScale       bias correction of v, 1 for none
 * @param meanScale    what of mean^2 the bias correction takes from v, 0 for none
 * @param epsilonRoot  added under the root
 * @param epsilon      added to the root
 * @param oneMinusMomentum  1 - momentum, what leaves m
 * @param mIn          what of u enters m
 * @param mOut         what of m is stepped
 * @param decay        decoupled weight decay of this step, a fraction of p
 */
export function rmsprop(
  p: usize, g: usize, v: usize, mean: usize, m: usize,
  gradScale: f32, gradSign: f32, l2: f32,
  oneMinusRho: f32, vIn: f32, vScale: f32, meanScale: f32, epsilonRoot: f32, epsilon: f32,
  oneMinusMomentum: f32, mIn: f32, mOut: f32, decay: f32,
  begin: i32, end: i32,
): void {
  const scale = splat(gradScale * gradSign);
  const lambda = splat(l2);
  const c = splat(oneMinusRho);
  const a = splat(vIn);
  const correct = splat(vScale);
  const correctMean = splat(meanScale);
  const inside = splat(epsilonRoot);
  const outside = splat(epsilon);
  const friction = splat(oneMinusMomentum);
  const stepIn = splat(mIn);
  const stepOut = splat(mOut);
  const shrink = splat(decay);
  const tiny = splat(TINY);
  const tinyRoot = splat(TINY_ROOT);
  const zero = splat(0);
  const last = at(p, end);
  p = at(p, begin);
  g = at(g, begin);
  v = at(v, begin);
  if (mean) mean = at(mean, begin);
  if (m) m = at(m, begin);
  do {
    const w = load(p);
    const gi = madd(lambda, w, mul(scale, load(g)));
    let gv = gi;
    let less = zero;
    if (mean) {
      const before = load(mean);
      const mi = flush(average(before, gi, c), tiny);
      store(mean, mi);
      gv = sub(gi, before);
      less = mul(correctMean, mul(mi, mi));
      mean += STRIDE;
    }
    gv = pmax(abs(gv), tinyRoot);
    const vi = madd(a, mul(gv, gv), decayed(load(v), c));
    store(v, vi);
    const square = pmax(sub(mul(correct, vi), less), zero);
    let mi = mul(stepIn, div(gi, add(sqrt(add(square, inside)), outside)));
    if (m) {
      mi = flush(add(mi, decayed(load(m), friction)), tiny);
      store(m, mi);
      m += STRIDE;
    }
    store(p, sub(w, madd(shrink, w, mul(stepOut, mi))));
    p += STRIDE;
    g += STRIDE;
    v += STRIDE;
  } while (p < last);
}
