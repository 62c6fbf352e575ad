import { Tensor } from "../../../tensor/tensor.ts";
import { affine } from "./affine.ts";
import { castTo } from "./folding.ts";
import type { OnnxConverter } from "./converter.ts";
import { mergedDirections } from "./recurrent.ts";

/** ONNX's ops that are one of our activations, and the attributes that have another name here. */
export const ACTIVATIONS: Readonly<Record<string, string>> = {
  Celu: "celu",
  Exp: "exponential",
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

function activation(
  c: OnnxConverter,
  name: string,
  attributes: Record<string, number | string> | null,
): void {
  const { t, last } = c.value(0);
  c.set(
    c.apply(c.layers.activation({ name: c.name(), activation: name as never, attributes }), t),
    last,
  );
}

/** An activation, with its numbers. */
export function elementwise(c: OnnxConverter): void {
  const { op } = c.node;
  if (op === "HardSigmoid") {
    const slope = c.number("alpha", 0.2);
    if (Math.abs(slope - 1 / 6) > 1e-6 || c.number("beta", 0.5) !== 0.5)
      c.fail(`must have alpha 1/6 and beta 0.5, got ${slope}`);
  }
  if (op === "LeakyRelu")
    return activation(c, "leakyRelu", { negativeSlope: c.number("alpha", 0.01) });
  if (op === "Celu") return activation(c, "celu", { alpha: c.number("alpha", 1) });
  if (op === "Elu") return activation(c, "elu", { alpha: c.number("alpha", 1) });
  if (op === "Gelu") return activation(c, "gelu", { approximate: c.text("approximate", "none") });
  return activation(c, ACTIVATIONS[op]!, null);
}

/** Along the last axis, as ONNX counts or as we do. */
export function softmax(c: OnnxConverter): void {
  const value = c.value(0);
  const rank = c.shapeOf(value).length + 1;
  const axis = c.number("axis", c.graph.opset < 13 ? 1 : -1);
  const own = axis < 0 ? axis + rank : axis;
  const t = value.last && own === 1 ? value.t : c.first(value);
  if (own !== rank - 1 && !(value.last && own === 1))
    c.fail(`must be along the last axis, got ${axis}`);
  const name = c.node.op === "Softmax" ? "softmax" : "logSoftmax";
  c.set(
    c.apply(c.layers.activation({ name: c.name(), activation: name }), t),
    t === value.t && value.last,
  );
}

/** `Clip` where it is relu or relu6. */
export function clip(c: OnnxConverter): void {
  const bound = (name: string, index: number, none: number): number => {
    const t = c.node.attributes[name] === undefined ? c.constant(index) : null;
    return t ? t.data[0]! : c.number(name, none);
  };
  const [low, high] = [bound("min", 1, -Infinity), bound("max", 2, Infinity)];
  if (low === 0 && high === 6) activation(c, "relu6", null);
  else if (low === 0 && high > 1e38) activation(c, "relu", null);
  else c.fail(`must be from 0 to 6, or from 0, got ${low} to ${high}`);
}

/** Sums, products and the like of values, or of a value and one number. */
export function merge(c: OnnxConverter): void {
  const { op } = c.node;
  const at = [0, 1].find((i) => c.isConstant(i));
  if (at === undefined) {
    const mode = op === "Add" ? "sum" : op === "Mul" ? "mul" : null;
    if (mode && mergedDirections(c, mode)) return;
    const values = c.node.inputs.map((_, i) => c.value(i));
    const last = values.some((one) => one.last);
    if (!(op in MERGES)) c.fail("of two values is not there");
    const make = c.layers[MERGES[op as keyof typeof MERGES]];
    const ts = values.map((one) => (last ? c.lastOf(one) : one.t));
    return c.set(c.apply(make({ name: c.name() }), ...ts), last);
  }
  const constant = c.required(at);
  const { data } = constant;
  const value = data[0]!;
  const { t, last } = c.value(1 - at);
  if (data.length === 0 || data.some((v) => v !== value)) {
    if (affine(c, { t, last }, constant, at)) return;
    c.fail("with constants that are neither of channels nor of positions is not there");
  }
  const forms: Readonly<Record<string, [scale: number, offset: number]>> = {
    Add: [1, value],
    Sub: at === 1 ? [1, -value] : [-1, value],
    Mul: [value, 0],
    ...(at === 1 && { Div: [1 / value, 0] }),
  };
  const [scale, offset] = forms[op] ?? c.fail("with a constant is not there");
  c.set(c.apply(c.layers.rescaling({ name: c.name(), scale, offset }), t), last);
}

/** The value with its sign turned. */
export function neg(c: OnnxConverter): void {
  const { t, last } = c.value(0);
  c.set(c.apply(c.layers.rescaling({ name: c.name(), scale: -1 }), t), last);
}

/** `PRelu`: a slope for each channel, or one for all. */
export function prelu(c: OnnxConverter): void {
  const value = c.value(0);
  const slope = c.required(1);
  // [C, 1], or [C] before operator set 7: of the channels, wherever they stand here.
  const ofChannels =
    c.graph.opset < 7 || (slope.shape.length > 1 && slope.shape.slice(1).every((n) => n === 1));
  const last = value.last || ofChannels;
  const t = last ? c.lastOf(value) : value.t;
  const channels = t.shape.at(-1)!;
  if (slope.data.length !== 1 && slope.data.length !== channels)
    c.fail(`must have a slope, or one for each of ${channels} channels`);
  const alpha = Float32Array.from(
    { length: channels },
    (_, i) => slope.data[i % slope.data.length]!,
  );
  const sharedAxes = t.shape.slice(0, -1).map((_, i) => i + 1);
  const layer = c.layers.prelu({ name: c.name(), sharedAxes });
  const shape = [...sharedAxes.map(() => 1), channels];
  c.weights.set(layer, { alpha: new Tensor(alpha, shape, "float32") });
  c.set(c.apply(layer, t), last);
}

/** What changes nothing: the value itself. */
export function passed(c: OnnxConverter): void {
  const { t, last } = c.value(0);
  c.set(t, last);
}

/** `Cast` of data that are numbers of that kind already: a layer that cuts off is not there. */
export function cast(c: OnnxConverter): void {
  const { t } = c.value(0);
  const dtype = castTo(c);
  if (dtype !== t.dtype) c.fail(`must not make ${dtype} of data that are ${t.dtype}`);
  passed(c);
}

/** Dropout, whose rate is an attribute or a constant. */
export function dropout(c: OnnxConverter): void {
  const { t, last } = c.value(0);
  const rate = c.isConstant(1) ? c.required(1).data[0]! : c.number("ratio", 0.5);
  c.set(c.apply(c.layers.dropout({ name: c.name(), rate }), t), last);
}
