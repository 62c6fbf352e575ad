import { LANES, anyTrue, load, madd, ne, splat } from "../lanes";
import { KC, MC, NC, NR, TILE_BYTES } from "./blocks";
import { tileRows } from "./choice";
import { NONE, RELU, finish } from "./epilogue";
import { copy, transpose } from "./pack";
import { gather, pointerBytes, survey } from "./gather";
import { runsStrip } from "./tile";

/**
 * The plan of a convolution, 32-bit words that the host writes (src/ops/convolution/plan.ts). It is a product
 * whose rows are pixels of a grid, whose k are the elements of windows of the source, and whose columns are
 * output channels. Lengths are in elements.
 *
 *     | the words below | weight offset of each tap | runs: y, x, taps, skip, length | of each block of KC in turn |
 */
/** Rows and columns of the grid in one image. */
export const GRID_ROWS: usize = 0;
export const GRID_COLUMNS: usize = 4;
/** The source image, and source pixels from one pixel of the grid to the next. */
export const ROWS: usize = 8;
export const COLUMNS: usize = 12;
export const CHANNELS: usize = 16;
export const STEP_Y: usize = 20;
export const STEP_X: usize = 24;
/** Where the result of a pixel lies: elements from one image, row, pixel of the grid to the next. */
export const OUT_IMAGE: usize = 28;
export const OUT_ROW: usize = 32;
export const OUT_PIXEL: usize = 36;
/** Groups, source channels and output channels of each. */
export const GROUPS: usize = 40;
export const GROUP_CHANNELS: usize = 44;
export const GROUP_COLUMNS: usize = 48;
/** Weights: from one stored row to the next, from one group to the next; whether k runs along the rows. */
export const WEIGHT_ROW: usize = 52;
export const WEIGHT_GROUP: usize = 56;
export const WEIGHT_TRANSPOSED: usize = 60;
/** Number of taps, and the first of them. */
export const TAPS: usize = 64;
export const TAP_TABLE: usize = 68;

/** Bytes of a run in the plan, and its words. */
export const RUN_BYTES: usize = 20;
export const RUN_Y: usize = 0;
export const RUN_X: usize = 4;
export const RUN_TAPS: usize = 8;
export const RUN_SKIP: usize = 12;
export const RUN_LENGTH: usize = 16;

/**
 * Pixels [begin, end) of all images' grids: `out = activation(sum over taps and channels of source w + bias)`.
 *
 *     for each group                      scratch: | tile | panels of w | pointers and what `gather` keeps |
 *       for NC output channels
 *         for KC elements of the windows: pack w
 *           for MC pixels: gather         pointers to their runs, once for all channels
 *             for 8 channels, mr pixels: tile
 *
 * Sums run in the order of the plan's taps, within a tap in the order of channels, in blocks of KC that are
 * added in order. What lies outside of the source counts as 0: a run of zeros is left out where it changes nothing,
 * with weights that are all finite, and where any split makes the same tiles.
 *
 * @param x           first element of the source
 * @param out         where the first pixel's result lies
 * @param scratch     convolutionScratchBytes of the running thread
 */
export function convolve(
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
  const groups = i32.load(plan, GROUPS);
  const channels = i32.load(plan, GROUP_CHANNELS);
  const columns = i32.load(plan, GROUP_COLUMNS);
  const group = i32.load(plan, WEIGHT_GROUP);
  const taps = i32.load(plan, TAPS);
  const runs = plan + TAP_TABLE + ((<usize>taps) << 2);
  const length = taps * channels;
  const gridColumns = i32.load(plan, GRID_COLUMNS);
  const pixels = gridColumns * i32.load(plan, GRID_ROWS);
  const pixelBytes = (<usize>i32.load(plan, OUT_PIXEL)) << 2;
  const rowBytes = (<usize>i32.load(plan, OUT_ROW)) << 2;
  const imageBytes = (<usize>i32.load(plan, OUT_IMAGE)) << 2;
  const dense = rowBytes == <usize>gridColumns * pixelBytes;
  const together = dense && imageBytes == <usize>pixels * pixelBytes;
  const panels = scratch + TILE_BYTES;

  for (let g = 0; g < groups; g++) {
    for (let jc = 0; jc < columns; jc += NC) {
      const nc = min(NC, columns - jc);
      const known = panels + ((<usize>nc + 7) / 8) * <usize>min(KC, length + 3) * 32 + 128;
      const firstColumn = (<usize>(g * columns + jc)) << 2;
      let run = runs;
      let pc = 0;
      do {
        const kc = min(KC, length - pc);
        const last = pc + KC >= length;
        let count = 0;
        let nextRun = run;
        for (let k = 0; k < kc; k += i32.load(nextRun - RUN_BYTES, RUN_LENGTH)) {
          nextRun += RUN_BYTES;
          count++;
        }
        const pointers = survey(known, plan, run, count);
        packTaps(panels, w + ((<usize>(g * group)) << 2), plan, jc, nc, pc, kc);
        const skip =
          together && reachesOut(known, plan) && allFinite(panels, ((nc + NR - 1) / NR) * kc * NR);
        for (let p = begin; p < end;) {
          const image = p / pixels;
          const inside = p - image * pixels;
          const y = inside / gridColumns;
          const column = inside - y * gridColumns;
          // Results of one block are equally far apart.
          const left = dense ? pixels - inside : gridColumns - column;
          const mc = min(together ? MC : min(MC, left), end - p);
          gather(
            pointers,
            known,
            x + ((<usize>(g * channels)) << 2),
            plan,
            run,
            count,
            image,
            y,
            column,
            mc,
            skip,
          );
          const c =
            out +
            <usize>image * imageBytes +
            <usize>y * rowBytes +
            <usize>column * pixelBytes +
            firstColumn;
          tiles(
            count,
            pointers,
            panels,
            <usize>kc * 32,
            c,
            pixelBytes,
            mc,
            nc,
            pc > 0,
            last && bias ? bias + firstColumn : 0,
            last ? activation : NONE,
            scratch,
          );
          p += mc;
        }
        run = nextRun;
        pc += KC;
      } while (pc < length);
    }
  }
}

/** Whether windows of some row of the grid reach above or below the source, by what `survey` wrote. */
function reachesOut(known: usize, plan: usize): bool {
  const last = (i32.load(plan, GRID_ROWS) - 1) * i32.load(plan, STEP_Y);
  return i32.load(known) < 0 || last + i32.load(known, 4) >= i32.load(plan, ROWS);
}

/** Whether none of `n` numbers, a multiple of 4, is infinite or NaN: 0 times it would be NaN. */
export function allFinite(x: usize, n: i32): bool {
  const zero = splat(0);
  let sum = zero;
  for (; n > 0; n -= LANES) {
    sum = madd(load(x), zero, sum);
    x += 16;
  }
  return !anyTrue(ne(sum, sum));
}

/** All tiles of a block of pixels and channels; as `tiles` of gemm.ts. */
export function tiles(
  count: i32,
  pointers: usize,
  b: usize,
  panelB: usize,
  c: usize,
  strideC: usize,
  mc: i32,
  nc: i32,
  accumulate: bool,
  bias: usize,
  activation: i32,
  scratch: usize,
): void {
  const relu = activation == RELU;
  const mr = tileRows();
  const panel = <usize>count * pointerBytes(mr);
  for (let j = 0; j < nc; j += NR) {
    const cols = min(NR, nc - j);
    const whole = cols == NR ? mc / mr : 0;
    let part = c + ((<usize>j) << 2);
    if (whole) runsStrip(whole, count, pointers, b, part, strideC, accumulate, bias, relu);
    let runs = pointers + <usize>whole * panel;
    part += <usize>(whole * mr) * strideC;
    for (let i = whole * mr; i < mc; i += mr) {
      runsStrip(1, count, runs, b, scratch, NR << 2, false, 0, false);
      const rows = min(mr, mc - i);
      finish(scratch, NR << 2, part, strideC, rows, cols, accumulate, bias, activation);
      runs += panel;
      part += <usize>mr * strideC;
    }
    b += panelB;
    if (bias) bias += NR << 2;
  }
}

/**
 * Weights of k in [pc, pc + kc) and columns [jc, jc + nc) of a group in panels of 8 columns, tap after tap.
 * The columns lie side by side (and k in rows), or the other way round in the gradient by the input.
 */
export function packTaps(
  to: usize,
  w: usize,
  plan: usize,
  jc: i32,
  nc: i32,
  pc: i32,
  kc: i32,
): void {
  const channels = i32.load(plan, GROUP_CHANNELS);
  const stride = (<usize>i32.load(plan, WEIGHT_ROW)) << 2;
  const transposed = i32.load(plan, WEIGHT_TRANSPOSED);
  for (let j = 0; j < nc; j += NR) {
    for (let k = pc; k < pc + kc;) {
      const tap = k / channels;
      const channel = k - tap * channels;
      const n = min(channels - channel, pc + kc - k);
      const from = w + ((<usize>i32.load(plan + ((<usize>tap) << 2), TAP_TABLE)) << 2);
      if (transposed) {
        const rows = from + <usize>(jc + j) * stride + ((<usize>channel) << 2);
        const last = nc - j - 1;
        transpose(to, NR << 2, rows, stride, 0, last, n);
        transpose(to + 16, NR << 2, rows, stride, 4, last, n);
      } else {
        copy(to, NR << 2, from + <usize>channel * stride + ((<usize>(jc + j)) << 2), stride, 16, n);
      }
      to += <usize>n * (NR << 2);
      k += n;
    }
  }
}
