import type { SymbolicTensor } from "../graph/symbolic.ts";
import { add, mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { equal, notEqual } from "./compare.ts";

/** 1 or 0 in float32: truth is rare enough that it needs no arithmetic of its own. */
function truth(x: SymbolicTensor): SymbolicTensor {
  return cast(cast(x, { dtype: "bool" }), { dtype: "float32" });
}

/** `not x`, as bool. Everything but zero counts as true. */
export function logicalNot(x: SymbolicTensor): SymbolicTensor {
  return equal(truth(x), 0);
}

/** `a and b` under broadcasting, as bool. Everything but zero counts as true. */
export function logicalAnd(a: SymbolicTensor, b: SymbolicTensor): SymbolicTensor {
  return notEqual(mul(truth(a), truth(b)), 0);
}

/** `a or b` under broadcasting, as bool. Everything but zero counts as true. */
export function logicalOr(a: SymbolicTensor, b: SymbolicTensor): SymbolicTensor {
  return notEqual(add(truth(a), truth(b)), 0);
}
