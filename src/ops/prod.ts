import type { SymbolicTensor } from "../graph/symbolic.ts";
import { mul } from "./binary.ts";
import { cumprod } from "./recurrence.ts";
import { type ReduceOptions, type RunOp, defineRun, reduceAxes, runOf } from "./reduce.ts";
import { reshape } from "./reshape.ts";

const prodRun: RunOp = /* @__PURE__ */ defineRun({
  name: "prod",
  emit: (k, x, out, length, inner, _, size) => k.reduceProd(x, out, length, inner, size),
  // The product of all other factors is that of those before times that of those behind: zeros need no division.
  grad: ({ inputs: [x], attrs, dout }) => {
    const [length, inner] = runOf(x!.shape, attrs);
    const outer = dout.shape.slice(0, attrs.from).reduce((a, b) => a * b, 1);
    const flat = reshape(x!, { shape: [outer, length, inner] });
    const before = cumprod(flat, { axis: 1, exclusive: true });
    const behind = cumprod(flat, { axis: 1, exclusive: true, reverse: true });
    const dy = reshape(dout, { shape: [outer, 1, inner] });
    return [reshape(mul(mul(before, behind), dy), { shape: x!.shape })];
  },
});

/** Product over some axes, or over all. An empty product is 1. The gradient is right where factors are 0. */
export function prod(x: SymbolicTensor, options: ReduceOptions = {}): SymbolicTensor {
  return reduceAxes(prodRun, x, options);
}
