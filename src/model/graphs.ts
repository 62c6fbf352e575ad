import { gradient } from "../autograd/gradient.ts";
import { type SymbolicTensor, constant, leaf } from "../graph/symbolic.ts";
import { maskOf } from "../layers/mask.ts";
import { add, div, mul } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { divOrZero } from "../ops/divOrZero.ts";
import { reshape } from "../ops/reshape.ts";
import { sum } from "../ops/sum.ts";
import { where } from "../ops/where.ts";
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

/**
 * Of a process that trains together with others, for each head whose output has a mask: the whole batch's samples over its
 * steps that count. The name's end is the number among such heads.
 */
export const MASK_SHARE = "mask share ";

/** Name of the output that holds what a piece of state becomes. */
export const NEXT = "next:";

/** What losses and metrics of a head are taken of, and how their numbers for each row become sums. */
interface Judged {
  readonly target: SymbolicTensor;
  readonly output: SymbolicTensor;
  /** Weighted sum of [rows], or of each column of [rows, k]. */
  total(perRow: SymbolicTensor): SymbolicTensor;
}

/**
 * Rows are the samples; of an output with a mask the steps of all samples, of which those that count have weights
 * that sum up to the number of samples: a mean over samples is then one over steps, as in Keras.
 */
function judgedOf(
  target: SymbolicTensor,
  output: SymbolicTensor,
  weight: SymbolicTensor | null,
  shareOf: (() => SymbolicTensor) | null,
): Judged {
  const mask = output.shape.length >= 3 ? maskOf(output) : null;
  if (!mask) {
    return {
      target,
      output,
      total: (perRow) => {
        if (perRow.shape.length === 1) return sum(weight ? mul(perRow, weight) : perRow);
        const column = weight && reshape(weight, { shape: [weight.shape[0]!, 1] });
        return sum(column ? mul(perRow, column) : perRow, { axis: 0 });
      },
    };
  }
  const [batch, time] = mask.shape as [number, number];
  const rows = batch * time;
  const byStep = (t: SymbolicTensor): SymbolicTensor =>
    reshape(t, { shape: [rows, ...t.shape.slice(2)] });
  const counts = cast(mask, { dtype: "float32" });
  const share = mul(counts, shareOf?.() ?? divOrZero(constant(batch), sum(counts)));
  const weights = weight ? mul(share, reshape(weight, { shape: [batch, 1] })) : share;
  const [column, kept] = [weights, mask].map((t) => reshape(t, { shape: [rows, 1] }));
  return {
    target: byStep(target),
    output: byStep(output),
    total: (perRow) => {
      const width = perRow.shape[1] ?? 1;
      // What stands at a masked step leaves no trace, NaN neither.
      const valid = where(kept!, reshape(perRow, { shape: [rows, width] }), constant(0));
      const sums = sum(mul(valid, column!), { axis: 0 });
      return perRow.shape.length === 1 ? reshape(sums, { shape: [] }) : sums;
    },
  };
}

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
  shared: boolean = false,
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
  // The steps of one process's share alone say nothing of the whole batch: their number comes from outside.
  let masks = 0;
  const shareOf = shared ? (): SymbolicTensor => leaf("state", MASK_SHARE + masks++, []) : null;
  const judged = heads.map(({ output }, i) => judgedOf(y[i]!, made[output]!, weight, shareOf));

  const outputs: Record<string, SymbolicTensor> = {};
  let data: SymbolicTensor | null = null;
  heads.forEach(({ loss, lossWeight }, i) => {
    const { target, output, total } = judged[i]!;
    const own = total(loss.call(target, output));
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
  heads.forEach(({ metrics }, i) => {
    const { target, output, total } = judged[i]!;
    for (const one of metrics) {
      one.metric.terms(target, output).forEach((term, j) => {
        outputs[`metric${metric}.${j}`] = total(term);
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
