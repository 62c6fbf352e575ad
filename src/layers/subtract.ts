import { sub as subOp } from "../ops/binary.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { merging } from "./merge.ts";
import type { MergeRule } from "./shapeRules.ts";

/**
 * Its first input less its second, element by element.
 *
 * inputs: float32[batch, ...], of shapes that broadcast; output: float32[batch, ...].
 *
 * @throws ShapeError where the inputs are too few or do not fit
 *
 * @example
 *     subtract()(x, y)
 */
export const subtract: LayerFactory<MergeRule<"subtract">, object> = /* @__PURE__ */ defineLayer<
  object,
  Shaped
>({
  name: "subtract",
  passesMask: true,
  defaults: {},
  call: merging("subtract", (a, b) => subOp(a, b), 2),
});
