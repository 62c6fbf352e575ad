import { DataError } from "../../errors.ts";
import type { OnnxGraph } from "../../io/onnx.ts";
import { input } from "../../layers/layerTensor.ts";
import { type Shape, printShape } from "../../shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Functional } from "../functional.ts";
import type { Model } from "../model.ts";
import type { Variable } from "../variables.ts";
import { setAll } from "./layerWeights.ts";
import { OnnxConverter, channelsFirst, isOrder } from "./onnx/converter.ts";
import {
  ACTIVATIONS,
  clip,
  dropout,
  elementwise,
  merge,
  passed,
  softmax,
} from "./onnx/elementwise.ts";
import { batchNorm, gemm, matmul } from "./onnx/products.ts";
import { concat, flatten, folded, reduceMean, reshape, squeeze, transpose } from "./onnx/shapes.ts";
import { conv, globalPool, pool } from "./onnx/windows.ts";
import type { Parts } from "./parts.ts";

/** What reads each op, besides activations. */
const READERS: Readonly<Record<string, (c: OnnxConverter) => void>> = {
  Add: merge,
  AveragePool: pool,
  BatchNormalization: batchNorm,
  Cast: passed,
  Clip: clip,
  Concat: concat,
  Conv: conv,
  Div: merge,
  Dropout: dropout,
  Flatten: flatten,
  Gemm: gemm,
  GlobalAveragePool: (c) => globalPool(c, true, true),
  GlobalMaxPool: (c) => globalPool(c, false, true),
  Identity: passed,
  LogSoftmax: softmax,
  MatMul: matmul,
  Max: merge,
  MaxPool: pool,
  Min: merge,
  Mul: merge,
  ReduceMean: reduceMean,
  Reshape: reshape,
  Softmax: softmax,
  Squeeze: squeeze,
  Sub: merge,
  Sum: merge,
  Transpose: transpose,
  Unsqueeze: squeeze,
};

/** One node as a layer of ours, or as part of one. */
function convert(c: OnnxConverter): void {
  const { op } = c.node;
  if (Object.hasOwn(READERS, op)) return READERS[op]!(c);
  if (Object.hasOwn(ACTIVATIONS, op)) return elementwise(c);
  c.fail("is an op that is not read");
}

/** All nodes in order, and the values of their layers. */
function convertGraph(c: OnnxConverter, inputShape: Shape | null): Model {
  const starts = c.graph.inputs.map(({ name, shape }) => {
    const sample = shape.slice(1);
    c.node = { op: "input", name, inputs: [], outputs: [], attributes: {} };
    const uses = c.uses.get(name) ?? [];
    const order = channelsFirst(shape.length);
    // Exported from TensorFlow, or by us: images come channels last and are transposed at once.
    const turned = uses.every(
      ({ op, attributes: { perm } }) =>
        op === "Transpose" && Array.isArray(perm) && isOrder(perm as number[], order),
    );
    const last =
      !turned &&
      (sample.length >= 3 || (sample.length === 2 && uses.some(({ op }) => op === "Conv")));
    const own = last ? [...sample.slice(1), sample[0]!] : sample;
    const given = own.every((n) => n !== null) && shape.length > 0 ? (own as number[]) : inputShape;
    if (!given || given.length !== Math.max(own.length, 1))
      return c.fail(`leaves axes open, ${printShape(shape)}; give inputShape, channels last`);
    const t = input(given, { name: name.replaceAll("/", "_") });
    c.values.set(name, { t, last });
    return t;
  });
  for (const node of c.graph.nodes) {
    c.node = node;
    if (node.outputs.length === 0 || node.outputs[0] === "") c.fail("must have an output");
    if (!c.absorbed.has(node) && !folded(c)) convert(c);
  }
  const ends = c.graph.outputs.map(({ name }) => {
    const value = c.values.get(name);
    if (!value) throw new DataError(`${c.subject}: output "${name}" does not depend on the data`);
    return value.t;
  });
  const form = ends.length === 1 ? "single" : "list";
  const model = new Functional<Tensor, readonly Shape[]>(starts, ends, null, form, {
    name: "model",
  });
  const found = new Map<Variable, Tensor>();
  for (const v of model.variables) {
    const t = c.weights.get(v.layers[0]!)?.[v.name.slice(v.name.indexOf("/") + 1)];
    if (t) found.set(v, t);
  }
  setAll(c.subject, model, found);
  return model;
}

/**
 * A trainable model from an ONNX graph. Images have their channels last here: an input [batch, channels, height,
 * width] is [batch, height, width, channels], and so is an output that is an image.
 *
 * @param inputShape  shape of a sample, channels last, where the graph leaves axes open
 * @throws DataError naming the node whose op, or option, is not there
 */
export function modelFromOnnx(
  subject: string,
  graph: OnnxGraph,
  inputShape: Shape | null,
  parts: Parts,
): Model {
  try {
    return convertGraph(new OnnxConverter(subject, graph, parts), inputShape);
  } catch (error) {
    if (error instanceof DataError || !(error instanceof RangeError || error instanceof TypeError))
      throw error;
    throw new DataError(`${subject}: ${error.message}`, { cause: error });
  }
}
