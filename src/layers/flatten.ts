import { reshape } from "../ops/reshape.ts";
import { sizeOf } from "../shape.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import type { FlattenRule } from "./shapeRules.ts";

/**
 * All axes behind the batch axis as one, last axis fastest. A sample that is one number becomes one feature.
 *
 * input: float32[batch, ...]; output: float32[batch, features].
 */
export const flatten: LayerFactory<FlattenRule, object> = /* @__PURE__ */ defineLayer<
  object,
  Shaped
>({
  name: "flatten",
  defaults: {},
  call: ([x]) => reshape(x!, { shape: [x!.shape[0]!, sizeOf(x!.shape.slice(1))] }),
});
