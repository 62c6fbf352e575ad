import type { SymbolicTensor } from "../graph/symbolic.ts";
import { mul, sub } from "./binary.ts";
import { type ReduceOptions, type RunOp, defineRun, reduceAxes } from "./reduce.ts";
import { exp } from "./unary.ts";

const logSumExpRun: RunOp = /* @__PURE__ */ defineRun({
  name: "logSumExp",
  emit: (k, x, out, length, inner, _, size) => k.reduceLogSumExp(x, out, length, inner, size),
  grad: ({ inputs: [x], out, dout }) => [mul(exp(sub(x, out)), dout)],
});

/**
 * `log sum e^x` over some axes, or over all, shifted by the largest so that nothing overflows. NaN if
 * there is one, else Infinity if there is one; -Infinity where all are, and for none.
 */
export function logSumExp(x: SymbolicTensor, options: ReduceOptions = {}): SymbolicTensor {
  return reduceAxes(logSumExpRun, x, options);
}
