import { add, mul } from "../ops/binary.ts";
import { maskNoise } from "../ops/noise.ts";
import { type LayerFactoryNeeding, type Shaped, defineLayer } from "./defineLayer.ts";
import { type Seed, checkRate, checkSeed } from "./randomOptions.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `alphaDropout`. */
export interface AlphaDropoutOptions {
  /** Probability of dropping an element, in [0, 1). */
  rate: number;
  /** Default null. */
  seed: Seed;
}

/** What selu tends to: -1.0507009873554805 times 1.6732632423543772. */
const LIMIT = -1.7580993408473766;

/**
 * Dropout for nets of `selu`: what is dropped takes selu's limit, and an affine map keeps mean 0 and variance 1.
 * Passes its input on outside of training. Source: Klambauer et al. 2017 (arXiv:1706.02515), section 3.
 *
 * input and output: float32[batch, ...].
 *
 * @throws RangeError where rate lies outside [0, 1)
 *
 * @example
 *     alphaDropout({ rate: 0.1 })
 */
export const alphaDropout: LayerFactoryNeeding<SameShape, AlphaDropoutOptions, "rate"> =
  /* @__PURE__ */ defineLayer<AlphaDropoutOptions, Shaped>({
    name: "alphaDropout",
    passesMask: true,
    defaults: { rate: Number.NaN, seed: null },
    check: ({ rate, seed }) => {
      checkRate("alphaDropout", rate);
      checkSeed("alphaDropout", seed);
    },
    call: ([x], { options: { rate, seed }, training, randomStream }) => {
      if (!training || rate === 0) return x!;
      const a = 1 / Math.sqrt((1 - rate) * (1 + rate * LIMIT * LIMIT));
      const b = -a * LIMIT * rate;
      // a where an element is kept, 0 where it is dropped.
      const kept = maskNoise({ shape: x!.shape, rate, scale: a, seed, stream: randomStream() });
      // a (x or the limit) + b
      return add(mul(x!, kept), add(mul(kept, -LIMIT), a * LIMIT + b));
    },
  });
