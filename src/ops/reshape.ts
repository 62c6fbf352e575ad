import { ShapeError } from "../errors.ts";
import { defineOp } from "../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../graph/shapedOp.ts";
import { type Shape, printShape, sizeOf } from "../shape.ts";
import type { ReshapeRule } from "./shapeRules.ts";

/** The same elements under another shape; one axis may be -1 and is inferred. Moves nothing. */
export const reshape: ShapedOp<ReshapeRule, { shape: Shape }> = /* @__PURE__ */ defineOp<
  { shape: Shape },
  Shaped
>({
  name: "reshape",
  inputs: ["x"],
  attrs: { shape: [] },
  shape: ([x], { shape }) => inferShape(x!, shape),
  dtype: ([x]) => x!,
  emit: () => {},
  grad: ({ inputs, dout }) => [reshape(dout, { shape: inputs[0]!.shape })],
  view: true,
});

/** A shape whose one axis of -1 is replaced by what the elements leave. @throws ShapeError */
export function inferShape(from: Shape, to: Shape): Shape {
  const size = sizeOf(from);
  const known = sizeOf(to.filter((n) => n !== -1));
  const unknown = to.filter((n) => n === -1).length;
  const rest = known === 0 ? 0 : size / known;
  if (
    unknown > 1 ||
    (unknown === 1 && !Number.isInteger(rest)) ||
    (unknown === 0 && known !== size)
  ) {
    throw new ShapeError(
      `reshape: ${printShape(from)} holds ${size} elements, which do not fit ${printShape(to)}; at most one axis may be -1`,
    );
  }
  return to.map((n) => (n === -1 ? rest : n));
}
