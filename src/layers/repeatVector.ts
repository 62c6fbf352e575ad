import { ShapeError } from "../errors.ts";
import { broadcastTo } from "../ops/broadcastTo.ts";
import { reshape } from "../ops/reshape.ts";
import { type Shape, printShape } from "../shape.ts";
import { type LayerOptions, type Shaped, type ShapedLayer, defineLayer } from "./defineLayer.ts";
import type { RepeatVectorRule } from "./shapeRules.ts";

/** Options of `repeatVector`. */
export interface RepeatVectorOptions {
  /** How often, >= 1. */
  n: number;
}

/**
 * Each sample's vector n times, one below the other.
 *
 * input: float32[batch, features]; output: float32[batch, n, features].
 *
 * @throws ShapeError where a sample is no vector
 *
 * @example
 *     repeatVector({ n: 10 })
 */
export const repeatVector: <N extends number, const Input extends Shape | null>(
  options: LayerOptions<RepeatVectorOptions, Input, { n: N }>,
) => ShapedLayer<RepeatVectorRule<N>, Input> = /* @__PURE__ */ defineLayer<
  RepeatVectorOptions,
  Shaped
>({
  name: "repeatVector",
  needs: ["n"],
  defaults: { n: 0 },
  check: ({ n }) => {
    if (!Number.isInteger(n) || n < 1)
      throw new RangeError(`repeatVector: n must be a whole number >= 1, got ${String(n)}`);
  },
  call: ([x], { options: { n } }, name) => {
    const [batch, features, ...more] = x!.shape as [number, number, ...number[]];
    if (features === undefined || more.length > 0) {
      throw new ShapeError(
        `repeatVector "${name}": input must have 2 axes [batch, features], got ${printShape([null, ...x!.shape.slice(1)])}`,
      );
    }
    return broadcastTo(reshape(x!, { shape: [batch, 1, features] }), [batch, n, features]);
  },
});
