import type { SymbolicTensor } from "../graph/symbolic.ts";
import { maskOf } from "../layers/mask.ts";
import { cast } from "../ops/cast.ts";
import { sum } from "../ops/sum.ts";
import { countedStreams, forward } from "./forward.ts";
import { type GraphSource, type StepGraph, inputLeaves, variableLeaves } from "./graphs.ts";
import type { Objective } from "./objective.ts";

/**
 * The graph of a batch's steps that count: outputs `count0`, `count1`, ... for the heads whose output has a mask, in order.
 * Nothing else of the model is computed.
 */
export function maskCounts(source: GraphSource, batch: number, { heads }: Objective): StepGraph {
  const inputs = inputLeaves(source, batch);
  const made = forward(source.topology.outputs, inputs, {
    nameOf: source.topology.nameOf,
    variable: variableLeaves(source),
    training: true,
    randomStream: countedStreams(),
    update: () => {},
  });
  const outputs: Record<string, SymbolicTensor> = {};
  for (const { output } of heads) {
    const mask = maskOf(made[output]!);
    if (!mask || made[output]!.shape.length < 3) continue;
    const counts = sum(cast(mask, { dtype: "float32" }));
    outputs[`count${Object.keys(outputs).length}`] = counts;
  }
  const x = [...inputs.values()];
  return {
    request: { name: `mask ${batch}`, inputs: x, outputs },
    leaves: { x, y: [], weight: null },
  };
}
