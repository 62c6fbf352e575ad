import { add, mul, sub } from "../ops/binary.ts";
import { clamp } from "../ops/clamp.ts";
import { mean } from "../ops/mean.ts";
import { reshape } from "../ops/reshape.ts";
import { type DataFormat, checkDataFormat } from "./dataFormat.ts";
import { type LayerFactoryNeeding, type Shaped, defineLayer } from "./defineLayer.ts";
import { checkImage, perSample } from "./imageMaps.ts";
import { type Factor, type Seed, checkSeed, rangeOf } from "./randomOptions.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `randomContrast`. */
export interface RandomContrastOptions {
  /** The contrast is multiplied by 1 - lower to 1 + upper; a number is both, in [0, 1]. */
  factor: Factor;
  /** Smallest and largest value that a cell may take. Default [0, 255]. */
  valueRange: readonly [number, number];
  /** Default null. */
  seed: Seed;
  /** Default "channelsLast". */
  dataFormat: DataFormat;
}

/** 1 - lower and 1 + upper: unlike in other layers, Keras's pair is of two shares that are not negative. */
function contrastOf(factor: Factor): readonly [number, number] {
  const [lower, upper] = typeof factor === "number" ? [factor, factor] : factor;
  if (!(lower >= 0 && lower <= 1 && upper >= 0 && upper < Infinity)) {
    throw new RangeError(
      `randomContrast: factor must lie in [0, 1], or be a pair of such shares, got ${JSON.stringify(factor)}`,
    );
  }
  return rangeOf("randomContrast", "factor", [1 - lower, 1 + upper]);
}

/**
 * `(x - mean) f + mean` with a random f for each image, the mean that of each of its channels, in training; passes its
 * input on otherwise. The result is kept within valueRange.
 *
 * input and output: float32[batch, height, width, channels].
 *
 * @throws RangeError where the factor lies outside [0, 1]
 *
 * @example
 *     randomContrast({ factor: 0.2, valueRange: [0, 1] })
 */
export const randomContrast: LayerFactoryNeeding<SameShape, RandomContrastOptions, "factor"> =
  /* @__PURE__ */ defineLayer<RandomContrastOptions, Shaped>({
    name: "randomContrast",
    defaults: {
      factor: Number.NaN,
      valueRange: [0, 255],
      seed: null,
      dataFormat: "channelsLast",
    },
    check: ({ factor, seed, dataFormat }) => {
      contrastOf(factor);
      checkSeed("randomContrast", seed);
      checkDataFormat("randomContrast", dataFormat);
    },
    call: ([x], { options, training, randomStream }, name) => {
      checkImage(`randomContrast "${name}"`, x!);
      if (!training) return x!;
      const f = perSample(x!, contrastOf(options.factor), options.seed, randomStream());
      const axis = options.dataFormat === "channelsLast" ? [1, 2] : [2, 3];
      const average = mean(x!, { axis, keepDims: true });
      const factor = reshape(f, { shape: [x!.shape[0]!, 1, 1, 1] });
      const [min, max] = options.valueRange;
      return clamp(add(mul(sub(x!, average), factor), average), { min, max });
    },
  });
