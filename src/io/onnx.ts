import { DataError } from "../errors.ts";
import { type DType, allocate, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Field, fieldsOf, packedNumbers } from "./protobuf.ts";
import { type ElementKind, KINDS, readElements } from "./readElements.ts";
import { subjectOf } from "./subject.ts";

/** An attribute of a node: a number, a text, a tensor, or a list. */
export type OnnxAttribute = number | string | Tensor | readonly number[] | readonly string[];

export interface OnnxNode {
  readonly op: string;
  readonly name: string;
  /** Names of values; "" where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output; null is an axis without a fixed length. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | null)[];
}

/** What an ONNX file says: nodes in an order in which they can be computed, and constants by name. */
export interface OnnxGraph {
  /** The program that wrote the file. */
  readonly producer: string;
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Inputs that are no constants. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

const KIND_OF: Readonly<Record<number, ElementKind>> = {
  1: "f32",
  2: "u8",
  3: "i8",
  4: "u16",
  5: "i16",
  6: "i32",
  7: "i64",
  9: "bool",
  10: "f16",
  11: "f64",
  12: "u32",
  13: "u64",
  16: "bf16",
};

/** What numbers of a TensorProto.DataType are here, as Cast names it; null where they are not read. */
export function dtypeOfCode(code: number): DType | null {
  const kind = KIND_OF[code];
  return kind ? KINDS[kind].dtype : null;
}

/** ONNX marks "to the end" by the largest int64; sizes beyond int32 are held at its ends. */
function clamped(value: number): number {
  return Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1);
}

class Reader {
  readonly subject: string;
  private readonly decoder = new TextDecoder();

  constructor(subject: string) {
    this.subject = subject;
  }

  fail(message: string): never {
    throw new DataError(`${this.subject}: ${message}`);
  }

  fields(bytes: Uint8Array): Generator<Field> {
    return fieldsOf(this.subject, bytes);
  }

  bytes({ value }: Field): Uint8Array {
    return typeof value === "bigint" ? this.fail("has a number where a part should be") : value;
  }

  text(field: Field): string {
    return this.decoder.decode(this.bytes(field));
  }

  number({ value }: Field): number {
    if (typeof value !== "bigint") return this.fail("has a part where a number should be");
    return Number(BigInt.asIntN(64, value));
  }

  float({ value, fixed }: Field): number {
    if (typeof value !== "bigint" || fixed !== 4)
      return this.fail("has no float where one should be");
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, Number(value), true);
    return view.getFloat32(0, true);
  }

  /** A repeated number, packed or not. */
  numbers(field: Field): number[] {
    return typeof field.value === "bigint"
      ? [this.number(field)]
      : packedNumbers(this.subject, field.value);
  }

  floats(field: Field): number[] {
    if (typeof field.value === "bigint") return [this.float(field)];
    if (field.value.length % 4 !== 0) this.fail("has a list of floats of no whole length");
    return [...readElements(this.subject, "f32", field.value, true)];
  }
}

function append(list: number[], values: readonly number[]): void {
  for (const value of values) list.push(value);
}

function tensorOf(r: Reader, bytes: Uint8Array): [name: string, Tensor] {
  let [name, type] = ["", 0];
  let raw: Uint8Array | null = null;
  const shape: number[] = [];
  const listed: number[] = [];
  for (const field of r.fields(bytes)) {
    if (field.id === 1) append(shape, r.numbers(field));
    else if (field.id === 2) type = r.number(field);
    else if (field.id === 4) append(listed, r.floats(field));
    else if (field.id === 5 || field.id === 7 || field.id === 11) append(listed, r.numbers(field));
    else if (field.id === 8) name = r.text(field);
    else if (field.id === 9) raw = r.bytes(field);
    else if (field.id === 10) {
      append(listed, [...readElements(r.subject, "f64", r.bytes(field), true, "round")]);
    } else if (field.id === 13 || (field.id === 14 && r.number(field) !== 0)) {
      r.fail(
        `tensor "${name}" lies in another file, which is not read; save the model as one file`,
      );
    }
  }
  const kind = KIND_OF[type];
  if (!kind) return r.fail(`tensor "${name}" must hold numbers, got data type ${type}`);
  if (!shape.every((n) => n >= 0)) r.fail(`tensor "${name}" has a negative axis, [${shape}]`);
  const size = shape.includes(0) ? 0 : sizeOf(shape);
  const { bytes: width, dtype } = KINDS[kind];
  if (raw ? raw.length !== size * width : listed.length !== size)
    r.fail(
      `tensor "${name}" must hold ${size} elements for [${shape}], got ${raw ? raw.length / width : listed.length}`,
    );
  if (raw && kind !== "i64")
    return [
      name,
      new Tensor(
        readElements(`${r.subject}: tensor "${name}"`, kind, raw, true, "round"),
        shape,
        dtype,
      ),
    ];
  if (raw) {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    for (let i = 0; i < size; i++) listed.push(Number(view.getBigInt64(8 * i, true)));
  }
  if (kind === "f16" || kind === "bf16") r.fail(`tensor "${name}" of half floats must be raw`);
  const data = allocate(dtype, size);
  for (let i = 0; i < size; i++) data[i] = dtype === "int32" ? clamped(listed[i]!) : listed[i]!;
  return [name, new Tensor(data, shape, dtype)];
}

function attributeOf(r: Reader, bytes: Uint8Array): [string, OnnxAttribute] {
  let name = "";
  let value: OnnxAttribute | null = null;
  const numbers: number[] = [];
  const texts: string[] = [];
  for (const field of r.fields(bytes)) {
    if (field.id === 1) name = r.text(field);
    else if (field.id === 2) value = r.float(field);
    else if (field.id === 3) value = clamped(r.number(field));
    else if (field.id === 4) value = r.text(field);
    else if (field.id === 5) value = tensorOf(r, r.bytes(field))[1];
    else if (field.id === 7) append(numbers, r.floats(field));
    else if (field.id === 8) append(numbers, r.numbers(field).map(clamped));
    else if (field.id === 9) texts.push(r.text(field));
  }
  return [name, value ?? (texts.length > 0 ? texts : numbers)];
}

function nodeOf(r: Reader, bytes: Uint8Array): OnnxNode {
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes: [string, OnnxAttribute][] = [];
  let [name, op, domain] = ["", "", ""];
  for (const field of r.fields(bytes)) {
    if (field.id === 1) inputs.push(r.text(field));
    else if (field.id === 2) outputs.push(r.text(field));
    else if (field.id === 3) name = r.text(field);
    else if (field.id === 4) op = r.text(field);
    else if (field.id === 5) attributes.push(attributeOf(r, r.bytes(field)));
    else if (field.id === 7) domain = r.text(field);
  }
  const own = domain === "" || domain === "ai.onnx" ? op : `${domain}.${op}`;
  return { op: own, name, inputs, outputs, attributes: Object.fromEntries(attributes) };
}

function valueOf(r: Reader, bytes: Uint8Array): OnnxValue {
  let name = "";
  let dtype: DType = "float32";
  const shape: (number | null)[] = [];
  const within = (part: Uint8Array, id: number): Uint8Array[] =>
    [...r.fields(part)].filter((field) => field.id === id).map((field) => r.bytes(field));
  for (const field of r.fields(bytes)) {
    if (field.id === 1) name = r.text(field);
    if (field.id !== 2) continue;
    for (const type of within(r.bytes(field), 1)) {
      const code = [...r.fields(type)].find((part) => part.id === 1);
      dtype = (code && dtypeOfCode(r.number(code))) ?? dtype;
      for (const form of within(type, 2))
        for (const axis of within(form, 1)) {
          const length = [...r.fields(axis)].find((part) => part.id === 1);
          const n = length ? r.number(length) : -1;
          shape.push(n >= 1 && n < 2 ** 31 ? n : null);
        }
    }
  }
  return { name, dtype, shape };
}

/** Nodes so that each stands behind those it needs; the format asks for it, so it is only checked. */
function checkOrder(r: Reader, graph: OnnxGraph): void {
  const known = new Set(["", ...graph.constants.keys(), ...graph.inputs.map(({ name }) => name)]);
  for (const { op, name, inputs, outputs } of graph.nodes) {
    const missing = inputs.find((value) => !known.has(value));
    if (missing !== undefined)
      r.fail(
        `node "${name}" (${op}) needs "${missing}", which nothing before it gives; the graph has a cycle or is damaged`,
      );
    for (const value of outputs) {
      if (value !== "" && known.has(value)) r.fail(`two nodes give the value "${value}"`);
      known.add(value);
    }
  }
  const lost = graph.outputs.find(({ name }) => !known.has(name));
  if (lost) r.fail(`no node gives the output "${lost.name}"`);
}

/**
 * Reads an ONNX file into plain data. Control flow (subgraphs), sparse tensors and data in other files are not read.
 * Source: onnx/onnx.proto, IR versions 3 to 10.
 *
 * @param name  the file's name, for messages
 * @throws DataError naming the tensor or node
 */
export function decodeOnnx(bytes: Uint8Array, name: string = ""): OnnxGraph {
  const r = new Reader(subjectOf("onnx", name));
  let [opset, graph, producer] = [0, null as Uint8Array | null, ""];
  for (const field of r.fields(bytes)) {
    if (field.id === 2) producer = r.text(field);
    if (field.id === 7) graph = r.bytes(field);
    if (field.id !== 8) continue;
    let [domain, version] = ["", 0];
    for (const part of r.fields(r.bytes(field))) {
      if (part.id === 1) domain = r.text(part);
      if (part.id === 2) version = r.number(part);
    }
    if (domain === "" || domain === "ai.onnx") opset = version;
  }
  if (!graph) return r.fail("holds no graph; it is no ONNX file");
  const constants = new Map<string, Tensor>();
  const nodes: OnnxNode[] = [];
  const [inputs, outputs]: [OnnxValue[], OnnxValue[]] = [[], []];
  for (const field of r.fields(graph)) {
    if (field.id === 1) nodes.push(nodeOf(r, r.bytes(field)));
    else if (field.id === 5) {
      const [key, t] = tensorOf(r, r.bytes(field));
      if (constants.has(key)) r.fail(`has two tensors of the name "${key}"`);
      constants.set(key, t);
    } else if (field.id === 11) inputs.push(valueOf(r, r.bytes(field)));
    else if (field.id === 12) outputs.push(valueOf(r, r.bytes(field)));
    else if (field.id === 15) r.fail("has sparse tensors, which are not read");
  }
  const result: OnnxGraph = {
    producer,
    opset,
    nodes,
    constants,
    inputs: inputs.filter((value) => !constants.has(value.name)),
    outputs,
  };
  if (nodes.length === 0 || outputs.length === 0) r.fail("has no nodes or no outputs");
  checkOrder(r, result);
  return result;
}
