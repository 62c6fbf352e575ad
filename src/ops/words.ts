import type { SymbolicTensor } from "../graph/symbolic.ts";
import { bytesOf } from "../shape.ts";
import { cast } from "./cast.ts";

/** Applies what moves 32-bit words to elements of any dtype. @internal */
export function asWords(
  x: SymbolicTensor,
  op: (x: SymbolicTensor) => SymbolicTensor,
): SymbolicTensor {
  return bytesOf(x.dtype) === 4 ? op(x) : cast(op(cast(x, { dtype: "int32" })), { dtype: x.dtype });
}
