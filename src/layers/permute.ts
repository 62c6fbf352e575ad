import { ShapeError } from "../errors.ts";
import { transpose } from "../ops/transpose.ts";
import { printShape } from "../shape.ts";
import { type CommonLayerOptions, type Layer, defineLayer } from "./defineLayer.ts";

/** Options of `permute`. */
export interface PermuteOptions {
  /** The axes of a sample in their new order, counted from 1: the batch axis stays. */
  dims: readonly number[];
}

/**
 * The axes of each sample in another order.
 *
 * input: float32[batch, ...]; output: float32[batch, ...], axis i of a sample is axis `dims[i]` of the input.
 *
 * @throws ShapeError where dims does not name every axis once
 *
 * @example
 *     permute({ dims: [2, 1] })          // [batch, 10, 64] to [batch, 64, 10]
 */
export const permute: (
  options: Partial<PermuteOptions & CommonLayerOptions> & { dims: readonly number[] },
) => Layer = /* @__PURE__ */ defineLayer<PermuteOptions>({
  name: "permute",
  defaults: { dims: [] },
  call: ([x], { options: { dims } }, name) => {
    const sample = x!.shape.slice(1);
    const sorted = [...dims].sort((a, b) => a - b);
    if (sorted.length !== sample.length || sorted.some((d, i) => d !== i + 1)) {
      throw new ShapeError(
        `permute "${name}": dims must name the axes 1 to ${sample.length} of ${printShape([null, ...sample])} once, got [${dims.join(", ")}]`,
      );
    }
    return transpose(x!, { permutation: [0, ...dims] });
  },
});
