import type { SymbolicTensor } from "../graph/symbolic.ts";
import { constant } from "../graph/symbolic.ts";
import { less } from "../ops/compare.ts";
import { warp } from "../ops/warp.ts";
import { where } from "../ops/where.ts";
import { type DataFormat, checkDataFormat, withChannelsLast } from "./dataFormat.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { checkImage, mapsOf, perSample } from "./imageMaps.ts";
import { type Seed, checkSeed } from "./randomOptions.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `randomFlip`. */
export interface RandomFlipOptions {
  /** Left and right, top and bottom, or each of both. Default "horizontalAndVertical". */
  mode: "horizontal" | "vertical" | "horizontalAndVertical";
  /** Default null. */
  seed: Seed;
  /** Default "channelsLast". */
  dataFormat: DataFormat;
}

const MODES = ["horizontal", "vertical", "horizontalAndVertical"];

/**
 * Mirrors each image with probability 1/2 in training, a fresh choice each step; passes its input on otherwise.
 *
 * input and output: float32[batch, height, width, channels].
 *
 * @throws RangeError for an unknown mode
 *
 * @example
 *     randomFlip({ mode: "horizontal" })
 */
export const randomFlip: LayerFactory<SameShape, RandomFlipOptions> = /* @__PURE__ */ defineLayer<
  RandomFlipOptions,
  Shaped
>({
  name: "randomFlip",
  defaults: { mode: "horizontalAndVertical", seed: null, dataFormat: "channelsLast" },
  check: ({ mode, seed, dataFormat }) => {
    if (!MODES.includes(mode)) {
      throw new RangeError(
        `randomFlip: mode must be one of ${MODES.join(", ")}, got ${String(mode)}`,
      );
    }
    checkSeed("randomFlip", seed);
    checkDataFormat("randomFlip", dataFormat);
  },
  call: ([x], { options: { mode, seed, dataFormat }, training, randomStream }, name) => {
    checkImage(`randomFlip "${name}"`, x!);
    if (!training) return x!;
    const sign = (flips: boolean): SymbolicTensor | number =>
      flips
        ? where(less(perSample(x!, [0, 1], seed, randomStream()), 0.5), constant(-1), constant(1))
        : 1;
    const maps = mapsOf(x!, [sign(mode !== "vertical"), 0, 0, 0, sign(mode !== "horizontal"), 0]);
    return withChannelsLast(x!, dataFormat, (t) => warp(t, maps, { method: "nearest" }));
  },
});
