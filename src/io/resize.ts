import { ShapeError, checkName, withDefaults } from "../errors.ts";
import { printShape } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** How pixels between the old ones are made: see `resizeImage`. */
export type ResizeFilter = "bilinear" | "antialias";

/** Options of `resizeImage`. */
export interface ResizeImageOptions {
  /** Default "bilinear". */
  filter: ResizeFilter;
}

/** Weights are whole numbers of 1 / ONE: two of them and a byte fit into 31 bits. */
const ONE = 2048;

/** Old pixels that one new pixel is made of, from `first` on; the weights' sum is ONE. */
interface Window {
  readonly first: number;
  readonly weights: readonly number[];
}

/** The two old pixels around a new one. */
function around(from: number, to: number, i: number): Window {
  const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
  const first = Math.floor(at);
  const share = Math.round((at - first) * ONE);
  return { first, weights: first + 1 < from ? [ONE - share, share] : [ONE] };
}

/** All old pixels below a triangle as wide as two pixels, of the coarser of both grids. */
function below(from: number, to: number, i: number): Window {
  const scale = Math.max(1, from / to);
  const center = ((i + 0.5) * from) / to - 0.5;
  const first = Math.max(0, Math.ceil(center - scale));
  const last = Math.min(from - 1, Math.floor(center + scale));
  const heights = Array.from(
    { length: last - first + 1 },
    (_, j) => 1 - Math.abs(first + j - center) / scale,
  );
  const sum = heights.reduce((a, b) => a + b, 0);
  const weights = heights.map((h) => Math.round((h / sum) * ONE));
  // What rounding leaves over goes to the largest.
  const largest = weights.indexOf(Math.max(...weights));
  weights[largest]! += ONE - weights.reduce((a, b) => a + b, 0);
  return { first, weights };
}

const WINDOWS: Readonly<Record<ResizeFilter, typeof around>> = {
  bilinear: around,
  antialias: below,
};

/**
 * An image in another size, uint8[height, width, channels]; pixel centres are at halves. The filters:
 *
 * - `bilinear`: between the four pixels around. What `tf.image.resize` and Keras's image_dataset_from_directory give, and
 *   PyTorch's interpolate with align_corners false, rounded to bytes. Shrinking leaves details between the samples out.
 * - `antialias`: the same where the image grows; where it shrinks a triangle over all pixels that a new one covers, as
 *   PIL's and torchvision's bilinear have it.
 *
 * In integers, so the same in every engine.
 *
 * @param image  uint8[rows, columns, channels]
 * @throws ShapeError, OptionError
 *
 * @example
 *     resizeImage(await decodeImage(bytes), 224, 224, { filter: "antialias" })
 */
export function resizeImage(
  image: Tensor,
  height: number,
  width: number,
  options: Partial<ResizeImageOptions> = {},
): Tensor {
  const { filter } = withDefaults<ResizeImageOptions>(
    "resizeImage",
    { filter: "bilinear" },
    options,
  );
  checkName("resizeImage", "filter", filter, Object.keys(WINDOWS));
  const [rows, columns, channels] = image.shape as [number, number, number];
  if (image.shape.length !== 3 || image.dtype !== "uint8" || rows * columns === 0)
    throw new ShapeError(
      `resizeImage: image must be uint8[rows, columns, channels], got ${image.dtype}${printShape(image.shape)}`,
    );
  if (rows === height && columns === width) return image;
  const windows = (from: number, to: number): Window[] =>
    Array.from({ length: to }, (_, i) => WINDOWS[filter](from, to, i));
  const wide = new Int32Array(rows * width * channels);
  windows(columns, width).forEach(({ first, weights }, x) => {
    for (let row = 0; row < rows; row++) {
      for (let c = 0; c < channels; c++) {
        let at = (row * columns + first) * channels + c;
        let sum = 0;
        for (let j = 0; j < weights.length; j++, at += channels)
          sum += weights[j]! * image.data[at]!;
        wide[(row * width + x) * channels + c] = sum;
      }
    }
  });
  const out = new Uint8Array(height * width * channels);
  const line = width * channels;
  windows(rows, height).forEach(({ first, weights }, y) => {
    for (let i = 0; i < line; i++) {
      let sum = (ONE * ONE) / 2;
      for (let j = 0; j < weights.length; j++) sum += weights[j]! * wide[(first + j) * line + i]!;
      out[y * line + i] = Math.floor(sum / (ONE * ONE));
    }
  });
  return new Tensor(out, [height, width, channels], "uint8");
}
