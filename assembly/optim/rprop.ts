import {
  STRIDE,
  TINY,
  andnot,
  at,
  flush,
  gt,
  load,
  lt,
  madd,
  mul,
  pmax,
  pmin,
  select,
  splat,
  store,
  sub,
} from "../lanes";

/**
 * One Rprop step on elements [begin, end).
 *
 *     g = gradSign gradScale g + l2 p
 *     s = clamp(s (g before > 0 ? up : g before < 0 ? down : 1), low, high)
 *     g = 0 where the sign changed
 *     p = p - (decay p + sign(g) s),  before = g
 *
 * NaN in g reaches p and `before`. Source: Riedmiller & Braun 1993; torch.optim.Rprop.
 *
 * @grain 16
 * @param p          f32[n], parameters, updated in place
 * @param g          f32[n], gradients
 * @param before     f32[n], gradient of the step before, updated in place
 * @param s          f32[n], step sizes, updated in place
 * @param gradScale  clip factor, 1 where gradients are not clipped
 * @param gradSign   1 to minimize, -1 to maximize
 * @param l2         weight decay as a term of the gradient, 0 for none
 * @param up         what a step is multiplied by while the sign holds
 * @param down       what it is multiplied by when the sign changes
 * @param low        smallest step
 * @param high       largest step
 * @param decay      decoupled weight decay of this step, a fraction of p
 */
export function rprop(
  p: usize,
  g: usize,
  before: usize,
  s: usize,
  gradScale: f32,
  gradSign: f32,
  l2: f32,
  up: f32,
  down: f32,
  low: f32,
  high: f32,
  decay: f32,
  begin: i32,
  end: i32,
): void {
  const scale = splat(gradScale * gradSign);
  const penalized = l2 != 0;
  const lambda = splat(l2);
  const grow = splat(up);
  const cut = splat(down);
  const least = splat(low);
  const most = splat(high);
  const tiny = splat(TINY);
  const zero = splat(0);
  const one = splat(1);
  const minus = splat(-1);
  const shrink = splat(decay);
  const last = at(p, end);
  p = at(p, begin);
  g = at(g, begin);
  before = at(before, begin);
  s = at(s, begin);
  do {
    const w = load(p);
    let gi = mul(scale, load(g));
    if (penalized) gi = madd(lambda, w, gi);
    const product = mul(gi, load(before));
    const changed = lt(product, zero);
    const factor = select(grow, select(cut, one, changed), gt(product, zero));
    const si = pmin(pmax(mul(load(s), factor), least), most);
    const c = andnot(gi, changed);
    const sign = select(one, select(minus, c, lt(c, zero)), gt(c, zero));
    store(s, si);
    store(before, flush(c, tiny));
    store(p, sub(w, madd(shrink, w, mul(sign, si))));
    p += STRIDE;
    g += STRIDE;
    before += STRIDE;
    s += STRIDE;
  } while (p < last);
}
