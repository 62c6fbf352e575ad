import { mul } from "../ops/binary.ts";
import { neg } from "../ops/neg.ts";
import { cos, sin } from "../ops/unary.ts";
import { warp } from "../ops/warp.ts";
import { checkDataFormat, withChannelsLast } from "./dataFormat.ts";
import { type LayerFactoryNeeding, type Shaped, defineLayer } from "./defineLayer.ts";
import {
  FILL_DEFAULTS,
  type FillOptions,
  checkFill,
  checkImage,
  mapsOf,
  perSample,
} from "./imageMaps.ts";
import { type Factor, checkSeed, rangeOf } from "./randomOptions.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `randomRotation`. */
export interface RandomRotationOptions extends FillOptions {
  /** Share of a whole turn, counter-clockwise: 0.1 turns by -36 to 36 degrees. */
  factor: Factor;
}

/**
 * Turns each image about its middle by a random angle in training, a fresh one each step; passes its input on otherwise.
 *
 * input and output: float32[batch, height, width, channels].
 *
 * @throws RangeError where the factor is no range
 *
 * @example
 *     randomRotation({ factor: 0.05, fillMode: "constant" })
 */
export const randomRotation: LayerFactoryNeeding<SameShape, RandomRotationOptions, "factor"> =
  /* @__PURE__ */ defineLayer<RandomRotationOptions, Shaped>({
    name: "randomRotation",
    defaults: { factor: Number.NaN, ...FILL_DEFAULTS },
    check: (options) => {
      rangeOf("randomRotation", "factor", options.factor);
      checkFill("randomRotation", options);
      checkSeed("randomRotation", options.seed);
      checkDataFormat("randomRotation", options.dataFormat);
    },
    call: ([x], { options, training, randomStream }, name) => {
      checkImage(`randomRotation "${name}"`, x!);
      if (!training) return x!;
      const range = rangeOf("randomRotation", "factor", options.factor);
      const turns = perSample(x!, range, options.seed, randomStream());
      const angle = mul(turns, 2 * Math.PI);
      const [c, s] = [cos(angle), sin(angle)];
      // Rows grow downwards: an output cell comes from where the clockwise turn takes it.
      const maps = mapsOf(x!, [c, neg(s), 0, s, c, 0]);
      const { interpolation: method, fillMode, fillValue } = options;
      return withChannelsLast(x!, options.dataFormat, (t) =>
        warp(t, maps, { method, fillMode, fillValue }),
      );
    },
  });
