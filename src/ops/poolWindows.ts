import { ShapeError } from "../errors.ts";
import { type Shape, printShape } from "../shape.ts";

/** Cells before and behind each spatial axis, or how many: "same" gives ceil(length / stride) outputs. */
export type Padding = "valid" | "same" | readonly (readonly [before: number, after: number])[];

/** Windows along one axis. */
export type AxisWindows = {
  /** Cells of a window. */
  size: number;
  /** Cells from one window to the next. */
  stride: number;
  /** Cells from one cell of a window to the next. */
  dilation: number;
  padding: "valid" | "same" | readonly [before: number, after: number];
  /** A last window that begins inside counts though it does not end there. */
  ceil: boolean;
  /** Padding counts as cells that are 0, in averages. */
  countPadding: boolean;
};

/** Windows of PyTorch's adaptive pooling along one axis: bin i is [floor(i n / bins), ceil((i + 1) n / bins)). */
export type AxisBins = { bins: number };

/** One window: first cell inside, cells inside, and what a sum is divided by. */
export type Window = readonly [first: number, count: number, divisor: number];

function paddingOf(length: number, axis: AxisWindows): readonly [number, number] {
  if (axis.padding === "valid") return [0, 0];
  if (axis.padding !== "same") return axis.padding;
  const reach = (axis.size - 1) * axis.dilation + 1;
  const total = Math.max(0, (Math.ceil(length / axis.stride) - 1) * axis.stride + reach - length);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

function regular(subject: string, length: number, axis: AxisWindows): Window[] {
  const { size, stride, dilation } = axis;
  const [before, after] = paddingOf(length, axis);
  const reach = (size - 1) * dilation + 1;
  const room = length + before + after - reach;
  let count = Math.max(0, (axis.ceil ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1);
  if (room < 0) count = 0;
  // A window that would begin in the padding behind has no cell.
  if (axis.ceil && count > 0 && (count - 1) * stride >= length + before) count--;
  if (count === 0) {
    throw new ShapeError(
      `${subject}: a window of ${reach} must fit into ${length} cells with their padding; make it smaller, or padding "same"`,
    );
  }
  return Array.from({ length: count }, (_, i) => {
    const start = i * stride - before;
    const skipped = start < 0 ? Math.ceil(-start / dilation) : 0;
    const cells = Math.min(size, Math.ceil((length - start) / dilation)) - skipped;
    if (cells < 1) {
      throw new ShapeError(
        `${subject}: every window must have a cell inside, window ${i} of ${count} has none; use less padding`,
      );
    }
    const padded = Math.min(start + reach, length + after) - start;
    return [start + skipped * dilation, cells, axis.countPadding ? padded : cells];
  });
}

/** The windows along an axis. @throws ShapeError where there is none, or one has no cell */
export function windowsOf(subject: string, length: number, axis: AxisWindows | AxisBins): Window[] {
  if (!("bins" in axis)) return regular(subject, length, axis);
  if (length === 0) throw new ShapeError(`${subject}: spatial axes must not be empty, got 0 cells`);
  return Array.from({ length: axis.bins }, (_, i) => {
    const first = Math.floor((i * length) / axis.bins);
    const count = Math.ceil(((i + 1) * length) / axis.bins) - first;
    return [first, count, count];
  });
}

/** Whether every cell belongs to exactly one window. */
export function tile(windows: readonly Window[], length: number): boolean {
  let end = 0;
  for (const [first, count] of windows) {
    if (first !== end) return false;
    end += count;
  }
  return end === length;
}

/** Checks that x is [batch, height, width, channels]. @throws ShapeError */
export function checkImages(subject: string, x: Shape): void {
  if (x.length !== 4) {
    throw new ShapeError(
      `${subject}: input must have 4 axes [batch, height, width, channels], got ${printShape(x)}`,
    );
  }
}
