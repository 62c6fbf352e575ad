import { slice } from "../ops/slice.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { checkLeft, checkRank, type Margin, marginOf } from "./margins.ts";
import type { WindowRule } from "./shapeRules.ts";

/** Options of `cropping1d`. */
export interface Cropping1dOptions {
  /** Elements that are cut off before and behind, or one number for both. Default [1, 1]. */
  cropping: Margin;
}

/**
 * Cuts off the beginning and the end of each sample.
 *
 * input: float32[batch, steps, features]; output: the same with other lengths.
 *
 * @throws ShapeError where the input has another number of axes, or nothing is left
 *
 * @example
 *     cropping1d({ cropping: 2 })
 */
export const cropping1d: LayerFactory<
  WindowRule<"cropping1d", 1>,
  Cropping1dOptions
> = /* @__PURE__ */ defineLayer<Cropping1dOptions, Shaped>({
  name: "cropping1d",
  defaults: { cropping: [1, 1] },
  check: (options) => void marginOf("cropping1d: cropping", options.cropping),
  call: ([x], { options }, name) => {
    const subject = `cropping1d "${name}"`;
    checkRank(subject, x!.shape, ["batch", "steps", "features"]);
    const [before, after] = marginOf(`${subject}: cropping`, options.cropping);
    checkLeft(subject, x!.shape, [
      [0, 0],
      [before, after],
      [0, 0],
    ]);
    return slice(x!, { axis: 1, begin: before, end: x!.shape[1]! - after });
  },
});
