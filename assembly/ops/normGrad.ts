// Gradients of normalization: see ./groupNorm.
import { coefficients, pitchOf } from "../channels";
import {
  LANES,
  addDoubles,
  at,
  fromDoubles,
  highDoubles,
  load,
  loadNext,
  lowDoubles,
  madd,
  mul,
  nmadd,
  splatDoubles,
  store,
  storeNext,
  storePart,
  sub,
} from "../lanes";
import { NARROW, blockProducts } from "../moments";

/**
 * Sums of dy and of dy (x - mean) over the blocks of all samples, for normGradSums to put together.
 *
 * @grain 1
 * @param x          f32[n, s, c]
 * @param dy         f32[n, s, c]
 * @param mean       f32[n, groups]
 * @param partial    f32[n, blocks, 2, pitch], a row padded to 64 bytes
 * @param sampleSize  elements of a sample
 * @param blockSize  elements of a block
 * @param width      columns, a multiple of c
 * @param channels          channels
 * @param groups     groups of channels
 * @param scratch    1 row of columns, padded to 64 bytes
 */
export function normGradBlocks(
  x: usize,
  dy: usize,
  mean: usize,
  partial: usize,
  sampleSize: i32,
  blockSize: i32,
  width: i32,
  channels: i32,
  groups: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const blocks = (sampleSize + blockSize - 1) / blockSize;
  const pitch = pitchOf(width);
  let sample: i32 = -1;
  for (let i = begin; i < end; i++) {
    const now = i / blocks;
    if (now != sample) {
      sample = now;
      coefficients(at(mean, sample * groups), 0, 1, scratch, width, channels, channels / groups);
    }
    const from = (i - sample * blocks) * blockSize;
    const e = sample * sampleSize + from;
    blockProducts(
      at(x, e),
      at(dy, e),
      scratch,
      min(blockSize, sampleSize - from),
      width,
      partial + <usize>(2 * i) * pitch,
      pitch,
    );
  }
}

/**
 * Sums over each channel of each sample from those of its blocks, in f64: of dy, and of dy times the
 * normalized x.
 *
 * @grain 16
 * @param partial    f32[n, blocks, 2, pitch], from normGradBlocks
 * @param rstd       f32[n, groups]
 * @param products   f32[n, c], sums of dy (x - mean) rstd
 * @param sums       f32[n, c], sums of dy
 * @param sampleSize  elements of a sample
 * @param blockSize  elements of a block
 * @param width      columns, a multiple of c
 * @param channels          channels
 * @param groups     groups of channels
 * @param scratch    16 bytes
 */
export function normGradSums(
  partial: usize,
  rstd: usize,
  products: usize,
  sums: usize,
  sampleSize: i32,
  blockSize: i32,
  width: i32,
  channels: i32,
  groups: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const pitch = pitchOf(width);
  const blocks = (sampleSize + blockSize - 1) / blockSize;
  const copies = width / channels;
  const perGroup = channels / groups;
  for (let i = begin; i < end;) {
    const sample = i / channels;
    const channel = i - sample * channels;
    const n = min(LANES, min(channels - channel, end - i));
    let p = at(partial, channel) + <usize>(sample * blocks * 2) * pitch;
    let s0 = splatDoubles(0);
    let s1 = s0;
    let q0 = s0;
    let q1 = s0;
    for (let b: i32 = 0; b < blocks; b++) {
      for (let j: i32 = 0; j < copies; j++) {
        const s = load(at(p, j * channels));
        const q = load(at(p, j * channels) + pitch);
        s0 = addDoubles(s0, lowDoubles(s));
        s1 = addDoubles(s1, highDoubles(s));
        q0 = addDoubles(q0, lowDoubles(q));
        q1 = addDoubles(q1, highDoubles(q));
      }
      p += 2 * pitch;
    }
    for (let k: i32 = 0; k < n; k++) {
      const r = f32.load(at(rstd, sample * groups + (channel + k) / perGroup));
      f32.store(at(scratch, k), r);
    }
    storePart(at(sums, i), fromDoubles(s0, s1), n);
    storePart(at(products, i), mul(fromDoubles(q0, q1), load(scratch)), n);
    i += n;
  }
}

/** dx = a dy - b - (x - m) k over n columns of one row. */
function gradRow(x: usize, dy: usize, dx: usize, a: usize, pitch: usize, n: i32): void {
  let b = a + pitch;
  let m = b + pitch;
  let k = m + pitch;
  for (; n >= 2 * LANES; n -= 2 * LANES) {
    const d0 = nmadd(sub(load(x), load(m)), load(k), load(b));
    const d1 = nmadd(sub(loadNext(x), loadNext(m)), loadNext(k), loadNext(b));
    const g0 = madd(load(dy), load(a), d0);
    const g1 = madd(loadNext(dy), loadNext(a), d1);
    store(dx, g0);
    storeNext(dx, g1);
    x += 32;
    dy += 32;
    dx += 32;
    a += 32;
    b += 32;
    m += 32;
    k += 32;
  }
  for (; n > 0; n -= LANES) {
    const d = nmadd(sub(load(x), load(m)), load(k), load(b));
    storePart(dx, madd(load(dy), load(a), d), n);
    x += 16;
    dy += 16;
    dx += 16;
    a += 16;
    b += 16;
    m += 16;
    k += 16;
  }
}

/** The same for eight columns over all rows, with the coefficients in registers. */
function grad8(
  x: usize,
  dy: usize,
  dx: usize,
  a: usize,
  pitch: usize,
  rows: i32,
  step: usize,
): void {
  const b = a + pitch;
  const m = b + pitch;
  const k = m + pitch;
  const a0 = load(a);
  const a1 = loadNext(a);
  const b0 = load(b);
  const b1 = loadNext(b);
  const m0 = load(m);
  const m1 = loadNext(m);
  const k0 = load(k);
  const k1 = loadNext(k);
  while (rows > 0) {
    const d0 = nmadd(sub(load(x), m0), k0, b0);
    const d1 = nmadd(sub(loadNext(x), m1), k1, b1);
    const g0 = madd(load(dy), a0, d0);
    const g1 = madd(loadNext(dy), a1, d1);
    store(dx, g0);
    storeNext(dx, g1);
    x += step;
    dy += step;
    dx += step;
    rows--;
  }
}

/**
 * Gradient of a normalization by its input, `dx = rstd (g - mean(g) - z mean(g z))` with `g = gamma dy` and z
 * the normalized x; the means are over a group. May run in place on dy.
 *
 * @grain 1
 * @param x          f32[n, s, c]
 * @param dy         f32[n, s, c]
 * @param mean       f32[n, groups]
 * @param rstd       f32[n, groups]
 * @param gamma      f32[c], or 0 for 1
 * @param products   f32[n, c], sums of dy z
 * @param sums       f32[n, c], sums of dy
 * @param dx         f32[n, s, c], may be dy
 * @param sampleSize  elements of a sample
 * @param blockSize  elements of a block
 * @param width      columns, a multiple of c
 * @param channels          channels
 * @param groups     groups of channels
 * @param scratch    4 rows of columns, each padded to 64 bytes
 */
export function normGradApply(
  x: usize,
  dy: usize,
  mean: usize,
  rstd: usize,
  gamma: usize,
  products: usize,
  sums: usize,
  dx: usize,
  sampleSize: i32,
  blockSize: i32,
  width: i32,
  channels: i32,
  groups: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const pitch = pitchOf(width);
  const step = (<usize>width) << 2;
  const blocks = (sampleSize + blockSize - 1) / blockSize;
  const perGroup = channels / groups;
  const b = scratch + pitch;
  const m = b + pitch;
  const k = m + pitch;
  let sample: i32 = -1;
  for (let i = begin; i < end; i++) {
    const now = i / blocks;
    if (now != sample) {
      sample = now;
      const group = sample * groups;
      coefficients(at(rstd, group), gamma, 1, scratch, width, channels, perGroup);
      coefficients(at(mean, group), 0, 1, m, width, channels, perGroup);
      const count = <f64>((sampleSize / channels) * perGroup);
      for (let first: i32 = 0; first < channels; first += perGroup) {
        let sum: f64 = 0;
        let product: f64 = 0;
        for (let j = first; j < first + perGroup; j++) {
          const factor: f64 = gamma ? <f64>f32.load(at(gamma, j)) : 1;
          sum += factor * <f64>f32.load(at(sums, sample * channels + j));
          product += factor * <f64>f32.load(at(products, sample * channels + j));
        }
        const r = <f64>f32.load(at(rstd, group + first / perGroup));
        for (let j = first; j < first + perGroup; j++) {
          f32.store(at(b, j), <f32>((-r * sum) / count));
          f32.store(at(k, j), <f32>((r * r * product) / count));
        }
      }
      for (let j = channels; j < width; j++) {
        f32.store(at(b, j), f32.load(at(b, j - channels)));
        f32.store(at(k, j), f32.load(at(k, j - channels)));
      }
    }
    const from = (i - sample * blocks) * blockSize;
    const n = min(blockSize, sampleSize - from);
    let e = at(0, sample * sampleSize + from);
    const rows = n / width;
    if (width <= NARROW) {
      for (let j: i32 = 0; j < width; j += 2 * LANES) {
        const first = at(e, j);
        grad8(x + first, dy + first, dx + first, at(scratch, j), pitch, rows, step);
      }
      e += <usize>rows * step;
    } else {
      for (let left = rows; left > 0; left--) {
        gradRow(x + e, dy + e, dx + e, scratch, pitch, width);
        e += step;
      }
    }
    gradRow(x + e, dy + e, dx + e, scratch, pitch, n - rows * width);
  }
}
