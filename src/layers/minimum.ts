import { minimum as minimumOp } from "../ops/maximum.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { merging } from "./merge.ts";
import type { MergeRule } from "./shapeRules.ts";

/**
 * Smallest of its inputs, element by element; NaN where one is.
 *
 * inputs: float32[batch, ...], of shapes that broadcast; output: float32[batch, ...].
 *
 * @throws ShapeError where the inputs are too few or do not fit
 *
 * @example
 *     minimum()(x, y)
 */
export const minimum: LayerFactory<MergeRule<"minimum">, object> = /* @__PURE__ */ defineLayer<
  object,
  Shaped
>({
  name: "minimum",
  passesMask: true,
  defaults: {},
  call: merging("minimum", (a, b) => minimumOp(a, b)),
});
