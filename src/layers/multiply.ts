import { mul as mulOp } from "../ops/binary.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { merging } from "./merge.ts";
import type { MergeRule } from "./shapeRules.ts";

/**
 * Product of its inputs, element by element.
 *
 * inputs: float32[batch, ...], of shapes that broadcast; output: float32[batch, ...].
 *
 * @throws ShapeError where the inputs are too few or do not fit
 *
 * @example
 *     multiply()(x, gate)
 */
export const multiply: LayerFactory<MergeRule<"multiply">, object> = /* @__PURE__ */ defineLayer<
  object,
  Shaped
>({
  name: "multiply",
  passesMask: true,
  defaults: {},
  call: merging("multiply", (a, b) => mulOp(a, b)),
});
