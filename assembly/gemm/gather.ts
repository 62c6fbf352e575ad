import { LANES, at, load, splat, store } from "../lanes";
import { KC, MC } from "./blocks";
import { tileRows } from "./choice";
import {
  CHANNELS,
  COLUMNS,
  GRID_COLUMNS,
  GRID_ROWS,
  ROWS,
  RUN_BYTES,
  RUN_LENGTH,
  RUN_SKIP,
  RUN_TAPS,
  RUN_X,
  RUN_Y,
  STEP_X,
  STEP_Y,
} from "./convolve";

/**
 * Pixels for which runs of zeros are left out together: whole tiles, whichever are in use. That changes no sum but one that
 * fused multiply-add has rounded to -0, which a zero would make 0: both tiles must leave out the same.
 */
const UNIT: i32 = ASC_FEATURE_RELAXED_SIMD ? 12 : 4;

/** Bytes of a run in a panel: its length, and an address for each pixel of a tile. */
export function pointerBytes(mr: i32): usize {
  return (<usize>mr + 1) << 2;
}

/** Zeros that stand before the pointers, for runs that lie outside of the source. */
const ZEROS: usize = (<usize>KC) << 2;

/**
 * What is known of the runs of a block of KC before the pixels are:
 *
 *     at: | least y | most y | least x | end of the most x | byte offset of each run from its pixel's |
 *
 * @param runs   of the plan, those of one block of KC
 * @returns      where the pointers may begin
 */
export function survey(at: usize, plan: usize, runs: usize, count: i32): usize {
  const columns = i32.load(plan, COLUMNS);
  const channels = i32.load(plan, CHANNELS);
  let leastY = i32.MAX_VALUE;
  let mostY = i32.MIN_VALUE;
  let leastX = i32.MAX_VALUE;
  let mostX = i32.MIN_VALUE;
  let offset = at + 16;
  for (let r = 0; r < count; r++) {
    const y = i32.load(runs, RUN_Y);
    const x = i32.load(runs, RUN_X);
    leastY = min(leastY, y);
    mostY = max(mostY, y);
    leastX = min(leastX, x);
    mostX = max(mostX, x + i32.load(runs, RUN_TAPS));
    i32.store(offset, ((y * columns + x) * channels + i32.load(runs, RUN_SKIP)) << 2);
    offset += 4;
    runs += RUN_BYTES;
  }
  i32.store(at, leastY);
  i32.store(at, mostY, 4);
  i32.store(at, leastX, 8);
  i32.store(at, mostX, 12);
  const zero = splat(0);
  const zeros = (offset + 15) & ~15;
  for (let k: usize = 0; k < ZEROS; k += 16) store(zeros + k, zero);
  return zeros + ZEROS;
}

/**
 * For `count` runs of each of `n` pixels, addresses of their elements, in panels of a tile's pixels; the last panel
 * repeats the last pixel. A run that lies partly outside of the source is copied between zeros. One that lies
 * outside for all pixels of a whole UNIT may be left out: its length is negative.
 *
 *     to: | panel: run: length, 4 or 6 addresses; ... | panel | ... | copies |
 *
 * @param to     where `survey` said
 * @param known  what `survey` wrote
 * @param x      first channel of the group
 * @param image  of the first pixel; so y and column in its grid
 * @param n      pixels, at most MC
 * @param skip   whether runs of zeros may be left out
 */
export function gather(
  to: usize,
  known: usize,
  x: usize,
  plan: usize,
  runs: usize,
  count: i32,
  image: i32,
  y: i32,
  column: i32,
  n: i32,
  skip: bool,
): void {
  const rows = i32.load(plan, ROWS);
  const columns = i32.load(plan, COLUMNS);
  const rowLength = columns * i32.load(plan, CHANNELS);
  const gridRows = i32.load(plan, GRID_ROWS);
  const gridColumns = i32.load(plan, GRID_COLUMNS);
  const stepY = i32.load(plan, STEP_Y);
  const stepX = i32.load(plan, STEP_X);
  const pixelBytes = (<usize>(i32.load(plan, CHANNELS) * stepX)) << 2;
  // A pixel at (y0, x0) is inside where 0 <= y0 + leastY and so on.
  const top = -i32.load(known);
  const bottom = rows - i32.load(known, 4);
  const left = -i32.load(known, 8);
  const right = columns - i32.load(known, 12);
  const mr = tileRows();
  const runBytes = pointerBytes(mr);
  const panelBytes = <usize>count * runBytes;
  let copies = to + panelBytes * (<usize>MC / <usize>mr);
  let source = x + ((<usize>(image * rows * rowLength)) << 2);
  let y0 = y * stepY;
  let x0 = column * stepX;
  let pixel = at(source, y0 * rowLength) + <usize>column * pixelBytes;
  let rowInside = y0 >= top && y0 < bottom;
  let panel = to;
  let unit = to;
  let lane: i32 = 0;
  let inUnit: i32 = 0;
  let outside: i32 = 0;
  for (; n > 0; n--) {
    let pointer = panel + ((<usize>lane) << 2);
    if (!rowInside) outside++;
    if (rowInside && x0 >= left && x0 <= right) {
      let offset = known;
      for (let r = count; r > 0; r--) {
        i32.store(pointer, <i32>pixel + i32.load(offset, 16), 4);
        offset += 4;
        pointer += runBytes;
      }
    } else {
      copies = edge(pointer, runBytes, known, source, plan, runs, count, y0, x0, copies);
    }
    x0 += stepX;
    pixel += pixelBytes;
    if (++column == gridColumns) {
      column = 0;
      x0 = 0;
      y0 += stepY;
      if (++y == gridRows) {
        y = 0;
        y0 = 0;
        source += (<usize>(rows * rowLength)) << 2;
      }
      pixel = at(source, y0 * rowLength);
      rowInside = y0 >= top && y0 < bottom;
    }
    if (lane == 0) {
      let run = runs;
      pointer = panel;
      for (let r = count; r > 0; r--) {
        i32.store(pointer, i32.load(run, RUN_LENGTH));
        pointer += runBytes;
        run += RUN_BYTES;
      }
    }
    if (++lane == mr) {
      lane = 0;
      panel += panelBytes;
    }
    if (++inUnit == UNIT) {
      if (skip && outside == UNIT) leaveOut(unit, panel, runBytes, zerosOf(known, count), count);
      inUnit = 0;
      outside = 0;
      unit = panel;
    }
  }
  // The rest of the last panel repeats the last pixel.
  for (; lane > 0 && lane < mr; lane++) {
    let pointer = panel + ((<usize>lane) << 2);
    for (let r = count; r > 0; r--) {
      i32.store(pointer, i32.load(pointer), 4);
      pointer += runBytes;
    }
  }
}

/** Where `survey` has put zeros. */
function zerosOf(known: usize, count: i32): usize {
  return (known + 16 + ((<usize>count) << 2) + 15) & ~15;
}

/** Marks the runs that are zeros for all pixels of the panels from `unit` to `end`. */
export function leaveOut(unit: usize, end: usize, runBytes: usize, zeros: usize, count: i32): void {
  const panelBytes = <usize>count * runBytes;
  for (; count > 0; count--) {
    let alike = true;
    for (let panel = unit; panel < end; panel += panelBytes)
      for (let lane: usize = 4; lane < runBytes; lane += 4)
        alike = alike && <usize>i32.load(panel + lane) == zeros;
    if (alike)
      for (let panel = unit; panel < end; panel += panelBytes) i32.store(panel, -i32.load(panel));
    unit += runBytes;
  }
}

/**
 * The runs of a pixel whose window reaches beyond the source.
 *
 * @returns where the next copy may stand
 */
export function edge(
  pointer: usize,
  runBytes: usize,
  known: usize,
  source: usize,
  plan: usize,
  run: usize,
  count: i32,
  y0: i32,
  x0: i32,
  copies: usize,
): usize {
  const rows = i32.load(plan, ROWS);
  const columns = i32.load(plan, COLUMNS);
  const channels = i32.load(plan, CHANNELS);
  const zeros = zerosOf(known, count);
  const zero = splat(0);
  for (; count > 0; count--) {
    const row = y0 + i32.load(run, RUN_Y);
    const left = x0 + i32.load(run, RUN_X);
    const taps = i32.load(run, RUN_TAPS);
    const length = i32.load(run, RUN_LENGTH);
    const from = (row * columns + left) * channels + i32.load(run, RUN_SKIP);
    let address = at(source, from);
    if (<u32>row >= <u32>rows || left <= -taps || left >= columns) {
      address = zeros;
    } else if (left < 0 || left + taps > columns) {
      // Elements of the run before the row's first, and those before the row's end.
      const before = min(length, max(0, row * columns * channels - from));
      const inside = min(length, max(before, (row + 1) * columns * channels - from));
      for (let k = 0; k < before; k += LANES) store(at(copies, k), zero);
      for (let k = before; k < inside; k += LANES) store(at(copies, k), load(at(address, k)));
      for (let k = inside; k < length; k += LANES) store(at(copies, k), zero);
      address = copies;
      copies += ((<usize>length + 7) & ~3) << 2;
    }
    i32.store(pointer, <i32>address, 4);
    pointer += runBytes;
    run += RUN_BYTES;
  }
  return copies;
}
