import { concat } from "../ops/concat.ts";
import { type CommonLayerOptions, type Layer, defineLayer } from "./defineLayer.ts";
import { checkInputs } from "./merge.ts";

/** Options of `concatenate`. */
export interface ConcatenateOptions {
  /** The axis along which the inputs follow each other; 0 is the batch axis. Default -1. */
  axis: number;
}

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
export const concatenate: (options?: Partial<ConcatenateOptions & CommonLayerOptions>) => Layer =
  /* @__PURE__ */ defineLayer<ConcatenateOptions>({
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
