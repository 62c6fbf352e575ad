import { type SymbolicTensor, constant } from "../../../src/graph/symbolic.ts";
import { tril, triu } from "../../../src/ops/band.ts";
import { add } from "../../../src/ops/binary.ts";
import { broadcastTo, tile } from "../../../src/ops/broadcastTo.ts";
import { cast } from "../../../src/ops/cast.ts";
import { less } from "../../../src/ops/compare.ts";
import { concat } from "../../../src/ops/concat.ts";
import { einsum } from "../../../src/ops/einsum.ts";
import { gather, gatherElements } from "../../../src/ops/gather.ts";
import { gatherNd, scatterNd } from "../../../src/ops/gatherNd.ts";
import { matmul } from "../../../src/ops/matmul.ts";
import { mul } from "../../../src/ops/binary.ts";
import { oneHot } from "../../../src/ops/oneHot.ts";
import { type PadMode, pad } from "../../../src/ops/pad.ts";
import { reshape } from "../../../src/ops/reshape.ts";
import { type ScatterReduction, scatterElements } from "../../../src/ops/scatter.ts";
import { slice } from "../../../src/ops/slice.ts";
import { split } from "../../../src/ops/split.ts";
import { transpose } from "../../../src/ops/transpose.ts";
import { where } from "../../../src/ops/where.ts";
import { type Shape, broadcastShapes, sizeOf } from "../../../src/shape.ts";
import { type NodeCall, type Operators, listAt, listOf, numberOf } from "./node.ts";

function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** ONNX counts negative indices from the end. */
export function wrapped(indices: SymbolicTensor, length: number): SymbolicTensor {
  const moved = cast(add(cast(indices, { dtype: "float32" }), length), { dtype: "int32" });
  return where(less(indices, constant(Int32Array.of(0), [])), moved, indices);
}

/** A constant of whole numbers. */
function integers(values: readonly number[], shape: Shape = [values.length]): SymbolicTensor {
  return constant(Int32Array.from(values), shape);
}

function padding(node: NodeCall): SymbolicTensor {
  const x = node.x[0]!;
  const rank = x.shape.length;
  const pads = listAt(node, "pads", 1)!;
  const axes = node.values(3) ?? x.shape.map((_, i) => i);
  const paddings = x.shape.map((): [number, number] => [0, 0]);
  axes.forEach((axis, i) => (paddings[axisOf(axis, rank)] = [pads[i]!, pads[axes.length + i]!]));
  const cut = slice(x, {
    begin: paddings.map(([before]) => Math.max(0, -before)),
    end: paddings.map(([, after], i) => x.shape[i]! - Math.max(0, -after)),
  });
  return pad(cut, {
    paddings: paddings.map(([a, b]) => [Math.max(0, a), Math.max(0, b)]),
    mode: (node.attrs["mode"] ?? "constant") as PadMode,
    value: node.values(2)?.[0] ?? numberOf(node, "value", 0),
  });
}

function sizesOf(node: NodeCall, length: number): number[] {
  const given = listAt(node, "split", 1);
  if (given) return given;
  const parts = numberOf(node, "num_outputs", node.outputs.length);
  const size = Math.ceil(length / parts);
  return Array.from({ length: parts }, (_, i) => Math.min(size, length - i * size));
}

/** ONNX's operators that move elements, or ask for shapes. */
export const shapeOperators: Operators = {
  Concat: ({ x, attrs }) => concat(...x, { axis: attrs["axis"] as number }),
  DepthToSpace: ({ x: [x], attrs }) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const b = attrs["blocksize"] as number;
    const inner = c / (b * b);
    const [shape, permutation] =
      attrs["mode"] === "CRD"
        ? [
            [n, inner, b, b, h, w],
            [0, 1, 4, 2, 5, 3],
          ]
        : [
            [n, b, b, inner, h, w],
            [0, 3, 4, 1, 5, 2],
          ];
    return reshape(transpose(reshape(x, { shape }), { permutation }), {
      shape: [n, inner, h * b, w * b],
    });
  },
  SpaceToDepth: ({ x: [x], attrs }) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const b = attrs["blocksize"] as number;
    const apart = reshape(x, { shape: [n, c, h / b, b, w / b, b] });
    return reshape(transpose(apart, { permutation: [0, 3, 5, 1, 2, 4] }), {
      shape: [n, c * b * b, h / b, w / b],
    });
  },
  Einsum: ({ x, attrs }) => einsum(attrs["equation"] as string, ...(x as SymbolicTensor[])),
  Expand: (node) => {
    const [x] = node.x;
    return broadcastTo(x!, broadcastShapes("Expand", x!.shape, node.values(1)!));
  },
  EyeLike: (node) => {
    const [rows, columns] = node.x[0]!.shape as [number, number];
    const k = numberOf(node, "k", 0);
    const on = Array.from({ length: rows * columns }, (_, i) =>
      Number((i % columns) - Math.floor(i / columns) === k),
    );
    return integers(on, [rows, columns]);
  },
  Flatten: (node) => {
    const { shape } = node.x[0]!;
    const axis = axisOf(numberOf(node, "axis", 1), shape.length);
    const rows = sizeOf(shape.slice(0, axis));
    return reshape(node.x[0], { shape: [rows, sizeOf(shape.slice(axis))] });
  },
  Gather: (node) => {
    const [x, indices] = node.x;
    const axis = numberOf(node, "axis", 0);
    return gather(x!, wrapped(indices!, x!.shape.at(axis)!), { axis });
  },
  GatherElements: (node) => {
    const [x, indices] = node.x;
    const axis = numberOf(node, "axis", 0);
    return gatherElements(x!, wrapped(indices!, x!.shape.at(axis)!), { axis });
  },
  GatherND: (node) =>
    gatherNd(node.x[0]!, node.x[1]!, { batchDims: numberOf(node, "batch_dims", 0) }),
  Gemm: (node) => {
    const [a, b, c] = node.x;
    const flags = {
      transposeA: node.attrs["transA"] === 1,
      transposeB: node.attrs["transB"] === 1,
    };
    const product = mul(matmul(a, b, flags), numberOf(node, "alpha", 1));
    return c ? add(product, mul(c, numberOf(node, "beta", 1))) : product;
  },
  MatMul: ({ x: [a, b] }) => matmul(a, b),
  OneHot: (node) => {
    const indices = cast(node.x[0]!, { dtype: "int32" });
    const classes = node.values(1)![0]!;
    const [off, on] = node.values(2)! as [number, number];
    const axis = axisOf(numberOf(node, "axis", -1), indices.shape.length + 1);
    const hot = oneHot(wrapped(indices, classes), { classes, on, off });
    const last = indices.shape.length;
    const permutation = indices.shape.map((_, i) => i).toSpliced(axis, 0, last);
    return transpose(hot, { permutation });
  },
  Pad: padding,
  Range: (node) => {
    const [start, limit, delta] = [0, 1, 2].map((i) => node.values(i)![0]!) as [
      number,
      number,
      number,
    ];
    const size = Math.max(Math.ceil((limit - start) / delta), 0);
    const values = Array.from({ length: size }, (_, i) => start + i * delta);
    return node.x[0]!.dtype === "int32" ? integers(values) : constant(Float32Array.from(values));
  },
  Reshape: (node) => {
    const { shape } = node.x[0]!;
    const to = listAt(node, "shape", 1)!;
    const zeros = node.attrs["allowzero"] === 1;
    return reshape(node.x[0], { shape: to.map((n, i) => (n === 0 && !zeros ? shape[i]! : n)) });
  },
  ScatterElements: (node) => {
    const [x, indices, updates] = node.x;
    const axis = numberOf(node, "axis", 0);
    return scatterElements(x!, wrapped(indices!, x!.shape.at(axis)!), updates!, {
      axis,
      reduction: (node.attrs["reduction"] ?? "none") as ScatterReduction,
    });
  },
  ScatterND: ({ x: [x, indices, updates], attrs }) =>
    scatterNd(x!, indices!, updates!, {
      reduction: (attrs["reduction"] ?? "none") as ScatterReduction,
    }),
  Shape: (node) => {
    const { shape } = node.x[0]!;
    const at = (n: number): number => Math.min(Math.max(axisOf(n, shape.length), 0), shape.length);
    const end = at(numberOf(node, "end", shape.length));
    return integers(shape.slice(at(numberOf(node, "start", 0)), end));
  },
  Slice: (node) => {
    const [begin, end] = [listAt(node, "starts", 1)!, listAt(node, "ends", 2)!];
    const axis = listAt(node, "axes", 3) ?? begin.map((_, i) => i);
    const step = node.values(4) ?? begin.map(() => 1);
    // Below the first element means: to the first.
    const ends = end.map((e, i) =>
      step[i]! < 0 && e < -node.x[0]!.shape.at(axis[i]!)! ? null : e,
    );
    return slice(node.x[0]!, { axis, begin, end: ends, step });
  },
  Split: (node) => {
    const x = node.x[0]!;
    const axis = numberOf(node, "axis", 0);
    return split(x, { axis, sizes: sizesOf(node, x.shape.at(axis)!) });
  },
  Squeeze: (node) => {
    const { shape } = node.x[0]!;
    const axes = listAt(node, "axes", 1)?.map((a) => axisOf(a, shape.length));
    return reshape(node.x[0], {
      shape: shape.filter((n, i) => (axes ? !axes.includes(i) : n !== 1)),
    });
  },
  Tile: (node) => tile(node.x[0]!, { repeats: node.values(1)! }),
  Transpose: (node) => {
    const permutation = listOf(node, "perm");
    return transpose(node.x[0]!, permutation ? { permutation } : {});
  },
  Trilu: (node) => {
    const diagonal = node.values(1)?.[0] ?? 0;
    return (node.attrs["upper"] === 0 ? tril : triu)(node.x[0]!, { diagonal });
  },
  Unsqueeze: (node) => {
    const { shape } = node.x[0]!;
    const added = listAt(node, "axes", 1)!;
    const rank = shape.length + added.length;
    const axes = added.map((a) => axisOf(a, rank));
    const rest = [...shape];
    return reshape(node.x[0], {
      shape: Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!)),
    });
  },
};
