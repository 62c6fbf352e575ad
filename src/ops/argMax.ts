import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type RunOp, defineRun, reduceAxes } from "./reduce.ts";

/** Attributes of argMax and argMin. */
export interface ArgOptions {
  /** The axis along which to choose, counted from either end. Default -1. */
  axis?: number;
  /** Keep the axis with length 1. Default false. */
  keepDims?: boolean;
}

const argMaxRun: RunOp = /* @__PURE__ */ defineRun({
  name: "argMax",
  nonEmpty: true,
  dtype: "int32",
  emit: (k, x, out, length, inner, _, size) => k.argMax(0, x, out, length, inner, size),
});

const argMinRun: RunOp = /* @__PURE__ */ defineRun({
  name: "argMin",
  nonEmpty: true,
  dtype: "int32",
  emit: (k, x, out, length, inner, _, size) => k.argMax(1, x, out, length, inner, size),
});

/** Index of the largest element along an axis, the first of equals; the first NaN if there is one. int32. */
export function argMax(x: SymbolicTensor, options: ArgOptions = {}): SymbolicTensor {
  return reduceAxes(argMaxRun, x, { ...options, axis: options.axis ?? -1 });
}

/** Index of the smallest element along an axis, the first of equals; the first NaN if there is one. int32. */
export function argMin(x: SymbolicTensor, options: ArgOptions = {}): SymbolicTensor {
  return reduceAxes(argMinRun, x, { ...options, axis: options.axis ?? -1 });
}
