import { type Geometry, reachOf } from "./convolutionShape.ts";

/** Block sizes of assembly/gemm/blocks.ts. */
const KC = 384;
const MC = 48;
const NC = 960;
const TILE_BYTES = 256;
/** Words of a pixel's run at most: those of a tile with 4 rows, its length shared by them. */
const POINTER_WORDS = 1.25;

/** A tap: the source pixel that it meets, from a pixel's place in the grid, and its weights. */
interface Tap {
  readonly y: number;
  readonly x: number;
  /** Elements from the kernel's first to the tap's. */
  readonly weights: number;
}

/** Neighbouring elements of the source that meet neighbouring k. */
interface Run {
  readonly y: number;
  readonly x: number;
  readonly taps: number;
  readonly skip: number;
  readonly length: number;
}

/** Pixels of a result, and the taps that reach them; lengths in elements. */
interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly source: readonly [rows: number, columns: number, channels: number];
  readonly step: readonly [number, number];
  /** From one image, row, pixel of the result to the next. */
  readonly out: readonly [image: number, row: number, pixel: number];
  readonly groups: number;
  /** Channels of a group in the source, and in the result. */
  readonly channels: number;
  readonly filters: number;
  readonly weightRow: number;
  readonly weightGroup: number;
  readonly transposed: boolean;
  readonly taps: readonly Tap[];
}

/** A command of the convolution kernel. */
export interface Convolution {
  /** Its plan, as assembly/gemm/convolve.ts reads it. */
  readonly words: readonly number[];
  /** Elements from the result's first to that of the grid's first pixel. */
  readonly offset: number;
  readonly pixels: number;
  readonly scratchBytes: number;
}

/** Taps side by side become one run; a run ends where a block of KC does. */
function runsOf({ taps, groups, channels }: Grid): Run[] {
  const whole: { y: number; x: number; taps: number }[] = [];
  for (const { y, x } of taps) {
    const last = whole.at(-1);
    if (groups === 1 && last && last.y === y && last.x + last.taps === x) last.taps++;
    else whole.push({ y, x, taps: 1 });
  }
  const runs: Run[] = [];
  let k = 0;
  for (const run of channels > 0 ? whole : []) {
    const end = run.taps * channels;
    for (let skip = 0; skip < end;) {
      const length = Math.min(end - skip, KC - (k % KC));
      runs.push({ ...run, skip, length });
      skip += length;
      k += length;
    }
  }
  return runs;
}

/** Most runs in one block of KC. */
function mostRuns(runs: readonly Run[]): number {
  let [most, count, k] = [0, 0, 0];
  for (const { length } of runs) {
    count = k % KC === 0 ? 1 : count + 1;
    k += length;
    most = Math.max(most, count);
  }
  return most;
}

function command(grid: Grid, images: number, offset: number): Convolution {
  const runs = runsOf(grid);
  const columns = 8 * Math.ceil(Math.min(grid.filters, NC) / 8);
  const k = Math.min(KC, grid.taps.length * grid.channels + 3);
  const most = mostRuns(runs);
  const gathered = 8 + most + KC + MC * (POINTER_WORDS * most + KC + 8 * most);
  return {
    words: [
      grid.rows,
      grid.columns,
      ...grid.source,
      ...grid.step,
      ...grid.out,
      grid.groups,
      grid.channels,
      grid.filters,
      grid.weightRow,
      grid.weightGroup,
      grid.transposed ? 1 : 0,
      grid.taps.length,
      ...grid.taps.map((tap) => tap.weights),
      ...runs.flatMap((run) => [run.y, run.x, run.taps, run.skip, run.length]),
    ],
    offset,
    pixels: images * grid.rows * grid.columns,
    scratchBytes: TILE_BYTES + 4 * columns * k + 128 + 4 * gathered + 64,
  };
}

/** Taps [0, n) of a kernel. */
function taps(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

/** The output of a convolution, as one command. */
export function forwardPlan(g: Geometry): Convolution {
  const { kernel, strides, dilation, before, channels, filters, groups } = g;
  const tapSize = (channels / groups) * filters;
  return command(
    {
      rows: g.outRows,
      columns: g.outColumns,
      source: [g.rows, g.columns, channels],
      step: strides,
      out: [g.outRows * g.outColumns * filters, g.outColumns * filters, filters],
      groups,
      channels: channels / groups,
      filters: filters / groups,
      weightRow: filters,
      weightGroup: filters / groups,
      transposed: false,
      taps: taps(kernel[0]).flatMap((ky) =>
        taps(kernel[1]).map((kx) => ({
          y: ky * dilation[0] - before[0],
          x: kx * dilation[1] - before[1],
          weights: (ky * kernel[1] + kx) * tapSize,
        })),
      ),
    },
    g.images,
    0,
  );
}

/**
 * The gradient by the input: a convolution of dy with the kernel turned round. With strides, input pixels fall
 * into classes that meet different taps: one command each, on a grid of its own.
 */
export function inputGradPlans(g: Geometry): Convolution[] {
  const { kernel, strides, dilation, before, channels, filters, groups } = g;
  const tapSize = (channels / groups) * filters;
  /** Taps that meet pixels `phase`, `phase + stride`, ... of an axis, by ascending pixel of dy. */
  const met = (axis: 0 | 1, phase: number): { tap: number; at: number }[] =>
    taps(kernel[axis])
      .toReversed()
      .map((tap) => ({ tap, at: (phase + before[axis] - tap * dilation[axis]) / strides[axis] }))
      .filter(({ at }) => Number.isInteger(at));
  return taps(strides[0] * strides[1]).flatMap((phase) => {
    const [y, x] = [Math.floor(phase / strides[1]), phase % strides[1]];
    const rows = Math.ceil(Math.max(g.rows - y, 0) / strides[0]);
    const columns = Math.ceil(Math.max(g.columns - x, 0) / strides[1]);
    if (rows * columns === 0) return [];
    const grid: Grid = {
      rows,
      columns,
      source: [g.outRows, g.outColumns, filters],
      step: [1, 1],
      out: [
        g.rows * g.columns * channels,
        strides[0] * g.columns * channels,
        strides[1] * channels,
      ],
      groups,
      channels: filters / groups,
      filters: channels / groups,
      weightRow: filters,
      weightGroup: filters / groups,
      transposed: true,
      taps: met(0, y).flatMap((row) =>
        met(1, x).map((column) => ({
          y: row.at,
          x: column.at,
          weights: (row.tap * kernel[1] + column.tap) * tapSize,
        })),
      ),
    };
    return [command(grid, g.images, (y * g.columns + x) * channels)];
  });
}

/** A command of the filter gradient's kernel. */
export interface FilterGrad {
  /** Its plan, as assembly/gemm/filterGradient.ts reads it. */
  readonly words: readonly number[];
  /** Rows of the gradient (taps and channels), or its columns: what threads share. */
  readonly size: number;
  readonly scratchBytes: number;
}

/** The gradient by the kernel. */
export function filterGradPlan(g: Geometry): FilterGrad {
  const { kernel, strides, dilation, before, channels, filters, groups } = g;
  const reach = [reachOf(kernel[0], dilation[0]), reachOf(kernel[1], dilation[1])] as const;
  const padded =
    before.some((n) => n > 0) ||
    (g.outRows - 1) * strides[0] + reach[0] - before[0] > g.rows ||
    (g.outColumns - 1) * strides[1] + reach[1] - before[1] > g.columns;
  const rows = kernel[0] * kernel[1] * (channels / groups);
  const split = groups === 1 && filters > rows;
  // Runs of output pixels in a block, each with the rows of its windows where they are copied.
  const runs = Math.min(KC, Math.floor(KC / Math.max(1, g.outColumns)) + 2);
  const line = ((Math.min(KC, g.outColumns) - 1) * strides[1] + reach[1]) * channels + 8;
  const columns = 8 * Math.ceil(Math.min(filters / groups, NC) / 8);
  return {
    words: [
      g.outRows,
      g.outColumns,
      g.rows,
      g.columns,
      channels,
      ...strides,
      ...before,
      ...kernel,
      ...dilation,
      groups,
      channels / groups,
      filters / groups,
      g.images * g.outRows * g.outColumns,
      padded ? 1 : 0,
      split ? 1 : 0,
    ],
    size: split ? filters : rows,
    scratchBytes:
      TILE_BYTES + 4 * KC * columns + 8 * KC + (padded ? 4 * runs * kernel[0] * line : 0) + 128,
  };
}
