import { type Elements, type Shape, printShape } from "../shape.ts";

/** Elements of an axis that are shown at either end of a long one. */
const EDGE = 3;

/** A number as short as five digits allow. */
function digits(x: number): string {
  if (Number.isInteger(x) || x - x !== 0) return String(x);
  return Number(x.toPrecision(5)).toString();
}

/**
 * A tensor as text: shape, then the elements in nested brackets; of an axis longer than six, the first
 * and last three.
 *
 *     float32[2, 3]
 *     [[1, 2, 3],
 *      [4, 5, 6]]
 */
export function formatTensor(data: Elements, shape: Shape, dtype: string): string {
  const nest = (axis: number, offset: number, length: number): string => {
    if (axis === shape.length) return digits(data[offset]!);
    const n = shape[axis]!;
    const step = n === 0 ? 0 : length / n;
    const shown =
      n > 2 * EDGE ? [0, 1, 2, -1, n - 3, n - 2, n - 1] : Array.from({ length: n }, (_, i) => i);
    const parts = shown.map((i) => (i < 0 ? "..." : nest(axis + 1, offset + i * step, step)));
    const last = axis === shape.length - 1;
    return `[${parts.join(last ? ", " : `,\n${" ".repeat(axis + 1)}`)}]`;
  };
  return `${dtype}${printShape(shape)}\n${nest(0, 0, data.length)}`;
}
