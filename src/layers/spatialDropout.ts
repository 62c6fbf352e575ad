import { ShapeError } from "../errors.ts";
import { mul } from "../ops/binary.ts";
import { maskNoise } from "../ops/noise.ts";
import { printShape } from "../shape.ts";
import { type DataFormat, checkDataFormat } from "./dataFormat.ts";
import {
  type LayerDefinition,
  type LayerFactoryNeeding,
  type Shaped,
  defineLayer,
} from "./defineLayer.ts";
import { type Seed, checkRate, checkSeed } from "./randomOptions.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of a spatial dropout. */
export interface SpatialDropoutOptions {
  /** Probability of dropping a channel, in [0, 1). */
  rate: number;
  /** Default null. */
  seed: Seed;
  /** Default "channelsLast". */
  dataFormat: DataFormat;
}

function spatialDropout(name: string, rank: number): LayerDefinition<SpatialDropoutOptions> {
  return {
    name,
    defaults: { rate: Number.NaN, seed: null, dataFormat: "channelsLast" },
    check: ({ rate, seed, dataFormat }) => {
      checkRate(name, rate);
      checkSeed(name, seed);
      checkDataFormat(name, dataFormat);
    },
    call: ([x], { options: { rate, seed, dataFormat }, training, randomStream }, layerName) => {
      if (x!.shape.length !== rank + 2) {
        throw new ShapeError(
          `${name} "${layerName}": input must have ${rank + 2} axes, got ${printShape(x!.shape)}`,
        );
      }
      if (!training || rate === 0) return x!;
      const channels = dataFormat === "channelsLast" ? rank + 1 : 1;
      const shape = x!.shape.map((n, i) => (i === 0 || i === channels ? n : 1));
      const scale = 1 / (1 - rate);
      return mul(x!, maskNoise({ shape, rate, scale, seed, stream: randomStream() }));
    },
  };
}

/**
 * Drops whole channels at random in training, `rate` of them, and scales the others by `1 / (1 - rate)`.
 * Source: Tompson et al. 2015.
 *
 * input and output: float32[batch, length, channels].
 *
 * @throws RangeError where rate lies outside [0, 1)
 */
export const spatialDropout1d: LayerFactoryNeeding<SameShape, SpatialDropoutOptions, "rate"> =
  /* @__PURE__ */ defineLayer<SpatialDropoutOptions, Shaped>(spatialDropout("spatialDropout1d", 1));

/**
 * Drops whole channels at random in training, `rate` of them, and scales the others by `1 / (1 - rate)`.
 * Source: Tompson et al. 2015.
 *
 * input and output: float32[batch, height, width, channels].
 *
 * @throws RangeError where rate lies outside [0, 1)
 *
 * @example
 *     spatialDropout2d({ rate: 0.2 })
 */
export const spatialDropout2d: LayerFactoryNeeding<SameShape, SpatialDropoutOptions, "rate"> =
  /* @__PURE__ */ defineLayer<SpatialDropoutOptions, Shaped>(spatialDropout("spatialDropout2d", 2));
