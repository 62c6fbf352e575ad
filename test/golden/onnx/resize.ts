import { type SymbolicTensor, constant } from "../../../src/graph/symbolic.ts";
import { einsum } from "../../../src/ops/einsum.ts";
import { type NodeCall, type Operators, Unsupported, listOf, numberOf } from "./node.ts";

/** How one axis is resized. */
interface Axis {
  readonly length: number;
  readonly out: number;
  readonly scale: number;
  /** Share of the axis where the result begins and ends. */
  readonly from: number;
  readonly to: number;
}

/** The place in the input that an element of the result stands for. */
function placeOf(mode: string, i: number, { length, out, scale, from, to }: Axis): number {
  switch (mode) {
    case "half_pixel":
      return (i + 0.5) / scale - 0.5;
    case "half_pixel_symmetric": {
      const adjustment = out / (scale * length);
      return (length / 2) * (1 - adjustment) + (i + 0.5) / scale - 0.5;
    }
    case "pytorch_half_pixel":
      return out > 1 ? (i + 0.5) / scale - 0.5 : 0;
    case "align_corners":
      return out > 1 ? (i * (length - 1)) / (out - 1) : 0;
    case "asymmetric":
      return i / scale;
    case "tf_crop_and_resize":
      return out > 1
        ? from * (length - 1) + (i * (to - from) * (length - 1)) / (out - 1)
        : 0.5 * (from + to) * (length - 1);
    default:
      throw new Unsupported(`resize by ${mode}`);
  }
}

/** The neighbour that "nearest" takes. */
function nearest(mode: string, x: number): number {
  if (mode === "floor") return Math.floor(x);
  if (mode === "ceil") return Math.ceil(x);
  return mode === "round_prefer_ceil" ? Math.floor(x + 0.5) : Math.ceil(x - 0.5);
}

/** Weight of a neighbour at a distance. */
function weight(node: NodeCall, distance: number): number {
  const t = Math.abs(distance);
  if (node.attrs["mode"] === "linear") return Math.max(0, 1 - t);
  const a = numberOf(node, "cubic_coeff_a", -0.75);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

/** Shares of the input's elements in one of the result. */
function shares(node: NodeCall, i: number, axis: Axis): Float64Array {
  const row = new Float64Array(axis.length);
  const x = placeOf(String(node.attrs["coordinate_transformation_mode"] ?? "half_pixel"), i, axis);
  const inside = (j: number): number => Math.min(Math.max(j, 0), axis.length - 1);
  if ((node.attrs["mode"] ?? "nearest") === "nearest") {
    row[inside(nearest(String(node.attrs["nearest_mode"] ?? "round_prefer_floor"), x))] = 1;
    return row;
  }
  // Antialiasing widens the filter where the result is smaller.
  const narrow = node.attrs["antialias"] === 1 ? Math.min(axis.scale, 1) : 1;
  const reach = Math.ceil((node.attrs["mode"] === "linear" ? 1 : 2) / narrow) + 1;
  const outside = node.attrs["exclude_outside"] === 1;
  let total = 0;
  for (let j = Math.floor(x) - reach; j <= Math.floor(x) + reach; j++) {
    const w = weight(node, (j - x) * narrow);
    if (outside && j !== inside(j)) continue;
    row[inside(j)]! += w;
    total += w;
  }
  return row.map((w) => w / total);
}

/** The resized axes, by the scales or sizes that are given. */
function axesOf(node: NodeCall): { at: number; axis: Axis }[] {
  const { shape } = node.x[0]!;
  const axes = listOf(node, "axes") ?? shape.map((_, i) => i);
  const roi = node.values(1);
  const scales = node.values(2);
  const sizes = node.values(3);
  const policy = node.attrs["keep_aspect_ratio_policy"] ?? "stretch";
  const ratios = axes.map((at, i) => (sizes ? sizes[i]! / shape[at]! : scales![i]!));
  const one = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  return axes.map((at, i) => {
    const length = shape[at]!;
    const kept = sizes !== null && policy !== "stretch";
    const scale = kept ? one : ratios[i]!;
    const out = kept ? Math.round(length * one) : sizes ? sizes[i]! : Math.floor(length * scale);
    return {
      at,
      axis: { length, out, scale, from: roi?.[i] ?? 0, to: roi?.[axes.length + i] ?? 1 },
    };
  });
}

const LETTERS = "abcdefghij";

/** Each axis is a product with the matrix of its shares. */
function resize(node: NodeCall): SymbolicTensor {
  return axesOf(node).reduce((x, { at, axis }) => {
    if (axis.length === axis.out && axis.scale === 1 && axis.from === 0 && axis.to === 1) return x;
    const matrix = new Float32Array(axis.out * axis.length);
    for (let i = 0; i < axis.out; i++) matrix.set(shares(node, i, axis), i * axis.length);
    const own = LETTERS.slice(0, x.shape.length);
    const result = own.replace(own[at]!, "z");
    return einsum(`${own},z${own[at]}->${result}`, x, constant(matrix, [axis.out, axis.length]));
  }, node.x[0]!);
}

/** ONNX's resizing. */
export const resizeOperators: Operators = { Resize: resize };
