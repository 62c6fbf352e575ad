import { dropout as dropoutOp } from "../ops/dropout.ts";
import { type LayerFactoryNeeding, type Shaped, defineLayer } from "./defineLayer.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `dropout`. */
export interface DropoutOptions {
  /** Probability of dropping an element, in [0, 1). */
  rate: number;
  /** Integer in [0, 2^53) that decides the masks; null: the seed of `fit`. Default null. */
  seed: number | null;
}

/**
 * Drops elements at random in training, `rate` of them, and scales the others by `1 / (1 - rate)`; passes its input on
 * unchanged in evaluation and prediction. Every step draws a fresh mask.
 * Source: Srivastava et al. 2014.
 *
 * input and output: float32[batch, ...].
 *
 * @throws RangeError where rate lies outside [0, 1)
 *
 * @example
 *     dropout({ rate: 0.3 })
 */
export const dropout: LayerFactoryNeeding<SameShape, DropoutOptions, "rate"> =
  /* @__PURE__ */ defineLayer<DropoutOptions, Shaped>({
    name: "dropout",
    passesMask: true,
    defaults: { rate: Number.NaN, seed: null },
    check: ({ rate, seed }) => {
      if (!(rate >= 0 && rate < 1)) {
        throw new RangeError(
          `dropout: rate must lie in [0, 1), got ${String(rate)}; it is the share that is dropped`,
        );
      }
      if (seed !== null && !(Number.isSafeInteger(seed) && seed >= 0)) {
        throw new RangeError(
          `dropout: seed must be a whole number in [0, 2^53), got ${String(seed)}`,
        );
      }
    },
    call: ([x], { options: { rate, seed }, training, randomStream }) =>
      training && rate > 0 ? dropoutOp(x!, { rate, seed, stream: randomStream() }) : x!,
  });
