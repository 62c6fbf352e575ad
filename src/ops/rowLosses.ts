import { ShapeError } from "../errors.ts";
import { type Attrs, type Op, type OpDefinition, defineOp } from "../graph/defineOp.ts";
import { type Shape, printShape, sameShape, sizeOf } from "../shape.ts";
import { noTargetGradient } from "./targets.ts";

/** Rows of two operands of one shape, whose last axis is not empty. @throws ShapeError */
function rowsShape(name: string, [x, t]: readonly Shape[]): Shape {
  if (!sameShape(x!, t!) || x!.length === 0 || x!.at(-1) === 0) {
    throw new ShapeError(
      `${name}: operands must have one shape with a last axis that is not empty, got ${printShape(x!)} and ${printShape(t!)}`,
    );
  }
  return x!.slice(0, -1);
}

/** Gradient op of a loss of rows x with target t: the shape of x. */
function gradDefinition<A extends Attrs>(
  name: string,
  attrs: A,
  emit: OpDefinition<A>["emit"],
): Op<A> {
  return defineOp<A>({
    name,
    inputs: ["x", "t", "dloss"],
    attrs,
    shape: ([x]) => x!,
    emit,
    flops: ([x]) => 4 * sizeOf(x!),
  });
}

const crossentropyGrad: Op<{ epsilon: number }> = /* @__PURE__ */ gradDefinition(
  "crossentropyGrad",
  { epsilon: 1e-7 },
  (k, { x, t, dloss, out }, { shapes, attrs }) =>
    k.crossentropyGrad(
      x!,
      t!,
      dloss!,
      out!,
      shapes["x"]!.at(-1)!,
      attrs.epsilon,
      sizeOf(shapes["dloss"]!),
    ),
);

/** `-sum t log p` over the last axis, p = x / sum x clipped to [epsilon, 1 - epsilon]. */
export const crossentropy: Op<{ epsilon: number }> = /* @__PURE__ */ defineOp<{ epsilon: number }>({
  name: "crossentropy",
  inputs: ["x", "t"],
  attrs: { epsilon: 1e-7 },
  shape: (shapes) => rowsShape("crossentropy", shapes),
  emit: (k, { x, t, out }, { shapes, attrs, size }) =>
    k.crossentropy(x!, t!, out!, shapes["x"]!.at(-1)!, attrs.epsilon, size),
  grad: ({ inputs, dout, attrs, needs }) => {
    noTargetGradient("crossentropy", needs(1));
    return [crossentropyGrad(...inputs, dout, attrs), null];
  },
  flops: ([x]) => 10 * sizeOf(x!),
});

const categoricalHingeGrad: Op = /* @__PURE__ */ gradDefinition(
  "categoricalHingeGrad",
  {},
  (k, { x, t, dloss, out }, { shapes }) =>
    k.categoricalHingeGrad(x!, t!, dloss!, out!, shapes["x"]!.at(-1)!, sizeOf(shapes["dloss"]!)),
);

/** `max(max((1 - t) x) - sum t x + 1, 0)` over the last axis. */
export const categoricalHingeError: Op = /* @__PURE__ */ defineOp({
  name: "categoricalHingeError",
  inputs: ["x", "t"],
  shape: (shapes) => rowsShape("categoricalHingeError", shapes),
  emit: (k, { x, t, out }, { shapes, size }) =>
    k.categoricalHinge(x!, t!, out!, shapes["x"]!.at(-1)!, size),
  grad: ({ inputs, dout, needs }) => {
    noTargetGradient("categoricalHingeError", needs(1));
    return [categoricalHingeGrad(...inputs, dout), null];
  },
  flops: ([x]) => 4 * sizeOf(x!),
});

const cosineGrad: Op<{ epsilon: number }> = /* @__PURE__ */ gradDefinition(
  "cosineGrad",
  { epsilon: 1e-7 },
  (k, { x, t, dloss, out }, { shapes, attrs }) =>
    k.cosineSimilarityGrad(
      x!,
      t!,
      dloss!,
      out!,
      shapes["x"]!.at(-1)!,
      attrs.epsilon,
      sizeOf(shapes["dloss"]!),
    ),
);

/** `a . b / (|a| |b|)` over the last axis, lengths counted as at least epsilon. */
export const cosine: Op<{ epsilon: number }> = /* @__PURE__ */ defineOp<{ epsilon: number }>({
  name: "cosine",
  inputs: ["a", "b"],
  attrs: { epsilon: 1e-7 },
  shape: (shapes) => rowsShape("cosine", shapes),
  emit: (k, { a, b, out }, { shapes, attrs, size }) =>
    k.cosineSimilarity(a!, b!, out!, shapes["a"]!.at(-1)!, attrs.epsilon, size),
  grad: ({ inputs: [a, b], dout, attrs, needs }) => [
    needs(0) ? cosineGrad(a, b, dout, attrs) : null,
    needs(1) ? cosineGrad(b, a, dout, attrs) : null,
  ],
  flops: ([a]) => 6 * sizeOf(a!),
});
