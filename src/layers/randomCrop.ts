import { ShapeError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { sub } from "../ops/binary.ts";
import { floor } from "../ops/unary.ts";
import { warp } from "../ops/warp.ts";
import { type DataFormat, checkDataFormat, withChannelsLast } from "./dataFormat.ts";
import {
  type CommonLayerOptions,
  type Layer,
  type LayerDefinition,
  defineLayer,
} from "./defineLayer.ts";
import { checkImage, mapsOf, perSample } from "./imageMaps.ts";
import { type Seed, checkSeed } from "./randomOptions.ts";

/** Options of `centerCrop`. */
export interface CenterCropOptions {
  /** Rows of the part, at most those of the images. */
  height: number;
  /** Columns of the part. */
  width: number;
  /** Default "channelsLast". */
  dataFormat: DataFormat;
}

/** Options of `randomCrop`. */
export interface RandomCropOptions extends CenterCropOptions {
  /** Default null. */
  seed: Seed;
}

function checkSize(subject: string, { height, width, dataFormat }: CenterCropOptions): void {
  for (const [name, n] of Object.entries({ height, width })) {
    if (!Number.isInteger(n) || n < 1) {
      throw new RangeError(`${subject}: ${name} must be a whole number >= 1, got ${String(n)}`);
    }
  }
  checkDataFormat(subject, dataFormat);
}

/** The part of each image whose first cell is given by `from`, of the room that there is. */
function crop(
  subject: string,
  x: SymbolicTensor,
  { height, width, dataFormat }: CenterCropOptions,
  from: (room: number) => SymbolicTensor | number,
): SymbolicTensor {
  checkImage(subject, x);
  return withChannelsLast(x, dataFormat, (t) => {
    const [, h, w] = t.shape as [number, number, number, number];
    if (h < height || w < width) {
      throw new ShapeError(
        `${subject}: images must have at least ${height} x ${width} cells, got ${h} x ${w}; resize them first`,
      );
    }
    // warp counts from the middles.
    const offset = (room: number): SymbolicTensor | number => {
      const first = from(room);
      return typeof first === "number" ? first - room / 2 : sub(first, room / 2);
    };
    const maps = mapsOf(t, [1, 0, offset(w - width), 0, 1, offset(h - height)]);
    return warp(t, maps, { height, width, method: "nearest" });
  });
}

const middle = (room: number): number => Math.floor(room / 2);

const randomCropLayer: LayerDefinition<RandomCropOptions> = {
  name: "randomCrop",
  defaults: { height: Number.NaN, width: Number.NaN, dataFormat: "channelsLast", seed: null },
  check: (options) => {
    checkSize("randomCrop", options);
    checkSeed("randomCrop", options.seed);
  },
  call: ([x], { options, training, randomStream }, name) =>
    crop(`randomCrop "${name}"`, x!, options, (room) =>
      training ? floor(perSample(x!, [0, room + 1], options.seed, randomStream())) : middle(room),
    ),
};

/**
 * A part of each image, anywhere in training, a fresh place each step, and in the middle otherwise.
 *
 * input: float32[batch, height, width, channels]; output: the same with the rows and columns of the part.
 *
 * @throws ShapeError where an image is smaller than the part
 *
 * @example
 *     randomCrop({ height: 28, width: 28 })
 */
export const randomCrop: (
  options: Partial<RandomCropOptions & CommonLayerOptions> & { height: number; width: number },
) => Layer = /* @__PURE__ */ defineLayer<RandomCropOptions>(randomCropLayer);

/**
 * The middle of each image, in training and out of it.
 *
 * input: float32[batch, height, width, channels]; output: the same with the rows and columns of the part.
 *
 * @throws ShapeError where an image is smaller than the part
 *
 * @example
 *     centerCrop({ height: 28, width: 28 })
 */
export const centerCrop: (
  options: Partial<CenterCropOptions & CommonLayerOptions> & { height: number; width: number },
) => Layer = /* @__PURE__ */ defineLayer<CenterCropOptions>({
  name: "centerCrop",
  defaults: { height: Number.NaN, width: Number.NaN, dataFormat: "channelsLast" },
  check: (options) => checkSize("centerCrop", options),
  call: ([x], { options }, name) => crop(`centerCrop "${name}"`, x!, options, middle),
});
