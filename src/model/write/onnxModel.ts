import { type SymbolicTensor, nodesOf } from "../../graph/symbolic.ts";
import { encodeOnnx } from "../../io/encodeOnnx.ts";
import { countedStreams, forward } from "../forward.ts";
import { type GraphSource, inputLeaves, variableLeaves } from "../graphs.ts";
import type { AnyModel } from "../model.ts";
import { OnnxWriter } from "./onnxGraph.ts";
import { writeNode } from "./onnxOps.ts";

/** The graph of a prediction, with the leaves of its inputs, and the layer that each node is of. */
interface Traced {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  readonly layerOf: ReadonlyMap<object, string>;
}

function traced(source: GraphSource, batch: number): Traced {
  const inputs = inputLeaves(source, batch);
  const layerOf = new Map<object, string>();
  const outputs = forward(source.topology.outputs, inputs, {
    nameOf: source.topology.nameOf,
    variable: variableLeaves(source),
    training: false,
    randomStream: countedStreams(),
    update: () => {},
    onOutput: (layer, output) => {
      for (const node of nodesOf([output])) if (!layerOf.has(node)) layerOf.set(node, layer);
    },
  });
  return { inputs: [...inputs.values()], outputs, layerOf };
}

/**
 * A model as an ONNX file of operator set 17, for prediction: its graph of ops, one node of ours as one or a few of
 * ONNX's. Inputs and outputs are those of the model, images with their channels last, and the batch is open. What
 * ONNX wants channels first is transposed once on the way in, not around every layer.
 *
 * Two graphs are traced, for two batches: an axis that differs between them is the batch.
 *
 * @throws DataError naming the layer that has an op without a counterpart
 */
export function onnxOfModel(subject: string, model: AnyModel): Uint8Array {
  const { topology, variables } = model;
  const source: GraphSource = { topology, variables, isTrained: () => false };
  const [small, large] = [traced(source, 2), traced(source, 3)];
  const w = new OnnxWriter(subject);
  const [nodes, others] = [nodesOf(small.outputs), nodesOf(large.outputs)];
  const pairs = new Map<SymbolicTensor, SymbolicTensor>();
  const pair = (a: SymbolicTensor | null, b: SymbolicTensor | null): void => {
    if (!a || !b || pairs.has(a)) return;
    pairs.set(a, b);
    w.pair(a, b);
  };
  small.inputs.forEach((t, i) => {
    pair(t, large.inputs[i]!);
    w.layer = topology.inputNames[i]!;
    w.input(t, topology.inputNames[i]!);
  });
  const values = new Map(model.getWeights().map((t, i) => [variables[i]!.name, t]));
  nodes.forEach((node, i) => {
    const other = others[i];
    w.layer = small.layerOf.get(node) ?? "";
    if (other?.op !== node.op) w.fail("computes something else for another batch");
    node.inputs.forEach((t, k) => {
      pair(t, other!.inputs[k]!);
      const leaf = t?.leaf;
      if (!t || !leaf || leaf.kind === "input" || w.has(t)) return;
      const { shape, dtype } = t;
      if (leaf.kind !== "constant")
        w.setConstant(t, { dtype: "float32", shape, data: values.get(leaf.name)!.data }, leaf.name);
      else if (w.isOfBatch(t)) w.fail("has constants that depend on the batch");
      else w.setConstant(t, { dtype, shape, data: leaf.value! });
    });
    node.outputs.forEach((t, k) => pair(t, other!.outputs[k]!));
    writeNode(w, node);
  });
  const ends = small.outputs.map((t, i) => ({ name: topology.outputNames[i]!, t }));
  return encodeOnnx(w.finish(model.name, ends));
}
