import { LANES, at, load, splat, store } from "../lanes";
import { KC, MC, MR } from "./blocks";
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

/** Bytes of a run in a panel: its length, and an address for each pixel of a tile. */
export const POINTER_BYTES: usize = (<usize>MR + 1) << 2;

/** Zeros that stand before the pointers, for runs that lie outside of the source. */
export const GATHERED: usize = <usize>KC << 2;

/**
 * For `count` runs of each of `n` pixels, addresses of their elements, in panels of MR pixels; the last panel
 * repeats the last pixel. A run that lies partly outside of the source is copied between zeros.
 *
 *     to: | KC zeros | panel: run: length, MR addresses; ... | panel | ... | copies |
 *
 * @param x      first channel of the group
 * @param runs   of the plan, those of one block of KC
 * @param image  of the first pixel; so y and column in its grid
 * @param n      pixels, at most MC
 */
export function gather(
  to: usize,
  x: usize,
  plan: usize,
  runs: usize,
  count: i32,
  image: i32,
  y: i32,
  column: i32,
  n: i32,
): void {
  const rows = i32.load(plan, ROWS);
  const columns = i32.load(plan, COLUMNS);
  const channels = i32.load(plan, CHANNELS);
  const gridRows = i32.load(plan, GRID_ROWS);
  const gridColumns = i32.load(plan, GRID_COLUMNS);
  const stepY = i32.load(plan, STEP_Y);
  const stepX = i32.load(plan, STEP_X);
  const zero = splat(0);
  for (let i = 0; i < KC; i += LANES) store(at(to, i), zero);
  const first = to + GATHERED;
  const panel = <usize>count * POINTER_BYTES;
  let copies = first + panel * (<usize>MC / <usize>MR);
  let source = x + (<usize>(image * rows * columns * channels) << 2);
  const end = ((n + MR - 1) / MR) * MR;
  for (let i = 0; i < end; i++) {
    const slot = first + <usize>(i / MR) * panel + (<usize>(i % MR) << 2);
    let run = runs;
    let pointer = slot;
    if (i >= n) {
      for (let r = 0; r < count; r++) {
        i32.store(pointer, i32.load(pointer), 4);
        pointer += POINTER_BYTES;
      }
      continue;
    }
    const y0 = y * stepY;
    const x0 = column * stepX;
    for (let r = 0; r < count; r++) {
      const row = y0 + i32.load(run, RUN_Y);
      const left = x0 + i32.load(run, RUN_X);
      const taps = i32.load(run, RUN_TAPS);
      const length = i32.load(run, RUN_LENGTH);
      const from = (row * columns + left) * channels + i32.load(run, RUN_SKIP);
      let address = at(source, from);
      if (<u32>row >= <u32>rows || left <= -taps || left >= columns) {
        address = to;
      } else if (left < 0 || left + taps > columns) {
        // Elements of the run before the row's first and behind its last.
        const before = min(length, max(0, row * columns * channels - from));
        const inside = min(length, (row + 1) * columns * channels - from);
        for (let k = 0; k < before; k += LANES) store(at(copies, k), zero);
        for (let k = before; k < inside; k += LANES) store(at(copies, k), load(at(address, k)));
        for (let k = max(inside, 0); k < length; k += LANES) store(at(copies, k), zero);
        address = copies;
        copies += ((<usize>length + 7) & ~3) << 2;
      }
      if (i % MR == 0) i32.store(pointer, length);
      i32.store(pointer, <i32>address, 4);
      pointer += POINTER_BYTES;
      run += RUN_BYTES;
    }
    if (++column == gridColumns) {
      column = 0;
      if (++y == gridRows) {
        y = 0;
        source += (<usize>(rows * columns * channels)) << 2;
      }
    }
  }
}
