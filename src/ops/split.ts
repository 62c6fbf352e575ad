import { ShapeError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { axisOf, printShape } from "../shape.ts";
import { slice } from "./slice.ts";

/** How `split` cuts. */
export interface SplitOptions {
  /** Default 0. */
  axis?: number;
  /** So many equal parts; or give `sizes`. */
  parts?: number;
  /** Lengths of the parts, which add up to the axis. */
  sizes?: readonly number[];
}

/**
 * Neighbouring parts of a tensor along an axis. Any dtype.
 *
 * @throws ShapeError where the parts do not make up the axis
 *
 * @example
 *     const [q, k, v] = split(x, { axis: -1, parts: 3 });
 *     const [head, rest] = split(x, { sizes: [1, 9] });
 */
export function split(
  x: SymbolicTensor,
  { axis = 0, parts, sizes }: SplitOptions,
): SymbolicTensor[] {
  const along = axisOf("split", axis, x.shape.length);
  const length = x.shape[along]!;
  const lengths = sizes ?? new Array<number>(parts ?? 0).fill(length / (parts ?? 1));
  const total = lengths.reduce((sum, n) => sum + n, 0);
  if (
    (parts === undefined) === (sizes === undefined) ||
    total !== length ||
    !lengths.every((n) => Number.isInteger(n) && n >= 0)
  ) {
    throw new ShapeError(
      `split: takes parts that divide axis ${along} of ${printShape(x.shape)}, or sizes that add up to it, got ${JSON.stringify({ parts, sizes })}`,
    );
  }
  let begin = 0;
  return lengths.map((size) => {
    begin += size;
    return slice(x, { axis: along, begin: begin - size, size });
  });
}
