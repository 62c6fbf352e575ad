import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { DType } from "../shape.ts";

/** Codes of the kernel; what is read does not tell bool from uint8. */
const CODES: Readonly<Record<DType, number>> = { float32: 0, int32: 1, uint8: 2, bool: 3 };

const castOp: Op<{ dtype: DType }> = /* @__PURE__ */ defineOp<{ dtype: DType }>({
  name: "cast",
  inputs: ["x"],
  attrs: { dtype: "float32" },
  shape: ([x]) => x!,
  dtype: (_, { dtype }) => dtype,
  emit: (k, { x, out }, { attrs, dtypes, size }) =>
    k.cast(Math.min(CODES[dtypes["x"]!], 2), CODES[attrs.dtype], x!, out!, size),
});

/**
 * The same elements in another dtype; x itself where it has it. float32 to int32 cuts towards zero and
 * saturates, NaN becomes 0; to uint8 integers are taken modulo 256; to bool all but zero becomes true, NaN
 * too. No gradient passes.
 */
export function cast(x: SymbolicTensor, { dtype }: { dtype: DType }): SymbolicTensor {
  return x.dtype === dtype ? x : castOp(x, { dtype });
}
