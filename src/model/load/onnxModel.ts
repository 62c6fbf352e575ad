import { DataError } from "../../errors.ts";
import { type OnnxGraph, dtypeOfCode } from "../../io/onnx.ts";
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
  cast,
  clip,
  dropout,
  elementwise,
  merge,
  neg,
  passed,
  prelu,
  softmax,
} from "./onnx/elementwise.ts";
import { batchNorm, gemm, instanceNorm, matmul } from "./onnx/products.ts";
import {
  concat,
  expand,
  flatten,
  folded,
  reduceMean,
  reshape,
  squeeze,
  transpose,
} from "./onnx/shapes.ts";
import { attention } from "./onnx/attention.ts";
import { pad, slice, split } from "./onnx/crops.ts";
import { fuse } from "./onnx/fusions.ts";
import { recurrent } from "./onnx/recurrent.ts";
import { acrossRows } from "./onnx/rows.ts";
import { gather, layerNorm } from "./onnx/sequences.ts";
import { conv, convTranspose, globalPool, pool, resize } from "./onnx/windows.ts";
import type { Parts } from "./parts.ts";

/** What reads each op, besides activations. */
const READERS: Readonly<Record<string, (c: OnnxConverter) => void>> = {
  Add: merge,
  AveragePool: pool,
  BatchNormalization: batchNorm,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  Conv: conv,
  ConvTranspose: convTranspose,
  Div: merge,
  Dropout: dropout,
  Expand: expand,
  Flatten: flatten,
  GRU: recurrent,
  Gather: gather,
  Gemm: gemm,
  GlobalAveragePool: (c) => globalPool(c, true, true),
  GlobalMaxPool: (c) => globalPool(c, false, true),
  Identity: passed,
  InstanceNormalization: instanceNorm,
  LSTM: recurrent,
  LayerNormalization: layerNorm,
  LogSoftmax: softmax,
  MatMul: matmul,
  Max: merge,
  MaxPool: pool,
  Min: merge,
  Mul: merge,
  Neg: neg,
  PRelu: prelu,
  Pad: pad,
  RNN: recurrent,
  ReduceMean: reduceMean,
  Reshape: reshape,
  Resize: resize,
  Slice: slice,
  Softmax: softmax,
  Split: split,
  Squeeze: squeeze,
  Sub: merge,
  Sum: merge,
  Transpose: transpose,
  Unsqueeze: squeeze,
};

/** One node as a layer of ours, or as part of one. */
function convert(c: OnnxConverter, fused: (() => void) | undefined): void {
  const { op } = c.node;
  const isActivation = Object.hasOwn(ACTIVATIONS, op);
  const read =
    fused ??
    (Object.hasOwn(READERS, op)
      ? (): void => READERS[op]!(c)
      : isActivation
        ? (): void => elementwise(c)
        : (): never => c.fail("is an op that is not read"));
  if (attention(c) || acrossRows(c, isActivation, read)) return;
  read();
}

/** All nodes in order, and the values of their layers. */
function convertGraph(c: OnnxConverter, inputShape: Shape | null): Model {
  const starts = c.graph.inputs.map(({ name, dtype, shape }) => {
    const sample = shape.slice(1);
    c.node = { op: "input", name, inputs: [], outputs: [], attributes: {} };
    const uses = c.uses.get(name) ?? [];
    const order = channelsFirst(shape.length);
    // Exported from TensorFlow, or by us: images come channels last and are transposed at once.
    const turned =
      c.graph.producer === "thalweg" ||
      uses.every(
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
    // What is cast at once is given as what it is cast to.
    const kinds = uses.map(({ op, attributes: { to } }) =>
      op === "Cast" && typeof to === "number" ? dtypeOfCode(to) : dtype,
    );
    const whole =
      (kinds.every((kind) => kind === kinds[0]) ? (kinds[0] ?? dtype) : dtype) === "int32";
    const t = input(given, {
      name: name.replaceAll("/", "_"),
      ...(whole && { dtype: "int32" }),
    });
    c.values.set(name, { t, last });
    return t;
  });
  for (const node of c.graph.nodes) {
    c.node = node;
    if (node.outputs.length === 0 || node.outputs[0] === "") c.fail("must have an output");
    if (!c.absorbed.has(node)) folded(c);
  }
  const fused = fuse(c);
  for (const given of c.graph.nodes) {
    const own = fused.get(given);
    c.node = own?.node ?? given;
    if (
      !c.absorbed.has(given) &&
      !given.outputs.every((name) => c.constants.has(name) || c.lengths.has(name))
    )
      convert(c, own?.read);
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
