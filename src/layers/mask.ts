import type { SymbolicTensor } from "../graph/symbolic.ts";
import { logicalAnd } from "../ops/logical.ts";

/** Masks of what layers gave: which steps of a sequence count. They go with the tensor, as in Keras. */
const masks = /* @__PURE__ */ new WeakMap<SymbolicTensor, SymbolicTensor>();

/** bool[batch, time], 0 where a step is padding; null where all count. */
export function maskOf(t: SymbolicTensor | undefined): SymbolicTensor | null {
  return (t && masks.get(t)) ?? null;
}

/** Says which steps of a tensor count; null: nothing is said. */
export function withMask(t: SymbolicTensor, mask: SymbolicTensor | null): SymbolicTensor {
  if (mask) masks.set(t, mask);
  return t;
}

/** Steps that count in all of some tensors; null where none has a mask. */
export function commonMask(inputs: readonly SymbolicTensor[]): SymbolicTensor | null {
  const all = new Set(inputs.map(maskOf).filter((m) => m !== null));
  return [...all].reduce<SymbolicTensor | null>((a, b) => (a ? logicalAnd(a, b) : b), null);
}
