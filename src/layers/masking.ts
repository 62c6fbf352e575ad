import { ShapeError } from "../errors.ts";
import { mul } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { notEqual } from "../ops/compare.ts";
import { max } from "../ops/max.ts";
import { printShape } from "../shape.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { withMask } from "./mask.ts";

/** Options of `masking`. */
export interface MaskingOptions {
  /** A step all of whose features are this number is padding. Default 0. */
  maskValue: number;
}

/**
 * Says which steps of a sequence are padding: those with `maskValue` in every feature, which become 0. What layers
 * behind it do with a masked step is what Keras does:
 *
 *   - lstm, gru and simpleRNN keep their state, and give that of the step before (0 before the first);
 *   - attention and multiHeadAttention do not look at it;
 *   - globalAveragePooling1d leaves it out of the mean;
 *   - layers that act on each step alone (dense, activations, dropout, norms, timeDistributed, add, ...) pass the
 *     mask on; all others (flatten, reshape, convolutions, poolings, ...) end it;
 *   - losses and metrics of a model whose output has a mask are means over the steps that count.
 *
 * input and output: float32[batch, time, ...].
 *
 * @throws ShapeError where the input has no time axis
 *
 * @example
 *     sequential([masking({ maskValue: -1, inputShape: [20, 8] }), lstm({ units: 32 }), dense({ units: 1 })])
 */
export const masking: LayerFactory<SameShape, MaskingOptions> = /* @__PURE__ */ defineLayer<
  MaskingOptions,
  Shaped
>({
  name: "masking",
  defaults: { maskValue: 0 },
  call: ([x], { options: { maskValue } }, name) => {
    if (x!.shape.length < 3) {
      throw new ShapeError(
        `masking "${name}": input must have at least 3 axes [batch, time, features], got ${printShape([null, ...x!.shape.slice(1)])}`,
      );
    }
    const differs = cast(notEqual(x!, maskValue), { dtype: "float32" });
    const axis = x!.shape.slice(2).map((_, i) => i + 2);
    const kept = max(differs, { axis, keepDims: true });
    const mask = cast(max(differs, { axis }), { dtype: "bool" });
    return withMask(mul(x!, kept), mask);
  },
});
