import { at } from "../lanes";
import { KC, NR, TILE_BYTES } from "./blocks";
import { tileRows } from "./choice";
import {
  CHANNELS,
  COLUMNS,
  GRID_COLUMNS,
  GRID_ROWS,
  GROUP_COLUMNS,
  OUT_IMAGE,
  OUT_PIXEL,
  OUT_ROW,
  ROWS,
  RUN_BYTES,
  RUN_LENGTH,
  RUN_X,
  RUN_Y,
  STEP_X,
  STEP_Y,
  TAPS,
  TAP_TABLE,
  packTaps,
} from "./convolve";
import { RELU, finish } from "./epilogue";
import { copyLine } from "./filterGradient";
import { tileStrip } from "./tile";

/** Pixels of a line at most: copies of all lines of a window fit into the scratch area of `convolve`. */
const LINE: i32 = 256;

/** Whether neighbouring pixels meet neighbouring elements: one channel, and no step between windows. */
export function isOfLines(plan: usize): bool {
  const taps = i32.load(plan, TAPS);
  return i32.load(plan, CHANNELS) == 1 && i32.load(plan, STEP_X) == 1 && taps > 0 && taps <= KC;
}

/**
 * `convolve` for one channel. The pixels of a row lie as the rows of a product's packed panel do, 4 bytes apart, so
 * that a tile reads them where they are: nothing is gathered, and no pixel needs a pointer.
 *
 *     for each row of pixels            scratch: | tile | panels of w | runs | lines copied between zeros |
 *       a run of k for each line of the window
 *       for 8 channels: a strip of tiles; the last one begins earlier where they do not fill the row
 */
export function convolveLines(
  x: usize,
  w: usize,
  bias: usize,
  out: usize,
  plan: usize,
  activation: i32,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const filters = i32.load(plan, GROUP_COLUMNS);
  const taps = i32.load(plan, TAPS);
  const gridColumns = i32.load(plan, GRID_COLUMNS);
  const gridRows = i32.load(plan, GRID_ROWS);
  const image = i32.load(plan, ROWS) * i32.load(plan, COLUMNS);
  const pixelBytes = (<usize>i32.load(plan, OUT_PIXEL)) << 2;
  const relu = activation == RELU;
  const mr = tileRows();
  const panels = scratch + TILE_BYTES;
  const panel = (<usize>taps) << 5;
  const runs = panels + <usize>((filters + NR - 1) / NR) * panel + 128;
  packTaps(panels, w, plan, 0, filters, 0, taps);
  for (let p = begin; p < end;) {
    const row = p / gridColumns;
    const column = p - row * gridColumns;
    const sample = row / gridRows;
    const y = row - sample * gridRows;
    const n = min(min(LINE, gridColumns - column), end - p);
    const count = lines(runs, at(x, sample * image), plan, y, column, n);
    const results = at(
      out,
      sample * i32.load(plan, OUT_IMAGE) +
        y * i32.load(plan, OUT_ROW) +
        column * i32.load(plan, OUT_PIXEL),
    );
    let b = panels;
    for (let j = 0; j < filters; j += NR) {
      const cols = min(NR, filters - j);
      const c = at(results, j);
      const own = bias ? at(bias, j) : 0;
      if (n >= mr && cols == NR) {
        strip(n, count, runs, b, c, pixelBytes, own, relu);
      } else {
        for (let i = 0; i < n; i += mr) {
          const offset = (<usize>i) << 2;
          tileStrip(1, count, runs, offset, 4, 0, b, NR << 2, scratch, NR << 2, false, 0, false);
          const part = c + <usize>i * pixelBytes;
          finish(scratch, NR << 2, part, pixelBytes, min(mr, n - i), cols, false, own, activation);
        }
      }
      b += panel;
    }
    p += n;
  }
}

/** Whole tiles of `n` pixels, at least one; where they do not fill them, the last one computes some again. */
function strip(
  n: i32,
  count: i32,
  runs: usize,
  b: usize,
  c: usize,
  strideC: usize,
  bias: usize,
  relu: bool,
): void {
  const mr = tileRows();
  const whole = n / mr;
  tileStrip(whole, count, runs, 0, 4, mr << 2, b, NR << 2, c, strideC, false, bias, relu);
  if (whole * mr == n) return;
  const last = n - mr;
  c += <usize>last * strideC;
  tileStrip(1, count, runs, (<usize>last) << 2, 4, 0, b, NR << 2, c, strideC, false, bias, relu);
}

/**
 * The lines of the windows of `n` pixels from (y, column) on, as a tile reads runs; copied between zeros where they
 * reach beyond the source.
 *
 * @returns how many there are
 */
export function lines(to: usize, x: usize, plan: usize, y: i32, column: i32, n: i32): i32 {
  const taps = i32.load(plan, TAPS);
  const rows = i32.load(plan, ROWS);
  const columns = i32.load(plan, COLUMNS);
  y *= i32.load(plan, STEP_Y);
  let run = plan + TAP_TABLE + ((<usize>taps) << 2);
  let copy = to + ((<usize>taps) << 3);
  let count = 0;
  for (let k = 0; k < taps; count++) {
    const length = i32.load(run, RUN_LENGTH);
    const row = y + i32.load(run, RUN_Y);
    const first = column + i32.load(run, RUN_X);
    const reach = n - 1 + length;
    const from = <u32>row < <u32>rows ? at(x, row * columns) : 0;
    let address = at(from, first);
    if (!from || first < 0 || first + reach > columns) {
      copyLine(copy, from, first, reach, columns);
      address = copy;
      copy += ((<usize>reach + 7) & ~3) << 2;
    }
    i32.store(to, length);
    i32.store(to, <i32>address, 4);
    to += 8;
    run += RUN_BYTES;
    k += length;
  }
  return count;
}
