import { add } from "../ops/binary.ts";
import { normalNoise } from "../ops/noise.ts";
import { type LayerFactoryNeeding, type Shaped, defineLayer } from "./defineLayer.ts";
import { type Seed, checkSeed } from "./randomOptions.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `gaussianNoise`. */
export interface GaussianNoiseOptions {
  /** Standard deviation of what is added, >= 0. */
  stddev: number;
  /** Default null. */
  seed: Seed;
}

/**
 * Adds normal numbers of mean 0 in training; passes its input on otherwise.
 *
 * input and output: float32[batch, ...].
 *
 * @throws RangeError where stddev is below 0
 *
 * @example
 *     gaussianNoise({ stddev: 0.1 })
 */
export const gaussianNoise: LayerFactoryNeeding<SameShape, GaussianNoiseOptions, "stddev"> =
  /* @__PURE__ */ defineLayer<GaussianNoiseOptions, Shaped>({
    name: "gaussianNoise",
    passesMask: true,
    defaults: { stddev: Number.NaN, seed: null },
    check: ({ stddev, seed }) => {
      if (!(stddev >= 0)) {
        throw new RangeError(`gaussianNoise: stddev must be >= 0, got ${String(stddev)}`);
      }
      checkSeed("gaussianNoise", seed);
    },
    call: ([x], { options: { stddev, seed }, training, randomStream }) =>
      training && stddev > 0
        ? add(x!, normalNoise({ shape: x!.shape, stddev, seed, stream: randomStream() }))
        : x!,
  });
