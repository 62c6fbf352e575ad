import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type Shape, broadcastShapes, printShape, sameShape } from "../shape.ts";
import { reshape } from "./reshape.ts";
import { emitStrided, stridesOf } from "./strided.ts";
import { sum } from "./sum.ts";

const broadcastOp: Op<{ shape: Shape }> = /* @__PURE__ */ defineOp<{ shape: Shape }>({
  name: "broadcastTo",
  inputs: ["x"],
  attrs: { shape: [] },
  shape: ([x], { shape }) => {
    if (!sameShape(broadcastShapes("broadcastTo", x!, shape), shape)) {
      throw new ShapeError(
        `broadcastTo: ${printShape(x!)} must broadcast to ${printShape(shape)}; reshape it`,
      );
    }
    return shape;
  },
  dtype: ([x]) => x!,
  emit: (k, { x, out }, context) => {
    const { shapes, out: shape } = context;
    const own = shapes["x"]!;
    const lead = shape.length - own.length;
    const strides = stridesOf(own);
    const steps = shape.map((_, i) => (i < lead || own[i - lead] === 1 ? 0 : strides[i - lead]!));
    const to = { offset: 0, steps: stridesOf(shape) };
    emitStrided(k, context, shape, [x!, { offset: 0, steps }], [out!, to]);
  },
  grad: ({ inputs: [x], dout }) => [sumTo(dout, x!.shape)],
});

/** Repeats along axes of length 1 and new leading axes until the shape is `shape`. Any dtype. */
export function broadcastTo(x: SymbolicTensor, shape: Shape): SymbolicTensor {
  return sameShape(x.shape, shape) ? x : broadcastOp(x, { shape });
}

/** x one behind the other, so many times along each axis. Any dtype. @throws ShapeError */
export function tile(
  x: SymbolicTensor,
  { repeats }: { repeats: readonly number[] },
): SymbolicTensor {
  const { shape } = x;
  if (repeats.length !== shape.length || !repeats.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ShapeError(
      `tile: repeats must be a whole number >= 0 for each axis of ${printShape(shape)}, got ${JSON.stringify(repeats)}`,
    );
  }
  const apart = reshape(x, { shape: shape.flatMap((n) => [1, n]) });
  const repeated = broadcastTo(
    apart,
    shape.flatMap((n, i) => [repeats[i]!, n]),
  );
  return reshape(repeated, { shape: shape.map((n, i) => n * repeats[i]!) });
}

/** Sums a tensor of a broadcast shape back to the shape that was broadcast: the gradient of broadcasting. */
export function sumTo(x: SymbolicTensor, shape: Shape): SymbolicTensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axis = x.shape.flatMap((n, i) =>
    i < lead || (shape[i - lead] === 1 && n !== 1) ? [i] : [],
  );
  return reshape(sum(x, { axis, keepDims: true }), { shape });
}
