import { gradient } from "../autograd/gradient.ts";
import { type SymbolicTensor, leaf } from "../graph/symbolic.ts";
import { add, div, mul } from "../ops/binary.ts";
import { reshape } from "../ops/reshape.ts";
import { sum } from "../ops/sum.ts";
import type { PlanRequest } from "../plan/plan.ts";
import type { LayerTensor } from "../layers/layerTensor.ts";
import { countedStreams, forward } from "./forward.ts";
import type { Objective } from "./objective.ts";
import type { Topology } from "./topology.ts";
import type { Variable } from "./variables.ts";

/** What the graph of a step is made from. */
export interface GraphSource {
  readonly topology: Topology;
  readonly variables: readonly Variable[];
  readonly isTrained: (v: Variable) => boolean;
}

/** Leaves that a batch is loaded into. */
export interface BatchLeaves {
  readonly x: readonly SymbolicTensor[];
  readonly y: readonly SymbolicTensor[];
  readonly weight: SymbolicTensor | null;
}

/** A graph that is ready to be compiled. */
export interface StepGraph {
  readonly request: PlanRequest;
  readonly leaves: BatchLeaves;
}

/** A leaf for each variable. */
export function variableLeaves(source: GraphSource): (name: string) => SymbolicTensor {
  const leaves = new Map<string, SymbolicTensor>();
  for (const v of source.variables) {
    leaves.set(v.name, leaf(source.isTrained(v) ? "parameter" : "state", v.name, v.spec.shape));
  }
  return (name) => leaves.get(name)!;
}

/** A leaf for each input of the model, with its batch axis. */
export function inputLeaves(source: GraphSource, batch: number): Map<LayerTensor, SymbolicTensor> {
  return new Map(
    source.topology.inputs.map((t, i) => [t, leaf("input", `x${i}`, [batch, ...t.shape], t.dtype)]),
  );
}

/** The graph of a prediction: `outputs` named `y0`, `y1`, ... */
export function predictGraph(source: GraphSource, batch: number): StepGraph {
  const { outputs, nameOf } = source.topology;
  const inputs = inputLeaves(source, batch);
  const made = forward(outputs, inputs, {
    nameOf,
    variable: variableLeaves(source),
    training: false,
    randomStream: countedStreams(),
    update: () => {},
  });
  const x = [...inputs.values()];
  return {
    request: {
      name: `predict ${batch}`,
      inputs: x,
      outputs: Object.fromEntries(made.map((t, i) => [`y${i}`, t])),
    },
    leaves: { x, y: [], weight: null },
  };
}

/** Name of the output that holds what a piece of state becomes. */
export const NEXT = "next:";

/**
 * The graph of a training or evaluation step. Its outputs are `loss` (mean over the batch, with
 * penalties), `data` (weighted sum of the losses of the samples), of several heads also `head.data` each,
 * `weight` (sum of the weights) and `metric.term` (weighted sums, of a
 * vector a sample a vector); a training step pins the gradients,
 * `gradient:NAME`, and leaves new state in `next:NAME`.
 */
export function stepGraph(
  source: GraphSource,
  batch: number,
  { heads, weighted }: Objective,
  training: boolean,
): StepGraph {
  const inputs = inputLeaves(source, batch);
  const variable = variableLeaves(source);
  const updates = new Map<string, SymbolicTensor>();
  const made = forward(source.topology.outputs, inputs, {
    nameOf: source.topology.nameOf,
    variable,
    training,
    randomStream: countedStreams(),
    update: (name, value) => void updates.set(name, value),
  });
  const y = heads.map(({ labels }, i) =>
    leaf("input", `y${i}`, [batch, ...labels.shape], labels.dtype),
  );
  const weight = weighted ? leaf("input", "weight", [batch]) : null;
  const total = (perSample: SymbolicTensor): SymbolicTensor =>
    sum(weight ? mul(perSample, weight) : perSample);

  const outputs: Record<string, SymbolicTensor> = {};
  let data: SymbolicTensor | null = null;
  heads.forEach(({ loss, lossWeight, output }, i) => {
    const own = total(loss.call(y[i]!, made[output]!));
    if (heads.length > 1) outputs[`head${i}.data`] = own;
    const scaled = lossWeight === 1 ? own : mul(own, lossWeight);
    data = data ? add(data, scaled) : scaled;
  });
  outputs["data"] = data!;
  let mean = weight ? div(data!, batch) : mul(data!, 1 / batch);
  if (weight) outputs["weight"] = sum(weight);
  let penalty: SymbolicTensor | null = null;
  for (const v of source.variables) {
    if (!v.spec.regularizer) continue;
    const own = v.spec.regularizer.penalty(variable(v.name));
    penalty = penalty ? add(penalty, own) : own;
  }
  if (penalty) {
    outputs["penalty"] = penalty;
    mean = add(mean, penalty);
  }
  outputs["loss"] = mean;
  let metric = 0;
  heads.forEach(({ metrics, output }, i) => {
    for (const one of metrics) {
      const terms = one.metric.terms(y[i]!, made[output]!);
      terms.forEach((term, j) => {
        outputs[`metric${metric}.${j}`] =
          term.shape.length === 1
            ? total(term)
            : sum(weight ? mul(term, reshape(weight, { shape: [batch, 1] })) : term, { axis: 0 });
      });
      metric++;
    }
  });

  const pins: { tensor: SymbolicTensor; place: string }[] = [];
  if (training) {
    const trained = source.variables.filter(source.isTrained);
    const gradients = gradient(
      mean,
      trained.map((v) => variable(v.name)),
    );
    trained.forEach((v, i) => pins.push({ tensor: gradients[i]!, place: `gradient:${v.name}` }));
    for (const [name, value] of updates) outputs[`${NEXT}${name}`] = value;
  }
  const x = [...inputs.values()];
  return {
    request: {
      name: `${training ? "train" : "evaluate"} ${batch}`,
      inputs: [...x, ...y, ...(weight ? [weight] : [])],
      outputs,
      pins,
    },
    leaves: { x, y, weight },
  };
}
