import { OptionError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { Shaped, ShapedOp } from "../graph/shapedOp.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";
import type { Shape } from "../shape.ts";

/** Bounds of a clamp. */
export type ClampAttrs = {
  /** Lower bound; -Infinity if left out. */
  min: number;
  /** Upper bound, not below `min`; Infinity if left out. */
  max: number;
};

function checkBounds(x: Shape, { min, max }: ClampAttrs): Shape {
  if (!(min <= max))
    throw new OptionError(`clamp: min must not be above max, got ${min} and ${max}`);
  return x;
}

/** Gradient of clamp, `dx = min <= x <= max ? dy : 0`. */
const clampGrad: Op<ClampAttrs> = /* @__PURE__ */ defineOp<ClampAttrs>({
  name: "clampGrad",
  inputs: ["x", "dy"],
  attrs: { min: -Infinity, max: Infinity },
  shape: ([x]) => x!,
  emit: (k, { x, dy, out }, { size, attrs }) =>
    k.clampGrad(x!, dy!, out!, attrs.min, attrs.max, size),
  grad: ({ inputs: [x], dout, attrs }) => [null, clampGrad(x!, dout, attrs)],
  inPlace: 1,
});

/** `min(max(x, min), max)`, element by element. NaN stays NaN. At a bound the gradient passes. */
export const clamp: ShapedOp<SameShape, ClampAttrs> = /* @__PURE__ */ defineOp<ClampAttrs, Shaped>({
  name: "clamp",
  inputs: ["x"],
  attrs: { min: -Infinity, max: Infinity },
  shape: ([x], attrs) => checkBounds(x!, attrs),
  emit: (k, { x, out }, { size, attrs }) => k.clamp(x!, out!, attrs.min, attrs.max, size),
  grad: ({ inputs: [x], dout, attrs }) => [clampGrad(x!, dout, attrs)],
  inPlace: 0,
});
