/**
 * Normalization of [n, s, c] over s and over groups of neighbouring channels: batch norm is one sample whose
 * groups are single channels, instance norm n samples of such. Each sample is cut into blocks of
 * `blockSize` elements (the last one may be smaller), which threads share: see ../moments for `width`.
 */
import { pitchOf } from "../channels";
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
  lowDoubles,
  mulDoubles,
  pmaxDoubles,
  splat,
  splatDoubles,
  sqrt,
  storePart,
  subDoubles,
} from "../lanes";
import { blockMoments } from "../moments";

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
