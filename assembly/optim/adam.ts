import {
  Lanes,
  STRIDE,
  TINY,
  TINY_ROOT,
  abs,
  add,
  and,
  andnot,
  at,
  average,
  div,
  flush,
  isplat,
  load,
  loadNext,
  lt,
  madd,
  mul,
  pmax,
  splat,
  sqrt,
  store,
  storeNext,
  sub,
} from "../lanes";

/**
 * The loop of nearly every Adam: no L2 term, no AMSGrad, no epsilon under the root. Two vectors a round,
 * addresses by constant offsets and the sign mask in a register: 1.7 became 1.4 ns a parameter.
 */
function plain(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  last: usize,
  scale: Lanes,
  c1: Lanes,
  c2: Lanes,
  step: Lanes,
  outside: Lanes,
  shrink: Lanes,
  tiny: Lanes,
): void {
  const magnitude = isplat(0x7fffffff);
  do {
    // All loads stand before the first store: blocks whose distance is a multiple of 4096 bytes would
    // have the processor wait for stores that only look as if they met the loads.
    const g0 = mul(scale, load(g));
    const g1 = mul(scale, loadNext(g));
    let m0 = average(load(m), g0, c1);
    let m1 = average(loadNext(m), g1, c1);
    let v0 = average(load(v), mul(g0, g0), c2);
    let v1 = average(loadNext(v), mul(g1, g1), c2);
    const w0 = load(p);
    const w1 = loadNext(p);
    v0 = andnot(v0, lt(v0, tiny));
    v1 = andnot(v1, lt(v1, tiny));
    m0 = andnot(m0, lt(and(m0, magnitude), tiny));
    m1 = andnot(m1, lt(and(m1, magnitude), tiny));
    store(v, v0);
    storeNext(v, v1);
    store(m, m0);
    storeNext(m, m1);
    const u0 = div(mul(step, m0), add(sqrt(v0), outside));
    const u1 = div(mul(step, m1), add(sqrt(v1), outside));
    store(p, sub(w0, madd(shrink, w0, u0)));
    storeNext(p, sub(w1, madd(shrink, w1, u1)));
    p += 2 * STRIDE;
    g += 2 * STRIDE;
    m += 2 * STRIDE;
    v += 2 * STRIDE;
  } while (p < last);
}

/**
 * One step of Adam, AdamW or AMSGrad on elements [begin, end).
 *
 *     g    = gradSign gradScale g + l2 p
 *     m    = beta1 m + (1 - beta1) g
 *     v    = beta2 v + (1 - beta2) g^2
 *     vmax = max(vmaxScale v, vmax)                 where vmax is given; else vmax = v
 *     p    = p - (decay p + stepSize m / (sqrt(vmax + epsilonRoot) + epsilon))
 *
 * The host folds bias correction into `stepSize` and both epsilons and gives 1 - beta, in f64, once
 * a step; beta itself is never rounded to f32 (see `average`). `decay` is subtracted rather than
 * 1 - decay multiplied: 1 - 1e-5 in f32 is off by up to 3e-8, 0.3 % of the decay, the same way at
 * every step.
 * Neither moment becomes denormal: m is 0 below 1e-30, and |g| counts as at least 1e-15 in v.
 * NaN in g reaches p, m, v and vmax. Empty ranges are not allowed (the dispatcher never gives one).
 *
 * The loop tests at its end because V8 hoists a splat only out of a loop whose body always runs: as a
 * `for`, every scalar was broadcast anew for each vector. What is left is the latency of one vector,
 * from load to store, over the few that the processor looks ahead; so what is seldom asked for (l2,
 * epsilonRoot, vmax) is branched around. Together: 9 to 18 GB/s of 28 B a parameter.
 * Source: Kingma & Ba 2015, algorithm 1 (arXiv:1412.6980); Loshchilov & Hutter 2019, algorithm 2
 * (arXiv:1711.05101); Reddi et al. 2018, algorithm 2 (AMSGrad, arXiv:1904.09237).
 *
 * @grain 16
 * @param p              f32[n], parameters, updated in place
 * @param g              f32[n], gradients
 * @param m              f32[n], first moment, updated in place
 * @param v              f32[n], second moment, updated in place
 * @param vmax           f32[n], largest second moment so far, updated in place; 0: not AMSGrad
 * @param gradScale      clip factor, 1 where gradients are not clipped
 * @param gradSign       1 to minimize, -1 to maximize
 * @param l2             weight decay as a term of the gradient, 0 for none
 * @param oneMinusBeta1  1 - beta1, what of g enters m
 * @param oneMinusBeta2  1 - beta2, what of g^2 enters v
 * @param stepSize       learning rate, with the bias corrections
 * @param vmaxScale      bias correction of v before the maximum (optax), 1 for none
 * @param epsilonRoot    added under the root, times the bias correction of v
 * @param epsilon        added to the root, times the root of the bias correction of v
 * @param decay          decoupled weight decay of this step, a fraction of p
 */
export function adam(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  vmax: usize,
  gradScale: f32,
  gradSign: f32,
  l2: f32,
  oneMinusBeta1: f32,
  oneMinusBeta2: f32,
  stepSize: f32,
  vmaxScale: f32,
  epsilonRoot: f32,
  epsilon: f32,
  decay: f32,
  begin: i32,
  end: i32,
): void {
  const scale = splat(gradScale * gradSign);
  const penalized = l2 != 0;
  const lambda = splat(l2);
  const c1 = splat(oneMinusBeta1);
  const c2 = splat(oneMinusBeta2);
  const step = splat(stepSize);
  const inScale = splat(vmaxScale);
  const rooted = epsilonRoot != 0;
  const inside = splat(epsilonRoot);
  const outside = splat(epsilon);
  const shrink = splat(decay);
  const tiny = splat(TINY);
  const tinyRoot = splat(TINY_ROOT);
  const last = at(p, end);
  p = at(p, begin);
  g = at(g, begin);
  m = at(m, begin);
  v = at(v, begin);
  if (vmax) vmax = at(vmax, begin);
  if (!penalized && !vmax && !rooted) {
    plain(p, g, m, v, last, scale, c1, c2, step, outside, shrink, tiny);
    return;
  }
  do {
    const w = load(p);
    let gi = mul(scale, load(g));
    if (penalized) gi = madd(lambda, w, gi);
    const gv = pmax(abs(gi), tinyRoot);
    const mi = flush(average(load(m), gi, c1), tiny);
    let vi = average(load(v), mul(gv, gv), c2);
    store(m, mi);
    store(v, vi);
    if (vmax) {
      vi = pmax(mul(inScale, vi), load(vmax));
      store(vmax, vi);
      vmax += STRIDE;
    }
    if (rooted) vi = add(vi, inside);
    const u = div(mul(step, mi), add(sqrt(vi), outside));
    store(p, sub(w, madd(shrink, w, u)));
    p += STRIDE;
    g += STRIDE;
    m += STRIDE;
    v += STRIDE;
  } while (p < last);
}
