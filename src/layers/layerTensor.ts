import { leaf } from "../graph/symbolic.ts";
import type { Shape } from "../shape.ts";
import type { Layer } from "./defineLayer.ts";

/** A batch size that stands for any, while shapes are inferred. */
const ANY_BATCH = 1;

/** What flows between layers before a model is compiled: a shape without the batch axis. */
export class LayerTensor {
  readonly shape: Shape;
  /** The layer that makes it; null for a model's input. */
  readonly layer: Layer | null;
  readonly inputs: readonly LayerTensor[];

  constructor(shape: Shape, layer: Layer | null, inputs: readonly LayerTensor[]) {
    this.shape = shape;
    this.layer = layer;
    this.inputs = inputs;
  }

  /** The output of a layer: its shape is found by applying the layer to a batch of leaves. */
  static of(layer: Layer, inputs: readonly LayerTensor[]): LayerTensor {
    const specs = layer.params(inputs.map((t) => t.shape));
    const params = Object.fromEntries(
      Object.entries(specs).map(([name, spec]) => [name, leaf("parameter", name, spec.shape)]),
    );
    const out = layer.call(
      inputs.map((t) => leaf("input", "x", [ANY_BATCH, ...t.shape])),
      { params, training: true, frozen: false, randomStream: () => 0, update: () => {} },
    );
    return new LayerTensor(out.shape.slice(1), layer, inputs);
  }
}

/** A model's input: the shape of one sample, without the batch axis. */
export function input(shape: Shape): LayerTensor {
  return new LayerTensor(shape, null, []);
}
