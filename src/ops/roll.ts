import { ShapeError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { concat } from "./concat.ts";
import { split } from "./split.ts";

/**
 * The elements moved by `shift` places along an axis (the last by default); what leaves at one end comes in
 * at the other. Any dtype.
 *
 * @throws ShapeError where shift is no whole number
 */
export function roll(
  x: SymbolicTensor,
  { shift, axis = -1 }: { shift: number; axis?: number },
): SymbolicTensor {
  if (!Number.isInteger(shift))
    throw new ShapeError(`roll: shift must be a whole number, got ${shift}`);
  const length = x.shape.at(axis) ?? 0;
  const by = length === 0 ? 0 : ((shift % length) + length) % length;
  if (by === 0) return x;
  const [head, tail] = split(x, { axis, sizes: [length - by, by] });
  return concat(tail, head, { axis });
}
