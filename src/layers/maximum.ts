import { maximum as maximumOp } from "../ops/maximum.ts";
import { type CommonLayerOptions, type Layer, defineLayer } from "./defineLayer.ts";
import { merging } from "./merge.ts";

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
export const maximum: (options?: Partial<CommonLayerOptions>) => Layer =
  /* @__PURE__ */ defineLayer<object>({
    name: "maximum",
    defaults: {},
    call: merging("maximum", (a, b) => maximumOp(a, b)),
  });
