import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { LayerTensor } from "../layers/layerTensor.ts";

/** What the forward pass through layers needs to know. */
export interface ForwardOptions {
  /** The leaf of a variable: `layer/parameter`. */
  readonly variable: (name: string) => SymbolicTensor;
  readonly training: boolean;
  /** Called with a piece of state and what it becomes after the step. */
  readonly update: (name: string, value: SymbolicTensor) => void;
  /** Called with each layer's output. */
  readonly onOutput?: (layer: string, output: SymbolicTensor) => void;
}

/** The graph of some layer tensors, given the model's inputs with their batch axis. */
export function forward(
  outputs: readonly LayerTensor[],
  inputs: ReadonlyMap<LayerTensor, SymbolicTensor>,
  options: ForwardOptions,
): SymbolicTensor[] {
  const made = new Map(inputs);
  let stream = 0;
  const visit = (t: LayerTensor): SymbolicTensor => {
    const known = made.get(t);
    if (known) return known;
    const layer = t.layer!;
    const xs = t.inputs.map(visit);
    const name = layer.layerName!;
    const params: Record<string, SymbolicTensor> = {};
    for (const key of Object.keys(layer.params(t.inputs.map((x) => x.shape)))) {
      params[key] = options.variable(`${name}/${key}`);
    }
    const out = layer.call(xs, {
      params,
      training: options.training,
      frozen: !layer.trainable,
      randomStream: () => ++stream,
      update: (key, value) => options.update(`${name}/${key}`, value),
    });
    made.set(t, out);
    options.onOutput?.(name, out);
    return out;
  };
  return outputs.map(visit);
}
