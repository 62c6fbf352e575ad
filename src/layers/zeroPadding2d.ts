import { pad } from "../ops/pad.ts";
import { type Shaped, defineLayer } from "./defineLayer.ts";
import { checkRank, type DataFormat, imageMargins, type Margins2d, marginsOf } from "./margins.ts";
import type { WindowLayerFactory } from "./pooling.ts";

/** Options of `zeroPadding2d`. */
export interface ZeroPadding2dOptions {
  /** Elements that are added: one number, one for height and one for width, or [[top, bottom], [left, right]]. Default [1, 1]. */
  padding: Margins2d;
  /** Where images hold their channels. Default "channelsLast". */
  dataFormat: DataFormat;
}

/**
 * A frame of zeros around each image.
 *
 * input: float32[batch, height, width, channels]; output: the same with other lengths.
 *
 * @throws ShapeError where the input has another number of axes
 *
 * @example
 *     zeroPadding2d({ padding: [1, 2] })
 */
export const zeroPadding2d: WindowLayerFactory<"zeroPadding2d", 2, ZeroPadding2dOptions> =
  /* @__PURE__ */ defineLayer<ZeroPadding2dOptions, Shaped>({
    name: "zeroPadding2d",
    defaults: { padding: [1, 1], dataFormat: "channelsLast" },
    check: (options) => void marginsOf("zeroPadding2d: padding", options.padding),
    call: ([x], { options }, name) => {
      const subject = `zeroPadding2d "${name}"`;
      checkRank(subject, x!.shape, ["batch", "height", "width", "channels"]);
      const margins = marginsOf(`${subject}: padding`, options.padding);
      return pad(x!, { paddings: imageMargins(subject, margins, options.dataFormat) });
    },
  });
