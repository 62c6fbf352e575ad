import { add, mul } from "../ops/binary.ts";
import { type LayerFactoryNeeding, type Shaped, defineLayer } from "./defineLayer.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `rescaling`. */
export interface RescalingOptions {
  /** Factor: 1 / 255 takes bytes to [0, 1]. */
  scale: number;
  /** What is added. Default 0. */
  offset: number;
}

/**
 * `x scale + offset`, in training and out of it.
 *
 * input and output: float32[batch, ...].
 *
 * @throws RangeError where scale or offset is no finite number
 *
 * @example
 *     rescaling({ scale: 1 / 127.5, offset: -1 })
 */
export const rescaling: LayerFactoryNeeding<SameShape, RescalingOptions, "scale"> =
  /* @__PURE__ */ defineLayer<RescalingOptions, Shaped>({
    name: "rescaling",
    passesMask: true,
    defaults: { scale: Number.NaN, offset: 0 },
    check: ({ scale, offset }) => {
      if (!Number.isFinite(scale) || !Number.isFinite(offset)) {
        throw new RangeError(
          `rescaling: scale and offset must be finite numbers, got ${String(scale)} and ${String(offset)}`,
        );
      }
    },
    call: ([x], { options: { scale, offset } }) => {
      const y = mul(x!, scale);
      return offset === 0 ? y : add(y, offset);
    },
  });
