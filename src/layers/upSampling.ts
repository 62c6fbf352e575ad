import { ShapeError } from "../errors.ts";
import { resize2d } from "../ops/resize.ts";
import type { ResizeMethod } from "../ops/resize.ts";
import { reshape } from "../ops/reshape.ts";
import { printShape } from "../shape.ts";
import { type DataFormat, checkDataFormat, withChannelsLast } from "./dataFormat.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import type { WindowLayerFactory } from "./pooling.ts";
import type { WindowRule } from "./shapeRules.ts";

/** Options of `upSampling1d`. */
export interface UpSampling1dOptions {
  /** Times each step is repeated. Default 2. */
  size: number;
}

/** Options of `upSampling2d`. */
export interface UpSampling2dOptions {
  /** Times the rows and the columns; a number serves both. Default 2. */
  size: number | readonly [rows: number, columns: number];
  /** "nearest" repeats cells, "bilinear" blends neighbours. Default "nearest". */
  interpolation: ResizeMethod;
  /** Default "channelsLast". */
  dataFormat: DataFormat;
}

function checkTimes(subject: string, size: unknown, times: readonly unknown[]): void {
  if (times.some((n) => !Number.isInteger(n) || (n as number) < 1)) {
    throw new RangeError(
      `${subject}: size must be a whole number >= 1, got ${JSON.stringify(size)}`,
    );
  }
}

/**
 * Repeats each step `size` times.
 *
 * input: float32[batch, length, channels]; output: float32[batch, size length, channels].
 *
 * @throws RangeError where size is not a whole number >= 1
 */
export const upSampling1d: LayerFactory<
  WindowRule<"upSampling1d", 1>,
  UpSampling1dOptions
> = /* @__PURE__ */ defineLayer<UpSampling1dOptions, Shaped>({
  name: "upSampling1d",
  defaults: { size: 2 },
  check: ({ size }) => checkTimes("upSampling1d", size, [size]),
  call: ([x], { options: { size } }, name) => {
    if (x!.shape.length !== 3) {
      throw new ShapeError(
        `upSampling1d "${name}": input must have 3 axes [batch, length, channels], got ${printShape(x!.shape)}`,
      );
    }
    const [n, length, c] = x!.shape as [number, number, number];
    const y = resize2d(reshape(x!, { shape: [n, 1, length, c] }), { size: [1, size * length] });
    return reshape(y, { shape: [n, size * length, c] });
  },
});

/**
 * Images `size` times as large.
 *
 * input: float32[batch, height, width, channels]; output: float32[batch, rows height, columns width, channels].
 *
 * @throws RangeError where size is not made of whole numbers >= 1
 *
 * @example
 *     upSampling2d({ size: 2, interpolation: "bilinear" })
 */
export const upSampling2d: WindowLayerFactory<"upSampling2d", 2, UpSampling2dOptions> =
  /* @__PURE__ */ defineLayer<UpSampling2dOptions, Shaped>({
    name: "upSampling2d",
    defaults: { size: 2, interpolation: "nearest", dataFormat: "channelsLast" },
    check: ({ size, interpolation, dataFormat }) => {
      checkTimes(
        "upSampling2d",
        size,
        typeof size === "number" ? [size] : [...size, size.length - 1],
      );
      if (interpolation !== "nearest" && interpolation !== "bilinear") {
        throw new RangeError(
          `upSampling2d: interpolation must be "nearest" or "bilinear", got ${String(interpolation)}`,
        );
      }
      checkDataFormat("upSampling2d", dataFormat);
    },
    call: ([x], { options: { size, interpolation: method, dataFormat } }) => {
      const [rows, columns] = typeof size === "number" ? [size, size] : size;
      return withChannelsLast(x!, dataFormat, (t) =>
        resize2d(t, { size: [rows * t.shape[1]!, columns * t.shape[2]!], method }),
      );
    },
  });
