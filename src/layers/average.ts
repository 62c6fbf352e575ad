import type { SymbolicTensor } from "../graph/symbolic.ts";
import { add, mul } from "../ops/binary.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { merging } from "./merge.ts";
import type { MergeRule } from "./shapeRules.ts";

const sumOf = /* @__PURE__ */ merging("average", (a, b) => add(a, b));

/**
 * Mean of its inputs, element by element.
 *
 * inputs: float32[batch, ...], of shapes that broadcast; output: float32[batch, ...].
 *
 * @throws ShapeError where the inputs are too few or do not fit
 *
 * @example
 *     average()(x, y, z)
 */
export const average: LayerFactory<MergeRule<"average">, object> = /* @__PURE__ */ defineLayer<
  object,
  Shaped
>({
  name: "average",
  passesMask: true,
  defaults: {},
  call: (inputs, context, name) =>
    mul(sumOf(inputs, context, name) as SymbolicTensor, 1 / inputs.length),
});
