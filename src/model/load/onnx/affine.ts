import type { LayerTensor } from "../../../layers/layerTensor.ts";
import { sizeOf } from "../../../shape.ts";
import { Tensor } from "../../../tensor/tensor.ts";
import type { OnnxConverter, Value } from "./converter.ts";

/** The shape without the ones ahead of it: what broadcasts the same. */
function inner(shape: readonly number[]): readonly number[] {
  const from = shape.findIndex((n) => n !== 1);
  return from === -1 ? [] : shape.slice(from);
}

/** One number for each channel of a value as ONNX counts its axes: [C] last, or [C, 1, 1] with the channels first. */
function isOfChannels({ t, last }: Value, shape: readonly number[]): boolean {
  const channels = t.shape.at(-1)!;
  const own = inner(shape);
  if (own[0] !== channels || own.slice(1).some((n) => n !== 1)) return false;
  return own.length === (last ? t.shape.length : 1);
}

/**
 * `x scale + offset`, channel by channel: a depthwise convolution of single cells, whose numbers go on training.
 *
 * @param t  channels last
 */
function byChannel(
  c: OnnxConverter,
  t: LayerTensor,
  scale: Float32Array,
  offset: Float32Array,
): LayerTensor {
  const channels = scale.length;
  const layer = c.layers.depthwiseConv2d({ name: c.name(), kernelSize: 1 });
  c.weights.set(layer, {
    kernel: new Tensor(scale, [1, 1, channels, 1], "float32"),
    bias: new Tensor(offset, [channels], "float32"),
  });
  if (t.shape.length === 3) return c.apply(layer, t);
  const image = [1, sizeOf(t.shape) / channels, channels];
  return c.reshape(c.apply(layer, c.reshape(t, image)), t.shape);
}

/** A constant for each position of a sequence, as a layer on a tensor of its shape. */
export function positions(c: OnnxConverter, like: LayerTensor, table: Tensor): LayerTensor | null {
  const [length, features] = like.shape as [number, number];
  if (like.shape.length !== 2 || inner(table.shape).join() !== inner(like.shape).join())
    return null;
  const layer = c.layers.positionEmbedding({ name: c.name(), sequenceLength: length });
  c.weights.set(layer, { embeddings: new Tensor(table.data, [length, features], "float32") });
  return c.apply(layer, like);
}

/** A value and a constant of many numbers: one for each channel, or for each position and feature. @returns whether it was that */
export function affine(c: OnnxConverter, value: Value, constant: Tensor, at: number): boolean {
  const { op } = c.node;
  const { t, last } = value;
  const numbers = Float32Array.from(constant.data);
  const size = numbers.length;
  if (isOfChannels(value, constant.shape) && sizeOf(t.shape) > 0) {
    const ones = new Float32Array(size).fill(1);
    const forms: Readonly<Record<string, readonly [scale: Float32Array, offset: Float32Array]>> = {
      Add: [ones, numbers],
      Sub: at === 1 ? [ones, numbers.map((v) => -v)] : [ones.map((v) => -v), numbers],
      Mul: [numbers, new Float32Array(size)],
      ...(at === 1 && { Div: [numbers.map((v) => 1 / v), new Float32Array(size)] }),
    };
    const form = forms[op];
    if (!form) return false;
    c.set(byChannel(c, t, ...form), last);
    return true;
  }
  if (last || (op !== "Add" && !(op === "Sub" && at === 1))) return false;
  const signed = op === "Add" ? numbers : numbers.map((v) => -v);
  const table = positions(c, t, new Tensor(signed, constant.shape, "float32"));
  if (!table) return false;
  c.set(c.apply(c.layers.add({ name: c.name() }), t, table), false);
  return true;
}
