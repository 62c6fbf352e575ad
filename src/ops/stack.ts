import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type Shape, axisOf, printShape, sameShape } from "../shape.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { emitStrided, stridesOf } from "./strided.ts";

/**
 * Tensors of one shape and dtype side by side along a new axis (the first by default), as many as there
 * are: `stack(a, b, { axis: 1 })`.
 */
export const stack: Op<{ axis: number }> = /* @__PURE__ */ defineOp<{ axis: number }>({
  name: "stack",
  inputs: ["...x"],
  attrs: { axis: 0 },
  shape: (shapes, { axis }, dtypes) => {
    const [first] = shapes as [Shape];
    if (!shapes.every((shape) => sameShape(shape, first)) || new Set(dtypes).size > 1) {
      throw new ShapeError(
        `stack: inputs must have one shape and dtype, got ${shapes.map((s, i) => `${dtypes[i]}${printShape(s)}`).join(" and ")}; use concat()`,
      );
    }
    return first.toSpliced(axisOf("stack", axis, first.length + 1), 0, shapes.length);
  },
  dtype: ([x]) => x!,
  emit: (k, b, context) => {
    const { attrs, shapes, out } = context;
    const axis = axisOf("stack", attrs.axis, out.length);
    const strides = stridesOf(out);
    Object.entries(shapes).forEach(([name, shape], i) => {
      const to = { offset: i * strides[axis]!, steps: strides.toSpliced(axis, 1) };
      const from = { offset: 0, steps: stridesOf(shape) };
      emitStrided(k, context, shape, [b[name]!, from], [b["out"]!, to]);
    });
  },
  grad: ({ attrs, dout, needs }) => unstack(dout, attrs).map((dx, i) => (needs(i) ? dx : null)),
});

/** The parts of a tensor along an axis (the first by default), without that axis: what `stack` undoes. */
export function unstack(x: SymbolicTensor, { axis = 0 }: { axis?: number } = {}): SymbolicTensor[] {
  const along = axisOf("unstack", axis, x.shape.length);
  const shape = x.shape.toSpliced(along, 1);
  return Array.from({ length: x.shape[along]! }, (_, i) =>
    reshape(slice(x, { axis: along, begin: i, size: 1 }), { shape }),
  );
}
