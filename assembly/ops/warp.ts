/** Images moved, turned and mirrored: each output cell looks up where it comes from. */
import { LANES, at, load, loadSplat, madd, mul, splat, store, storePart, sub } from "../lanes";

const NEAREST: i32 = 1;
const REFLECT: i32 = 2;

/** The cell that stands for cell i of n outside of the image, or -1 for the fill value. */
function inside(i: i32, n: i32, fill: i32): i32 {
  if (i >= 0 && i < n) return i;
  if (fill == NEAREST) return i < 0 ? 0 : n - 1;
  if (fill != REFLECT) return -1;
  // d c b a | a b c d | d c b a
  const period = 2 * n;
  let j = i % period;
  if (j < 0) j += period;
  return j < n ? j : period - 1 - j;
}

/** Address of a cell, or of the row of fill values. */
function cell(image: usize, row: i32, column: i32, w: i32, c: i32, value: usize): usize {
  return row < 0 || column < 0 ? value : at(image, (row * w + column) * c);
}

/** A coordinate that fits an i32; NaN becomes 0. */
function bounded(x: f64): f64 {
  return x == x ? max(-1e6, min(1e6, x)) : 0;
}

/**
 * Cells of y from those of x: seen from the middles of both images, column j and row i of y come from
 *
 *     column a j + b i + e,  row c j + d i + f
 *
 * with one such map a sample. Coordinates are in f64, so that whole steps and mirrors are exact.
 *
 * @grain 1
 * @param x         f32[n, h, w, c]
 * @param maps      f32[n, 6]: a, b, e, c, d, f
 * @param y         f32[n, outH, outW, c]
 * @param h         rows of x
 * @param w         columns of x
 * @param channels  channels
 * @param outH      rows of y
 * @param outW      columns of y
 * @param linear    0: the nearest cell, 1: the mean of four weighted by nearness
 * @param fill      what stands outside: 0 value, 1 the nearest cell, 2 the mirrored image
 * @param value     see fill
 * @param scratch   16 bytes, then the channels padded to 16 bytes
 */
export function warp(
  x: usize,
  maps: usize,
  y: usize,
  h: i32,
  w: i32,
  channels: i32,
  outH: i32,
  outW: i32,
  linear: i32,
  fill: i32,
  value: f32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const values = scratch + 16;
  const constant = splat(value);
  for (let k: i32 = 0; k < channels; k += LANES) store(at(values, k), constant);
  const one = splat(1);
  for (let i = begin; i < end; i++) {
    const n = i / outH;
    const map = at(maps, 6 * n);
    const image = at(x, n * h * w * channels);
    const fromTop = <f64>(i - n * outH) - <f64>(outH - 1) * 0.5;
    const a = <f64>f32.load(map);
    const c = <f64>f32.load(map, 12);
    const atX = <f64>f32.load(map, 4) * fromTop + <f64>f32.load(map, 8) + <f64>(w - 1) * 0.5;
    const atY = <f64>f32.load(map, 16) * fromTop + <f64>f32.load(map, 20) + <f64>(h - 1) * 0.5;
    let out = at(y, i * outW * channels);
    for (let j: i32 = 0; j < outW; j++) {
      const fromLeft = <f64>j - <f64>(outW - 1) * 0.5;
      const px = bounded(a * fromLeft + atX);
      const py = bounded(c * fromLeft + atY);
      if (linear) {
        const left = f64.floor(px);
        const top = f64.floor(py);
        f32.store(scratch, <f32>(px - left));
        f32.store(scratch, <f32>(py - top), 4);
        const c0 = inside(<i32>left, w, fill);
        const c1 = inside(<i32>left + 1, w, fill);
        const r0 = inside(<i32>top, h, fill);
        const r1 = inside(<i32>top + 1, h, fill);
        const p00 = cell(image, r0, c0, w, channels, values);
        const p01 = cell(image, r0, c1, w, channels, values);
        const p10 = cell(image, r1, c0, w, channels, values);
        const p11 = cell(image, r1, c1, w, channels, values);
        const fx = loadSplat(scratch);
        const fy = loadSplat(scratch + 4);
        const gx = sub(one, fx);
        const gy = sub(one, fy);
        for (let k: i32 = 0; k < channels; k += LANES) {
          const high = madd(load(at(p01, k)), fx, mul(load(at(p00, k)), gx));
          const low = madd(load(at(p11, k)), fx, mul(load(at(p10, k)), gx));
          storePart(at(out, k), madd(low, fy, mul(high, gy)), channels - k);
        }
      } else {
        const column = inside(<i32>f64.floor(px + 0.5), w, fill);
        const row = inside(<i32>f64.floor(py + 0.5), h, fill);
        const from = cell(image, row, column, w, channels, values);
        for (let k: i32 = 0; k < channels; k += LANES)
          storePart(at(out, k), load(at(from, k)), channels - k);
      }
      out = at(out, channels);
    }
  }
}

/** dx += dy share over the channels of one cell; nothing where the cell is the fill value. */
function addShare(dy: usize, dx: usize, share: f32, channels: i32): void {
  if (dx == 0) return;
  const s = splat(share);
  for (let k: i32 = 0; k < channels; k += LANES) {
    const to = at(dx, k);
    storePart(to, madd(load(at(dy, k)), s, load(to)), channels - k);
  }
}

/**
 * Gradient of warp by x: the gradient of each cell of y is added to the cells that it was made of, in the order of y. What
 * came from outside, where that is a value, goes nowhere. Threads share samples.
 *
 * @grain 1
 * @param dy        f32[n, outH, outW, c]
 * @param maps      f32[n, 6]: a, b, e, c, d, f
 * @param dx        f32[n, h, w, c]
 * @param h         rows of dx
 * @param w         columns of dx
 * @param channels  channels
 * @param outH      rows of dy
 * @param outW      columns of dy
 * @param linear    0: the nearest cell, 1: the mean of four weighted by nearness
 * @param fill      what stands outside: 0 value, 1 the nearest cell, 2 the mirrored image
 */
export function warpGrad(
  dy: usize,
  maps: usize,
  dx: usize,
  h: i32,
  w: i32,
  channels: i32,
  outH: i32,
  outW: i32,
  linear: i32,
  fill: i32,
  begin: i32,
  end: i32,
): void {
  const size = h * w * channels;
  for (let n = begin; n < end; n++) {
    const map = at(maps, 6 * n);
    const image = at(dx, n * size);
    memory.fill(image, 0, at(0, size));
    let from = at(dy, n * outH * outW * channels);
    const a = <f64>f32.load(map);
    const c = <f64>f32.load(map, 12);
    for (let i: i32 = 0; i < outH; i++) {
      const fromTop = <f64>i - <f64>(outH - 1) * 0.5;
      const atX = <f64>f32.load(map, 4) * fromTop + <f64>f32.load(map, 8) + <f64>(w - 1) * 0.5;
      const atY = <f64>f32.load(map, 16) * fromTop + <f64>f32.load(map, 20) + <f64>(h - 1) * 0.5;
      for (let j: i32 = 0; j < outW; j++) {
        const fromLeft = <f64>j - <f64>(outW - 1) * 0.5;
        const px = bounded(a * fromLeft + atX);
        const py = bounded(c * fromLeft + atY);
        if (linear) {
          const left = f64.floor(px);
          const top = f64.floor(py);
          const fx = <f32>(px - left);
          const fy = <f32>(py - top);
          const c0 = inside(<i32>left, w, fill);
          const c1 = inside(<i32>left + 1, w, fill);
          const r0 = inside(<i32>top, h, fill);
          const r1 = inside(<i32>top + 1, h, fill);
          addShare(from, cell(image, r0, c0, w, channels, 0), (1 - fy) * (1 - fx), channels);
          addShare(from, cell(image, r0, c1, w, channels, 0), (1 - fy) * fx, channels);
          addShare(from, cell(image, r1, c0, w, channels, 0), fy * (1 - fx), channels);
          addShare(from, cell(image, r1, c1, w, channels, 0), fy * fx, channels);
        } else {
          const column = inside(<i32>f64.floor(px + 0.5), w, fill);
          const row = inside(<i32>f64.floor(py + 0.5), h, fill);
          addShare(from, cell(image, row, column, w, channels, 0), 1, channels);
        }
        from = at(from, channels);
      }
    }
  }
}
