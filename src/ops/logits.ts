import type { Op } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { reshape } from "./reshape.ts";

/**
 * What an activation was applied to, shaped like `output`, or null where `output` does not come from it.
 * Looks through reshapes; those that change the last axis only where the activation does not care.
 *
 * @param rows  the activation works along the last axis
 */
export function logitsOf(
  output: SymbolicTensor,
  activation: Op,
  rows: boolean,
): SymbolicTensor | null {
  let t = output;
  while (
    t.node?.op === reshape.definition &&
    (!rows || t.node.inputs[0]!.shape.at(-1) === t.shape.at(-1))
  ) {
    t = t.node.inputs[0]!;
  }
  if (t.node?.op !== activation.definition) return null;
  const axis = t.node.attrs["axis"] ?? -1;
  if (rows && axis !== -1 && axis !== t.shape.length - 1) return null;
  const logits = t.node.inputs[0]!;
  return t === output ? logits : reshape(logits, { shape: output.shape });
}
