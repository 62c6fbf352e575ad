import { maximum as maximumOp } from "../ops/maximum.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { merging } from "./merge.ts";
import type { MergeRule } from "./shapeRules.ts";

/**
 * Largest of its inputs, element by element; NaN where one is.
 *
 * inputs: float32[batch, ...], of shapes that broadcast; output: float32[batch, ...].
 *
 * @throws ShapeError where the inputs are too few or do not fit
 *
 * @example
 *     maximum()(x, y)
 */
export const maximum: LayerFactory<MergeRule<"maximum">, object> = /* @__PURE__ */ defineLayer<
  object,
  Shaped
>({
  name: "maximum",
  passesMask: true,
  defaults: {},
  call: merging("maximum", (a, b) => maximumOp(a, b)),
});
