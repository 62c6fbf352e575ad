import { mul } from "../ops/binary.ts";
import { normalNoise } from "../ops/noise.ts";
import { type LayerFactoryNeeding, type Shaped, defineLayer } from "./defineLayer.ts";
import { type Seed, checkRate, checkSeed } from "./randomOptions.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `gaussianDropout`. */
export interface GaussianDropoutOptions {
  /** The factors vary as dropout's with this rate do, in [0, 1). */
  rate: number;
  /** Default null. */
  seed: Seed;
}

/**
 * Multiplies by normal numbers of mean 1 and variance `rate / (1 - rate)` in training; passes its input on otherwise.
 * Source: Srivastava et al. 2014, section 10.
 *
 * input and output: float32[batch, ...].
 *
 * @throws RangeError where rate lies outside [0, 1)
 *
 * @example
 *     gaussianDropout({ rate: 0.3 })
 */
export const gaussianDropout: LayerFactoryNeeding<SameShape, GaussianDropoutOptions, "rate"> =
  /* @__PURE__ */ defineLayer<GaussianDropoutOptions, Shaped>({
    name: "gaussianDropout",
    passesMask: true,
    defaults: { rate: Number.NaN, seed: null },
    check: ({ rate, seed }) => {
      checkRate("gaussianDropout", rate);
      checkSeed("gaussianDropout", seed);
    },
    call: ([x], { options: { rate, seed }, training, randomStream }) => {
      if (!training || rate === 0) return x!;
      const stddev = Math.sqrt(rate / (1 - rate));
      return mul(
        x!,
        normalNoise({ shape: x!.shape, mean: 1, stddev, seed, stream: randomStream() }),
      );
    },
  });
