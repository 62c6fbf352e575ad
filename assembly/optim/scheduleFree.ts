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
 * One step of schedule-free AdamW on elements [begin, end). p is where the gradient was taken.
 *
 *     g = gradSign gradScale g + l2 p
 *     v = beta2 v + (1 - beta2) g^2
 *     z = z - (stepSize g / (sqrt(v) + epsilon) + decay p)
 *     x = x + averageRate (z - x),  p = x
 *
 * The parameters are x, the mean of z: what is evaluated. v does not become denormal: see adam. NaN in g
 * reaches all. Source: Defazio et al. 2024, algorithm 1 (arXiv:2405.15682).
 *
 * @grain 16
 * @param p          f32[n], parameters, updated in place
 * @param g          f32[n], gradients
 * @param v          f32[n], second moment, updated in place
 * @param z          f32[n], where plain steps lead, updated in place
 * @param x          f32[n], mean of z, updated in place
 * @param gradScale  clip factor, 1 where gradients are not clipped
 * @param gradSign   1 to minimize, -1 to maximize
 * @param l2         weight decay as a term of the gradient, 0 for none
 * @param oneMinusBeta2 1 - beta2, what of g^2 enters v
 * @param epsilon    added to the root, times the root of the bias correction
 * @param stepSize   learning rate, times the root of the bias correction
 * @param averageRate what of z enters x
 * @param decay      decoupled weight decay of this step, a fraction of p
 */
export function scheduleFree(
  p: usize,
  g: usize,
  v: usize,
  z: usize,
  x: usize,
  gradScale: f32,
  gradSign: f32,
  l2: f32,
  oneMinusBeta2: f32,
  epsilon: f32,
  stepSize: f32,
  averageRate: f32,
  decay: f32,
  begin: i32,
  end: i32,
): void {
  const scale = splat(gradScale * gradSign);
  const penalized = l2 != 0;
  const lambda = splat(l2);
  const c2 = splat(oneMinusBeta2);
  const outside = splat(epsilon);
  const step = splat(stepSize);
  const rate = splat(averageRate);
  const tinyRoot = splat(TINY_ROOT);
  const shrink = splat(decay);
  const last = at(p, end);
  p = at(p, begin);
  g = at(g, begin);
  v = at(v, begin);
  z = at(z, begin);
  x = at(x, begin);
  do {
    const w = load(p);
    let gi = mul(scale, load(g));
    if (penalized) gi = madd(lambda, w, gi);
    const gv = pmax(abs(gi), tinyRoot);
    const vi = average(load(v), mul(gv, gv), c2);
    const u = div(mul(step, gi), add(sqrt(vi), outside));
    const zi = sub(load(z), madd(shrink, w, u));
    const xi = average(load(x), zi, rate);
    store(v, vi);
    store(z, zi);
    store(x, xi);
    store(p, xi);
    p += STRIDE;
    g += STRIDE;
    v += STRIDE;
    z += STRIDE;
    x += STRIDE;
  } while (p < last);
}

/**
 * Moves the parameters to where schedule-free AdamW takes its gradient, between z and their mean.
 *
 *     x = p,  p = x + oneMinusBeta1 (z - x)
 *
 * NaN stays NaN.
 *
 * @grain 16
 * @param p  f32[n], parameters, moved in place
 * @param z  f32[n], where plain steps lead
 * @param x  f32[n], receives the parameters
 * @param oneMinusBeta1  how far to z
 */
export function scheduleFreePoint(
  p: usize,
  z: usize,
  x: usize,
  oneMinusBeta1: f32,
  begin: i32,
  end: i32,
): void {
  const c = splat(oneMinusBeta1);
  const last = at(p, end);
  p = at(p, begin);
  z = at(z, begin);
  x = at(x, begin);
  do {
    const w = load(p);
    store(x, w);
    store(p, average(w, load(z), c));
    p += STRIDE;
    z += STRIDE;
    x += STRIDE;
  } while (p < last);
}
