import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type Shape, axisOf, printShape, sizeOf } from "../shape.ts";
import type { Permuted, Reversed, ShapeFrom } from "../tensor/shapeTypes.ts";
import { reshape } from "./reshape.ts";
import { asWords } from "./words.ts";

/** An axis of the result: its length, and elements from one to the next in x and in the result. */
interface Axis {
  length: number;
  x: number;
  out: number;
}

/** The axes of the result, outermost first; neighbours that are neighbours in x too become one. */
function axesOf(shape: Shape, permutation: readonly number[]): Axis[] {
  const axes: Axis[] = [];
  let out = 1;
  for (const source of permutation.toReversed()) {
    const length = shape[source]!;
    const x = sizeOf(shape.slice(source + 1));
    const inner = axes[0];
    if (length === 1) continue;
    if (inner && x === inner.x * inner.length) inner.length *= length;
    else axes.unshift({ length, x, out });
    out *= length;
  }
  return axes.length > 0 ? axes : [{ length: 1, x: 1, out: 1 }];
}

const transposeOp: Op<{ permutation: readonly number[] }> = /* @__PURE__ */ defineOp<{
  permutation: readonly number[];
}>({
  name: "transpose",
  inputs: ["x"],
  attrs: { permutation: [] },
  shape: ([x], { permutation }) => permutation.map((axis) => x![axis]!),
  dtype: ([x]) => x!,
  emit: (k, { x, out }, { attrs, shapes, size, table }) => {
    if (size === 0) return;
    const axes = axesOf(shapes["x"]!, attrs.permutation);
    const columns = axes.pop()!;
    const contiguous = columns.x === 1 ? -1 : axes.findIndex((axis) => axis.x === 1);
    const [rows] = contiguous < 0 ? [{ length: 1, out: 0 }] : axes.splice(contiguous, 1);
    const counted = table([
      axes.length,
      ...axes.flatMap((axis) => [axis.length, axis.x, axis.out]),
    ]);
    k.transpose(
      x!,
      out!,
      counted,
      rows!.length,
      rows!.out,
      columns.length,
      columns.x,
      size / columns.length,
    );
  },
  grad: ({ attrs: { permutation }, dout }) => {
    const inverse = permutation.map((_, i) => permutation.indexOf(i));
    return [transpose(dout, { permutation: inverse })];
  },
});

/**
 * The axes in another order: axis i of the result is axis `permutation[i]` of x. Without a permutation the
 * order is reversed.
 *
 * @throws ShapeError if the permutation does not name every axis once
 */
export function transpose<S extends Shape, const Order extends readonly number[]>(
  x: SymbolicTensor<S>,
  options: { permutation: Order },
): SymbolicTensor<ShapeFrom<Permuted<S, Order>>>;
export function transpose<S extends Shape>(
  x: SymbolicTensor<S>,
  options?: { permutation?: undefined },
): SymbolicTensor<ShapeFrom<Reversed<S>>>;
export function transpose(
  x: SymbolicTensor,
  options?: { permutation?: readonly number[] },
): SymbolicTensor;
export function transpose(
  x: SymbolicTensor,
  { permutation }: { permutation?: readonly number[] } = {},
): SymbolicTensor {
  const rank = x.shape.length;
  const order = (permutation ?? x.shape.map((_, i) => rank - 1 - i)).map((axis) =>
    axisOf("transpose", axis, rank),
  );
  if (order.length !== rank || new Set(order).size !== rank) {
    throw new ShapeError(
      `transpose: permutation must name each axis of ${printShape(x.shape)} once, got [${order.join(", ")}]`,
    );
  }
  // Axes of length 1 may move without moving an element.
  const long = order.filter((axis) => x.shape[axis] !== 1);
  if (long.every((axis, i) => i === 0 || axis > long[i - 1]!)) {
    return reshape(x, { shape: order.map((axis) => x.shape[axis]!) });
  }
  return asWords(x, (words) => transposeOp(words, { permutation: order }));
}

/** Moves one axis to the end and leaves the others in order; `back` undoes it. */
export function axisLast(
  x: SymbolicTensor,
  axis: number,
): { moved: SymbolicTensor; back(y: SymbolicTensor): SymbolicTensor } {
  const order = [...x.shape.keys()].filter((i) => i !== axis);
  const permutation = [...order, axis];
  return {
    moved: transpose(x, { permutation }),
    back: (y) => transpose(y, { permutation: permutation.map((_, i) => permutation.indexOf(i)) }),
  };
}
