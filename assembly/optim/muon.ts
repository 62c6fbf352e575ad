import { STRIDE, TINY, at, average, flush, load, madd, mul, splat, store } from "../lanes";

/**
 * The momentum of Muon on elements [begin, end), written over the gradients.
 *
 *     g = gradSign gradScale g + l2 p
 *     m = m + (1 - momentum) (g - m)
 *     g = nesterov ? g + momentum (m - g) : m
 *
 * m does not become denormal. NaN in g reaches m. Source: Jordan et al. 2024; torch.optim.Muon.
 *
 * @grain 16
 * @param p  f32[n], parameters
 * @param g  f32[n], gradients, replaced
 * @param m  f32[n], momentum, updated in place
 * @param gradScale  clip factor, 1 where gradients are not clipped
 * @param gradSign   1 to minimize, -1 to maximize
 * @param l2         weight decay as a term of the gradient, 0 for none
 * @param oneMinusMomentum  1 - momentum, what of g enters m
 * @param gOut  what of g is kept: 1 - momentum with Nesterov's momentum, else 0
 */
export function muonMomentum(
  p: usize,
  g: usize,
  m: usize,
  gradScale: f32,
  gradSign: f32,
  l2: f32,
  oneMinusMomentum: f32,
  gOut: f32,
  begin: i32,
  end: i32,
): void {
  const scale = splat(gradScale * gradSign);
  const penalized = l2 != 0;
  const penalty = splat(l2);
  const c = splat(oneMinusMomentum);
  const kept = splat(gOut);
  const tiny = splat(TINY);
  const last = at(p, end);
  p = at(p, begin);
  g = at(g, begin);
  m = at(m, begin);
  do {
    let gi = mul(scale, load(g));
    if (penalized) gi = madd(penalty, load(p), gi);
    const mi = flush(average(load(m), gi, c), tiny);
    store(m, mi);
    store(g, average(mi, gi, kept));
    p += STRIDE;
    g += STRIDE;
    m += STRIDE;
  } while (p < last);
}

/**
 * `out = a x + b y`, element by element, [begin, end). `out` may be x or y. NaN comes through.
 *
 * @grain 16
 * @param x    f32[n]
 * @param y    f32[n]
 * @param out  f32[n], written
 * @param a    factor of x
 * @param b    factor of y
 */
export function combine(
  x: usize,
  y: usize,
  out: usize,
  a: f32,
  b: f32,
  begin: i32,
  end: i32,
): void {
  const s = splat(a);
  const t = splat(b);
  const last = at(x, end);
  x = at(x, begin);
  y = at(y, begin);
  out = at(out, begin);
  do {
    store(out, madd(s, load(x), mul(t, load(y))));
    x += STRIDE;
    y += STRIDE;
    out += STRIDE;
  } while (x < last);
}
