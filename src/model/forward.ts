import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { AnyLayer } from "../layers/defineLayer.ts";
import { type LayerCall, type LayerTensor, outputsOf } from "../layers/layerTensor.ts";

/** What the forward pass through layers needs to know. */
export interface ForwardOptions {
  /** Name of a layer in the model. */
  readonly nameOf: (layer: AnyLayer) => string;
  /** The leaf of a variable: `layer/parameter`. */
  readonly variable: (name: string) => SymbolicTensor;
  readonly training: boolean;
  /** Whether nothing in the model is trained. */
  readonly frozen?: boolean;
  /** A number of its own for each random node. */
  readonly randomStream: () => number;
  /** Called with a piece of state, what it becomes after the step, and what the batch alone would make of it. */
  readonly update: (name: string, value: SymbolicTensor, observed?: SymbolicTensor) => void;
  /** Called with each output of a layer. */
  readonly onOutput?: (layer: string, output: SymbolicTensor) => void;
}

/** Streams of random numbers, counted from 1. */
export function countedStreams(): () => number {
  let stream = 0;
  return () => ++stream;
}

/** The graph of some layer tensors, given the model's inputs with their batch axis. */
export function forward(
  outputs: readonly LayerTensor[],
  inputs: ReadonlyMap<LayerTensor, SymbolicTensor>,
  options: ForwardOptions,
): SymbolicTensor[] {
  const made = new Map<LayerCall, readonly SymbolicTensor[]>();
  const apply = (call: LayerCall): readonly SymbolicTensor[] => {
    const known = made.get(call);
    if (known) return known;
    const { layer } = call;
    const xs = call.inputs.map(visit);
    const name = options.nameOf(layer);
    const params: Record<string, SymbolicTensor> = {};
    for (const key of Object.keys(layer.params(call.inputs.map((x) => x.shape)))) {
      params[key] = options.variable(`${name}/${key}`);
    }
    const out = outputsOf(
      layer.call(xs, {
        params,
        training: options.training,
        frozen: options.frozen === true || !layer.trainable,
        randomStream: options.randomStream,
        update: (key, ...values) => options.update(`${name}/${key}`, ...values),
      }),
    );
    made.set(call, out);
    for (const t of out) options.onOutput?.(name, t);
    return out;
  };
  const visit = (t: LayerTensor): SymbolicTensor => inputs.get(t) ?? apply(t.call!)[t.index]!;
  return outputs.map(visit);
}
