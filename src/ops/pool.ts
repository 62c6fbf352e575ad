import { ShapeError } from "../errors.ts";
import { type EmitContext, type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { Address } from "../kernels/command.ts";
import { type Shape, printShape, sizeOf } from "../shape.ts";
import {
  type AxisBins,
  type AxisWindows,
  type Padding,
  checkImages,
  tile,
  windowsOf,
} from "./poolWindows.ts";
import { reshape } from "./reshape.ts";

/** Windows along height and width; `shape` is that of the input, where only the gradient knows it. */
type PoolAttrs = {
  rows: AxisWindows | AxisBins;
  columns: AxisWindows | AxisBins;
  shape: Shape;
};

const NONE: PoolAttrs = { rows: { bins: 1 }, columns: { bins: 1 }, shape: [] };

function outShape(subject: string, x: Shape, { rows, columns }: PoolAttrs): Shape {
  checkImages(subject, x);
  const [n, h, w, c] = x;
  return [
    n!,
    windowsOf(`${subject}: height`, h!, rows).length,
    windowsOf(`${subject}: width`, w!, columns).length,
    c!,
  ];
}

/** What all kernels of a pooling get: table, extents, distances, and whether windows tile the input. */
interface Geometry {
  arguments: [
    table: Address,
    h: number,
    w: number,
    c: number,
    outH: number,
    outW: number,
    dilationH: number,
    dilationW: number,
  ];
  tiles: number;
  samples: number;
  /** Output rows of all samples; 0 where there is nothing to compute. */
  lines: number;
}

function geometry([n, h, w, c]: Shape, context: EmitContext<PoolAttrs>): Geometry {
  const { rows, columns } = context.attrs;
  const [tall, wide] = [windowsOf("pool", h!, rows), windowsOf("pool", w!, columns)];
  const dilation = (axis: AxisWindows | AxisBins): number => ("bins" in axis ? 1 : axis.dilation);
  // Dilated windows interleave.
  const dense = dilation(rows) === 1 && dilation(columns) === 1;
  return {
    arguments: [
      context.table([...tall, ...wide].flat()),
      h!,
      w!,
      c!,
      tall.length,
      wide.length,
      dilation(rows),
      dilation(columns),
    ],
    tiles: dense && tile(tall, h!) && tile(wide, w!) ? 1 : 0,
    samples: c! > 0 ? n! : 0,
    lines: c! > 0 ? n! * tall.length : 0,
  };
}

/** Elements of the input, each read once or so. */
const flops = ([x]: readonly Shape[]): number => sizeOf(x!);

/** v at the first largest cell of each window of x. */
const maxPoolPick: Op<PoolAttrs> = /* @__PURE__ */ defineOp<PoolAttrs>({
  name: "maxPoolPick",
  inputs: ["x", "y", "v"],
  attrs: NONE,
  shape: ([, y]) => y!,
  emit: (k, { x, y, v, out }, context) => {
    const g = geometry(context.shapes["x"]!, context);
    k.maxPoolPick(x!, y!, v!, out!, ...g.arguments, g.lines);
  },
  grad: ({ inputs: [x, y], dout, attrs }) => [null, null, maxPoolGrad(x, y, dout, attrs)],
  flops,
});

const maxPoolGrad: Op<PoolAttrs> = /* @__PURE__ */ defineOp<PoolAttrs>({
  name: "maxPoolGrad",
  inputs: ["x", "y", "dy"],
  attrs: NONE,
  shape: ([x]) => x!,
  emit: (k, { x, y, dy, out }, context) => {
    const g = geometry(context.shapes["x"]!, context);
    k.maxPoolGrad(x!, y!, dy!, out!, ...g.arguments, g.tiles, g.samples);
  },
  grad: ({ inputs: [x, y], dout, attrs }) => [null, null, maxPoolPick(x, y, dout, attrs)],
  flops,
});

const maxPool: Op<PoolAttrs> = /* @__PURE__ */ defineOp<PoolAttrs>({
  name: "maxPool",
  inputs: ["x"],
  attrs: NONE,
  shape: ([x], attrs) => outShape("maxPool", x!, attrs),
  emit: (k, { x, out }, context) => {
    const g = geometry(context.shapes["x"]!, context);
    k.maxPool(x!, out!, ...g.arguments, g.lines);
  },
  grad: ({ inputs: [x], out, dout, attrs }) => [maxPoolGrad(x, out, dout, attrs)],
  flops,
});

const averagePoolGrad: Op<PoolAttrs> = /* @__PURE__ */ defineOp<PoolAttrs>({
  name: "averagePoolGrad",
  inputs: ["dy"],
  attrs: NONE,
  shape: (_, { shape }) => shape,
  emit: (k, { dy, out }, context) => {
    const g = geometry(context.attrs.shape, context);
    k.averagePoolGrad(dy!, out!, ...g.arguments, g.tiles, g.samples);
  },
  grad: ({ dout, attrs }) => [averagePool(dout, attrs)],
  flops: (_, out) => sizeOf(out),
});

const averagePool: Op<PoolAttrs> = /* @__PURE__ */ defineOp<PoolAttrs>({
  name: "averagePool",
  inputs: ["x"],
  attrs: NONE,
  shape: ([x], attrs) => outShape("averagePool", x!, attrs),
  emit: (k, { x, out }, context) => {
    const g = geometry(context.shapes["x"]!, context);
    k.averagePool(x!, out!, ...g.arguments, g.lines);
  },
  grad: ({ inputs: [x], dout, attrs }) => [averagePoolGrad(dout, { ...attrs, shape: x!.shape })],
  flops,
});

/** Attributes of a pooling: a number serves all spatial axes. */
export interface PoolOptions {
  /** Cells of a window along each spatial axis. Default 2. */
  poolSize?: number | readonly number[];
  /** Cells from one window to the next. Default poolSize. */
  strides?: number | readonly number[] | null;
  /** "valid", "same" as in TensorFlow, or a pair an axis. Default "valid". */
  padding?: Padding;
  /** Cells from one cell of a window to the next. Default 1. */
  dilation?: number | readonly number[];
  /** A last window that begins inside counts though it does not end there. Default false. */
  ceilMode?: boolean;
}

/** Attributes of an average. */
export interface AveragePoolOptions extends PoolOptions {
  /** Padding counts as cells that are 0, as PyTorch's count_include_pad does. Default false, as in Keras. */
  countPadding?: boolean;
}

function perAxis(
  subject: string,
  option: string,
  value: number | readonly number[],
  rank: number,
): readonly number[] {
  const list = typeof value === "number" ? Array<number>(rank).fill(value) : value;
  if (list.length !== rank || list.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new ShapeError(
      `${subject}: ${option} must be a whole number >= 1, or ${rank} of them, got ${JSON.stringify(value)}`,
    );
  }
  return list;
}

/** Windows along each spatial axis. @internal */
export function axesOfPool(
  subject: string,
  options: AveragePoolOptions,
  rank: number,
): AxisWindows[] {
  const { poolSize = 2, strides, padding = "valid", dilation = 1 } = options;
  const size = perAxis(subject, "poolSize", poolSize, rank);
  const stride = perAxis(subject, "strides", strides ?? poolSize, rank);
  const apart = perAxis(subject, "dilation", dilation, rank);
  const pairs = typeof padding === "string" ? null : padding;
  const whole = (n: number | undefined): boolean => Number.isInteger(n) && n! >= 0;
  if (
    pairs
      ? pairs.length !== rank || pairs.some(([a, b]) => !whole(a) || !whole(b))
      : padding !== "valid" && padding !== "same"
  ) {
    throw new ShapeError(
      `${subject}: padding must be "valid", "same", or ${rank} pairs of whole numbers [before, after], got ${JSON.stringify(padding)}`,
    );
  }
  return size.map((n, i) => ({
    size: n,
    stride: stride[i]!,
    dilation: apart[i]!,
    padding: pairs ? pairs[i]! : (padding as "valid" | "same"),
    ceil: options.ceilMode ?? false,
    countPadding: options.countPadding ?? false,
  }));
}

/** The only window of an axis that is not there. */
const ALONE: AxisBins = { bins: 1 };

function pool1d(
  subject: string,
  op: Op<PoolAttrs>,
  x: SymbolicTensor,
  columns: AxisWindows | AxisBins,
): SymbolicTensor {
  if (x.shape.length !== 3) {
    throw new ShapeError(
      `${subject}: input must have 3 axes [batch, length, channels], got ${printShape(x.shape)}`,
    );
  }
  const [n, length, c] = x.shape;
  const y = op(reshape(x, { shape: [n!, 1, length!, c!] }), { rows: ALONE, columns });
  return reshape(y, { shape: [n!, y.shape[2]!, c!] });
}

/**
 * Largest of each window of neighbours, channel by channel. Padding is never the largest; NaN if there is one.
 * The gradient goes to the first largest, as in PyTorch and TensorFlow.
 *
 * x: float32[batch, length, channels]. @throws ShapeError where a window does not fit, or has only padding
 */
export function maxPool1d(x: SymbolicTensor, options: PoolOptions = {}): SymbolicTensor {
  return pool1d("maxPool1d", maxPool, x, axesOfPool("maxPool1d", options, 1)[0]!);
}

/**
 * Largest of each window, channel by channel. Padding is never the largest; NaN if there is one. The gradient
 * goes to the first largest, row by row, as in PyTorch and TensorFlow.
 *
 * x: float32[batch, height, width, channels]. @throws ShapeError where a window does not fit, or has only padding
 */
export function maxPool2d(x: SymbolicTensor, options: PoolOptions = {}): SymbolicTensor {
  const [rows, columns] = axesOfPool("maxPool2d", options, 2);
  return maxPool(x, { rows: rows!, columns: columns! });
}

/**
 * Mean of each window of neighbours, channel by channel, over the cells that lie inside.
 *
 * x: float32[batch, length, channels]. @throws ShapeError where a window does not fit, or has only padding
 */
export function averagePool1d(x: SymbolicTensor, options: AveragePoolOptions = {}): SymbolicTensor {
  return pool1d("averagePool1d", averagePool, x, axesOfPool("averagePool1d", options, 1)[0]!);
}

/**
 * Mean of each window, channel by channel, over the cells that lie inside.
 *
 * x: float32[batch, height, width, channels]. @throws ShapeError where a window does not fit, or has only padding
 */
export function averagePool2d(x: SymbolicTensor, options: AveragePoolOptions = {}): SymbolicTensor {
  const [rows, columns] = axesOfPool("averagePool2d", options, 2);
  return averagePool(x, { rows: rows!, columns: columns! });
}

/** Attributes of an adaptive pooling. */
export interface AdaptivePoolOptions {
  /** Rows and columns of the result. Default 1. */
  outputSize?: number | readonly number[];
}

function bins(subject: string, { outputSize = 1 }: AdaptivePoolOptions): Partial<PoolAttrs> {
  const [rows, columns] = perAxis(subject, "outputSize", outputSize, 2);
  return { rows: { bins: rows! }, columns: { bins: columns! } };
}

/**
 * Mean of each of outputSize bins, which overlap where the size is no multiple: bin i of n cells is
 * `[floor(i n / size), ceil((i + 1) n / size))`, as in PyTorch.
 */
export function adaptiveAveragePool2d(
  x: SymbolicTensor,
  options: AdaptivePoolOptions = {},
): SymbolicTensor {
  return averagePool(x, bins("adaptiveAveragePool2d", options));
}

/** Largest of each of outputSize bins, those of adaptiveAveragePool2d. */
export function adaptiveMaxPool2d(
  x: SymbolicTensor,
  options: AdaptivePoolOptions = {},
): SymbolicTensor {
  return maxPool(x, bins("adaptiveMaxPool2d", options));
}
