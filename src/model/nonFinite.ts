import type { NonFinitePlace } from "../errors.ts";
import type { Address } from "../kernels/command.ts";
import { sizeOf } from "../shape.ts";
import type { StepGraph } from "./graphs.ts";
import { inspectGraph, layerGraph } from "./inspect.ts";
import type { BatchDtypes, BatchSource, Runner } from "./runner.ts";

/** A batch that a step ran on. */
export interface StepBatch {
  readonly source: BatchSource;
  readonly order: Address;
  readonly cursor: number;
  readonly batch: number;
  readonly dtypes: BatchDtypes;
}

/** Whether `size` floats from an address on are all finite. */
export function isFiniteAt({ engine: { f32 } }: Runner, address: Address, size: number): boolean {
  const from = address >>> 2;
  for (let i = from; i < from + size; i++) if (f32[i]! - f32[i]! !== 0) return false;
  return true;
}

/** Whether `size` floats from an address on all lie in [0, 1], as probabilities do. */
function isUnitAt({ engine: { f32 } }: Runner, address: Address, size: number): boolean {
  const from = address >>> 2;
  return f32.subarray(from, from + size).every((v) => v >= 0 && v <= 1);
}

/** The first output of a graph that is not as it must be for a batch, or null. */
function firstBad(
  runner: Runner,
  graph: StepGraph,
  at: StepBatch,
  isGood: typeof isFiniteAt = isFiniteAt,
): string | null {
  const { plan, free } = runner.aside(graph, at.dtypes);
  try {
    runner.bind(plan, at.source, at.order);
    plan.setUint("cursor", at.cursor);
    plan.run();
    const bad = Object.entries(plan.compiled.outputs).find(
      ([name, t]) => t.dtype === "float32" && !isGood(runner, plan.output(name), sizeOf(t.shape)),
    );
    return bad?.[0] ?? null;
  } finally {
    free();
  }
}

/** A loss of probabilities that got something else, as a last layer without softmax gives it; in words, or null. */
function noProbabilities(runner: Runner, at: StepBatch): string | null {
  const { topology } = runner.source;
  for (const { loss, output } of runner.objective!.heads) {
    if (loss.options["fromLogits"] !== false) continue;
    const { call } = topology.outputs[output]!;
    const last = call && topology.nameOf(call.layer);
    const graph = inspectGraph(runner.source, at.batch, true, (layer, out, outputs) => {
      if (layer === last) outputs[layer] = out;
    });
    if (last === null || firstBad(runner, graph, at, isUnitAt) === null) continue;
    const softmax = loss.kind === "binaryCrossentropy" ? "sigmoid" : "softmax";
    return `${loss.kind} takes probabilities, but layer "${last}" gives others; end in activation: "${softmax}", or set fromLogits: true in the loss`;
  }
  return null;
}

/** Where numbers stopped being finite: the first such parameter, else the first layer and its first such op. */
export function locateNonFinite(runner: Runner, at: StepBatch): NonFinitePlace {
  const { memory, source } = runner;
  for (const v of [...memory.trained, ...memory.kept]) {
    if (isFiniteAt(runner, memory.address(v.name), v.size)) continue;
    const layer = v.name.slice(0, v.name.lastIndexOf("/"));
    return { layer, op: null, text: `"${v.name}" holds numbers that are not finite` };
  }
  const layer = firstBad(runner, inspectGraph(source, at.batch, true), at);
  if (layer === null) {
    const text = "all layers are finite, so it arose in the loss";
    const why = noProbabilities(runner, at);
    return { layer: null, op: null, text: why === null ? text : `${text}: ${why}` };
  }
  const { graph, ops } = layerGraph(source, at.batch, layer);
  const bad = ops.length === 0 ? null : firstBad(runner, graph, at);
  const op = bad === null ? null : ops[Number(bad.slice(3))]!;
  const text = `the output of layer "${layer}" is the first that is not finite`;
  return { layer, op, text: op === null ? text : `${text}, from op ${op} on` };
}
