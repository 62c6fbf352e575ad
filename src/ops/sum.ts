import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { Shape } from "../shape.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { type ReduceOptions, type RunOp, axisRuns, defineRun, dropAxes } from "./reduce.ts";
import type { Reduced } from "./shapeRules.ts";

const sumRun: RunOp = /* @__PURE__ */ defineRun({
  name: "sum",
  emit: (k, x, out, length, inner, _, size) => k.reduceSum(x, out, length, inner, size),
  grad: ({ inputs, dout }) => [broadcastTo(dout, inputs[0]!.shape)],
});

/** Sum over some axes, or over all. An empty sum is 0. */
export function sum<S extends Shape, const Options extends ReduceOptions = object>(
  x: SymbolicTensor<S>,
  options?: Options,
): SymbolicTensor<Reduced<S, Options>>;
export function sum(x: SymbolicTensor, options: ReduceOptions = {}): SymbolicTensor {
  let y = x;
  for (const [from, to] of axisRuns("sum", options.axis, x.shape.length))
    y = sumRun(y, { from, to });
  return dropAxes(y, options.axis, options.keepDims);
}
