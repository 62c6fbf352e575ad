import { pad } from "../ops/pad.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { checkRank, type Margin, marginOf } from "./margins.ts";
import type { WindowRule } from "./shapeRules.ts";

/** Options of `zeroPadding1d`. */
export interface ZeroPadding1dOptions {
  /** Elements that are added before and behind, or one number for both. Default 1. */
  padding: Margin;
}

/**
 * Zeros before and behind each sample.
 *
 * input: float32[batch, steps, features]; output: the same with other lengths.
 *
 * @throws ShapeError where the input has another number of axes
 *
 * @example
 *     zeroPadding1d({ padding: 2 })
 */
export const zeroPadding1d: LayerFactory<
  WindowRule<"zeroPadding1d", 1>,
  ZeroPadding1dOptions
> = /* @__PURE__ */ defineLayer<ZeroPadding1dOptions, Shaped>({
  name: "zeroPadding1d",
  defaults: { padding: 1 },
  check: (options) => void marginOf("zeroPadding1d: padding", options.padding),
  call: ([x], { options }, name) => {
    const subject = `zeroPadding1d "${name}"`;
    checkRank(subject, x!.shape, ["batch", "steps", "features"]);
    const margin = marginOf(`${subject}: padding`, options.padding);
    return pad(x!, { paddings: [[0, 0], margin, [0, 0]] });
  },
});
