import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import { type Shape, axisOf, printShape, sameShape, sizeOf } from "../shape.ts";
import { mul } from "./binary.ts";
import { broadcastTo } from "./broadcastTo.ts";
import type { RunningOptions } from "./cumsum.ts";
import { place } from "./pad.ts";
import { slice } from "./slice.ts";

type RecurrenceAttrs = { axis: number; reverse: boolean };

/** x moved along an axis by one place, forwards or back; 0 comes in. */
function moved(x: SymbolicTensor, axis: number, forwards: boolean): SymbolicTensor {
  const size = Math.max(0, x.shape[axis]! - 1);
  return placed(
    slice(x, { axis, begin: forwards ? 0 : x.shape[axis]! - size, size }),
    x.shape,
    axis,
    forwards,
  );
}

/** x at the end, or the beginning, of an axis of zeros. */
function placed(x: SymbolicTensor, shape: Shape, axis: number, atEnd: boolean): SymbolicTensor {
  const begin = shape.map((n, i) => (i === axis && atEnd ? n - x.shape[axis]! : 0));
  return place(x, { shape, begin, step: shape.map(() => 1), value: 0 });
}

const recurrenceOp: Op<RecurrenceAttrs> = /* @__PURE__ */ defineOp<RecurrenceAttrs>({
  name: "linearRecurrence",
  inputs: ["a", "b"],
  attrs: { axis: 0, reverse: false },
  shape: ([a, b]) => {
    if (!sameShape(a!, b!)) {
      throw new ShapeError(
        `linearRecurrence: factors and terms must have one shape, got ${printShape(a!)} and ${printShape(b!)}`,
      );
    }
    return b!;
  },
  emit: (k, { a, b, out }, { attrs: { axis, reverse }, out: shape, size }) => {
    const [length, inner] = [shape[axis]!, sizeOf(shape.slice(axis + 1))];
    if (size > 0) k.recurrence(a!, b!, out!, length, inner, reverse ? 1 : 0, size / length);
  },
  grad: ({ inputs: [a], attrs: { axis, reverse }, out, dout, needs }) => {
    const next = moved(a!, axis, reverse);
    const db = recurrenceOp(next, dout, { axis, reverse: !reverse });
    return [needs(0) ? mul(db, moved(out, axis, !reverse)) : null, needs(1) ? db : null];
  },
  inPlace: 1,
  flops: ([a]) => 2 * sizeOf(a!),
});

/**
 * `y[0] = b[0]`, `y[i] = b[i] + a[i] y[i - 1]` along an axis (the last); with `reverse` from the end. Carried
 * in f64. Running products, decaying averages and discounted sums are of this form.
 *
 * @throws ShapeError where a and b differ in shape
 */
export function linearRecurrence(
  a: SymbolicTensor,
  b: SymbolicTensor,
  { axis = -1, reverse = false }: Omit<RunningOptions, "exclusive"> = {},
): SymbolicTensor {
  return recurrenceOp(a, b, { axis: axisOf("linearRecurrence", axis, b.shape.length), reverse });
}

/**
 * Running products along an axis (the last), `y[i] = x[0] ... x[i]`; with `exclusive` up to x[i - 1] and 1 at
 * first, with `reverse` from the end. Multiplied in f64. The gradient is right where factors are 0.
 */
export function cumprod(x: SymbolicTensor, options: RunningOptions = {}): SymbolicTensor {
  const { reverse = false, exclusive = false } = options;
  const axis = axisOf("cumprod", options.axis ?? -1, x.shape.length);
  const length = x.shape[axis]!;
  if (length === 0) return x;
  const first = exclusive
    ? broadcastTo(constant(1), x.shape.with(axis, 1))
    : slice(x, { axis, begin: reverse ? length - 1 : 0, size: 1 });
  const factors = exclusive ? moved(x, axis, !reverse) : x;
  return linearRecurrence(factors, placed(first, x.shape, axis, reverse), { axis, reverse });
}
