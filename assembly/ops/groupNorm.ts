/**
 * Normalization of [n, s, c] over s and over groups of neighbouring channels: batch norm is one sample whose
 * groups are single channels, instance norm n samples of such. Each sample is cut into blocks of
 * `blockSize` elements (the last one may be smaller), which threads share: see ../moments for `width`.
 */
import { ONE } from "../constants";
import {
  Doubles,
  LANES,
  add,
  addDoubles,
  at,
  div,
  fromDoubles,
  highDoubles,
  load,
  load2,
  load3,
  loadNext,
  lowDoubles,
  madd,
  mul,
  mulDoubles,
  nmadd,
  pmaxDoubles,
  splat,
  splatDoubles,
  sqrt,
  store,
  store2,
  store3,
  storeNext,
  storePart,
  sub,
  subDoubles,
} from "../lanes";
import { NARROW, blockMoments, blockProducts } from "../moments";

/** Bytes from one row of sums to the next. */
function pitchOf(width: i32): usize {
  return at(0, (width + 15) & ~15);
}

/** Rows of a block that reach the j-th copy of the channels. */
function rowsOf(n: i32, width: i32, j: i32, channels: i32): i32 {
  const rows = n / width;
  return rows + i32(j * channels < n - rows * width);
}

/** What of four elements comes from one block: count m + d. */
function part(m: Doubles, d: Doubles, count: Doubles): Doubles {
  return addDoubles(mulDoubles(m, count), d);
}

/** Sum of squares of one block about the mean of all: q - d^2 / count + count (m + d / count - mean)^2. */
function squares(
  m: Doubles,
  d: Doubles,
  q: Doubles,
  count: Doubles,
  inverse: Doubles,
  mean: Doubles,
): Doubles {
  const own = mulDoubles(d, inverse);
  const off = subDoubles(addDoubles(m, own), mean);
  return addDoubles(subDoubles(q, mulDoubles(d, own)), mulDoubles(count, mulDoubles(off, off)));
}

/**
 * Moments of the blocks of all samples, for normMoments to put together.
 *
 * @grain 1
 * @param x          f32[n, s, c]
 * @param partial    f32[n, blocks, 3, pitch], a row padded to 64 bytes
 * @param sampleSize  elements of a sample
 * @param blockSize  elements of a block
 * @param width      columns
 */
export function normBlocks(
  x: usize,
  partial: usize,
  sampleSize: i32,
  blockSize: i32,
  width: i32,
  begin: i32,
  end: i32,
): void {
  const blocks = (sampleSize + blockSize - 1) / blockSize;
  const pitch = pitchOf(width);
  for (let i = begin; i < end; i++) {
    const sample = i / blocks;
    const from = (i - sample * blocks) * blockSize;
    blockMoments(
      at(at(x, sample * sampleSize), from),
      min(blockSize, sampleSize - from),
      width,
      partial + <usize>(3 * i) * pitch,
      pitch,
    );
  }
}

/**
 * Mean, variance and 1 / sqrt(variance + epsilon) of each channel of each sample from the moments of its
 * blocks, in f64. Without elements the mean and the variance are 0.
 *
 * @grain 16
 * @param partial    f32[n, blocks, 3, pitch], from normBlocks
 * @param mean       f32[n, c]
 * @param variance   f32[n, c], the sum of squares over the number of elements
 * @param rstd       f32[n, c]
 * @param sampleSize  elements of a sample
 * @param blockSize  elements of a block
 * @param width      columns, a multiple of c
 * @param channels          channels
 * @param epsilon    added to the variance
 */
export function normMoments(
  partial: usize,
  mean: usize,
  variance: usize,
  rstd: usize,
  sampleSize: i32,
  blockSize: i32,
  width: i32,
  channels: i32,
  epsilon: f32,
  begin: i32,
  end: i32,
): void {
  const pitch = pitchOf(width);
  const blocks = (sampleSize + blockSize - 1) / blockSize;
  const copies = width / channels;
  const whole = splatDoubles(1.0 / <f64>max(1, sampleSize / channels));
  for (let i = begin; i < end;) {
    const sample = i / channels;
    const channel = i - sample * channels;
    const n = min(LANES, min(channels - channel, end - i));
    const from = at(partial, channel) + <usize>(sample * blocks * 3) * pitch;
    let low = splatDoubles(0);
    let high = low;
    for (let b: i32 = 0; b < blocks; b++) {
      const elements = min(blockSize, sampleSize - b * blockSize);
      for (let j: i32 = 0; j < copies; j++) {
        const count = splatDoubles(<f64>rowsOf(elements, width, j, channels));
        const p = at(from, j * channels) + <usize>(3 * b) * pitch;
        const m = load(p);
        const d = load(p + pitch);
        low = addDoubles(low, part(lowDoubles(m), lowDoubles(d), count));
        high = addDoubles(high, part(highDoubles(m), highDoubles(d), count));
      }
    }
    const meanLow = mulDoubles(low, whole);
    const meanHigh = mulDoubles(high, whole);
    low = splatDoubles(0);
    high = low;
    for (let b: i32 = 0; b < blocks; b++) {
      const elements = min(blockSize, sampleSize - b * blockSize);
      for (let j: i32 = 0; j < copies; j++) {
        const rows = rowsOf(elements, width, j, channels);
        const count = splatDoubles(<f64>rows);
        const inverse = splatDoubles(1.0 / <f64>max(1, rows));
        const p = at(from, j * channels) + <usize>(3 * b) * pitch;
        const m = load(p);
        const d = load(p + pitch);
        const q = load(p + 2 * pitch);
        low = addDoubles(
          low,
          squares(lowDoubles(m), lowDoubles(d), lowDoubles(q), count, inverse, meanLow),
        );
        high = addDoubles(
          high,
          squares(highDoubles(m), highDoubles(d), highDoubles(q), count, inverse, meanHigh),
        );
      }
    }
    // Rounding may leave a square below 0; a NaN stays.
    const zero = splatDoubles(0);
    const v = fromDoubles(
      pmaxDoubles(mulDoubles(low, whole), zero),
      pmaxDoubles(mulDoubles(high, whole), zero),
    );
    storePart(at(mean, i), fromDoubles(meanLow, meanHigh), n);
    storePart(at(variance, i), v, n);
    storePart(at(rstd, i), div(ONE(), sqrt(add(v, splat(epsilon)))), n);
    i += n;
  }
}

/**
 * Mean and variance of groups of neighbours from those of channels: the mean of the means, and the mean of
 * the variances with the variance of the means.
 *
 * @grain 16
 * @param means      f32[groups, width], means of channels
 * @param variances  f32[groups, width], variances of channels
 * @param mean       f32[groups]
 * @param variance   f32[groups]
 * @param rstd       f32[groups], 1 / sqrt(variance + epsilon)
 * @param width      channels of a group
 * @param epsilon    added to the variance
 */
export function normGroups(
  means: usize,
  variances: usize,
  mean: usize,
  variance: usize,
  rstd: usize,
  width: i32,
  epsilon: f32,
  begin: i32,
  end: i32,
): void {
  for (let i = begin; i < end; i++) {
    let sum: f64 = 0;
    let total: f64 = 0;
    for (let k: i32 = 0; k < width; k++) {
      sum += <f64>f32.load(at(means, i * width + k));
      total += <f64>f32.load(at(variances, i * width + k));
    }
    const m = sum / <f64>width;
    for (let k: i32 = 0; k < width; k++) {
      const off = <f64>f32.load(at(means, i * width + k)) - m;
      total += off * off;
    }
    const v = <f32>(total / <f64>width);
    f32.store(at(mean, i), <f32>m);
    f32.store(at(variance, i), v);
    f32.store(at(rstd, i), <f32>1 / f32.sqrt(v + epsilon));
  }
}

/** Spreads a factor of each group (or 1), times one of each channel (or 1), over the columns. */
function coefficients(
  group: usize,
  channel: usize,
  otherwise: f32,
  out: usize,
  width: i32,
  channels: i32,
  perGroup: i32,
): void {
  for (let i: i32 = 0; i < width;) {
    // channels channels, then their copies.
    for (let k: i32 = 0; k < channels; k++) {
      let v = otherwise;
      if (group) v = f32.load(at(group, k / perGroup));
      if (channel) v *= f32.load(at(channel, k));
      f32.store(at(out, i), v);
      i++;
    }
  }
}

/** y = (x - m) s + b over n columns of one row. */
function applyRow(x: usize, y: usize, m: usize, s: usize, b: usize, n: i32): void {
  for (; n >= 4 * LANES; n -= 4 * LANES) {
    const y0 = madd(sub(load(x), load(m)), load(s), load(b));
    const y1 = madd(sub(loadNext(x), loadNext(m)), loadNext(s), loadNext(b));
    const y2 = madd(sub(load2(x), load2(m)), load2(s), load2(b));
    const y3 = madd(sub(load3(x), load3(m)), load3(s), load3(b));
    store(y, y0);
    storeNext(y, y1);
    store2(y, y2);
    store3(y, y3);
    x += 64;
    y += 64;
    m += 64;
    s += 64;
    b += 64;
  }
  for (; n > 0; n -= LANES) {
    storePart(y, madd(sub(load(x), load(m)), load(s), load(b)), n);
    x += 16;
    y += 16;
    m += 16;
    s += 16;
    b += 16;
  }
}

/** The same for sixteen columns over all rows, with the coefficients in registers. */
function apply16(x: usize, y: usize, m: usize, s: usize, b: usize, rows: i32, step: usize): void {
  const m0 = load(m);
  const m1 = loadNext(m);
  const m2 = load2(m);
  const m3 = load3(m);
  const s0 = load(s);
  const s1 = loadNext(s);
  const s2 = load2(s);
  const s3 = load3(s);
  const b0 = load(b);
  const b1 = loadNext(b);
  const b2 = load2(b);
  const b3 = load3(b);
  while (rows > 0) {
    const y0 = madd(sub(load(x), m0), s0, b0);
    const y1 = madd(sub(loadNext(x), m1), s1, b1);
    const y2 = madd(sub(load2(x), m2), s2, b2);
    const y3 = madd(sub(load3(x), m3), s3, b3);
    store(y, y0);
    storeNext(y, y1);
    store2(y, y2);
    store3(y, y3);
    x += step;
    y += step;
    rows--;
  }
}

/**
 * `y = (x - mean) rstd gamma + beta`. May run in place.
 *
 * @grain 1
 * @param x          f32[n, s, c]
 * @param mean       f32[n, groups]
 * @param rstd       f32[n, groups]
 * @param gamma      f32[c], or 0 for 1
 * @param beta       f32[c], or 0 for 0
 * @param y          f32[n, s, c], may be x
 * @param sampleSize  elements of a sample
 * @param blockSize  elements of a block
 * @param width      columns, a multiple of c
 * @param channels          channels
 * @param groups     groups of channels
 * @param scratch    3 rows of columns, each padded to 64 bytes
 */
export function normApply(
  x: usize,
  mean: usize,
  rstd: usize,
  gamma: usize,
  beta: usize,
  y: usize,
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
  const s = scratch + pitch;
  const b = s + pitch;
  let sample: i32 = -1;
  for (let i = begin; i < end; i++) {
    const now = i / blocks;
    if (now != sample) {
      sample = now;
      const group = sample * groups;
      coefficients(at(mean, group), 0, 1, scratch, width, channels, channels / groups);
      coefficients(at(rstd, group), gamma, 1, s, width, channels, channels / groups);
      coefficients(0, beta, beta ? 1 : 0, b, width, channels, 1);
    }
    const from = (i - sample * blocks) * blockSize;
    const n = min(blockSize, sampleSize - from);
    let px = at(at(x, sample * sampleSize), from);
    let py = at(at(y, sample * sampleSize), from);
    const rows = n / width;
    if (width <= NARROW) {
      for (let k: i32 = 0; k < width; k += 4 * LANES)
        apply16(at(px, k), at(py, k), at(scratch, k), at(s, k), at(b, k), rows, step);
      px += <usize>rows * step;
      py += <usize>rows * step;
    } else {
      for (let left = rows; left > 0; left--) {
        applyRow(px, py, scratch, s, b, width);
        px += step;
        py += step;
      }
    }
    applyRow(px, py, scratch, s, b, n - rows * width);
  }
}

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
