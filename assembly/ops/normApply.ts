// What normalization makes of x, once the moments of its groups are known: see ./groupNorm.
import { coefficients, pitchOf } from "../channels";
import {
  LANES,
  at,
  load,
  load2,
  load3,
  loadNext,
  madd,
  store,
  store2,
  store3,
  storeNext,
  storePart,
  sub,
} from "../lanes";
import { NARROW } from "../moments";

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
