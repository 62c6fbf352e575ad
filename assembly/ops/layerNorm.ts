/** Normalization of rows, by their mean and variance or by their mean square. */
import {
  LANES,
  Lanes,
  add,
  and,
  at,
  firstLanes,
  hsum,
  load,
  loadNext,
  loadSplat,
  loadSplat1,
  loadSplat2,
  loadSplat3,
  madd,
  mul,
  nmadd,
  splat,
  store,
  storeNext,
  storePart,
  sub,
} from "../lanes";
import { Plain, Square, sumRow } from "../reduce";

/** Rows of a block, whose parameters' gradients are added in f32. */
const ROWS: i32 = 64;

/** Sum of squares about the mean of a row, from a number m in scratch that is near the mean. */
function deviation(x: usize, n: i32, scratch: usize): f64 {
  const m = loadSplat(scratch);
  const count = <f64>n;
  let s0 = splat(0);
  let s1 = s0;
  let q0 = s0;
  let q1 = s0;
  for (; n >= 2 * LANES; n -= 2 * LANES) {
    const d0 = sub(load(x), m);
    const d1 = sub(loadNext(x), m);
    s0 = add(s0, d0);
    s1 = add(s1, d1);
    q0 = madd(d0, d0, q0);
    q1 = madd(d1, d1, q1);
    x += 32;
  }
  for (; n > 0; n -= LANES) {
    const d = and(sub(load(x), m), firstLanes(n));
    s0 = add(s0, d);
    q0 = madd(d, d, q0);
    x += 16;
  }
  const off = <f64>hsum(add(s0, s1));
  return <f64>hsum(add(q0, q1)) - (off * off) / count;
}

/** y = (x - m) r gamma + beta over a row; m and r stand in scratch, gamma and beta may be 0. */
function finishRow(x: usize, gamma: usize, beta: usize, y: usize, n: i32, scratch: usize): void {
  const m = loadSplat(scratch);
  const r = loadSplat1(scratch);
  if (gamma && beta) {
    for (; n >= 2 * LANES; n -= 2 * LANES) {
      const y0 = madd(mul(sub(load(x), m), r), load(gamma), load(beta));
      const y1 = madd(mul(sub(loadNext(x), m), r), loadNext(gamma), loadNext(beta));
      store(y, y0);
      storeNext(y, y1);
      x += 32;
      y += 32;
      gamma += 32;
      beta += 32;
    }
    for (; n >= LANES; n -= LANES) {
      store(y, madd(mul(sub(load(x), m), r), load(gamma), load(beta)));
      x += 16;
      y += 16;
      gamma += 16;
      beta += 16;
    }
    if (n > 0) storePart(y, madd(mul(sub(load(x), m), r), load(gamma), load(beta)), n);
    return;
  }
  for (let i: i32 = 0; i < n; i += LANES) {
    let v = mul(sub(load(at(x, i)), m), r);
    if (gamma) v = mul(v, load(at(gamma, i)));
    if (beta) v = add(v, load(at(beta, i)));
    storePart(at(y, i), v, n - i);
  }
}

/**
 * `y = (x - mean) rstd gamma + beta` row by row, `rstd = 1 / sqrt(variance + epsilon)`: layer norm. RMS norm
 * has mean 0. The variance is taken about the mean, in two passes. A NaN stays in its row.
 *
 * @grain 1
 * @param x         f32[rows, width]
 * @param gamma     f32[width], or 0 for 1
 * @param beta      f32[width], or 0 for 0
 * @param y         f32[rows, width], may be x
 * @param mean      f32[rows]
 * @param rstd      f32[rows]
 * @param width     elements of a row
 * @param centered  1: layer norm, 0: RMS norm
 * @param epsilon   added to the variance
 * @param scratch   16 bytes
 */
export function layerNorm(
  x: usize,
  gamma: usize,
  beta: usize,
  y: usize,
  mean: usize,
  rstd: usize,
  width: i32,
  centered: i32,
  epsilon: f32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const count = <f64>width;
  for (let i = begin; i < end; i++) {
    const row = at(x, i * width);
    let m: f32 = 0;
    let squares: f64 = 0;
    if (centered) {
      m = <f32>(sumRow<Plain>(row, width, splat(0)) / count);
      f32.store(scratch, m);
      squares = deviation(row, width, scratch);
    } else {
      f32.store(scratch, m);
      squares = sumRow<Square>(row, width, splat(0));
    }
    const r = <f32>(1.0 / f64.sqrt(squares / count + <f64>epsilon));
    f32.store(scratch, r, 4);
    f32.store(at(mean, i), m);
    f32.store(at(rstd, i), r);
    finishRow(row, gamma, beta, at(y, i * width), width, scratch);
  }
}

/** Sums of g and of g z over a row, g = gamma dy, z = (x - m) r, to scratch + 8 and scratch + 12, over n. */
function sums(x: usize, dy: usize, gamma: usize, n: i32, scratch: usize): void {
  const m = loadSplat(scratch);
  const count = <f32>n;
  let s0 = splat(0);
  let s1 = s0;
  let q0 = s0;
  let q1 = s0;
  for (; n >= 2 * LANES; n -= 2 * LANES) {
    const g0 = mul(load(dy), load(gamma));
    const g1 = mul(loadNext(dy), loadNext(gamma));
    s0 = add(s0, g0);
    s1 = add(s1, g1);
    q0 = madd(g0, sub(load(x), m), q0);
    q1 = madd(g1, sub(loadNext(x), m), q1);
    x += 32;
    dy += 32;
    gamma += 32;
  }
  for (; n > 0; n -= LANES) {
    const here = firstLanes(n);
    const g = and(mul(load(dy), load(gamma)), here);
    s0 = add(s0, g);
    q0 = madd(g, and(sub(load(x), m), here), q0);
    x += 16;
    dy += 16;
    gamma += 16;
  }
  f32.store(scratch, hsum(add(s0, s1)) / count, 8);
  f32.store(scratch, (f32.load(scratch, 4) * hsum(add(q0, q1))) / count, 12);
}

/** dx of a row, and its part of the parameters' gradients. */
function gradRow(
  x: usize,
  dy: usize,
  gamma: usize,
  dx: usize,
  products: usize,
  totals: usize,
  n: i32,
  scratch: usize,
): void {
  const m = loadSplat(scratch);
  const r = loadSplat1(scratch);
  const s = loadSplat2(scratch);
  const q = loadSplat3(scratch);
  while (n >= 2 * LANES) {
    const d0 = load(dy);
    const d1 = loadNext(dy);
    const z0 = mul(sub(load(x), m), r);
    const z1 = mul(sub(loadNext(x), m), r);
    const p0 = madd(d0, z0, load(products));
    const p1 = madd(d1, z1, loadNext(products));
    const t0 = add(d0, load(totals));
    const t1 = add(d1, loadNext(totals));
    const g0 = sub(mul(d0, load(gamma)), s);
    const g1 = sub(mul(d1, loadNext(gamma)), s);
    store(dx, mul(nmadd(z0, q, g0), r));
    storeNext(dx, mul(nmadd(z1, q, g1), r));
    store(products, p0);
    storeNext(products, p1);
    store(totals, t0);
    storeNext(totals, t1);
    x += 32;
    dy += 32;
    gamma += 32;
    dx += 32;
    products += 32;
    totals += 32;
    n -= 2 * LANES;
  }
  while (n > 0) {
    const d = load(dy);
    const z = mul(sub(load(x), m), r);
    const p = madd(d, z, load(products));
    const t = add(d, load(totals));
    const g = sub(mul(d, load(gamma)), s);
    const v = mul(nmadd(z, q, g), r);
    if (n >= LANES) {
      store(dx, v);
      store(products, p);
      store(totals, t);
    } else {
      storePart(dx, v, n);
      storePart(products, p, n);
      storePart(totals, t, n);
    }
    x += 16;
    dy += 16;
    gamma += 16;
    dx += 16;
    products += 16;
    totals += 16;
    n -= LANES;
  }
}

/** out = v over n. */
function fillRow(out: usize, v: Lanes, n: i32): void {
  for (; n > 0; n -= LANES) {
    storePart(out, v, n);
    out += 16;
  }
}

/**
 * Gradient of layerNorm, `dx = rstd (g - mean(g) - z mean(g z))` with `g = gamma dy` and z the normalized row
 * (RMS norm: without mean(g)), and the sums of dy z and of dy over each block of 64 rows. May run in place on
 * dy.
 *
 * @grain 1
 * @param x         f32[rows, width]
 * @param dy        f32[rows, width]
 * @param mean      f32[rows]
 * @param rstd      f32[rows]
 * @param gamma     f32[width], or 0 for 1
 * @param dx        f32[rows, width], may be dy
 * @param products  f32[blocks, width]
 * @param totals    f32[blocks, width]
 * @param rows      rows of x
 * @param width     elements of a row
 * @param centered  1: layer norm, 0: RMS norm
 * @param scratch   16 bytes, then a row padded to 16 bytes
 */
export function layerNormGrad(
  x: usize,
  dy: usize,
  mean: usize,
  rstd: usize,
  gamma: usize,
  dx: usize,
  products: usize,
  totals: usize,
  rows: i32,
  width: i32,
  centered: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  if (!gamma) {
    gamma = scratch + 16;
    fillRow(gamma, splat(1), width);
  }
  for (let b = begin; b < end; b++) {
    const p = at(products, b * width);
    const t = at(totals, b * width);
    fillRow(p, splat(0), width);
    fillRow(t, splat(0), width);
    const last = min(rows, (b + 1) * ROWS);
    for (let i = b * ROWS; i < last; i++) {
      const e = at(0, i * width);
      f32.store(scratch, f32.load(at(mean, i)));
      f32.store(scratch, f32.load(at(rstd, i)), 4);
      sums(x + e, dy + e, gamma, width, scratch);
      if (!centered) f32.store(scratch, 0, 8);
      gradRow(x + e, dy + e, gamma, dx + e, p, t, width, scratch);
    }
  }
}
