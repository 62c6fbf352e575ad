import {
  STRIDE,
  TINY,
  at,
  decayed,
  flush,
  load,
  madd,
  mul,
  nmadd,
  splat,
  store,
  sub,
} from "../lanes";

/**
 * One step of gradient descent, with or without momentum, on elements [begin, end).
 *
 *     g = gradSign gradScale g + l2 w
 *     v = momentum v + gradIn g
 *     p = w - (decay w + vOut v + gradOut g)
 *
 * Every form of momentum is a choice of gradIn, vOut and gradOut by the host (src/optim/sgd.ts has the
 * table); without momentum v is absent and gradOut is the learning rate. A velocity below 1e-30 in
 * magnitude is flushed. NaN in g reaches p and v.
 * Source: Polyak 1964; Sutskever et al. 2013, equations 1 to 4.
 *
 * @grain 16
 * @param p          f32[n], parameters, written
 * @param w          f32[n], parameters, read: p itself, or where a look-ahead saved them
 * @param g          f32[n], gradients
 * @param v          f32[n], velocity, updated in place; 0: no momentum
 * @param gradScale  clip factor, 1 where gradients are not clipped
 * @param gradSign   1 to minimize, -1 to maximize
 * @param l2         weight decay as a term of the gradient, 0 for none
 * @param oneMinusMomentum  1 - momentum, what leaves v
 * @param gradIn     what of g enters v
 * @param vOut       what of v is stepped
 * @param gradOut    what of g is stepped besides
 * @param decay      decoupled weight decay of this step, a fraction of w
 */
export function sgd(
  p: usize,
  w: usize,
  g: usize,
  v: usize,
  gradScale: f32,
  gradSign: f32,
  l2: f32,
  oneMinusMomentum: f32,
  gradIn: f32,
  vOut: f32,
  gradOut: f32,
  decay: f32,
  begin: i32,
  end: i32,
): void {
  const scale = splat(gradScale * gradSign);
  const penalized = l2 != 0;
  const lambda = splat(l2);
  const friction = splat(oneMinusMomentum);
  const a = splat(gradIn);
  const b = splat(vOut);
  const c = splat(gradOut);
  const shrink = splat(decay);
  const tiny = splat(TINY);
  const last = at(p, end);
  p = at(p, begin);
  w = at(w, begin);
  g = at(g, begin);
  if (v) v = at(v, begin);
  do {
    const wi = load(w);
    let gi = mul(scale, load(g));
    if (penalized) gi = madd(lambda, wi, gi);
    let step = madd(shrink, wi, mul(c, gi));
    if (v) {
      const vi = flush(madd(a, gi, decayed(load(v), friction)), tiny);
      store(v, vi);
      step = madd(b, vi, step);
      v += STRIDE;
    }
    store(p, sub(wi, step));
    p += STRIDE;
    w += STRIDE;
    g += STRIDE;
  } while (p < last);
}

/**
 * Moves the parameters to where look-ahead Nesterov wants its gradient, and keeps where they were.
 *
 *     w = p
 *     p = p - momentum v
 *
 * The parameters are saved rather than recomputed as p + momentum v, which would be off by a rounding
 * at every step.
 * Source: Nesterov 1983; Sutskever et al. 2013, equation 3.
 *
 * @grain 16
 * @param p         f32[n], parameters, moved in place
 * @param w         f32[n], receives the parameters
 * @param v         f32[n], velocity
 * @param momentum  how far ahead, in velocities
 */
export function lookAhead(p: usize, w: usize, v: usize, momentum: f32, begin: i32, end: i32): void {
  const mu = splat(momentum);
  const last = at(p, end);
  p = at(p, begin);
  w = at(w, begin);
  v = at(v, begin);
  do {
    const wi = load(p);
    store(w, wi);
    store(p, nmadd(mu, load(v), wi));
    p += STRIDE;
    w += STRIDE;
    v += STRIDE;
  } while (p < last);
}
