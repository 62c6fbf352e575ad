import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type StepGraph, type GraphSource, inputLeaves, variableLeaves } from "./graphs.ts";
import { countedStreams, forward } from "./forward.ts";

/** The graph of a forward pass whose outputs are those of all layers, by name, in order. */
export function inspectGraph(source: GraphSource, batch: number, training: boolean): StepGraph {
  const inputs = inputLeaves(source, batch);
  const outputs: Record<string, SymbolicTensor> = {};
  forward(source.topology.outputs, inputs, {
    nameOf: source.topology.nameOf,
    variable: variableLeaves(source),
    training,
    randomStream: countedStreams(),
    update: () => {},
    onOutput: (layer, output) => (outputs[layer] = output),
  });
  const x = [...inputs.values()];
  return {
    request: { name: `inspect ${batch}`, inputs: x, outputs },
    leaves: { x, y: [], weight: null },
  };
}
