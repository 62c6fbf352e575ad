import {
  LANES,
  add,
  at,
  load,
  load2,
  load3,
  loadNext,
  madd,
  splat,
  store,
  storePart,
} from "../lanes";

/**
 * The plan of the three kernels, 32-bit words: | rows, columns of x | rows, columns of y | channels |
 * rows, columns of the kernel | strides | dilation | padding before the first row and column |. A channel meets
 * its own weights only, so that nothing is shared but loads: no product of matrices, and bound by them.
 */
const ROWS: usize = 0;
const COLUMNS: usize = 4;
const OUT_ROWS: usize = 8;
const OUT_COLUMNS: usize = 12;
const CHANNELS: usize = 16;
const TAPS_Y: usize = 20;
const TAPS_X: usize = 24;
const STEP_Y: usize = 28;
const STEP_X: usize = 32;
const DILATION_Y: usize = 36;
const DILATION_X: usize = 40;
const TOP: usize = 44;
const LEFT: usize = 48;

/** The first tap that meets a pixel at or behind `0`, for a window that begins at `first`. */
function firstTap(first: i32, dilation: i32): i32 {
  return first >= 0 ? 0 : (dilation - 1 - first) / dilation;
}

/** Behind the last tap that meets a pixel before `length`. Most windows lie inside and need no division. */
function lastTap(first: i32, dilation: i32, taps: i32, length: i32): i32 {
  if (first + (taps - 1) * dilation < length) return taps;
  return first >= length ? 0 : min(taps, (length - first + dilation - 1) / dilation);
}

/**
 * Depthwise convolution, `out[n, y, x, c] = sum over i, j of x[n, s y + d i - p, s x + d j - p, c] w[i, j, c]`.
 *
 * Taps outside of x are left out; the others are summed in order. `out` may alias nothing.
 *
 * @grain 1
 * @param x     f32[images, rows, columns, channels]
 * @param w     f32[kernel rows, kernel columns, channels]
 * @param out   f32[images, out rows, out columns, channels]; threads share rows
 * @param plan  u32[13], above
 */
export function depthwise(x: usize, w: usize, out: usize, plan: usize, begin: i32, end: i32): void {
  const rows = i32.load(plan, ROWS);
  const columns = i32.load(plan, COLUMNS);
  const outRows = i32.load(plan, OUT_ROWS);
  const outColumns = i32.load(plan, OUT_COLUMNS);
  const channels = i32.load(plan, CHANNELS);
  const dilationY = i32.load(plan, DILATION_Y);
  const dilationX = i32.load(plan, DILATION_X);
  const tapsX = i32.load(plan, TAPS_X);
  const stepX = i32.load(plan, STEP_X);
  const before = i32.load(plan, LEFT);
  const pixel = (<usize>channels) << 2;
  for (let row = begin; row < end; row++) {
    const image = row / outRows;
    const y = (row - image * outRows) * i32.load(plan, STEP_Y) - i32.load(plan, TOP);
    const tapY = firstTap(y, dilationY);
    const countY = lastTap(y, dilationY, i32.load(plan, TAPS_Y), rows) - tapY;
    const source = x + <usize>(image * rows + y + tapY * dilationY) * <usize>columns * pixel;
    const target = out + <usize>row * <usize>outColumns * pixel;
    const weights = w + <usize>(tapY * tapsX) * pixel;
    for (let column = 0; column < outColumns; column++) {
      const left = column * stepX - before;
      const tapX = firstTap(left, dilationX);
      const countX = lastTap(left, dilationX, tapsX, columns) - tapX;
      channelSums(
        target + <usize>column * pixel,
        source + <usize>(left + tapX * dilationX) * pixel,
        <usize>(dilationY * columns) * pixel,
        <usize>dilationX * pixel,
        weights + <usize>tapX * pixel,
        <usize>tapsX * pixel,
        pixel,
        countY,
        countX,
        channels,
      );
    }
  }
}

/**
 * `out[c] = sum over i < countY, j < countX of a[i, j, c] b[i, j, c]`, in order: the one loop of the forward
 * pass and of the gradient by the input.
 *
 * @param rowA  bytes from one i to the next in a; so rowB, and tapA, tapB for j
 */
function channelSums(
  out: usize,
  a: usize,
  rowA: usize,
  tapA: usize,
  b: usize,
  rowB: usize,
  tapB: usize,
  countY: i32,
  countX: i32,
  channels: i32,
): void {
  const some = countX > 0;
  while (channels >= 4 * LANES) {
    let s0 = splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let p = a;
    let q = b;
    for (let i = some ? countY : 0; i > 0; i--) {
      let pa = p;
      let qb = q;
      let j = countX;
      do {
        s0 = madd(load(pa), load(qb), s0);
        s1 = madd(loadNext(pa), loadNext(qb), s1);
        s2 = madd(load2(pa), load2(qb), s2);
        s3 = madd(load3(pa), load3(qb), s3);
        pa += tapA;
        qb += tapB;
      } while (--j > 0);
      p += rowA;
      q += rowB;
    }
    store(out, s0);
    store(out + 16, s1);
    store(out + 32, s2);
    store(out + 48, s3);
    a += 64;
    b += 64;
    out += 64;
    channels -= 4 * LANES;
  }
  for (; channels > 0; channels -= LANES) {
    let s = splat(0);
    let p = a;
    let q = b;
    for (let i = some ? countY : 0; i > 0; i--) {
      let pa = p;
      let qb = q;
      let j = countX;
      do {
        s = madd(load(pa), load(qb), s);
        pa += tapA;
        qb += tapB;
      } while (--j > 0);
      p += rowA;
      q += rowB;
    }
    storePart(out, s, channels);
    a += 16;
    b += 16;
    out += 16;
  }
}

/**
 * Gradient of `depthwise` by x, `dx[n, y, x, c] = sum of dy w` over the windows that hold the pixel, in the order
 * of their places. A pixel that none holds gets 0. `dx` may alias nothing.
 *
 * @grain 1
 * @param dy    f32[images, out rows, out columns, channels]
 * @param w     f32[kernel rows, kernel columns, channels]
 * @param dx    f32[images, rows, columns, channels]; threads share rows
 * @param plan  u32[13], above
 */
export function depthwiseInputGrad(
  dy: usize,
  w: usize,
  dx: usize,
  plan: usize,
  begin: i32,
  end: i32,
): void {
  const rows = i32.load(plan, ROWS);
  const columns = i32.load(plan, COLUMNS);
  const outRows = i32.load(plan, OUT_ROWS);
  const outColumns = i32.load(plan, OUT_COLUMNS);
  const channels = i32.load(plan, CHANNELS);
  const tapsX = i32.load(plan, TAPS_X);
  const strideX = i32.load(plan, STEP_X);
  const dilationX = i32.load(plan, DILATION_X);
  const before = i32.load(plan, LEFT);
  const strideY = i32.load(plan, STEP_Y);
  const dilationY = i32.load(plan, DILATION_Y);
  const pixel = (<usize>channels) << 2;
  for (let row = begin; row < end; row++) {
    const image = row / rows;
    const y = row - image * rows + i32.load(plan, TOP);
    const target = dx + <usize>row * <usize>columns * pixel;
    const tapsY = meeting(y, strideY, dilationY, i32.load(plan, TAPS_Y), outRows);
    const firstY = <i32>tapsY & 0xffff;
    const stepY = <i32>(tapsY >> 32);
    // One tap back in the kernel is a fixed number of pixels on in dy.
    const source =
      dy + <usize>((image * outRows + (y - firstY * dilationY) / strideY) * outColumns) * pixel;
    const rowA = <usize>((stepY * dilationY) / strideY) * <usize>outColumns * pixel;
    for (let column = 0; column < columns; column++) {
      const x = column + before;
      const found = meeting(x, strideX, dilationX, tapsX, outColumns);
      const firstX = <i32>found & 0xffff;
      const stepX = <i32>(found >> 32);
      const start = x - firstX * dilationX;
      const on = stepX * dilationX;
      channelSums(
        target + <usize>column * pixel,
        source + <usize>(strideX == 1 ? start : start / strideX) * pixel,
        rowA,
        <usize>(strideX == 1 ? on : on / strideX) * pixel,
        w + <usize>(firstY * tapsX + firstX) * pixel,
        0 - <usize>(stepY * tapsX) * pixel,
        0 - <usize>stepX * pixel,
        <i32>(tapsY >> 16) & 0xffff,
        <i32>(found >> 16) & 0xffff,
        channels,
      );
    }
  }
}

/**
 * Taps that meet a pixel at `at` of the padded source: tap `t` does where `at - t dilation` is a window's start,
 * so that those taps stand a fixed step apart.
 *
 * @returns highest tap (16 bits), how many (16 bits), step from one to the next
 */
function meeting(at: i32, stride: i32, dilation: i32, taps: i32, windows: i32): u64 {
  let highest: i32 = 0;
  let count: i32 = 0;
  let step: i32 = 1;
  if (stride == 1 && dilation == 1) {
    // All taps from the one whose window starts last to the one whose window starts at `at`.
    const lowest = max(0, at - windows + 1);
    count = max(0, min(taps - 1, at) - lowest + 1);
    if (count > 0) highest = min(taps - 1, at);
    return ((<u64>step) << 32) | ((<u64>count) << 16) | <u64>highest;
  }
  for (let tap = taps - 1; tap >= 0; tap--) {
    const start = at - tap * dilation;
    if (start < 0 || start % stride != 0 || start >= windows * stride) continue;
    if (count == 0) highest = tap;
    else if (count == 1) step = highest - tap;
    count++;
  }
  return ((<u64>step) << 32) | ((<u64>count) << 16) | <u64>highest;
}

/** Rows of y after which a sum begins anew; the sums of those blocks are added in order. */
const BLOCK_ROWS: i32 = 8;

/**
 * Gradient of `depthwise` by the weights, `dw[i, j, c] = sum over pixels of x dy`.
 *
 * Pixels are summed in order in blocks of eight rows of y that are added in order. `dw` may alias nothing.
 *
 * @grain 1
 * @param x       f32[images, rows, columns, channels]
 * @param dy      f32[images, out rows, out columns, channels]
 * @param dw      f32[kernel rows, kernel columns, channels]; threads share taps
 * @param plan    u32[13], above
 * @param images  number of images
 */
export function depthwiseFilterGrad(
  x: usize,
  dy: usize,
  dw: usize,
  plan: usize,
  images: i32,
  begin: i32,
  end: i32,
): void {
  const rows = i32.load(plan, ROWS);
  const columns = i32.load(plan, COLUMNS);
  const outRows = i32.load(plan, OUT_ROWS);
  const outColumns = i32.load(plan, OUT_COLUMNS);
  const channels = i32.load(plan, CHANNELS);
  const tapsX = i32.load(plan, TAPS_X);
  const stepX = i32.load(plan, STEP_X);
  const pixel = (<usize>channels) << 2;
  for (let tap = begin; tap < end; tap++) {
    const tapY = tap / tapsX;
    const target = dw + <usize>tap * pixel;
    const shift = (tap - tapY * tapsX) * i32.load(plan, DILATION_X) - i32.load(plan, LEFT);
    // Pixels of a row of y whose tap lies inside of x.
    const first = firstTap(shift, stepX);
    const count = lastTap(shift, stepX, outColumns, columns) - first;
    const tapRow = tapY * i32.load(plan, DILATION_Y) - i32.load(plan, TOP);
    for (let c = 0; c < channels; c += LANES) storePart(at(target, c), splat(0), channels - c);
    for (let row = 0; row < images * outRows; row += BLOCK_ROWS) {
      pixelSums(
        target,
        at(x, (first * stepX + shift) * channels),
        at(dy, first * channels),
        row,
        min(row + BLOCK_ROWS, images * outRows),
        outRows,
        i32.load(plan, STEP_Y),
        tapRow,
        rows,
        <usize>columns * pixel,
        <usize>outColumns * pixel,
        <usize>stepX * pixel,
        pixel,
        count,
        channels,
      );
    }
  }
}

/**
 * Adds to `to[c]` the sum over rows [row, last) of y, and `count` pixels of each, of x dy.
 *
 * @param step  rows of x from one window to the next, the first of which begins at `tapRow`
 */
function pixelSums(
  to: usize,
  x: usize,
  dy: usize,
  row: i32,
  last: i32,
  outRows: i32,
  step: i32,
  tapRow: i32,
  rows: i32,
  rowX: usize,
  rowY: usize,
  stepX: usize,
  stepY: usize,
  count: i32,
  channels: i32,
): void {
  if (count <= 0) return;
  while (channels > 0) {
    const wide = channels >= 4 * LANES;
    let s0 = splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let r = row; r < last; r++) {
      const image = r / outRows;
      const y = (r - image * outRows) * step + tapRow;
      if (<u32>y >= <u32>rows) continue;
      let p = x + <usize>(image * rows + y) * rowX;
      let q = dy + <usize>r * rowY;
      let n = count;
      if (wide) {
        do {
          s0 = madd(load(p), load(q), s0);
          s1 = madd(loadNext(p), loadNext(q), s1);
          s2 = madd(load2(p), load2(q), s2);
          s3 = madd(load3(p), load3(q), s3);
          p += stepX;
          q += stepY;
        } while (--n > 0);
      } else {
        do {
          s0 = madd(load(p), load(q), s0);
          p += stepX;
          q += stepY;
        } while (--n > 0);
      }
    }
    storePart(to, add(load(to), s0), channels);
    if (wide) {
      store(to + 16, add(loadNext(to), s1));
      store(to + 32, add(load2(to), s2));
      store(to + 48, add(load3(to), s3));
    }
    const bytes: usize = wide ? 64 : 16;
    to += bytes;
    x += bytes;
    dy += bytes;
    channels -= wide ? 4 * LANES : LANES;
  }
}
