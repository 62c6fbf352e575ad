import { type SymbolicTensor, nodesOf } from "../graph/symbolic.ts";
import { type StepGraph, type GraphSource, inputLeaves, variableLeaves } from "./graphs.ts";
import { countedStreams, forward } from "./forward.ts";

/**
 * The graph of a forward pass whose outputs are made of those of all layers, in order.
 *
 * @param show  adds the outputs that stand for a layer's, by name
 */
export function inspectGraph(
  source: GraphSource,
  batch: number,
  training: boolean,
  show: (layer: string, output: SymbolicTensor, outputs: Record<string, SymbolicTensor>) => void = (
    layer,
    output,
    outputs,
  ) => void (outputs[layer] = output),
): StepGraph {
  const inputs = inputLeaves(source, batch);
  const outputs: Record<string, SymbolicTensor> = {};
  forward(source.topology.outputs, inputs, {
    nameOf: source.topology.nameOf,
    variable: variableLeaves(source),
    training,
    randomStream: countedStreams(),
    update: () => {},
    onOutput: (layer, output) => show(layer, output, outputs),
  });
  const x = [...inputs.values()];
  return {
    request: { name: `inspect ${batch}`, inputs: x, outputs },
    leaves: { x, y: [], weight: null },
  };
}

/** `inspectGraph` with the result of every op of one layer, as `op 0`, `op 1`, ... and the ops' names. */
export function layerGraph(
  source: GraphSource,
  batch: number,
  layer: string,
): { graph: StepGraph; ops: readonly string[] } {
  const ops: string[] = [];
  const seen = new Set<object>();
  const graph = inspectGraph(source, batch, true, (name, output, outputs) => {
    for (const node of nodesOf([output])) {
      if (seen.has(node)) continue;
      seen.add(node);
      const out = node.outputs[0]!;
      if (name !== layer || out.dtype !== "float32") continue;
      outputs[`op ${ops.length}`] = out;
      ops.push(node.op.name);
    }
  });
  return { graph, ops };
}
