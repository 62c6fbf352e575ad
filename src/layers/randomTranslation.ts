import { mul } from "../ops/binary.ts";
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

/** Options of `randomTranslation`. */
export interface RandomTranslationOptions extends FillOptions {
  /** Share of the height, downwards: 0.2 moves by -20 % to 20 %. */
  heightFactor: Factor;
  /** Share of the width, to the right. */
  widthFactor: Factor;
}

/**
 * Moves each image by a random way in training, a fresh one each step; passes its input on otherwise.
 *
 * input and output: float32[batch, height, width, channels].
 *
 * @throws RangeError where a factor is no range
 *
 * @example
 *     randomTranslation({ heightFactor: 0.1, widthFactor: 0.1 })
 */
export const randomTranslation: LayerFactoryNeeding<
  SameShape,
  RandomTranslationOptions,
  "heightFactor" | "widthFactor"
> = /* @__PURE__ */ defineLayer<RandomTranslationOptions, Shaped>({
  name: "randomTranslation",
  defaults: { heightFactor: Number.NaN, widthFactor: Number.NaN, ...FILL_DEFAULTS },
  check: (options) => {
    rangeOf("randomTranslation", "heightFactor", options.heightFactor);
    rangeOf("randomTranslation", "widthFactor", options.widthFactor);
    checkFill("randomTranslation", options);
    checkSeed("randomTranslation", options.seed);
    checkDataFormat("randomTranslation", options.dataFormat);
  },
  call: ([x], { options, training, randomStream }, name) => {
    checkImage(`randomTranslation "${name}"`, x!);
    if (!training) return x!;
    const { interpolation: method, fillMode, fillValue, seed } = options;
    const vertical = rangeOf("randomTranslation", "heightFactor", options.heightFactor);
    const horizontal = rangeOf("randomTranslation", "widthFactor", options.widthFactor);
    const down = perSample(x!, vertical, seed, randomStream());
    const right = perSample(x!, horizontal, seed, randomStream());
    return withChannelsLast(x!, options.dataFormat, (t) => {
      const maps = mapsOf(t, [1, 0, mul(right, -t.shape[2]!), 0, 1, mul(down, -t.shape[1]!)]);
      return warp(t, maps, { method, fillMode, fillValue });
    });
  },
});
