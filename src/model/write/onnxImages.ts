import type { Node, SymbolicTensor } from "../../graph/symbolic.ts";
import {
  type ConvolutionAttrs,
  type Geometry,
  convolutionOf,
  exactPadding,
} from "../../ops/convolutionShape.ts";
import type { AxisBins, AxisWindows } from "../../ops/poolWindows.ts";
import { windowsOf } from "../../ops/poolWindows.ts";
import type { OnnxWriter } from "./onnxGraph.ts";
import type { Write } from "./onnxOps.ts";
import { Value, float, int, ints, text } from "./onnxValue.ts";

/** The kernel's axes as ONNX has them: output channels, input channels of a group, rows, columns. */
const KERNEL_ORDER = [3, 2, 0, 1];

function relu(w: OnnxWriter, attrs: Node["attrs"], y: string): string {
  return attrs["activation"] === "relu" ? w.node("Relu", [y]) : y;
}

/** Attributes that all convolutions have. */
function windows(g: Geometry, group: number) {
  const [rows, columns] = exactPadding(g);
  return {
    kernel_shape: ints(g.kernel),
    strides: ints(g.strides),
    dilations: ints(g.dilation),
    group: int(group),
    pads: ints([rows[0], columns[0], rows[1], columns[1]]),
  };
}

const conv2d: Write = (w, { inputs, outputs: [out], attrs }) => {
  const [x, kernel, bias] = inputs as [SymbolicTensor, SymbolicTensor, SymbolicTensor | null];
  const g = convolutionOf("conv2d", x.shape, kernel.shape, attrs as ConvolutionAttrs);
  const weights = w.turned(kernel, KERNEL_ORDER);
  const names = [w.first(x), weights, ...(bias ? [w.plain(bias)] : [])];
  w.setFirst(out!, relu(w, attrs, w.node("Conv", names, windows(g, g.groups))));
};

/** The image whose channels were repeated for a depthwise kernel with a multiplier: ONNX's groups do that themselves. */
function repeatedFrom(x: SymbolicTensor): SymbolicTensor | null {
  const wide = x.node?.op.name === "reshape" ? x.node.inputs[0]! : null;
  const image = wide?.node?.op.name === "broadcastTo" ? wide.node.inputs[0]! : null;
  const source = image?.node?.op.name === "reshape" ? image.node.inputs[0]! : null;
  const isRepeated =
    image?.shape.length === 5 && image.shape[4] === 1 && source?.shape.length === 4;
  return isRepeated ? source : null;
}

const depthwise: Write = (w, { inputs, outputs: [out], attrs }) => {
  const [x, kernel] = inputs as [SymbolicTensor, SymbolicTensor];
  const [rows, columns, filters] = kernel.shape as [number, number, number];
  const g = convolutionOf("depthwiseConv2d", x.shape, [rows, columns, 1, filters], {
    ...(attrs as Omit<ConvolutionAttrs, "groups">),
    groups: filters,
  });
  const source = repeatedFrom(x) ?? x;
  const { constant, called } = w.value(kernel);
  if (!constant) return w.fail("has a depthwise kernel that depends on the data");
  const image = { ...constant, shape: [rows, columns, 1, filters] };
  const weights = w.knownTurned(image, KERNEL_ORDER, called);
  w.setFirst(out!, w.node("Conv", [w.first(source), weights], windows(g, source.shape[3]!)));
};

/** A transposed convolution is the gradient of one by its input. */
const convInputGrad: Write = (w, { inputs, outputs: [out], attrs }) => {
  const [dy, kernel, bias] = inputs as [SymbolicTensor, SymbolicTensor, SymbolicTensor | null];
  const own = attrs as ConvolutionAttrs & { size: readonly [number, number] };
  const inner = kernel.shape[2]! * own.groups;
  const g = convolutionOf("convInputGrad", [dy.shape[0]!, ...own.size, inner], kernel.shape, own);
  const ends = exactPadding(g);
  const extra = ([0, 1] as const).map((axis) => {
    const full =
      (dy.shape[axis + 1]! - 1) * g.strides[axis] + (g.kernel[axis] - 1) * g.dilation[axis] + 1;
    return own.size[axis] - (full - ends[axis][0] - Math.max(ends[axis][1], 0));
  });
  const { pads: _, ...attributes } = windows(g, own.groups);
  const y = w.node(
    "ConvTranspose",
    [w.first(dy), w.turned(kernel, KERNEL_ORDER), ...(bias ? [w.plain(bias)] : [])],
    {
      ...attributes,
      pads: ints([ends[0][0], ends[1][0], Math.max(ends[0][1], 0), Math.max(ends[1][1], 0)]),
      output_padding: ints(extra),
    },
  );
  w.setFirst(out!, relu(w, attrs, y));
};

/** A pooling along one axis, with its padding in numbers. */
function poolOf(w: OnnxWriter, length: number, axis: AxisWindows | AxisBins) {
  if ("bins" in axis) {
    if (length % axis.bins !== 0)
      w.fail(`pools ${length} cells into ${axis.bins} bins, which overlap`);
    const size = length / axis.bins;
    return { size, stride: size, dilation: 1, before: 0, after: 0, countPadding: false };
  }
  const { size, stride, dilation, countPadding } = axis;
  const reach = (size - 1) * dilation + 1;
  const count = windowsOf("pool", length, axis).length;
  const before =
    axis.padding === "valid"
      ? 0
      : axis.padding === "same"
        ? Math.floor(Math.max(0, (count - 1) * stride + reach - length) / 2)
        : axis.padding[0];
  // As much behind as the last window needs: cells that no window reaches do not count either way.
  const after = Math.max(0, (count - 1) * stride + reach - length - before);
  if (countPadding && axis.ceil) w.fail("counts padding beyond the last window");
  return { size, stride, dilation, before, after, countPadding };
}

/** Whether one window takes a whole axis. */
function isOne(axis: AxisWindows | AxisBins): boolean {
  return "bins" in axis && axis.bins === 1;
}

const pool =
  (op: "MaxPool" | "AveragePool"): Write =>
  (w, { inputs: [x], outputs: [out], attrs }) => {
    const { rows, columns } = attrs as Record<"rows" | "columns", AxisWindows | AxisBins>;
    const image = isOne(rows) && isOne(columns) ? w.imageOf(x!) : null;
    if (image) return w.setPooled(out!, image, w.node(`Global${op}`, [image.first!]));
    const axes = [poolOf(w, x!.shape[1]!, rows), poolOf(w, x!.shape[2]!, columns)];
    const average = op === "AveragePool";
    if (average && axes.some((a) => a.dilation !== 1)) w.fail("averages cells that stand apart");
    const y = w.node(op, [w.first(x!)], {
      kernel_shape: ints(axes.map((a) => a.size)),
      strides: ints(axes.map((a) => a.stride)),
      pads: ints([...axes.map((a) => a.before), ...axes.map((a) => a.after)]),
      ...(average
        ? { count_include_pad: int(axes.some((a) => a.countPadding) ? 1 : 0) }
        : { dilations: ints(axes.map((a) => a.dilation)) }),
    });
    w.setFirst(out!, y);
  };

const resize: Write = (w, { inputs: [x], outputs: [out], attrs }) => {
  const { height, width, method, alignCorners } = attrs as Record<"height" | "width", number> & {
    method: string;
    alignCorners: boolean;
  };
  const nearest = method === "nearest";
  const scales = [1, 1, height / x!.shape[1]!, width / x!.shape[2]!];
  const y = w.node(
    "Resize",
    [w.first(x!), "", w.known({ dtype: "float32", shape: [4], data: Float32Array.from(scales) })],
    {
      mode: text(nearest ? "nearest" : "linear"),
      coordinate_transformation_mode: text(alignCorners ? "align_corners" : "half_pixel"),
      ...(nearest && { nearest_mode: text("round_prefer_ceil") }),
    },
  );
  w.setFirst(out!, y);
};

/** The leaf and the epsilon of `rsqrt(variance + epsilon)`; null where it is made in another way. */
function varianceOf(rstd: SymbolicTensor): { variance: SymbolicTensor; epsilon: number } | null {
  const sum = rstd.node?.op.name === "rsqrt" ? rstd.node.inputs[0]!.node : null;
  if (sum?.op.name !== "add") return null;
  const [variance, epsilon] = sum.inputs as [SymbolicTensor, SymbolicTensor];
  const value = epsilon.leaf?.value;
  return value?.length === 1 ? { variance, epsilon: value[0]! } : null;
}

const batchNorm: Write = (w, { inputs, outputs: [out] }) => {
  const [x, mean, rstd, gamma, beta] = inputs as (SymbolicTensor | null)[];
  const known = varianceOf(rstd!);
  if (!known) return w.fail("has statistics that are not written");
  const c = x!.shape.at(-1)!;
  const all = (value: number, called: string): string =>
    w.known({ dtype: "float32", shape: [c], data: new Float32Array(c).fill(value) }, called);
  const scale = gamma ? w.plain(gamma) : all(1, `${w.layer}/gamma`);
  const offset = beta ? w.plain(beta) : all(0, `${w.layer}/beta`);
  const statistics = [w.plain(mean!), w.plain(known.variance)];
  const attributes = { epsilon: float(known.epsilon) };
  const value = w.value(x!);
  const source = value.from?.axes.at(-1) === c ? value.from : value;
  const rank = source.axes.length;
  const y = w.node(
    "BatchNormalization",
    [rank > 2 ? w.firstOf(source) : w.plain(source), scale, offset, ...statistics],
    attributes,
  );
  const inner = new Value(source.axes, out!.dtype);
  if (rank > 2) inner.first = y;
  else inner.plain = y;
  w.setReshaped(out!, inner);
};

/** Group normalization of [n, positions, channels], as instance normalization of the groups. */
const groupNorm: Write = (w, { inputs, outputs: [out], attrs }) => {
  const [x, gamma, beta] = inputs as [SymbolicTensor, SymbolicTensor | null, SymbolicTensor | null];
  const { groups, epsilon } = attrs as { groups: number; epsilon: number };
  const [n, s, c] = w.axesOf(x) as [number, number, number];
  const split = w.node("Reshape", [w.plain(x), w.shape([n, s, groups, c / groups])]);
  const byGroup = w.node("Transpose", [split], { perm: ints([0, 2, 1, 3]) });
  const flat = w.node("Reshape", [byGroup, w.shape([n, groups, (s * c) / groups])]);
  const all = (value: number): string =>
    w.known({ dtype: "float32", shape: [groups], data: new Float32Array(groups).fill(value) });
  const normal = w.node("InstanceNormalization", [flat, all(1), all(0)], {
    epsilon: float(epsilon),
  });
  const parts = w.node("Reshape", [normal, w.shape([n, groups, s, c / groups])]);
  const back = w.node("Transpose", [parts], { perm: ints([0, 2, 1, 3]) });
  let y = w.node("Reshape", [back, w.shape([n, s, c])]);
  if (gamma) y = w.node("Mul", [y, w.plain(gamma)]);
  if (beta) y = w.node("Add", [y, w.plain(beta)]);
  w.set(out!, y);
};

/** Normalizes rows about their mean, or by their root mean square. */
const normalizeRows: Write = (w, { inputs, outputs: [out], attrs }) => {
  const [x, gamma, beta] = inputs as [SymbolicTensor, SymbolicTensor | null, SymbolicTensor | null];
  const { centered, epsilon } = attrs as { centered: boolean; epsilon: number };
  const width = x.shape[1]!;
  const value = w.value(x);
  const source = value.from?.axes.at(-1) === width ? value.from : value;
  const name = w.plain(source);
  let y: string;
  if (centered) {
    const ones = {
      dtype: "float32",
      shape: [width],
      data: new Float32Array(width).fill(1),
    } as const;
    const scale = gamma ? w.plain(gamma) : w.known(ones);
    y = w.node("LayerNormalization", [name, scale, ...(beta ? [w.plain(beta)] : [])], {
      axis: int(-1),
      epsilon: float(epsilon),
    });
  } else {
    const square = w.node("ReduceMean", [w.node("Mul", [name, name])], { axes: ints([-1]) });
    const root = w.node("Sqrt", [w.node("Add", [square, w.scalar(epsilon)])]);
    y = w.node("Div", [name, root]);
    if (gamma) y = w.node("Mul", [y, w.plain(gamma)]);
  }
  const inner = new Value(source.axes, out!.dtype);
  inner.plain = y;
  w.setReshaped(out!, inner);
};

/** Convolutions, pooling, resizing, and the norms of channels and rows. */
export const IMAGE_OPS: Readonly<Record<string, Write>> = {
  conv2d,
  depthwise,
  convInputGrad,
  maxPool: pool("MaxPool"),
  averagePool: pool("AveragePool"),
  resize,
  applyStatistics: batchNorm,
  normalize: groupNorm,
  normalizeRows,
};
