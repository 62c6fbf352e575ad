/**
 * SiLU (swish) and Mish: x times a smooth gate. All may run in place. -Infinity gives NaN
 * (-Infinity times 0), as in PyTorch.
 */
import { ONE, SIGN, TWO } from "../constants";
import {
  LANES,
  Lanes,
  add,
  at,
  div,
  ge,
  load,
  madd,
  mul,
  not,
  or,
  select,
  splat,
  store,
} from "../lanes";
import { expNegative, sigmoid, sigmoidOf } from "../math";

/**
 * tanh(softplus(x)) = n / (n + 2 q) without tanh or log: with e = e^-|x| it is n = 1 + 2 e, q = e^2
 * for x >= 0, and n = e (e + 2), q = 1 below.
 */
function mishNumerator(e: Lanes, positive: Lanes): Lanes {
  return select(madd(TWO(), e, ONE()), mul(e, add(e, TWO())), positive);
}
function mishRest(e: Lanes, positive: Lanes): Lanes {
  const q = select(mul(e, e), ONE(), positive);
  return add(q, q);
}

/**
 * Sigmoid linear unit or swish, `out = x / (1 + e^-x)`. Source: Ramachandran et al. 2017
 * (arXiv:1710.05941).
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function silu(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    store(at(out, i), mul(v, sigmoid(v)));
  }
}

/**
 * Gradient of silu, `dx = dy s (1 + x (1 - s))`, s = sigmoid(x).
 *
 * @grain 16
 * @param x   f32[n], the input of the forward pass
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function siluGrad(x: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  const zero = splat(0);
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    const e = expNegative(or(v, SIGN()));
    const positive = ge(v, zero);
    const s = sigmoidOf(e, positive);
    // 1 - s as a quotient of its own: the difference, times x, would be wrong by 6e-8 x.
    const rest = sigmoidOf(e, not(positive));
    store(at(dx, i), mul(load(at(dy, i)), mul(s, madd(v, rest, ONE()))));
  }
}

/**
 * Mish, `out = x tanh(log(1 + e^x))`. Source: Misra 2019 (arXiv:1908.08681).
 *
 * @grain 16
 * @param x    f32[n]
 * @param out  f32[n], may be x
 */
export function mish(x: usize, out: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    const e = expNegative(or(v, SIGN()));
    const positive = ge(v, splat(0));
    const n = mishNumerator(e, positive);
    store(at(out, i), mul(v, div(n, add(n, mishRest(e, positive)))));
  }
}

/**
 * Gradient of mish, `dx = dy (t + x (1 - t^2) sigmoid(x))`, t = tanh(log(1 + e^x)).
 *
 * @grain 16
 * @param x   f32[n], the input of the forward pass
 * @param dy  f32[n]
 * @param dx  f32[n], may be dy
 */
export function mishGrad(x: usize, dy: usize, dx: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += LANES) {
    const v = load(at(x, i));
    const e = expNegative(or(v, SIGN()));
    const positive = ge(v, splat(0));
    const n = mishNumerator(e, positive);
    const rest = mishRest(e, positive);
    const d = add(n, rest);
    const t = div(n, d);
    // 1 - t is rest / d: nothing cancels.
    const slope = mul(mul(div(rest, d), add(ONE(), t)), sigmoidOf(e, positive));
    store(at(dx, i), mul(load(at(dy, i)), madd(v, slope, t)));
  }
}
