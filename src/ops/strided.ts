import type { EmitContext } from "../graph/defineOp.ts";
import type { Address } from "../kernels/command.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type Shape, bytesOf, sizeOf } from "../shape.ts";

/** Elements from one to the next along each axis of a tensor. */
export function stridesOf(shape: Shape): number[] {
  return shape.map((_, i) => sizeOf(shape.slice(i + 1)));
}

/** Where a window begins, and elements from one to the next along each of its axes. */
export interface Steps {
  readonly offset: number;
  readonly steps: readonly number[];
}

/** The window of a tensor that begins at `begin` and goes on by `step` along each axis. */
export function windowOf(shape: Shape, begin: readonly number[], step: readonly number[]): Steps {
  const strides = stridesOf(shape);
  return {
    offset: strides.reduce((sum, stride, i) => sum + stride * begin[i]!, 0),
    steps: strides.map((stride, i) => stride * step[i]!),
  };
}

/** Axes of a copy, outermost first: length, step in x, step in out. Neighbours that go on evenly become one. */
function axesOf(shape: Shape, x: readonly number[], out: readonly number[]): number[][] {
  const axes: number[][] = [];
  for (let i = shape.length - 1; i >= 0; i--) {
    const [n, stepX, stepOut] = [shape[i]!, x[i]!, out[i]!];
    if (n === 1) continue;
    const inner = axes[0];
    if (inner && stepX === inner[1]! * inner[0]! && stepOut === inner[2]! * inner[0]!)
      inner[0]! *= n;
    else axes.unshift([n, stepX, stepOut]);
  }
  while (axes.length < 2) axes.unshift([1, 0, 0]);
  return axes;
}

/** The command that copies a window of this shape from x to out. */
export function emitStrided(
  k: Kernels,
  { dtype, table }: Pick<EmitContext<unknown>, "dtype" | "table">,
  shape: Shape,
  [x, from]: readonly [Address, Steps],
  [out, to]: readonly [Address, Steps],
): void {
  if (sizeOf(shape) === 0) return;
  const axes = axesOf(shape, from.steps, to.steps);
  const bytes = bytesOf(dtype);
  k.copyStrided(
    bytes,
    x + bytes * from.offset,
    out + bytes * to.offset,
    table([axes.length, ...axes.flat()]),
    sizeOf(axes.slice(0, -1).map(([n]) => n!)),
  );
}
