import { add as addOp } from "../ops/binary.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { merging } from "./merge.ts";
import type { MergeRule } from "./shapeRules.ts";

/**
 * Sum of its inputs, element by element.
 *
 * inputs: float32[batch, ...], of shapes that broadcast; output: float32[batch, ...].
 *
 * @throws ShapeError where the inputs are too few or do not fit
 *
 * @example
 *     add()(x, y)
 */
export const add: LayerFactory<MergeRule<"add">, object> = /* @__PURE__ */ defineLayer<
  object,
  Shaped
>({
  name: "add",
  passesMask: true,
  defaults: {},
  call: merging("add", (a, b) => addOp(a, b)),
});
