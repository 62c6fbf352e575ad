import type { BroadcastRule, ShapedOp } from "../graph/shapedOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { defineBinary, mul } from "./binary.ts";
import { equal, less } from "./compare.ts";
import { where } from "./where.ts";

/** What of `d` reaches an operand: nothing where it lost, half at a tie; all where either is NaN, as in PyTorch. */
function share(
  d: SymbolicTensor,
  a: SymbolicTensor,
  b: SymbolicTensor,
  lost: SymbolicTensor,
): SymbolicTensor {
  return where(lost, 0, where(equal(a, b), mul(d, 0.5), d));
}

/** `max(a, b)` under broadcasting. NaN where either is NaN; a tie shares the gradient. */
export const maximum: ShapedOp<BroadcastRule<"maximum">> = /* @__PURE__ */ defineBinary(
  "maximum",
  4,
  (a, b, _out, d) => [() => share(d, a, b, less(a, b)), () => share(d, a, b, less(b, a))],
);

/** `min(a, b)` under broadcasting. NaN where either is NaN; a tie shares the gradient. */
export const minimum: ShapedOp<BroadcastRule<"minimum">> = /* @__PURE__ */ defineBinary(
  "minimum",
  5,
  (a, b, _out, d) => [() => share(d, a, b, less(b, a)), () => share(d, a, b, less(a, b))],
);
