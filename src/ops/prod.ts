import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { sizeOf } from "../shape.ts";
import {
  type ReduceOptions,
  type RunAttrs,
  type RunOp,
  defineRun,
  reduceAxes,
  runOf,
} from "./reduce.ts";

const prodGrad: Op<RunAttrs> = /* @__PURE__ */ defineOp<RunAttrs>({
  name: "prodGrad",
  inputs: ["x", "dy"],
  attrs: { from: 0, to: 0, option: 0 },
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { attrs, shapes }) => {
    const [length, inner] = runOf(shapes["x"]!, attrs);
    k.reduceProdGrad(x!, dy!, out!, length, inner, sizeOf(shapes["dy"]!));
  },
  flops: ([x]) => 3 * sizeOf(x!),
});

const prodRun: RunOp = /* @__PURE__ */ defineRun({
  name: "prod",
  emit: (k, x, out, length, inner, _, size) => k.reduceProd(x, out, length, inner, size),
  grad: ({ inputs, attrs, dout }) => [prodGrad(inputs[0], dout, attrs)],
});

/** Product over some axes, or over all. An empty product is 1. The gradient is right where factors are 0. */
export function prod(x: SymbolicTensor, options: ReduceOptions = {}): SymbolicTensor {
  return reduceAxes(prodRun, x, options);
}
