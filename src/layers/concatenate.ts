import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import { cast } from "../ops/cast.ts";
import { concat } from "../ops/concat.ts";
import { fill } from "../ops/fill.ts";
import { type LayerOptions, type Shaped, type ShapedLayer, defineLayer } from "./defineLayer.ts";
import { commonMask, maskOf, withMask } from "./mask.ts";
import { checkInputs } from "./merge.ts";
import type { ConcatenateRule } from "./shapeRules.ts";
import { type Shape, axisOf } from "../shape.ts";

/** Options of `concatenate`. */
export interface ConcatenateOptions {
  /** The axis along which the inputs follow each other; 0 is the batch axis. Default -1. */
  axis: number;
}

/** The mask of inputs that follow each other: in time one behind the other, else where all count. */
function maskAlong(inputs: readonly SymbolicTensor[], axis: number): SymbolicTensor | null {
  if (axis !== 1) return commonMask(inputs);
  if (inputs.every((x) => maskOf(x) === null)) return null;
  // bool has no concat of its own.
  const all = (x: SymbolicTensor): SymbolicTensor =>
    fill(constant(1), { shape: x.shape.slice(0, 2) });
  const parts = inputs.map((x) => {
    const mask = maskOf(x);
    return mask ? cast(mask, { dtype: "float32" }) : all(x);
  });
  return cast(concat(...parts, { axis: 1 }), { dtype: "bool" });
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
    const y = concat(...inputs, { axis });
    return withMask(y, maskAlong(inputs, axisOf("concatenate", axis, y.shape.length)));
  },
});
