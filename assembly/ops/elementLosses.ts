/**
 * Losses of an output x and a target t, element by element, each beside its gradient by x. NaN in
 * either gives NaN. Gradients may run in place on dy.
 */
import { MINUS_ONE, ONE, HALF } from "../constants";
import {
  LANES,
  abs,
  add,
  and,
  at,
  div,
  eq,
  ge,
  gt,
  le,
  load,
  lt,
  mul,
  ne,
  neg,
  nmadd,
  or,
  pmax,
  pmin,
  select,
  splat,
  store,
  sub,
} from "../lanes";
import { expNegative, expm1, log, log1p, sigmoid, tanh } from "../math";

/**
 * `out = (x - t)^2`.
 *
 * @grain 16
 * @param x    f32[n]
 * @param t    f32[n]
 * @param out  f32[n], may be x
 */
export function squaredError(x: usize, t: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const e = sub(load(at(x, i)), load(at(t, i)));
    store(at(out, i), mul(e, e));
  }
}

/**
 * Gradient of squaredError, `dx = 2 (x - t) dy`.
 *
 * @grain 16
 * @param x   f32[n]
 * @param t   f32[n]
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function squaredErrorGrad(
  x: usize,
  t: usize,
  dy: usize,
  dx: usize,
  begin: i32,
  end: i32,
): void {
  for (let i = begin; i < end; i += LANES) {
    const e = sub(load(at(x, i)), load(at(t, i)));
    store(at(dx, i), mul(add(e, e), load(at(dy, i))));
  }
}

/**
 * `out = |x - t|`.
 *
 * @grain 16
 * @param x    f32[n]
 * @param t    f32[n]
 * @param out  f32[n], may be x
 */
export function absoluteError(x: usize, t: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES)
    store(at(out, i), abs(sub(load(at(x, i)), load(at(t, i)))));
}

/**
 * Gradient of absoluteError, `dx = sign(x - t) dy`; 0 at the kink, as in PyTorch.
 *
 * @grain 16
 * @param x   f32[n]
 * @param t   f32[n]
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function absoluteErrorGrad(
  x: usize,
  t: usize,
  dy: usize,
  dx: usize,
  begin: i32,
  end: i32,
): void {
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    const to = load(at(t, i));
    const d = load(at(dy, i));
    store(at(dx, i), or(and(d, gt(v, to)), and(neg(d), lt(v, to))));
  }
}

/**
 * With e = x - t: `out = |e| <= delta ? e^2 / 2 : delta (|e| - delta / 2)`.
 * Source: Huber 1964.
 *
 * @grain 16
 * @param x      f32[n]
 * @param t      f32[n]
 * @param out    f32[n], may be x
 * @param delta  error from which on the loss is linear
 */
export function huber(x: usize, t: usize, out: usize, delta: f32, begin: i32, end: i32): void {
  const width = splat(delta);
  const half = splat(delta * <f32>0.5);
  for (let i = begin; i < end; i += LANES) {
    const e = abs(sub(load(at(x, i)), load(at(t, i))));
    const inside = mul(mul(HALF(), e), e);
    store(at(out, i), select(inside, mul(width, sub(e, half)), le(e, width)));
  }
}

/**
 * Gradient of huber, `dx = min(max(x - t, -delta), delta) dy`.
 *
 * @grain 16
 * @param x      f32[n]
 * @param t      f32[n]
 * @param dy     f32[n]
 * @param dx     f32[n], may be dy
 * @param delta  error from which on the loss is linear
 */
export function huberGrad(
  x: usize,
  t: usize,
  dy: usize,
  dx: usize,
  delta: f32,
  begin: i32,
  end: i32,
): void {
  const high = splat(delta);
  const low = splat(-delta);
  for (let i = begin; i < end; i += LANES) {
    const e = sub(load(at(x, i)), load(at(t, i)));
    store(at(dx, i), mul(pmax(pmin(e, high), low), load(at(dy, i))));
  }
}

/**
 * With e = x - t: `out = log cosh e`. From u = e^-|e| - 1 it is `log(1 + u^2 / (2 (1 + u)))` where |e| <= 1,
 * which does not cancel near 0, and `|e| - log 2 + log(1 + (1 + u)^2)` beyond, which does not overflow.
 *
 * @grain 16
 * @param x    f32[n]
 * @param t    f32[n]
 * @param out  f32[n], may be x
 */
export function logCosh(x: usize, t: usize, out: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  const log2 = splat(0.6931471805599453);
  for (let i = begin; i < end; i += LANES) {
    const e = abs(sub(load(at(x, i)), load(at(t, i))));
    const u = expm1(neg(e));
    const w = add(ONE(), u);
    const near = le(e, ONE());
    const inner = select(div(mul(HALF(), mul(u, u)), w), mul(w, w), near);
    store(at(out, i), add(select(zero, sub(e, log2), near), log1p(inner)));
  }
}

/**
 * Gradient of logCosh, `dx = tanh(x - t) dy`.
 *
 * @grain 16
 * @param x   f32[n]
 * @param t   f32[n]
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function logCoshGrad(x: usize, t: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(dx, i), mul(tanh(sub(load(at(x, i)), load(at(t, i)))), load(at(dy, i))));
  }
}

/**
 * Poisson loss, `out = x - t log(x + epsilon)`: the negative logarithm of the likelihood of a count t at
 * rate x, less what does not depend on x.
 *
 * @grain 16
 * @param x        f32[n], rates
 * @param t        f32[n], counts
 * @param out      f32[n], may be x
 * @param epsilon  keeps a rate of 0 finite
 */
export function poisson(x: usize, t: usize, out: usize, epsilon: f32, begin: i32, end: i32): void {
  const shift = splat(epsilon);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(at(out, i), nmadd(load(at(t, i)), log(add(v, shift)), v));
  }
}

/**
 * Gradient of poisson, `dx = (1 - t / (x + epsilon)) dy`.
 *
 * @grain 16
 * @param x        f32[n], rates
 * @param t        f32[n], counts
 * @param dy       f32[n]
 * @param dx       f32[n], may be dy
 * @param epsilon  keeps a rate of 0 finite
 */
export function poissonGrad(
  x: usize,
  t: usize,
  dy: usize,
  dx: usize,
  epsilon: f32,
  begin: i32,
  end: i32,
): void {
  const shift = splat(epsilon);
  for (let i = begin; i < end; i += LANES) {
    const ratio = div(load(at(t, i)), add(load(at(x, i)), shift));
    store(at(dx, i), mul(sub(ONE(), ratio), load(at(dy, i))));
  }
}

/**
 * Terms of the Kullback-Leibler divergence, `out = t log(t / x)` with both clipped to [epsilon, 1]; 0 where
 * t is 0.
 *
 * @grain 16
 * @param x        f32[n], probabilities
 * @param t        f32[n], probabilities
 * @param out      f32[n], may be x
 * @param epsilon  smallest probability
 */
export function klDivergence(
  x: usize,
  t: usize,
  out: usize,
  epsilon: f32,
  begin: i32,
  end: i32,
): void {
  const low = splat(epsilon);
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const p = pmin(pmax(load(at(x, i)), low), ONE());
    const q = pmin(pmax(load(at(t, i)), low), ONE());
    store(at(out, i), and(mul(q, log(div(q, p))), ne(q, zero)));
  }
}

/**
 * Gradient of klDivergence, `dx = -t / x dy`; 0 where x is clipped.
 *
 * @grain 16
 * @param x        f32[n], probabilities
 * @param t        f32[n], probabilities
 * @param dy       f32[n]
 * @param dx       f32[n], may be dy
 * @param epsilon  smallest probability
 */
export function klDivergenceGrad(
  x: usize,
  t: usize,
  dy: usize,
  dx: usize,
  epsilon: f32,
  begin: i32,
  end: i32,
): void {
  const low = splat(epsilon);
  for (let i = begin; i < end; i += LANES) {
    const p = load(at(x, i));
    const q = pmin(pmax(load(at(t, i)), low), ONE());
    const free = and(ge(p, low), le(p, ONE()));
    store(at(dx, i), and(neg(mul(div(q, p), load(at(dy, i)))), free));
  }
}

/**
 * Crossentropy of a probability, `out = -(t log p + (1 - t) log(1 - p))` with p = x clipped to
 * [epsilon, 1 - epsilon]. Logarithms are at least -100, as in PyTorch, so that epsilon may be 0.
 *
 * @grain 16
 * @param x        f32[n], probabilities
 * @param t        f32[n], in [0, 1]
 * @param out      f32[n], may be x
 * @param epsilon  smallest probability
 */
export function binaryCrossentropy(
  x: usize,
  t: usize,
  out: usize,
  epsilon: f32,
  begin: i32,
  end: i32,
): void {
  const low = splat(epsilon);
  const high = splat(<f32>1 - epsilon);
  const least = splat(-100);
  for (let i = begin; i < end; i += LANES) {
    const p = pmin(pmax(load(at(x, i)), low), high);
    const to = load(at(t, i));
    const no = mul(sub(to, ONE()), pmax(log1p(neg(p)), least));
    store(at(out, i), nmadd(to, pmax(log(p), least), no));
  }
}

/**
 * Gradient of binaryCrossentropy, `dx = (x - t) / (x (1 - x)) dy`; 0 where x is clipped.
 *
 * @grain 16
 * @param x        f32[n], probabilities
 * @param t        f32[n], in [0, 1]
 * @param dy       f32[n]
 * @param dx       f32[n], may be dy
 * @param epsilon  smallest probability
 */
export function binaryCrossentropyGrad(
  x: usize,
  t: usize,
  dy: usize,
  dx: usize,
  epsilon: f32,
  begin: i32,
  end: i32,
): void {
  const low = splat(epsilon);
  const high = splat(<f32>1 - epsilon);
  // PyTorch's guard where epsilon is 0.
  const least = splat(1e-12);
  for (let i = begin; i < end; i += LANES) {
    const p = load(at(x, i));
    const slope = div(sub(p, load(at(t, i))), pmax(mul(p, sub(ONE(), p)), least));
    const free = and(ge(p, low), le(p, high));
    store(at(dx, i), and(mul(slope, load(at(dy, i))), free));
  }
}

/**
 * Crossentropy of a logit, `out = max(z, 0) - z t + log(1 + e^-|z|)`: binaryCrossentropy of sigmoid(z)
 * without its overflow, rounding or clipping.
 *
 * @grain 16
 * @param z    f32[n], logits
 * @param t    f32[n], in [0, 1]
 * @param out  f32[n], may be z
 */
export function sigmoidCrossentropy(z: usize, t: usize, out: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(z, i));
    const linear = nmadd(v, load(at(t, i)), pmax(v, zero));
    store(at(out, i), add(linear, log1p(expNegative(neg(abs(v))))));
  }
}

/**
 * Gradient of sigmoidCrossentropy, `dz = (sigmoid(z) - t) dy`.
 *
 * @grain 16
 * @param z   f32[n], logits
 * @param t   f32[n], in [0, 1]
 * @param dy  f32[n]
 * @param dz  f32[n], may be dy
 */
export function sigmoidCrossentropyGrad(
  z: usize,
  t: usize,
  dy: usize,
  dz: usize,
  begin: i32,
  end: i32,
): void {
  for (let i = begin; i < end; i += LANES) {
    store(at(dz, i), mul(sub(sigmoid(load(at(z, i))), load(at(t, i))), load(at(dy, i))));
  }
}

/**
 * `out = max(1 - s x, 0)` with s = t, or -1 where t is 0: labels may be -1 and 1, or 0 and 1.
 *
 * @grain 16
 * @param x    f32[n]
 * @param t    f32[n]
 * @param out  f32[n], may be x
 */
export function hinge(x: usize, t: usize, out: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const to = load(at(t, i));
    const s = select(MINUS_ONE(), to, eq(to, zero));
    store(at(out, i), pmax(nmadd(s, load(at(x, i)), ONE()), zero));
  }
}

/**
 * Gradient of hinge, `dx = 1 - s x > 0 ? -s dy : 0`.
 *
 * @grain 16
 * @param x   f32[n]
 * @param t   f32[n]
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function hingeGrad(x: usize, t: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const to = load(at(t, i));
    const s = select(MINUS_ONE(), to, eq(to, zero));
    const margin = nmadd(s, load(at(x, i)), ONE());
    store(at(dx, i), and(neg(mul(s, load(at(dy, i)))), gt(margin, zero)));
  }
}

/**
 * The square of hinge, `out = max(1 - s x, 0)^2`.
 *
 * @grain 16
 * @param x    f32[n]
 * @param t    f32[n]
 * @param out  f32[n], may be x
 */
export function squaredHinge(x: usize, t: usize, out: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const to = load(at(t, i));
    const s = select(MINUS_ONE(), to, eq(to, zero));
    const margin = pmax(nmadd(s, load(at(x, i)), ONE()), zero);
    store(at(out, i), mul(margin, margin));
  }
}

/**
 * Gradient of squaredHinge, `dx = -2 s max(1 - s x, 0) dy`.
 *
 * @grain 16
 * @param x   f32[n]
 * @param t   f32[n]
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function squaredHingeGrad(
  x: usize,
  t: usize,
  dy: usize,
  dx: usize,
  begin: i32,
  end: i32,
): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const to = load(at(t, i));
    const s = select(MINUS_ONE(), to, eq(to, zero));
    const margin = pmax(nmadd(s, load(at(x, i)), ONE()), zero);
    store(at(dx, i), neg(mul(mul(add(margin, margin), s), load(at(dy, i)))));
  }
}

/**
 * Whether a thresholded output is the label, `out = (x > threshold ? 1 : 0) == t ? 1 : 0`.
 *
 * @grain 16
 * @param x          f32[n]
 * @param t          f32[n], 0 or 1
 * @param out        f32[n], may be x
 * @param threshold  outputs above it count as 1
 */
export function binaryMatch(
  x: usize,
  t: usize,
  out: usize,
  threshold: f32,
  begin: i32,
  end: i32,
): void {
  const border = splat(threshold);
  for (let i = begin; i < end; i += LANES) {
    const says = and(gt(load(at(x, i)), border), ONE());
    store(at(out, i), and(eq(says, load(at(t, i))), ONE()));
  }
}
