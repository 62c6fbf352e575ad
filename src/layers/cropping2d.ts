import { slice } from "../ops/slice.ts";
import { type Shaped, defineLayer } from "./defineLayer.ts";
import {
  checkLeft,
  checkRank,
  type DataFormat,
  imageMargins,
  type Margins2d,
  marginsOf,
} from "./margins.ts";
import type { WindowLayerFactory } from "./pooling.ts";

/** Options of `cropping2d`. */
export interface Cropping2dOptions {
  /** Elements that are cut off: one number, one for height and one for width, or [[top, bottom], [left, right]]. Default [[0, 0], [0, 0]]. */
  cropping: Margins2d;
  /** Where images hold their channels. Default "channelsLast". */
  dataFormat: DataFormat;
}

/**
 * Cuts off the border of each image.
 *
 * input: float32[batch, height, width, channels]; output: the same with other lengths.
 *
 * @throws ShapeError where the input has another number of axes, or nothing is left
 *
 * @example
 *     cropping2d({ cropping: [1, 2] })
 */
export const cropping2d: WindowLayerFactory<"cropping2d", 2, Cropping2dOptions> =
  /* @__PURE__ */ defineLayer<Cropping2dOptions, Shaped>({
    name: "cropping2d",
    defaults: {
      cropping: [
        [0, 0],
        [0, 0],
      ],
      dataFormat: "channelsLast",
    },
    check: (options) => void marginsOf("cropping2d: cropping", options.cropping),
    call: ([x], { options }, name) => {
      const subject = `cropping2d "${name}"`;
      checkRank(subject, x!.shape, ["batch", "height", "width", "channels"]);
      const margins = imageMargins(
        subject,
        marginsOf(`${subject}: cropping`, options.cropping),
        options.dataFormat,
      );
      checkLeft(subject, x!.shape, margins);
      return slice(x!, {
        begin: margins.map(([before]) => before),
        end: margins.map(([, after], i) => x!.shape[i]! - after),
      });
    },
  });
