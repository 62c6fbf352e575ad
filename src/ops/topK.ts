import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type Shape, axisOf, printShape, sizeOf } from "../shape.ts";
import { gatherElements } from "./gather.ts";
import { axisLast } from "./transpose.ts";

/** Elements in order, and where they stood. */
export interface Sorted {
  values: SymbolicTensor;
  /** int32 */
  indices: SymbolicTensor;
}

/** Attributes of topK and sort. */
export interface SortOptions {
  /** Axis along which to sort, counted from either end. Default -1. */
  axis?: number;
  /** The largest first. Default true in topK, false in sort. */
  descending?: boolean;
}

const topKGrad: Op<{ width: number }> = /* @__PURE__ */ defineOp<{ width: number }>({
  name: "topKGrad",
  inputs: ["dy", "indices"],
  attrs: { width: 0 },
  shape: ([dy], { width }) => [...dy!.slice(0, -1), width],
  emit: (k, { dy, indices, out }, { attrs: { width }, shapes }) => {
    const [rows, taken] = split(shapes["dy"]!);
    k.topKGrad(dy!, indices!, out!, width, taken, rows);
  },
  grad: ({ inputs: [, indices], dout }) => [gatherElements(dout, indices!, { axis: -1 }), null],
});

const topKOp: Op<{ k: number; descending: boolean }> = /* @__PURE__ */ defineOp<{
  k: number;
  descending: boolean;
}>({
  name: "topK",
  inputs: ["x"],
  outputs: ["values", "indices"],
  attrs: { k: 1, descending: true },
  shape: ([x], { k }) => {
    const width = x!.at(-1)!;
    if (!Number.isInteger(k) || k < 0 || k > width) {
      throw new ShapeError(
        `topK: k must be a whole number from 0 to ${width}, got ${k} for ${printShape(x!)}`,
      );
    }
    const shape = [...x!.slice(0, -1), k];
    return [shape, shape];
  },
  dtype: () => ["float32", "int32"],
  emit: (k, { x, values, indices }, { attrs, shapes }) => {
    const [rows, width] = split(shapes["x"]!);
    if (attrs.k > 0) k.topK(x!, values!, indices!, width, attrs.k, attrs.descending ? 1 : 0, rows);
  },
  grad: ({ inputs: [x], outputs, dout }) => [
    topKGrad(dout, outputs[1], { width: x!.shape.at(-1)! }),
  ],
  scratch: ([x]) => 1024 + 16 * x!.at(-1)!,
  flops: ([x]) => 20 * sizeOf(x!),
});

/** Rows, and length of the last axis. */
function split(shape: Shape): [number, number] {
  return [sizeOf(shape.slice(0, -1)), shape.at(-1)!];
}

/**
 * The k largest (or smallest) elements along an axis, in order, with their int32 indices. Equals keep
 * their order; NaN counts as larger than all numbers.
 */
export function topK(
  x: SymbolicTensor,
  { k, axis = -1, descending = true }: SortOptions & { k: number },
): Sorted {
  const { moved, back } = axisLast(x, axisOf("topK", axis, x.shape.length));
  const [values, indices] = topKOp(moved, { k, descending }).node!.outputs as [
    SymbolicTensor,
    SymbolicTensor,
  ];
  return { values: back(values), indices: back(indices) };
}

/**
 * The elements along an axis in order, with their int32 indices. Equals keep their order; NaN counts as
 * larger than all numbers.
 */
export function sort(
  x: SymbolicTensor,
  { axis = -1, descending = false }: SortOptions = {},
): Sorted {
  return topK(x, { k: x.shape[axisOf("sort", axis, x.shape.length)]!, axis, descending });
}
