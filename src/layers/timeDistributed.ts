import { ShapeError } from "../errors.ts";
import { reshape } from "../ops/reshape.ts";
import { printShape } from "../shape.ts";
import { type CommonLayerOptions, type Layer, defineLayer } from "./defineLayer.ts";
import { callInner, checkLayer, innerName, innerParams } from "./innerLayer.ts";

/** Options of `timeDistributed`. */
export interface TimeDistributedOptions {
  /** What is applied to every step: any layer with one input and one output. */
  layer: Layer | null;
}

/**
 * The same layer at every step in time: steps count as samples, so that statistics over the batch are over
 * time as well.
 *
 * input: [batch, time, ...]; output: [batch, time, ...] with what the layer makes of [batch, ...].
 * Parameters: those of the layer, `dense/kernel`, ...
 *
 * @throws ShapeError where the input has no time axis
 *
 * @example
 *     timeDistributed({ layer: conv2d({ filters: 8, kernelSize: 3 }) })
 */
export const timeDistributed: (
  options: Partial<TimeDistributedOptions & CommonLayerOptions> & { layer: Layer },
) => Layer = /* @__PURE__ */ defineLayer<TimeDistributedOptions>({
  name: "timeDistributed",
  passesMask: true,
  defaults: { layer: null },
  check: ({ layer }) => checkLayer("timeDistributed", layer),
  params: ({ layer }, [x], name) => {
    if (x!.length < 1) {
      throw new ShapeError(
        `timeDistributed "${name}": input must have at least 2 axes [batch, time, ...], got ${printShape([null, ...x!])}`,
      );
    }
    return innerParams(layer!, [x!.slice(1)], innerName(layer!));
  },
  inner: ({ layer }, parameter) => ({
    layer: layer!,
    parameter: parameter.slice(innerName(layer!).length + 1),
  }),
  call: ([x], context) => {
    const { layer } = context.options;
    const [batch, time, ...rest] = x!.shape;
    const steps = reshape(x!, { shape: [batch! * time!, ...rest] });
    const [y] = callInner(layer!, [steps], context, innerName(layer!));
    return reshape(y!, { shape: [batch!, time!, ...y!.shape.slice(1)] });
  },
});
