import { LANES, at, load, splat, store } from "../lanes";
import { KC, NC, NR, TILE_BYTES } from "./blocks";
import { tileRows } from "./choice";
import { NONE, finish } from "./epilogue";
import { pack } from "./pack";
import { tileStrip } from "./tile";
import { tile3x8 } from "./tile3x8";

/** The plan of a filter's gradient, 32-bit words; lengths are in elements. */
/** Rows and columns of the output. */
export const OUT_ROWS: usize = 0;
export const OUT_COLUMNS: usize = 4;
/** The source image. */
export const ROWS: usize = 8;
export const COLUMNS: usize = 12;
export const CHANNELS: usize = 16;
export const STEP_Y: usize = 20;
export const STEP_X: usize = 24;
/** Padding before the first row and column. */
export const TOP: usize = 28;
export const LEFT: usize = 32;
export const KERNEL_ROWS: usize = 36;
export const KERNEL_COLUMNS: usize = 40;
export const DILATION_Y: usize = 44;
export const DILATION_X: usize = 48;
/** Groups, source channels and output channels of each. */
export const GROUPS: usize = 52;
export const GROUP_CHANNELS: usize = 56;
export const GROUP_COLUMNS: usize = 60;
/** Output pixels of all images. */
export const PIXELS: usize = 64;
/** Whether some window reaches beyond the source: then rows of windows are copied between zeros. */
export const PADDED: usize = 68;
/** [begin, end) are columns, not rows, of the gradient. */
export const SPLIT_COLUMNS: usize = 72;

/**
 * Rows [begin, end) (of tap, channel), or columns, of `dw = sum over pixels of window dy`.
 *
 *     for each group                    scratch: | tile | panels of dy | runs | copied rows of windows |
 *       for NC output channels
 *         for KC pixels: pack dy, find the rows of windows
 *           for 8 channels, a tile of rows: tile
 *
 * Pixels are summed in order (image, row, column) within blocks of KC, and the blocks are added in order.
 */
export function filterGradient(
  x: usize,
  dy: usize,
  dw: usize,
  plan: usize,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const channels = i32.load(plan, CHANNELS);
  const groups = i32.load(plan, GROUPS);
  const own = i32.load(plan, GROUP_CHANNELS);
  const columns = i32.load(plan, GROUP_COLUMNS);
  const kernelColumns = i32.load(plan, KERNEL_COLUMNS);
  const area = kernelColumns * i32.load(plan, KERNEL_ROWS);
  const pixels = i32.load(plan, PIXELS);
  const padded = i32.load(plan, PADDED);
  const split = i32.load(plan, SPLIT_COLUMNS);
  const stepX = (<usize>(channels * i32.load(plan, STEP_X))) << 2;
  const width = groups * columns;
  const strideW = (<usize>width) << 2;
  const firstColumn = split ? begin : 0;
  const lastColumn = split ? end : columns;
  const firstRow = split ? 0 : begin;
  const lastRow = split ? area * own : end;
  // Elements of a row of taps lie side by side where nothing is left out between them.
  const together = groups == 1 && i32.load(plan, DILATION_X) == 1;
  const runTaps = together ? kernelColumns : 1;
  const runLength = runTaps * own;
  const lineBytes = lineOf(plan);
  const tapY = padded
    ? lineBytes
    : (<usize>(i32.load(plan, DILATION_Y) * i32.load(plan, COLUMNS) * channels)) << 2;
  const tapX = (<usize>(i32.load(plan, DILATION_X) * channels)) << 2;
  const mr = tileRows();
  const panels = scratch + TILE_BYTES;

  for (let g = 0; g < groups; g++) {
    for (let jc = firstColumn; jc < lastColumn; jc += NC) {
      const nc = min(NC, lastColumn - jc);
      const runs = panels + ((<usize>nc + 7) / 8) * (KC << 5);
      let pc = 0;
      do {
        const kc = min(KC, pixels - pc);
        const from = (<usize>pc * width + g * columns + jc) << 2;
        pack(panels, NR, dy + from, strideW, false, nc, kc);
        const count = windows(runs, x + ((<usize>(g * own)) << 2), plan, pc, kc);
        for (let j = 0; j < nc; j += NR) {
          const b = panels + <usize>j * <usize>kc * 4;
          const cols = min(NR, nc - j);
          for (let row = firstRow; row < lastRow;) {
            const run = row / runLength;
            const inside = row - run * runLength;
            const left = min(runLength - inside, lastRow - row);
            const whole = cols == NR ? left / mr : 0;
            const rows = whole ? whole * mr : min(mr, left);
            const tap = run * runTaps;
            const tapRow = tap / kernelColumns;
            const offset =
              <usize>tapRow * tapY +
              <usize>(tap - tapRow * kernelColumns) * tapX +
              ((<usize>inside) << 2);
            const c = dw + <usize>row * strideW + ((<usize>(g * columns + jc + j)) << 2);
            const more = pc > 0;
            if (whole) {
              tileStrip(
                whole,
                count,
                runs,
                offset,
                stepX,
                mr << 2,
                b,
                NR << 2,
                c,
                strideW,
                more,
                0,
                false,
              );
            } else if (rows == 3 && cols == NR) {
              tile3x8(count, runs, offset, stepX, b, c, strideW, more);
            } else {
              tileStrip(
                1,
                count,
                runs,
                offset,
                stepX,
                0,
                b,
                NR << 2,
                scratch,
                NR << 2,
                false,
                0,
                false,
              );
              finish(scratch, NR << 2, c, strideW, rows, cols, more, 0, NONE);
            }
            row += rows;
          }
        }
        pc += KC;
      } while (pc < pixels);
    }
  }
}

/** Bytes from one copied row of windows to the next: that of KC pixels in one row of the output, at most. */
function lineOf(plan: usize): usize {
  const pixels = min(KC, i32.load(plan, OUT_COLUMNS));
  const reach = (i32.load(plan, KERNEL_COLUMNS) - 1) * i32.load(plan, DILATION_X) + 1;
  const columns = (pixels - 1) * i32.load(plan, STEP_X) + reach;
  return ((<usize>(columns * i32.load(plan, CHANNELS)) + 7) & ~3) << 2;
}

/**
 * Length and address of every run of `kc` pixels from `pc` on: those of one row of the output, as tiles read
 * them. Where windows reach beyond the source, their rows are copied behind the runs.
 *
 * @returns how many runs there are
 */
export function windows(to: usize, x: usize, plan: usize, pc: i32, kc: i32): i32 {
  const outRows = i32.load(plan, OUT_ROWS);
  const outColumns = i32.load(plan, OUT_COLUMNS);
  const rows = i32.load(plan, ROWS);
  const columns = i32.load(plan, COLUMNS);
  const channels = i32.load(plan, CHANNELS);
  const stepX = i32.load(plan, STEP_X);
  const left = i32.load(plan, LEFT);
  const taps = i32.load(plan, KERNEL_ROWS);
  const reach = (i32.load(plan, KERNEL_COLUMNS) - 1) * i32.load(plan, DILATION_X) + 1;
  const line = lineOf(plan);
  const padded = i32.load(plan, PADDED);
  let lines = to + (KC << 3);
  let count = 0;
  for (let p = pc; p < pc + kc; count++) {
    const outRow = p / outColumns;
    const column = p - outRow * outColumns;
    const image = outRow / outRows;
    const n = min(outColumns - column, pc + kc - p);
    const row = (outRow - image * outRows) * i32.load(plan, STEP_Y) - i32.load(plan, TOP);
    const first = column * stepX - left;
    const imageStart = image * rows;
    let address = at(x, ((imageStart + row) * columns + first) * channels);
    if (padded) {
      address = lines;
      const wide = (n - 1) * stepX + reach;
      for (let tap = 0; tap < taps; tap++) {
        const y = row + tap * i32.load(plan, DILATION_Y);
        const inside = <u32>y < <u32>rows;
        const from = inside ? at(x, (imageStart + y) * columns * channels) : 0;
        copyLine(lines, from, first * channels, wide * channels, columns * channels);
        lines += line;
      }
    }
    i32.store(to, n);
    i32.store(to, <i32>address, 4);
    to += 8;
    p += n;
  }
  return count;
}

/** `n` elements from element `first` of a row of `length` on, zeros outside of it; all zeros where it is 0. */
export function copyLine(to: usize, row: usize, first: i32, n: i32, length: i32): void {
  const zero = splat(0);
  const start = row ? min(n, max(0, -first)) : n;
  const stop = max(start, min(n, length - first));
  for (let i = 0; i < start; i += LANES) store(at(to, i), zero);
  if (row) {
    for (let i = start; i < stop; i += LANES) store(at(to, i), load(at(row, first + i)));
    for (let i = stop; i < n; i += LANES) store(at(to, i), zero);
  }
}
