import { reshape } from "../ops/reshape.ts";
import { sizeOf } from "../shape.ts";
import { type CommonLayerOptions, type Layer, defineLayer } from "./defineLayer.ts";

/**
 * All axes behind the batch axis as one, last axis fastest. A sample that is one number becomes one feature.
 *
 * input: float32[batch, ...]; output: float32[batch, features].
 */
export const flatten: (options?: Partial<CommonLayerOptions>) => Layer =
  /* @__PURE__ */ defineLayer<object>({
    name: "flatten",
    defaults: {},
    call: ([x]) => reshape(x!, { shape: [x!.shape[0]!, sizeOf(x!.shape.slice(1))] }),
  });
