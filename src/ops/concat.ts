import { ShapeError } from "../errors.ts";
import { defineOp } from "../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../graph/shapedOp.ts";
import { type Shape, axisOf, printShape } from "../shape.ts";
import type { ConcatRule } from "./shapeRules.ts";
import { slice } from "./slice.ts";
import { emitStrided, stridesOf } from "./strided.ts";

/** Where each input begins along the axis, and where the last one ends. */
function beginnings(shapes: readonly Shape[], axis: number): number[] {
  const begins = [0];
  for (const shape of shapes) begins.push(begins.at(-1)! + shape[axis]!);
  return begins;
}

/**
 * Tensors one behind the other along an axis (the first by default), as many as there are:
 * `concat(a, b, c, { axis: -1 })`. They agree in all other axes and in dtype, which may be any.
 */
export const concat: ShapedOp<ConcatRule, { axis: number }> = /* @__PURE__ */ defineOp<
  { axis: number },
  Shaped
>({
  name: "concat",
  inputs: ["...x"],
  attrs: { axis: 0 },
  shape: (shapes, { axis }, dtypes) => {
    const [first] = shapes as [Shape];
    const along = axisOf("concat", axis, first.length);
    const fits = shapes.every(
      (shape) =>
        shape.length === first.length && shape.every((n, i) => i === along || n === first[i]),
    );
    if (!fits || new Set(dtypes).size > 1) {
      throw new ShapeError(
        `concat: inputs must agree in dtype and in all axes but ${along}, got ${shapes.map((s, i) => `${dtypes[i]}${printShape(s)}`).join(" and ")}`,
      );
    }
    return first.with(along, beginnings(shapes, along).at(-1)!);
  },
  dtype: ([x]) => x!,
  emit: (k, b, context) => {
    const { attrs, shapes, out } = context;
    const axis = axisOf("concat", attrs.axis, out.length);
    const steps = stridesOf(out);
    let begin = 0;
    for (const [name, shape] of Object.entries(shapes)) {
      const to = { offset: begin * steps[axis]!, steps };
      const from = { offset: 0, steps: stridesOf(shape) };
      emitStrided(k, context, shape, [b[name]!, from], [b["out"]!, to]);
      begin += shape[axis]!;
    }
  },
  grad: ({ inputs, attrs, dout, needs }) => {
    const axis = axisOf("concat", attrs.axis, dout.shape.length);
    const begins = beginnings(
      inputs.map((x) => x.shape),
      axis,
    );
    return inputs.map((x, i) =>
      needs(i) ? slice(dout, { axis, begin: begins[i]!, size: x.shape[axis]! }) : null,
    );
  },
});
