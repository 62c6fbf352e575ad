import { DataError } from "../../errors.ts";
import type { OnnxAttribute, OnnxGraph, OnnxNode } from "../../io/onnx.ts";
import type { AnyLayer, Layer } from "../../layers/defineLayer.ts";
import { type LayerTensor, input } from "../../layers/layerTensor.ts";
import { type Shape, printShape, sizeOf } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { Functional } from "../functional.ts";
import type { Model } from "../model.ts";
import type { Variable } from "../variables.ts";
import { setAll } from "./layerWeights.ts";
import type { Parts } from "./parts.ts";
import { permuted } from "./torchWeights.ts";

/** A value of the graph. ONNX counts channels first; `last` says that ours has them last. */
interface Value {
  readonly t: LayerTensor;
  readonly last: boolean;
}

/** ONNX's ops that are one of our activations, and the attributes that have another name here. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  Relu: "relu",
  Sigmoid: "sigmoid",
  Tanh: "tanh",
  Elu: "elu",
  Selu: "selu",
  Softplus: "softplus",
  Softsign: "softsign",
  LeakyRelu: "leakyRelu",
  HardSigmoid: "hardSigmoid",
  HardSwish: "hardSwish",
  Gelu: "gelu",
  Mish: "mish",
};

const MERGES = {
  Add: "add",
  Sub: "subtract",
  Mul: "multiply",
  Max: "maximum",
  Min: "minimum",
} as const;

function channelsFirst(rank: number): number[] {
  return [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
}

function channelsLast(rank: number): number[] {
  return [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
}

function isOrder(perm: readonly number[], order: readonly number[]): boolean {
  return perm.length === order.length && perm.every((axis, i) => axis === order[i]);
}

class Converter {
  private readonly subject: string;
  private readonly graph: OnnxGraph;
  private readonly layers: Parts["layers"];
  private readonly constants: Map<string, Tensor>;
  private readonly values = new Map<string, Value>();
  private readonly uses = new Map<string, OnnxNode[]>();
  private readonly names = new Set<string>();
  /** Nodes that went into the layer of another one. */
  private readonly absorbed = new Set<OnnxNode>();
  readonly weights = new Map<AnyLayer, Readonly<Record<string, Tensor>>>();
  private node!: OnnxNode;

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

  private fail(message: string): never {
    const { op, name } = this.node;
    throw new DataError(`${this.subject}: ${op} "${name}" ${message}`);
  }

  /** A name for a layer: the node's, without slashes. */
  private name(): string {
    const { name, outputs, op } = this.node;
    const base = (name || outputs[0] || op).replace(/^\/+/, "").replaceAll("/", "_") || op;
    let own = base;
    for (let i = 1; this.names.has(own); i++) own = `${base}_${i}`;
    this.names.add(own);
    return own;
  }

  private number(name: string, fallback: number): number {
    const value = this.node.attributes[name] ?? fallback;
    return typeof value === "number" ? value : this.fail(`must have a number as ${name}`);
  }

  private text(name: string, fallback: string): string {
    const value = this.node.attributes[name] ?? fallback;
    return typeof value === "string" ? value : this.fail(`must have a text as ${name}`);
  }

  /** A list of whole numbers, from an attribute or a constant input; null where there is none. */
  private list(name: string, index: number = -1): readonly number[] | null {
    const value: OnnxAttribute | undefined = this.node.attributes[name];
    if (Array.isArray(value) && value.every((n) => Number.isInteger(n))) return value as number[];
    if (value !== undefined) return this.fail(`must have a list of whole numbers as ${name}`);
    const given = index < 0 ? "" : (this.node.inputs[index] ?? "");
    if (given === "") return null;
    const t = this.constants.get(given);
    return t ? [...t.data] : this.fail(`must have ${name} that does not depend on the data`);
  }

  private constant(index: number): Tensor | null {
    const name = this.node.inputs[index] ?? "";
    if (name === "") return null;
    return this.constants.get(name) ?? this.fail(`must have a constant as input ${index}`);
  }

  private required(index: number): Tensor {
    return this.constant(index) ?? this.fail(`must have input ${index}`);
  }

  private value(index: number): Value {
    const name = this.node.inputs[index] ?? "";
    return (
      this.values.get(name) ?? this.fail(`must have an input ${index} that depends on the data`)
    );
  }

  private isConstant(index: number): boolean {
    return this.constants.has(this.node.inputs[index] ?? "");
  }

  private set(t: LayerTensor, last: boolean, node: OnnxNode = this.node): void {
    this.values.set(node.outputs[0]!, { t, last });
  }

  private apply(layer: AnyLayer, ...inputs: LayerTensor[]): LayerTensor {
    return (layer as Layer)(inputs);
  }

  private permute(t: LayerTensor, dims: readonly number[]): LayerTensor {
    if (dims.every((axis, i) => axis === i + 1)) return t;
    return this.apply(this.layers.permute({ dims }), t);
  }

  /** The value with its channels first, as ONNX has it; nothing moves where all other axes are 1. */
  private first({ t, last }: Value): LayerTensor {
    if (!last) return t;
    const rank = t.shape.length;
    const channels = t.shape[rank - 1]!;
    if (sizeOf(t.shape) === channels)
      return this.apply(
        this.layers.reshape({ targetShape: [channels, ...t.shape.slice(0, -1)] }),
        t,
      );
    return this.permute(t, [rank, ...Array.from({ length: rank - 1 }, (_, i) => i + 1)]);
  }

  /** The value with its channels last. */
  private lastOf({ t, last }: Value): LayerTensor {
    const rank = t.shape.length;
    if (last || rank < 2) return t;
    return this.permute(t, [...Array.from({ length: rank - 1 }, (_, i) => i + 2), 1]);
  }

  /** Shape of a sample as ONNX counts it. */
  private shapeOf({ t, last }: Value): number[] {
    return last ? [t.shape.at(-1)!, ...t.shape.slice(0, -1)] : [...t.shape];
  }

  /** Takes a constant that the only user of this node's output adds: the bias of what comes before it. */
  private absorbedBias(size: number): { bias: Tensor; node: OnnxNode } | null {
    const output = this.node.outputs[0]!;
    const users = this.uses.get(output) ?? [];
    if (users.length !== 1 || users[0]!.op !== "Add") return null;
    if (this.graph.outputs.some(({ name }) => name === output)) return null;
    const node = users[0]!;
    const other = node.inputs.find((name) => name !== output) ?? "";
    const bias = this.constants.get(other);
    if (!bias || bias.data.length !== size) return null;
    // [C, 1, 1] behind a convolution, [N] or [1, N] behind a product.
    const trailing = this.node.op === "Conv" ? this.node.attributes["kernel_shape"] : [];
    const after = Array.isArray(trailing) ? trailing.length : 2;
    const { shape } = bias;
    if ((shape.at(-1 - after) ?? (size === 1 ? 1 : 0)) !== size) return null;
    this.absorbed.add(node);
    return { bias, node };
  }

  /** Padding of windows, in our words. */
  private padding(
    spatial: readonly number[],
    size: readonly number[],
    strides: readonly number[],
    dilations: readonly number[],
  ): "valid" | "same" | [number, number][] {
    const auto = this.text("auto_pad", "NOTSET");
    if (auto === "SAME_UPPER") return "same";
    if (auto === "VALID") return "valid";
    const totals = spatial.map((n, i) => {
      const reach = (size[i]! - 1) * dilations[i]! + 1;
      return Math.max(0, (Math.ceil(n / strides[i]!) - 1) * strides[i]! + reach - n);
    });
    if (auto === "SAME_LOWER")
      return totals.map((total): [number, number] => [Math.ceil(total / 2), Math.floor(total / 2)]);
    const pads = this.list("pads") ?? [];
    const rank = spatial.length;
    if (pads.every((n) => n === 0)) return "valid";
    if (pads.length !== 2 * rank || pads.some((n) => n < 0))
      return this.fail("must have two pads >= 0 an axis");
    const pairs = spatial.map((_, i): [number, number] => [pads[i]!, pads[i + rank]!]);
    // Other formats have no padding in numbers: what is "same" in these is called so.
    const same = pairs.every(
      ([before, after], i) =>
        before === Math.floor(totals[i]! / 2) && after === Math.ceil(totals[i]! / 2),
    );
    return same ? "same" : pairs;
  }

  private windows(value: Value, size: readonly number[]) {
    const x = this.lastOf(value);
    const spatial = x.shape.slice(0, -1);
    const rank = spatial.length;
    if (rank !== size.length || rank < 1 || rank > 2)
      this.fail(
        `must have 1 or 2 axes besides channels, got ${printShape([null, ...this.shapeOf(value)])}`,
      );
    const ones = spatial.map(() => 1);
    const strides = this.list("strides") ?? ones;
    const dilationRate = this.list("dilations") ?? ones;
    if ([strides, dilationRate].some((list) => list.length !== rank || list.some((n) => n < 1)))
      this.fail("must have strides and dilations >= 1");
    return {
      x,
      rank,
      strides,
      dilationRate,
      padding: this.padding(spatial, size, strides, dilationRate),
    };
  }

  private conv(): void {
    const weight = this.required(1);
    const [filters, perGroup, ...size] = weight.shape as [number, number, ...number[]];
    const { x, rank, strides, dilationRate, padding } = this.windows(this.value(0), size);
    const groups = this.number("group", 1);
    const channels = x.shape.at(-1)!;
    if (perGroup * groups !== channels)
      this.fail(
        `must have ${channels} channels in its weights, got ${perGroup} in ${groups} groups`,
      );
    const own = this.constant(2);
    const extra = own ? null : this.absorbedBias(filters);
    const bias = own ?? extra?.bias ?? null;
    const common = {
      name: this.name(),
      kernelSize: size,
      strides,
      padding,
      dilationRate,
      useBias: bias !== null,
    };
    const depthwise = rank === 2 && groups > 1 && perGroup === 1 && filters % groups === 0;
    const spatial = size.map((_, i) => i + 2);
    const layer = depthwise
      ? this.layers.depthwiseConv2d({ ...common, depthMultiplier: filters / groups })
      : (rank === 1 ? this.layers.conv1d : this.layers.conv2d)({ ...common, filters, groups });
    const kernel = depthwise
      ? new Tensor(
          permuted(weight, [...spatial, 0, 1]).data,
          [...size, groups, filters / groups],
          "float32",
        )
      : permuted(weight, [...spatial, 1, 0]);
    this.weights.set(layer, {
      kernel,
      ...(bias && { bias: new Tensor(bias.data, [filters], "float32") }),
    });
    this.set(this.apply(layer, x), true, extra?.node);
  }

  private pool(): void {
    const size = this.list("kernel_shape") ?? this.fail("must have a kernel_shape");
    const { x, rank, strides, dilationRate, padding } = this.windows(this.value(0), size);
    if (this.number("ceil_mode", 0) !== 0) this.fail("must have ceil_mode 0");
    if (dilationRate.some((n) => n !== 1)) this.fail("must have dilations of 1");
    const average = this.node.op === "AveragePool";
    if (average && padding !== "valid" && this.number("count_include_pad", 0) !== 0)
      this.fail("must not count its padding");
    const make = average
      ? [this.layers.averagePooling1d, this.layers.averagePooling2d]
      : [this.layers.maxPooling1d, this.layers.maxPooling2d];
    const layer = make[rank - 1]!({ name: this.name(), poolSize: size, strides, padding });
    this.set(this.apply(layer, x), true);
  }

  private globalPool(average: boolean, keepDims: boolean): void {
    const x = this.lastOf(this.value(0));
    const rank = x.shape.length - 1;
    if (rank !== 1 && rank !== 2) this.fail("must have 1 or 2 axes besides channels");
    const make = average
      ? [this.layers.globalAveragePooling1d, this.layers.globalAveragePooling2d]
      : [this.layers.globalMaxPooling1d, this.layers.globalMaxPooling2d];
    this.set(this.apply(make[rank - 1]!({ name: this.name(), keepDims }), x), keepDims);
  }

  private dense(weight: Tensor, bias: Tensor | null, node: OnnxNode): void {
    const x = this.value(0);
    const t = this.first(x);
    const [features, units] = weight.shape as [number, number];
    if (weight.shape.length !== 2 || t.shape.at(-1) !== features)
      this.fail(
        `must have weights for ${t.shape.at(-1)} features, got ${printShape(weight.shape)}`,
      );
    const layer = this.layers.dense({ name: this.name(), units, useBias: bias !== null });
    this.weights.set(layer, {
      kernel: weight,
      ...(bias && { bias: new Tensor(bias.data, [units], "float32") }),
    });
    this.set(this.apply(layer, t), false, node);
  }

  private gemm(): void {
    if (
      this.number("alpha", 1) !== 1 ||
      this.number("beta", 1) !== 1 ||
      this.number("transA", 0) !== 0
    )
      this.fail("must have alpha 1, beta 1 and transA 0");
    const b = this.required(1);
    if (b.shape.length !== 2) this.fail("must have weights of two axes");
    const weight = this.number("transB", 0) === 0 ? b : permuted(b, [1, 0]);
    const bias = this.constant(2);
    if (bias && bias.data.length !== weight.shape[1])
      this.fail(`must have a bias of ${weight.shape[1]}`);
    this.dense(weight, bias, this.node);
  }

  private matmul(): void {
    const weight = this.required(1);
    const extra = weight.shape.length === 2 ? this.absorbedBias(weight.shape[1]!) : null;
    this.dense(weight, extra?.bias ?? null, extra?.node ?? this.node);
  }

  private batchNorm(): void {
    const value = this.value(0);
    const x = this.lastOf(value);
    const [gamma, beta, movingMean, movingVariance] = [1, 2, 3, 4].map((i) => this.required(i)) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const layer = this.layers.batchNormalization({
      name: this.name(),
      epsilon: this.number("epsilon", 1e-5),
      momentum: this.number("momentum", 0.9),
    });
    this.weights.set(layer, { gamma, beta, movingMean, movingVariance });
    this.set(this.apply(layer, x), x.shape.length > 1);
  }

  private activation(name: string, attributes: Record<string, number | string> | null): void {
    const { t, last } = this.value(0);
    this.set(
      this.apply(
        this.layers.activation({ name: this.name(), activation: name as never, attributes }),
        t,
      ),
      last,
    );
  }

  private elementwise(): void {
    const { op } = this.node;
    if (op === "HardSigmoid") {
      const slope = this.number("alpha", 0.2);
      if (Math.abs(slope - 1 / 6) > 1e-6 || this.number("beta", 0.5) !== 0.5)
        this.fail(`must have alpha 1/6 and beta 0.5, got ${slope}`);
    }
    if (op === "LeakyRelu")
      return this.activation("leakyRelu", { negativeSlope: this.number("alpha", 0.01) });
    if (op === "Elu") return this.activation("elu", { alpha: this.number("alpha", 1) });
    if (op === "Gelu")
      return this.activation("gelu", { approximate: this.text("approximate", "none") });
    return this.activation(ACTIVATIONS[op]!, null);
  }

  private softmax(): void {
    const value = this.value(0);
    const rank = this.shapeOf(value).length + 1;
    const axis = this.number("axis", this.graph.opset < 13 ? 1 : -1);
    const own = axis < 0 ? axis + rank : axis;
    const t = value.last && own === 1 ? value.t : this.first(value);
    if (own !== rank - 1 && !(value.last && own === 1))
      this.fail(`must be along the last axis, got ${axis}`);
    const name = this.node.op === "Softmax" ? "softmax" : "logSoftmax";
    this.set(
      this.apply(this.layers.activation({ name: this.name(), activation: name }), t),
      t === value.t && value.last,
    );
  }

  private clip(): void {
    const bound = (name: string, index: number, none: number): number => {
      const t = this.node.attributes[name] === undefined ? this.constant(index) : null;
      return t ? t.data[0]! : this.number(name, none);
    };
    const [low, high] = [bound("min", 1, -Infinity), bound("max", 2, Infinity)];
    if (low === 0 && high === 6) this.activation("relu6", null);
    else if (low === 0 && high > 1e38) this.activation("relu", null);
    else this.fail(`must be from 0 to 6, or from 0, got ${low} to ${high}`);
  }

  private merge(): void {
    const { op } = this.node;
    const at = [0, 1].find((i) => this.isConstant(i));
    if (at === undefined) {
      const values = this.node.inputs.map((_, i) => this.value(i));
      const last = values.some((value) => value.last);
      if (!(op in MERGES)) this.fail("of two values is not there");
      const make = this.layers[MERGES[op as keyof typeof MERGES]];
      const ts = values.map((value) => (last ? this.lastOf(value) : value.t));
      return this.set(this.apply(make({ name: this.name() }), ...ts), last);
    }
    const { data } = this.required(at);
    const c = data[0]!;
    const { t, last } = this.value(1 - at);
    if (data.length === 0 || data.some((v) => v !== c))
      this.fail("with different constants is not there, but as a bias");
    const forms: Readonly<Record<string, [scale: number, offset: number]>> = {
      Add: [1, c],
      Sub: at === 1 ? [1, -c] : [-1, c],
      Mul: [c, 0],
      ...(at === 1 && { Div: [1 / c, 0] }),
    };
    const [scale, offset] = forms[op] ?? this.fail("with a constant is not there");
    this.set(this.apply(this.layers.rescaling({ name: this.name(), scale, offset }), t), last);
  }

  /** The value under another shape, as ONNX counts it. */
  private shaped(value: Value, target: Shape): void {
    const size = sizeOf(value.t.shape);
    const known = target.filter((n) => n !== -1);
    const open = target.length - known.length;
    const fits =
      open === 1
        ? sizeOf(known) > 0 && size % sizeOf(known) === 0
        : open === 0 && sizeOf(known) === size;
    if (!fits)
      this.fail(`must give a shape for samples of ${size} elements, got ${printShape(target)}`);
    const name = this.name();
    const t = this.first(value);
    const same = target.length === 1;
    const layer = same
      ? this.layers.flatten({ name })
      : this.layers.reshape({ name, targetShape: target });
    this.set(this.apply(layer, t), false);
  }

  private reshape(): void {
    const target = this.list("shape", 1) ?? this.fail("must have a shape");
    const value = this.value(0);
    const own = this.shapeOf(value);
    const batch = this.graph.inputs[0]?.shape[0] ?? 1;
    const sample = target.slice(1).map((n, i) => (n === 0 ? (own[i] ?? 0) : n));
    const first = target[0]!;
    if (target.length < 2 || !(first === -1 || first === 0 || first === batch || first === 1))
      this.fail(`must leave the batch as it is, got ${printShape(target)}`);
    if (first === -1 && sample.includes(-1))
      this.fail(`must leave one axis open, got ${printShape(target)}`);
    this.shaped(value, sample);
  }

  private folded(): boolean {
    const { op, inputs, outputs } = this.node;
    if (op === "Constant") {
      const {
        value,
        value_float: number,
        value_int: whole,
        value_floats: floats,
        value_ints: wholes,
      } = this.node.attributes;
      const list =
        typeof number === "number"
          ? [number]
          : typeof whole === "number"
            ? [whole]
            : (floats ?? wholes);
      const t =
        value instanceof Tensor
          ? value
          : Array.isArray(list)
            ? new Tensor(
                Float32Array.from(list as number[]),
                typeof (number ?? whole) === "number" ? [] : [list.length],
                "float32",
              )
            : this.fail("must hold numbers");
      this.constants.set(outputs[0]!, t);
      return true;
    }
    if (!inputs.every((name, i) => name === "" || this.isConstant(i)) || inputs.length === 0)
      return false;
    const t = this.required(0);
    const keep = (shape: Shape): void => {
      if (sizeOf(shape) !== t.data.length)
        this.fail(`must give a shape for ${t.data.length} elements, got ${printShape(shape)}`);
      this.constants.set(outputs[0]!, new Tensor(t.data, shape, t.dtype));
    };
    if (op === "Identity" || op === "Cast") keep(t.shape);
    else if (op === "Reshape") {
      const target = (this.list("shape", 1) ?? []).map((n, i) => (n === 0 ? (t.shape[i] ?? 0) : n));
      const rest = sizeOf(target.filter((n) => n !== -1));
      keep(target.map((n) => (n === -1 ? t.data.length / Math.max(1, rest) : n)));
    } else if (op === "Transpose") {
      const order = this.list("perm") ?? t.shape.map((_, i) => t.shape.length - 1 - i);
      if (
        [...order].sort((a, b) => a - b).some((n, i) => n !== i) ||
        order.length !== t.shape.length
      )
        this.fail("must name every axis once");
      this.constants.set(outputs[0]!, permuted(t, order));
    } else if (op === "Unsqueeze" || op === "Squeeze" || op === "Flatten") {
      keep(
        op === "Flatten"
          ? [t.shape[0] ?? 1, sizeOf(t.shape.slice(1))]
          : t.shape.length === 0
            ? [1]
            : t.shape,
      );
    } else return false;
    return true;
  }

  private axes(value: Value, name: string, index: number): number[] {
    const rank = this.shapeOf(value).length + 1;
    const list = this.list(name, index) ?? this.fail(`must have ${name}`);
    return list.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  }

  private convert(): void {
    const { op } = this.node;
    if (op === "Conv") return this.conv();
    if (op === "MaxPool" || op === "AveragePool") return this.pool();
    if (op === "GlobalAveragePool" || op === "GlobalMaxPool")
      return this.globalPool(op === "GlobalAveragePool", true);
    if (op === "Gemm") return this.gemm();
    if (op === "MatMul") return this.matmul();
    if (op === "BatchNormalization") return this.batchNorm();
    if (Object.hasOwn(ACTIVATIONS, op)) return this.elementwise();
    if (op === "Softmax" || op === "LogSoftmax") return this.softmax();
    if (op === "Clip") return this.clip();
    if (op === "Reshape") return this.reshape();
    if (op === "Flatten") {
      if (this.number("axis", 1) !== 1) this.fail("must flatten from axis 1");
      return this.shaped(this.value(0), [-1]);
    }
    if (op === "Identity" || op === "Cast") return this.set(this.value(0).t, this.value(0).last);
    const value = (): Value => this.value(0);
    if (op === "Dropout") {
      const rate = this.isConstant(1) ? this.required(1).data[0]! : this.number("ratio", 0.5);
      return this.set(
        this.apply(this.layers.dropout({ name: this.name(), rate }), value().t),
        value().last,
      );
    }
    if (op === "Squeeze" || op === "Unsqueeze") {
      const v = value();
      const shape = [0, ...this.shapeOf(v)];
      const axes = this.axes(v, "axes", 1);
      if (op === "Unsqueeze") for (const axis of axes) shape.splice(axis, 0, 1);
      const kept = op === "Squeeze" ? shape.filter((_, i) => !axes.includes(i)) : shape;
      if (kept[0] !== 0) this.fail("must leave the batch as it is");
      return this.shaped(v, kept.slice(1));
    }
    if (op === "ReduceMean") {
      const v = value();
      const all = this.shapeOf(v)
        .map((_, i) => i + 1)
        .slice(1);
      if (this.axes(v, "axes", 1).join() !== all.join())
        this.fail("must be over all axes but batch and channels");
      return this.globalPool(true, this.number("keepdims", 1) !== 0);
    }
    if (op === "Transpose") {
      const v = value();
      const perm = this.list("perm") ?? [];
      const rank = v.t.shape.length + 1;
      if (perm[0] !== 0 || perm.length !== rank) this.fail("must leave the batch as it is");
      // What only moves the channels changes how ONNX counts, not our tensor.
      if (!v.last && isOrder(perm, channelsFirst(rank))) return this.set(v.t, true);
      if (v.last && isOrder(perm, channelsLast(rank))) return this.set(v.t, false);
      return this.set(this.permute(this.first(v), perm.slice(1)), false);
    }
    if (op === "Concat") {
      const values = this.node.inputs.map((_, i) => this.value(i));
      const last = values.some((one) => one.last);
      const rank = values[0]!.t.shape.length + 1;
      const axis =
        this.number("axis", 1) < 0 ? this.number("axis", 1) + rank : this.number("axis", 1);
      const own = !last ? axis : axis === 1 ? rank - 1 : axis - 1;
      const ts = values.map((one) => (last ? this.lastOf(one) : one.t));
      return this.set(
        this.apply(this.layers.concatenate({ name: this.name(), axis: own }), ...ts),
        last,
      );
    }
    if (op === "Sum" || Object.hasOwn(MERGES, op) || op === "Div") return this.merge();
    this.fail("is an op that is not read");
  }

  model(inputShape: Shape | null): Model {
    const starts = this.graph.inputs.map(({ name, shape }) => {
      const sample = shape.slice(1);
      this.node = { op: "input", name, inputs: [], outputs: [], attributes: {} };
      const uses = this.uses.get(name) ?? [];
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
      const given =
        own.every((n) => n !== null) && shape.length > 0 ? (own as number[]) : inputShape;
      if (!given || given.length !== Math.max(own.length, 1))
        return this.fail(`leaves axes open, ${printShape(shape)}; give inputShape, channels last`);
      const t = input(given, { name: name.replaceAll("/", "_") });
      this.values.set(name, { t, last });
      return t;
    });
    for (const node of this.graph.nodes) {
      this.node = node;
      if (node.outputs.length === 0 || node.outputs[0] === "") this.fail("must have an output");
      if (!this.absorbed.has(node) && !this.folded()) this.convert();
    }
    const ends = this.graph.outputs.map(({ name }) => {
      const value = this.values.get(name);
      if (!value)
        throw new DataError(`${this.subject}: output "${name}" does not depend on the data`);
      return value.t;
    });
    const form = ends.length === 1 ? "single" : "list";
    const model = new Functional<Tensor, readonly Shape[]>(starts, ends, null, form, {
      name: "model",
    });
    const found = new Map<Variable, Tensor>();
    for (const v of model.variables) {
      const t = this.weights.get(v.layers[0]!)?.[v.name.slice(v.name.indexOf("/") + 1)];
      if (t) found.set(v, t);
    }
    setAll(this.subject, model, found);
    return model;
  }
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
    return new Converter(subject, graph, parts).model(inputShape);
  } catch (error) {
    if (error instanceof DataError || !(error instanceof RangeError || error instanceof TypeError))
      throw error;
    throw new DataError(`${subject}: ${error.message}`, { cause: error });
  }
}
