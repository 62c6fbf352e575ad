import type { GradContext } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { div, mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { equal } from "./compare.ts";
import { type ReduceOptions, type RunAttrs, type RunOp, defineRun, reduceAxes } from "./reduce.ts";
import { sum } from "./sum.ts";

/** `dy` to the elements that were chosen, in equal parts. */
function shareTies({
  inputs: [x],
  attrs: { from, to },
  out,
  dout,
}: GradContext<RunAttrs>): SymbolicTensor[] {
  const chosen = cast(equal(x!, out), { dtype: "float32" });
  const axis = Array.from({ length: to - from }, (_, i) => from + i);
  return [mul(chosen, div(dout, sum(chosen, { axis, keepDims: true })))];
}

const maxRun: RunOp = /* @__PURE__ */ defineRun({
  name: "max",
  nonEmpty: true,
  emit: (k, x, out, length, inner, _, size) => k.reduceMax(0, x, out, length, inner, size),
  grad: shareTies,
});

const minRun: RunOp = /* @__PURE__ */ defineRun({
  name: "min",
  nonEmpty: true,
  emit: (k, x, out, length, inner, _, size) => k.reduceMax(1, x, out, length, inner, size),
  grad: shareTies,
});

/** Largest element over some axes, or over all; NaN if there is one. Ties share the gradient. */
export function max(x: SymbolicTensor, options: ReduceOptions = {}): SymbolicTensor {
  return reduceAxes(maxRun, x, options);
}

/** Smallest element over some axes, or over all; NaN if there is one. Ties share the gradient. */
export function min(x: SymbolicTensor, options: ReduceOptions = {}): SymbolicTensor {
  return reduceAxes(minRun, x, options);
}
