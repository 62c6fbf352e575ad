import { mul as mulOp } from "../ops/binary.ts";
import { type CommonLayerOptions, type Layer, defineLayer } from "./defineLayer.ts";
import { merging } from "./merge.ts";

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
export const multiply: (options?: Partial<CommonLayerOptions>) => Layer =
  /* @__PURE__ */ defineLayer<object>({
    name: "multiply",
    defaults: {},
    call: merging("multiply", (a, b) => mulOp(a, b)),
  });
