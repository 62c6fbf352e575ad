import { concat } from "../ops/concat.ts";
import { type LayerOptions, type Shaped, type ShapedLayer, defineLayer } from "./defineLayer.ts";
import { checkInputs } from "./merge.ts";
import type { ConcatenateRule } from "./shapeRules.ts";
import type { Shape } from "../shape.ts";

/** Options of `concatenate`. */
export interface ConcatenateOptions {
  /** The axis along which the inputs follow each other; 0 is the batch axis. Default -1. */
  axis: number;
}

/** The axis decides the shape. */
type ConcatenateLayerFactory = <const Input extends Shape | null, Axis extends number = -1>(
  options?: LayerOptions<ConcatenateOptions, Input, { axis?: Axis }>,
) => ShapedLayer<ConcatenateRule<Axis>, Input>;

/**
 * Its inputs one behind the other along an axis.
 *
 * inputs: float32[batch, ...] that agree in all other axes; output: float32[batch, ...].
 *
 * @throws ShapeError where the inputs are too few or do not fit
 *
 * @example
 *     concatenate()(x, y)
 */
export const concatenate: ConcatenateLayerFactory = /* @__PURE__ */ defineLayer<
  ConcatenateOptions,
  Shaped
>({
  name: "concatenate",
  defaults: { axis: -1 },
  check: ({ axis }) => {
    if (!Number.isInteger(axis) || axis === 0) {
      throw new RangeError(
        `concatenate: axis must be a whole number that is not 0, the batch axis, got ${String(axis)}`,
      );
    }
  },
  call: (inputs, { options: { axis } }, name) => {
    checkInputs(`concatenate "${name}"`, inputs);
    return concat(...inputs, { axis });
  },
});
