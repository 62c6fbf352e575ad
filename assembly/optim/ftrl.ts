import { pow } from "../math/pow";
import {
  STRIDE,
  TINY,
  TINY_ROOT,
  abs,
  add,
  at,
  div,
  flush,
  load,
  madd,
  mul,
  neg,
  nmadd,
  pmax,
  pmin,
  splat,
  sqrt,
  store,
  sub,
} from "../lanes";

/**
 * One FTRL-proximal step on elements [begin, end).
 *
 *     g = gradSign gradScale g + l2 p
 *     m = n + g^2
 *     z = z + g + 2 shrinkage p - (m^power - n^power) / learningRate p
 *     p = (clamp(z, -l1, l1) - z) / (m^power / learningRate + 2 ridge) - decay p
 *     n = m
 *
 * power is -learningRatePower, .5 by default. z does not become denormal. NaN in g reaches p, n and z.
 * Source: McMahan et al. 2013, algorithm 1; keras.optimizers.Ftrl.
 *
 * @grain 16
 * @param p          f32[n], parameters, updated in place
 * @param g          f32[n], gradients
 * @param n          f32[n], sum of squared gradients, updated in place
 * @param z          f32[n], linear term, updated in place
 * @param gradScale  clip factor, 1 where gradients are not clipped
 * @param gradSign   1 to minimize, -1 to maximize
 * @param l2         weight decay as a term of the gradient, 0 for none
 * @param power      exponent of n, > 0
 * @param inverseRate 1 / learning rate
 * @param l1         strength of the L1 term
 * @param ridge      2 l2 + beta / learning rate
 * @param shrinkage  twice the shrinkage
 * @param decay      decoupled weight decay of this step, a fraction of p
 */
export function ftrl(
  p: usize,
  g: usize,
  n: usize,
  z: usize,
  gradScale: f32,
  gradSign: f32,
  l2: f32,
  power: f32,
  inverseRate: f32,
  l1: f32,
  ridge: f32,
  shrinkage: f32,
  decay: f32,
  begin: i32,
  end: i32,
): void {
  const scale = splat(gradScale * gradSign);
  const penalized = l2 != 0;
  const lambda = splat(l2);
  const half = power == 0.5;
  const exponent = splat(power);
  const inverse = splat(inverseRate);
  const high = splat(l1);
  const low = neg(high);
  const ridges = splat(ridge);
  const shrinks = splat(shrinkage);
  const tiny = splat(TINY);
  const tinyRoot = splat(TINY_ROOT);
  const shrink = splat(decay);
  const last = at(p, end);
  p = at(p, begin);
  g = at(g, begin);
  n = at(n, begin);
  z = at(z, begin);
  do {
    const w = load(p);
    let gi = mul(scale, load(g));
    if (penalized) gi = madd(lambda, w, gi);
    const ni = load(n);
    const gv = pmax(abs(gi), tinyRoot);
    const mi = madd(gv, gv, ni);
    const after = half ? sqrt(mi) : pow(mi, exponent);
    const before = half ? sqrt(ni) : pow(ni, exponent);
    // The difference of two roots that are nearly alike would lose what g^2 adds.
    const grown = half ? div(mul(gv, gv), add(after, before)) : sub(after, before);
    const zi = flush(add(load(z), nmadd(mul(grown, inverse), w, madd(shrinks, w, gi))), tiny);
    const clamped = pmin(pmax(zi, low), high);
    const below = madd(after, inverse, ridges);
    store(n, mi);
    store(z, zi);
    store(p, nmadd(shrink, w, div(sub(clamped, zi), below)));
    p += STRIDE;
    g += STRIDE;
    n += STRIDE;
    z += STRIDE;
  } while (p < last);
}
