import { gradient } from "../autograd/gradient.ts";
import { type SymbolicTensor, leaf } from "../graph/symbolic.ts";
import type { LayerTensor } from "../layers/layerTensor.ts";
import type { Loss } from "../losses/defineLoss.ts";
import type { Metric } from "../metrics/defineMetric.ts";
import { add, div, mul } from "../ops/binary.ts";
import { sum } from "../ops/sum.ts";
import type { PlanRequest } from "../plan/plan.ts";
import type { DType, Shape } from "../shape.ts";
import { forward } from "./forward.ts";
import type { Variable } from "./variables.ts";

/** What the graph of a step is made from. */
export interface GraphSource {
  readonly inputs: readonly LayerTensor[];
  readonly outputs: readonly LayerTensor[];
  readonly variables: readonly Variable[];
  readonly isTrained: (v: Variable) => boolean;
}

/** Leaves that a batch is loaded into. */
export interface BatchLeaves {
  readonly x: readonly SymbolicTensor[];
  readonly y: SymbolicTensor | null;
  readonly weight: SymbolicTensor | null;
}

/** A graph that is ready to be compiled. */
export interface StepGraph {
  readonly request: PlanRequest;
  readonly leaves: BatchLeaves;
}

/** Loss, metrics and label shape of a step. */
export interface Objective {
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  readonly labels: { readonly dtype: DType; readonly shape: Shape };
  /** Whether each sample has a weight. */
  readonly weighted: boolean;
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
  return new Map(source.inputs.map((t, i) => [t, leaf("input", `x${i}`, [batch, ...t.shape])]));
}

/** The graph of a prediction: `outputs` named `y0`, `y1`, ... */
export function predictGraph(source: GraphSource, batch: number): StepGraph {
  const inputs = inputLeaves(source, batch);
  const variable = variableLeaves(source);
  const outputs = forward(source.outputs, inputs, { variable, training: false, update: () => {} });
  const x = [...inputs.values()];
  return {
    request: {
      name: `predict ${batch}`,
      inputs: x,
      outputs: Object.fromEntries(outputs.map((t, i) => [`y${i}`, t])),
    },
    leaves: { x, y: null, weight: null },
  };
}

/**
 * The graph of a training or evaluation step. Its outputs are `loss` (mean over the batch, with
 * penalties), `data` (weighted sum of the losses of the samples), `weight` (sum of the weights) and
 * `metric.term` (weighted sums); a training step pins the gradients, `gradient:NAME`, and new state,
 * `value:NAME`.
 */
export function stepGraph(
  source: GraphSource,
  batch: number,
  objective: Objective,
  training: boolean,
): StepGraph {
  const inputs = inputLeaves(source, batch);
  const variable = variableLeaves(source);
  const updates = new Map<string, SymbolicTensor>();
  const [output] = forward(source.outputs, inputs, {
    variable,
    training,
    update: (name, value) => void updates.set(name, value),
  });
  const { loss, metrics, labels, weighted } = objective;
  const y = leaf("input", "y", [batch, ...labels.shape], labels.dtype);
  const weight = weighted ? leaf("input", "weight", [batch]) : null;

  const total = (perSample: SymbolicTensor): SymbolicTensor =>
    sum(weight ? mul(perSample, weight) : perSample);
  const data = total(loss.call(y, output!));
  const outputs: Record<string, SymbolicTensor> = { data };
  let mean = weight ? div(data, batch) : mul(data, 1 / batch);
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
  metrics.forEach((metric, i) => {
    metric.terms(y, output!).forEach((term, j) => (outputs[`metric${i}.${j}`] = total(term)));
  });

  const pins: { tensor: SymbolicTensor; place: string }[] = [];
  if (training) {
    const trained = source.variables.filter(source.isTrained);
    const gradients = gradient(
      mean,
      trained.map((v) => variable(v.name)),
    );
    trained.forEach((v, i) => pins.push({ tensor: gradients[i]!, place: `gradient:${v.name}` }));
    for (const [name, value] of updates) pins.push({ tensor: value, place: `value:${name}` });
  }
  const x = [...inputs.values()];
  return {
    request: {
      name: `${training ? "train" : "evaluate"} ${batch}`,
      inputs: [...x, y, ...(weight ? [weight] : [])],
      outputs,
      pins,
    },
    leaves: { x, y, weight },
  };
}
