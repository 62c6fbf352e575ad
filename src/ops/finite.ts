import type { SymbolicTensor } from "../graph/symbolic.ts";
import { equal, less, notEqual } from "./compare.ts";
import { abs } from "./unary.ts";

/** Whether an element is NaN, as bool. */
export function isNaN(x: SymbolicTensor): SymbolicTensor {
  return notEqual(x, x);
}

/** Whether an element is Infinity or -Infinity, as bool. */
export function isInf(x: SymbolicTensor): SymbolicTensor {
  return equal(abs(x), Infinity);
}

/** Whether an element is neither NaN nor infinite, as bool. */
export function isFinite(x: SymbolicTensor): SymbolicTensor {
  return less(abs(x), Infinity);
}
