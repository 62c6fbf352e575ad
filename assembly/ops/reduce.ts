/**
 * Reductions of the middle axis of [outer, length, inner] in the fixed order of ../reduce. Threads share
 * outputs, never a sum.
 */
import {
  LANES,
  add,
  and,
  at,
  div,
  eq,
  lane0,
  nmadd,
  select,
  splat,
  sqrt,
  storePart,
  sub,
} from "../lanes";
import { log } from "../math";
import {
  Exponential,
  Largest,
  LargestMagnitude,
  Magnitude,
  Plain,
  Product,
  Shifted,
  Smallest,
  Square,
  foldColumn,
  foldColumns,
  foldRow,
  sumColumn,
  sumColumns,
  sumRow,
} from "../reduce";

/** How one output, or n neighbouring ones, are made: a class without fields. */
class Sum<T> {
  row(x: usize, n: i32, _p: f32): f32 {
    return <f32>sumRow<T>(x, n, splat(0));
  }
  columns(x: usize, out: usize, rows: i32, step: usize, n: i32, _p: f32): void {
    sumColumns<T>(x, out, rows, step, n);
  }
}

class Choice<F> {
  row(x: usize, n: i32, _p: f32): f32 {
    return foldRow<F>(x, n);
  }
  columns(x: usize, out: usize, rows: i32, step: usize, n: i32, _p: f32): void {
    foldColumns<F>(x, out, rows, step, n);
  }
}

class Root {
  row(x: usize, n: i32, _p: f32): f32 {
    return lane0(sqrt(splat(<f32>sumRow<Square>(x, n, splat(0)))));
  }
  columns(x: usize, out: usize, rows: i32, step: usize, n: i32, _p: f32): void {
    for (; n > 0; n -= LANES) {
      storePart(out, sqrt(sumColumn<Square>(x, rows, step, splat(0))), n);
      x += 16;
      out += 16;
    }
  }
}

/** With m the mean in f32, (sum (x - m)^2 - (sum (x - m))^2 / n) / divisor: what m lacks is taken out. */
class Variance {
  row(x: usize, n: i32, divisor: f32): f32 {
    const count = <f64>n;
    const m = splat(<f32>(sumRow<Plain>(x, n, splat(0)) / count));
    const d = sumRow<Shifted>(x, n, m);
    return <f32>((sumRow<Square>(x, n, m) - (d * d) / count) / <f64>divisor);
  }
  columns(x: usize, out: usize, rows: i32, step: usize, n: i32, divisor: f32): void {
    const count = splat(<f32>rows);
    for (; n > 0; n -= LANES) {
      const m = div(sumColumn<Plain>(x, rows, step, splat(0)), count);
      const d = sumColumn<Shifted>(x, rows, step, m);
      const squares = sumColumn<Square>(x, rows, step, m);
      storePart(out, div(nmadd(div(d, count), d, squares), splat(divisor)), n);
      x += 16;
      out += 16;
    }
  }
}

/** top + log sum e^(x - top); where the largest is NaN or infinite it is the result. */
class LogSumExp {
  row(x: usize, n: i32, _p: f32): f32 {
    const top = foldRow<Largest>(x, n);
    if (top - top != 0) return top;
    return top + lane0(log(splat(<f32>sumRow<Exponential>(x, n, splat(top)))));
  }
  columns(x: usize, out: usize, rows: i32, step: usize, n: i32, _p: f32): void {
    for (; n > 0; n -= LANES) {
      const top = foldColumn<Largest>(x, rows, step);
      const finite = eq(sub(top, top), splat(0));
      const sum = sumColumn<Exponential>(x, rows, step, and(top, finite));
      storePart(out, select(add(top, log(sum)), top, finite), n);
      x += 16;
      out += 16;
    }
  }
}

/** Outputs [begin, end) of [outer, inner]. */
function reduce<R>(
  x: usize,
  out: usize,
  length: i32,
  inner: i32,
  p: f32,
  begin: i32,
  end: i32,
): void {
  const r = changetype<R>(0);
  if (inner == 1) {
    for (let o = begin; o < end; o++) f32.store(at(out, o), r.row(at(x, o * length), length, p));
    return;
  }
  const step = (<usize>inner) << 2;
  for (let i = begin; i < end;) {
    const o = i / inner;
    const column = i - o * inner;
    const n = min(inner - column, end - i);
    r.columns(at(x, o * length * inner + column), at(out, i), length, step, n, p);
    i += n;
  }
}

/**
 * Sum over the middle axis, `out[o, i] = sum over l of x[o, l, i]`. An empty sum is 0.
 *
 * @grain 16
 * @param x       f32[outer, length, inner]
 * @param out     f32[outer, inner]
 * @param length  elements in a sum
 * @param inner   elements behind the axis that is summed
 */
export function reduceSum(
  x: usize,
  out: usize,
  length: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  reduce<Sum<Plain>>(x, out, length, inner, 0, begin, end);
}

/**
 * Sum of absolute values over the middle axis, the 1-norm.
 *
 * @grain 16
 * @param x       f32[outer, length, inner]
 * @param out     f32[outer, inner]
 * @param length  elements in a sum
 * @param inner   elements behind the axis that is reduced
 */
export function reduceAbs(
  x: usize,
  out: usize,
  length: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  reduce<Sum<Magnitude>>(x, out, length, inner, 0, begin, end);
}

/**
 * Square root of the sum of squares over the middle axis, the 2-norm. Squares overflow above 1.8e19.
 *
 * @grain 16
 * @param x       f32[outer, length, inner]
 * @param out     f32[outer, inner]
 * @param length  elements in a sum
 * @param inner   elements behind the axis that is reduced
 */
export function reduceNorm(
  x: usize,
  out: usize,
  length: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  reduce<Root>(x, out, length, inner, 0, begin, end);
}

/**
 * Largest or smallest element over the middle axis, or the largest absolute value; NaN if there is one.
 *
 * @grain 16
 * @param kind    0 largest, 1 smallest, 2 largest absolute value
 * @param x       f32[outer, length, inner]
 * @param out     f32[outer, inner]
 * @param length  elements in a choice, >= 1
 * @param inner   elements behind the axis that is reduced
 */
export function reduceMax(
  kind: i32,
  x: usize,
  out: usize,
  length: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  if (kind == 0) reduce<Choice<Largest>>(x, out, length, inner, 0, begin, end);
  else if (kind == 1) reduce<Choice<Smallest>>(x, out, length, inner, 0, begin, end);
  else reduce<Choice<LargestMagnitude>>(x, out, length, inner, 0, begin, end);
}

/**
 * Product over the middle axis. An empty product is 1.
 *
 * @grain 16
 * @param x       f32[outer, length, inner]
 * @param out     f32[outer, inner]
 * @param length  elements in a product
 * @param inner   elements behind the axis that is reduced
 */
export function reduceProd(
  x: usize,
  out: usize,
  length: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  reduce<Choice<Product>>(x, out, length, inner, 0, begin, end);
}

/**
 * Variance over the middle axis, `sum (x - mean)^2 / divisor` in two passes: no digits are lost where the
 * mean is large. A divisor of 0 gives NaN or Infinity.
 *
 * @grain 16
 * @param x        f32[outer, length, inner]
 * @param out      f32[outer, inner]
 * @param length   elements in a sum
 * @param inner    elements behind the axis that is reduced
 * @param divisor  length, or length - 1 for the unbiased estimate
 */
export function reduceVariance(
  x: usize,
  out: usize,
  length: i32,
  inner: i32,
  divisor: f32,
  begin: i32,
  end: i32,
): void {
  reduce<Variance>(x, out, length, inner, divisor, begin, end);
}

/**
 * `log sum e^x` over the middle axis, shifted by the largest so that nothing overflows. NaN if there is
 * one, else Infinity if there is one; -Infinity where all are.
 *
 * @grain 16
 * @param x       f32[outer, length, inner]
 * @param out     f32[outer, inner]
 * @param length  elements in a sum
 * @param inner   elements behind the axis that is reduced
 */
export function reduceLogSumExp(
  x: usize,
  out: usize,
  length: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  reduce<LogSumExp>(x, out, length, inner, 0, begin, end);
}

/**
 * Running sums along the middle axis, `out[l] = x[0] + ... + x[l]`, added in f64; or from the end, or
 * without x[l] itself.
 *
 * @grain 16
 * @param x          f32[outer, length, inner]
 * @param out        f32[outer, length, inner], may be x
 * @param length     elements along the axis
 * @param inner      elements behind the axis
 * @param reverse    1: sums of x[l] and what follows
 * @param exclusive  1: without x[l]; the first sum is 0
 */
export function cumsum(
  x: usize,
  out: usize,
  length: i32,
  inner: i32,
  reverse: i32,
  exclusive: i32,
  begin: i32,
  end: i32,
): void {
  const step: i32 = reverse ? -inner : inner;
  for (let i = begin; i < end; i++) {
    const o = i / inner;
    let e = o * length * inner + (i - o * inner) + (reverse ? (length - 1) * inner : 0);
    let sum: f64 = 0;
    for (let l = length; l > 0; l--) {
      const next = sum + <f64>f32.load(at(x, e));
      f32.store(at(out, e), <f32>(exclusive ? sum : next));
      sum = next;
      e += step;
    }
  }
}
