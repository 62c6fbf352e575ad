import type { SymbolicTensor } from "../graph/symbolic.ts";
import { div } from "./binary.ts";
import { equal } from "./compare.ts";
import { where } from "./where.ts";

/**
 * `a / b`, or 0 where b is 0. The divisor is replaced there before it divides: otherwise the gradient of what
 * is not chosen would be 0 times infinity.
 */
export function divOrZero(a: SymbolicTensor, b: SymbolicTensor): SymbolicTensor {
  const zero = equal(b, 0);
  return where(zero, 0, div(a, where(zero, 1, b)));
}
