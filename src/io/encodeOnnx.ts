import { sizeOf } from "../shape.ts";
import { MessageWriter } from "./protobuf.ts";

/** dtypes that are written, by ONNX's TensorProto.DataType. */
const DATA_TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;

export type OnnxType = keyof typeof DATA_TYPES;

/** Numbers of one kind; int64 is written from whole numbers. */
export interface OnnxConstant {
  readonly dtype: OnnxType;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** An attribute and its kind, which ONNX wants to be told. */
export type OnnxValueOf =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly ints: readonly number[] };

export interface OnnxNodeToWrite {
  readonly op: string;
  readonly name: string;
  /** Names of values; "" where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxValueOf>>;
}

/** An input or output; a text is an axis without a fixed length. */
export interface OnnxValueToWrite {
  readonly name: string;
  readonly dtype: OnnxType;
  readonly shape: readonly (number | string)[];
}

/** What an ONNX file is written from. */
export interface OnnxContent {
  readonly name: string;
  readonly opset: number;
  readonly nodes: readonly OnnxNodeToWrite[];
  readonly constants: ReadonlyMap<string, OnnxConstant>;
  readonly inputs: readonly OnnxValueToWrite[];
  readonly outputs: readonly OnnxValueToWrite[];
}

/** ONNX's version of the file form: 8 is of 2021, and goes with operator sets up to 18. */
const IR_VERSION = 8;

/** AttributeProto.AttributeType. */
const [FLOAT, INT, STRING, INTS, STRINGS] = [1, 2, 3, 7, 8];

function attribute(name: string, value: OnnxValueOf): MessageWriter {
  const out = new MessageWriter().text(1, name);
  if ("int" in value) return out.int(3, value.int).int(20, INT);
  if ("float" in value) return out.float(2, value.float).int(20, FLOAT);
  if ("text" in value) return out.text(4, value.text).int(20, STRING);
  if ("texts" in value) {
    for (const one of value.texts) out.text(9, one);
    return out.int(20, STRINGS);
  }
  for (const n of value.ints) out.int(8, n);
  return out.int(20, INTS);
}

/** Bytes of numbers, little-endian. */
function rawOf({ dtype, data, shape }: OnnxConstant): Uint8Array {
  const size = sizeOf(shape);
  const width = dtype === "int64" ? 8 : dtype === "bool" || dtype === "uint8" ? 1 : 4;
  const bytes = new Uint8Array(size * width);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < size; i++) {
    const value = data[i]!;
    if (dtype === "float32") view.setFloat32(4 * i, value, true);
    else if (dtype === "int32") view.setInt32(4 * i, value, true);
    else if (dtype === "int64") view.setBigInt64(8 * i, BigInt(value), true);
    else bytes[i] = value;
  }
  return bytes;
}

function tensor(name: string, constant: OnnxConstant): MessageWriter {
  const out = new MessageWriter();
  for (const n of constant.shape) out.int(1, n);
  return out.int(2, DATA_TYPES[constant.dtype]).text(8, name).bytes(9, rawOf(constant));
}

function value({ name, dtype, shape }: OnnxValueToWrite): MessageWriter {
  const axes = new MessageWriter();
  for (const n of shape) {
    const axis = new MessageWriter();
    axes.message(1, typeof n === "number" ? axis.int(1, n) : axis.text(2, n));
  }
  const type = new MessageWriter().int(1, DATA_TYPES[dtype]).message(2, axes);
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, type));
}

/**
 * Writes an ONNX file. Constants are initializers, and no inputs.
 * Source: onnx/onnx.proto.
 */
export function encodeOnnx(content: OnnxContent): Uint8Array<ArrayBuffer> {
  const graph = new MessageWriter();
  for (const { op, name, inputs, outputs, attributes } of content.nodes) {
    const node = new MessageWriter();
    for (const input of inputs) node.text(1, input);
    for (const output of outputs) node.text(2, output);
    node.text(3, name).text(4, op);
    for (const [key, one] of Object.entries(attributes)) node.message(5, attribute(key, one));
    graph.message(1, node);
  }
  graph.text(2, content.name);
  for (const [name, constant] of content.constants) graph.message(5, tensor(name, constant));
  for (const input of content.inputs) graph.message(11, value(input));
  for (const output of content.outputs) graph.message(12, value(output));
  return new MessageWriter()
    .int(1, IR_VERSION)
    .text(2, "thalweg")
    .message(7, graph)
    .message(8, new MessageWriter().text(1, "").int(2, content.opset))
    .finish();
}
