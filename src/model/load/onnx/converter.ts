import { DataError } from "../../../errors.ts";
import type { OnnxAttribute, OnnxGraph, OnnxNode } from "../../../io/onnx.ts";
import type { AnyLayer, Layer } from "../../../layers/defineLayer.ts";
import type { LayerTensor } from "../../../layers/layerTensor.ts";
import { sizeOf } from "../../../shape.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import type { Parts } from "../parts.ts";
import type { Heads } from "./attention.ts";
import type { Recurrence } from "./recurrent.ts";
import type { Steps } from "./steps.ts";

/** A value of the graph. ONNX counts channels first; `last` says that ours has them last. */
export interface Value {
  readonly t: LayerTensor;
  readonly last: boolean;
}

export function channelsFirst(rank: number): number[] {
  return [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
}

export function channelsLast(rank: number): number[] {
  return [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
}

export function isOrder(perm: readonly number[], order: readonly number[]): boolean {
  return perm.length === order.length && perm.every((axis, i) => axis === order[i]);
}

/** A graph of ONNX nodes that is being read: what is known of its values, and the node that is read now. */
export class OnnxConverter {
  readonly subject: string;
  readonly graph: OnnxGraph;
  readonly layers: Parts["layers"];
  readonly constants: Map<string, Tensor>;
  readonly values: Map<string, Value> = new Map();
  /** Values that are shapes with the batch in them. */
  readonly lengths: Set<string> = new Set();
  /** Values whose batch is not their first axis. */
  readonly steps: Map<string, Steps> = new Map();
  /** Values that ONNX has as rows, all axes but the last folded into one. */
  readonly rows: Map<string, LayerTensor> = new Map();
  /** Attention that is half read; and whether its values are folded to rows. */
  readonly heads: Map<string, Heads> = new Map();
  readonly foldedHeads: Map<string, boolean> = new Map();
  /** Dense layers, and the constants that they are of. */
  readonly products: { given: Tensor; bias: Tensor | null; layer: AnyLayer }[] = [];
  /** Whether what is set now are rows. */
  givesRows = false;
  /** What the outputs of layers with one direction come from. */
  readonly recurrences: Map<LayerTensor, Recurrence> = new Map();
  readonly uses: Map<string, OnnxNode[]> = new Map();
  readonly names: Set<string> = new Set();
  /** Nodes that went into the layer of another one. */
  readonly absorbed: Set<OnnxNode> = new Set();
  /** The values of layers, by parameter. */
  readonly weights: Map<AnyLayer, Readonly<Record<string, Tensor>>> = new Map();
  node!: OnnxNode;

  constructor(subject: string, graph: OnnxGraph, { layers }: Parts) {
    this.layers = layers;
    this.subject = subject;
    this.graph = graph;
    this.constants = new Map(graph.constants);
    for (const node of graph.nodes) {
      for (const name of node.inputs) {
        if (!this.uses.has(name)) this.uses.set(name, []);
        this.uses.get(name)!.push(node);
      }
    }
  }

  fail(message: string): never {
    const { op, name } = this.node;
    throw new DataError(`${this.subject}: ${op} "${name}" ${message}`);
  }

  /** A name for a layer: the node's, without slashes. */
  name(): string {
    const { name, outputs, op } = this.node;
    const base = (name || outputs[0] || op).replace(/^\/+/, "").replaceAll("/", "_") || op;
    let own = base;
    for (let i = 1; this.names.has(own); i++) own = `${base}_${i}`;
    this.names.add(own);
    return own;
  }

  /** The batch that the graph was made for; -1 where it is open. */
  get batch(): number {
    return this.graph.inputs[0]?.shape[0] ?? -1;
  }

  number(name: string, fallback: number): number {
    const value = this.node.attributes[name] ?? fallback;
    return typeof value === "number" ? value : this.fail(`must have a number as ${name}`);
  }

  text(name: string, fallback: string): string {
    const value = this.node.attributes[name] ?? fallback;
    return typeof value === "string" ? value : this.fail(`must have a text as ${name}`);
  }

  /** A list of whole numbers, from an attribute or a constant input; null where there is none. */
  list(name: string, index: number = -1): readonly number[] | null {
    const value: OnnxAttribute | undefined = this.node.attributes[name];
    if (Array.isArray(value) && value.every((n) => Number.isInteger(n))) return value as number[];
    if (value !== undefined) return this.fail(`must have a list of whole numbers as ${name}`);
    const given = index < 0 ? "" : (this.node.inputs[index] ?? "");
    if (given === "") return null;
    const t = this.constants.get(given);
    return t ? [...t.data] : this.fail(`must have ${name} that does not depend on the data`);
  }

  constant(index: number): Tensor | null {
    const name = this.node.inputs[index] ?? "";
    if (name === "") return null;
    return this.constants.get(name) ?? this.fail(`must have a constant as input ${index}`);
  }

  required(index: number): Tensor {
    return this.constant(index) ?? this.fail(`must have input ${index}`);
  }

  value(index: number): Value {
    const name = this.node.inputs[index] ?? "";
    const value = this.values.get(name);
    if (value) return value;
    if (this.steps.has(name)) this.fail(`must have the batch as the first axis of input ${index}`);
    if (this.rows.has(name)) this.fail("is not read of samples that are folded into rows");
    if (this.heads.has(name)) this.fail("is not read in the middle of attention");
    return this.fail(`must have an input ${index} that depends on the data`);
  }

  isConstant(index: number): boolean {
    return this.constants.has(this.node.inputs[index] ?? "");
  }

  set(t: LayerTensor, last: boolean, node: OnnxNode = this.node): void {
    if (this.givesRows) this.rows.set(node.outputs[0]!, t);
    else this.values.set(node.outputs[0]!, { t, last });
  }

  apply(layer: AnyLayer, ...inputs: LayerTensor[]): LayerTensor {
    return (layer as Layer)(inputs);
  }

  /** The elements of a sample in another shape; of several reshapes in a row the last one remains. */
  reshape(t: LayerTensor, targetShape: readonly number[]): LayerTensor {
    let from = t;
    while (from.call && ["reshape", "flatten"].includes(from.call.layer.kind))
      from = from.call.inputs[0]!;
    if (from.shape.join() === targetShape.join()) return from;
    const name = this.name();
    const layer =
      targetShape.length === 1
        ? this.layers.flatten({ name })
        : this.layers.reshape({ name, targetShape });
    return this.apply(layer, from);
  }

  permute(t: LayerTensor, dims: readonly number[]): LayerTensor {
    if (dims.every((axis, i) => axis === i + 1)) return t;
    return this.apply(this.layers.permute({ dims }), t);
  }

  /** The value with its channels first, as ONNX has it; nothing moves where all other axes are 1. */
  first({ t, last }: Value): LayerTensor {
    if (!last) return t;
    const rank = t.shape.length;
    const channels = t.shape[rank - 1]!;
    if (sizeOf(t.shape) === channels) return this.reshape(t, [channels, ...t.shape.slice(0, -1)]);
    return this.permute(t, [rank, ...Array.from({ length: rank - 1 }, (_, i) => i + 1)]);
  }

  /** The value with its channels last. */
  lastOf({ t, last }: Value): LayerTensor {
    const rank = t.shape.length;
    if (last || rank < 2) return t;
    return this.permute(t, [...Array.from({ length: rank - 1 }, (_, i) => i + 2), 1]);
  }

  /** Shape of a sample as ONNX counts it. */
  shapeOf({ t, last }: Value): number[] {
    return last ? [t.shape.at(-1)!, ...t.shape.slice(0, -1)] : [...t.shape];
  }
}
