/**
 * ELU, SELU, CELU: identity above 0, an exponential below. All may run in place. -0 gives 0, and
 * the gradient at 0 is that from below, as in PyTorch.
 */
import {
  LANES,
  Lanes,
  at,
  div,
  gt,
  load,
  loadSplat,
  madd,
  mul,
  select,
  splat,
  store,
} from "../lanes";
import { expNegative, expm1 } from "../math";

const FLOATS: usize = memory.data<f32>([1.0507009873554805, 1.7580993408473768], 16);

/** lambda of SELU. */
function SELU_SCALE(): Lanes {
  return loadSplat(FLOATS);
}
/** lambda alpha of SELU. */
function SELU_BELOW(): Lanes {
  return loadSplat(FLOATS + 4);
}

/**
 * Exponential linear unit, `out = x > 0 ? x : alpha (e^x - 1)`. Source: Clevert et al. 2016
 * (arXiv:1511.07289).
 *
 * @grain 16
 * @param x      f32[n]
 * @param out    f32[n], may be x
 * @param alpha  limit at -Infinity is -alpha
 */
export function elu(x: usize, out: usize, alpha: f32, begin: i32, end: i32): void {
  const a = splat(alpha);
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(at(out, i), select(v, madd(a, expm1(v), zero), gt(v, zero)));
  }
}

/**
 * Gradient of elu, `dx = x > 0 ? dy : dy alpha e^x`.
 *
 * @grain 16
 * @param x      f32[n], the input of the forward pass
 * @param dy     f32[n]
 * @param dx     f32[n], may be dy
 * @param alpha  limit at -Infinity is -alpha
 */
export function eluGrad(x: usize, dy: usize, dx: usize, alpha: f32, begin: i32, end: i32): void {
  const a = splat(alpha);
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    const g = load(at(dy, i));
    store(at(dx, i), select(g, mul(g, mul(a, expNegative(v))), gt(v, zero)));
  }
}

/**
 * Self-normalising unit, `out = lambda (x > 0 ? x : alpha (e^x - 1))` with lambda = 1.0507, alpha =
 * 1.6733. Source: Klambauer et al. 2017 (arXiv:1706.02515).
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function selu(x: usize, out: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(
      at(out, i),
      select(mul(v, SELU_SCALE()), madd(SELU_BELOW(), expm1(v), zero), gt(v, zero)),
    );
  }
}

/**
 * Gradient of selu, `dx = dy lambda (x > 0 ? 1 : alpha e^x)`.
 *
 * @grain 16
 * @param x   f32[n], the input of the forward pass
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function seluGrad(x: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    const slope = select(SELU_SCALE(), mul(SELU_BELOW(), expNegative(v)), gt(v, zero));
    store(at(dx, i), mul(load(at(dy, i)), slope));
  }
}

/**
 * Continuously differentiable ELU, `out = x > 0 ? x : alpha (e^(x / alpha) - 1)`. Source: Barron
 * 2017 (arXiv:1704.07483).
 *
 * @grain 16
 * @param x      f32[n]
 * @param out    f32[n], may be x
 * @param alpha  limit at -Infinity is -alpha
 */
export function celu(x: usize, out: usize, alpha: f32, begin: i32, end: i32): void {
  const a = splat(alpha);
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(at(out, i), select(v, madd(a, expm1(div(v, a)), zero), gt(v, zero)));
  }
}

/**
 * Gradient of celu, `dx = x > 0 ? dy : dy e^(x / alpha)`.
 *
 * @grain 16
 * @param x      f32[n], the input of the forward pass
 * @param dy     f32[n]
 * @param dx     f32[n], may be dy
 * @param alpha  limit at -Infinity is -alpha
 */
export function celuGrad(x: usize, dy: usize, dx: usize, alpha: f32, begin: i32, end: i32): void {
  const a = splat(alpha);
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    const g = load(at(dy, i));
    store(at(dx, i), select(g, mul(g, expNegative(div(v, a))), gt(v, zero)));
  }
}
