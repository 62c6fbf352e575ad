import { ShapeError } from "../errors.ts";
import { type Shape, printShape } from "../shape.ts";

/** One number for both axes, or [rows, columns]. */
export type Pair = number | readonly [number, number];

/** Pixels before and behind an axis that count as 0. */
export type Ends = readonly [before: number, behind: number];

/** "valid": none; "same": TensorFlow's, as many pixels as `ceil(n / stride)`; or the pixels of rows and columns. */
export type Padding = "valid" | "same" | readonly [rows: Ends, columns: Ends];

/** Attributes that all convolutions share. */
export type ConvolutionAttrs = {
  /** Pixels from one window to the next. */
  strides: Pair;
  padding: Padding;
  /** Pixels from one tap of the kernel to the next. */
  dilationRate: Pair;
  /** Input and output channels fall into so many groups that know nothing of each other. */
  groups: number;
};

/** Which pixel meets which weight: a convolution from [images, rows, columns, channels] to [.., filters]. */
export interface Geometry {
  readonly images: number;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly outRows: number;
  readonly outColumns: number;
  readonly filters: number;
  readonly kernel: readonly [rows: number, columns: number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Pixels before the first row and column. */
  readonly before: readonly [number, number];
  readonly groups: number;
}

/** Two whole numbers, at least 1. @throws RangeError */
export function pairOf(subject: string, name: string, value: Pair): [number, number] {
  const pair = typeof value === "number" ? [value, value] : [...value];
  if (pair.length !== 2 || !pair.every((n) => Number.isInteger(n) && n >= 1)) {
    throw new RangeError(
      `${subject}: ${name} must be a whole number >= 1, or two of them, got ${JSON.stringify(value)}`,
    );
  }
  return [pair[0]!, pair[1]!];
}

/** The extent of a kernel whose taps stand apart. */
export function reachOf(taps: number, dilation: number): number {
  return (taps - 1) * dilation + 1;
}

/** Padding of one axis, and the number of windows. */
function windowsOf(
  subject: string,
  axis: "rows" | "columns",
  length: number,
  reach: number,
  stride: number,
  padding: "valid" | "same" | Ends,
): { before: number; windows: number } {
  if (padding === "same") {
    const windows = Math.ceil(length / stride);
    const pad = Math.max((windows - 1) * stride + reach - length, 0);
    return { before: Math.floor(pad / 2), windows };
  }
  const [before, behind] = padding === "valid" ? [0, 0] : padding;
  const room = length + before + behind - reach;
  if (room < 0) {
    throw new ShapeError(
      `${subject}: the kernel must fit, but spans ${reach} ${axis} where there are ${length + before + behind}; use padding: "same"`,
    );
  }
  return { before, windows: Math.floor(room / stride) + 1 };
}

/** Checks padding as given. @throws RangeError */
function checkPadding(subject: string, padding: Padding): void {
  const pairs: readonly unknown[] = Array.isArray(padding) ? padding : [];
  const isEnds = (p: unknown): boolean =>
    Array.isArray(p) && p.length === 2 && p.every((n) => Number.isInteger(n));
  if (padding === "valid" || padding === "same" || (pairs.length === 2 && pairs.every(isEnds)))
    return;
  throw new RangeError(
    `${subject}: padding must be "valid", "same" or [[top, bottom], [left, right]], got ${JSON.stringify(padding)}`,
  );
}

/** The channels of both sides fall into groups. @throws ShapeError */
function checkGroups(
  subject: string,
  channels: number,
  inner: number,
  filters: number,
  groups: number,
): void {
  if (!Number.isInteger(groups) || groups < 1 || channels % groups > 0 || filters % groups > 0) {
    throw new ShapeError(
      `${subject}: groups must divide ${channels} input and ${filters} output channels, got ${groups}`,
    );
  }
  if (inner * groups !== channels) {
    throw new ShapeError(
      `${subject}: a kernel for ${channels} channels in ${groups} groups must have ${channels / groups} input channels, got ${inner}`,
    );
  }
}

/** @throws ShapeError unless images and kernel have four axes */
export function checkImages(subject: string, x: Shape, kernel: Shape, form: string): void {
  if (x.length !== 4) {
    throw new ShapeError(
      `${subject}: input must have 4 axes [batch, rows, columns, channels], got ${printShape(x)}; reshape it`,
    );
  }
  if (kernel.length !== 4) {
    throw new ShapeError(`${subject}: kernel must have 4 axes ${form}, got ${printShape(kernel)}`);
  }
}

/** The geometry of a convolution of x with a kernel [rows, columns, channels / groups, filters]. */
export function convolutionOf(
  subject: string,
  x: Shape,
  kernel: Shape,
  { strides, padding, dilationRate, groups }: ConvolutionAttrs,
): Geometry {
  checkImages(subject, x, kernel, "[rows, columns, channels / groups, filters]");
  checkPadding(subject, padding);
  const [images, rows, columns, channels] = x as [number, number, number, number];
  const [kernelRows, kernelColumns, inner, filters] = kernel as [number, number, number, number];
  checkGroups(subject, channels, inner, filters, groups);
  const step = pairOf(subject, "strides", strides);
  const dilation = pairOf(subject, "dilationRate", dilationRate);
  const [padRows, padColumns] = typeof padding === "string" ? [padding, padding] : padding;
  const y = windowsOf(subject, "rows", rows, reachOf(kernelRows, dilation[0]), step[0], padRows);
  const z = windowsOf(
    subject,
    "columns",
    columns,
    reachOf(kernelColumns, dilation[1]),
    step[1],
    padColumns,
  );
  return {
    images,
    rows,
    columns,
    channels,
    outRows: y.windows,
    outColumns: z.windows,
    filters,
    kernel: [kernelRows, kernelColumns],
    strides: step,
    dilation,
    before: [y.before, z.before],
    groups,
  };
}

/** Padding that gives just this geometry's windows; behind it may be negative, where pixels are left over. */
export function exactPadding(g: Geometry): readonly [Ends, Ends] {
  const ends = (axis: 0 | 1, length: number, windows: number): Ends => [
    g.before[axis],
    (windows - 1) * g.strides[axis] +
      reachOf(g.kernel[axis], g.dilation[axis]) -
      length -
      g.before[axis],
  ];
  return [ends(0, g.rows, g.outRows), ends(1, g.columns, g.outColumns)];
}

/** The kernel's shape, [rows, columns, channels / groups, filters]. */
export function kernelShape({ kernel, channels, groups, filters }: Geometry): Shape {
  return [...kernel, channels / groups, filters];
}

export function inputShape({ images, rows, columns, channels }: Geometry): Shape {
  return [images, rows, columns, channels];
}

export function outputShape({ images, outRows, outColumns, filters }: Geometry): Shape {
  return [images, outRows, outColumns, filters];
}

/** Floating-point operations of each of the three products. */
export function convolutionFlops(g: Geometry): number {
  const pixels = g.images * g.outRows * g.outColumns;
  return 2 * pixels * g.filters * g.kernel[0] * g.kernel[1] * (g.channels / g.groups);
}

/** One tap, every pixel once: a plain product over pixels. */
export function isPointwise(g: Geometry): boolean {
  return (
    g.groups === 1 &&
    [...g.kernel, ...g.strides].every((n) => n === 1) &&
    g.before.every((n) => n === 0) &&
    g.outRows === g.rows &&
    g.outColumns === g.columns
  );
}
