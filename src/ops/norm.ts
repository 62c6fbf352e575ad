import { OptionError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { div, mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { equal } from "./compare.ts";
import { divOrZero } from "./divOrZero.ts";
import { type ReduceOptions, type RunOp, defineRun, reduceAxes } from "./reduce.ts";
import { sum } from "./sum.ts";
import { abs, sign } from "./unary.ts";

/** Attributes of a norm. */
export interface NormOptions extends ReduceOptions {
  /** 1: sum of |x|; 2: root of the sum of squares; Infinity: largest |x|. Default 2. */
  order?: 1 | 2 | typeof Infinity;
}

const norm1: RunOp = /* @__PURE__ */ defineRun({
  name: "norm1",
  emit: (k, x, out, length, inner, _, size) => k.reduceAbs(x, out, length, inner, size),
  grad: ({ inputs: [x], dout }) => [mul(sign(x), dout)],
});

const norm2: RunOp = /* @__PURE__ */ defineRun({
  name: "norm2",
  emit: (k, x, out, length, inner, _, size) => k.reduceNorm(x, out, length, inner, size),
  grad: ({ inputs: [x], out, dout }) => [mul(x, divOrZero(dout, out))],
});

const normInfinity: RunOp = /* @__PURE__ */ defineRun({
  name: "normInfinity",
  nonEmpty: true,
  emit: (k, x, out, length, inner, _, size) => k.reduceMax(2, x, out, length, inner, size),
  grad: ({ inputs: [x], attrs: { from, to }, out, dout }) => {
    const chosen = cast(equal(abs(x), out), { dtype: "float32" });
    const axis = Array.from({ length: to - from }, (_, i) => from + i);
    return [mul(sign(x), mul(chosen, div(dout, sum(chosen, { axis, keepDims: true }))))];
  },
});

/**
 * Norm over some axes, or over all, of order 1, 2 or Infinity. NaN if there is one. The gradient is 0 at 0,
 * and ties for the largest share it.
 */
export function norm(
  x: SymbolicTensor,
  { order = 2, ...options }: NormOptions = {},
): SymbolicTensor {
  if (order !== 1 && order !== 2 && order !== Infinity) {
    throw new OptionError(`norm: order must be 1, 2 or Infinity, got ${String(order)}`);
  }
  return reduceAxes(order === 1 ? norm1 : order === 2 ? norm2 : normInfinity, x, options);
}
