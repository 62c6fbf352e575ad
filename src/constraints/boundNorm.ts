import { ShapeError } from "../errors.ts";
import type { Address } from "../kernels/command.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type Shape, printShape, sizeOf } from "../shape.ts";

/** Axes along which a norm is taken: 0 for a dense kernel [inputs, outputs], [0, 1, 2] for a convolution's. */
export type NormAxes = number | readonly number[];

/**
 * Writes the command that bounds the norms of a parameter along neighbouring axes.
 *
 * @throws ShapeError where an axis is missing, or the axes are not neighbours in rising order
 */
export function emitBoundNorm(
  k: Kernels,
  name: string,
  parameter: Address,
  shape: Shape,
  axis: NormAxes,
  [low, high, rate]: readonly [number, number, number],
): void {
  const axes = (typeof axis === "number" ? [axis] : axis).map((a) =>
    a < 0 ? a + shape.length : a,
  );
  const fits = axes.every((a, i) => a >= 0 && a < shape.length && a === axes[0]! + i);
  if (!fits || axes.length === 0) {
    throw new ShapeError(
      `${name}: axis must be neighbouring axes of ${printShape(shape)}, got ${String(axis)}`,
    );
  }
  const [first, last] = [axes[0]!, axes.at(-1)!];
  const outer = sizeOf(shape.slice(0, first));
  const length = sizeOf(shape.slice(first, last + 1));
  const inner = sizeOf(shape.slice(last + 1));
  if (sizeOf(shape) > 0) k.boundNorm(parameter, length, inner, low, high, rate, outer * inner);
}
