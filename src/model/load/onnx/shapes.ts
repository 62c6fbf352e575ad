import { type Shape, printShape, sizeOf } from "../../../shape.ts";
import { Tensor } from "../../../tensor/tensor.ts";
import { permuted } from "../torchWeights.ts";
import {
  type OnnxConverter,
  type Value,
  channelsFirst,
  channelsLast,
  isOrder,
} from "./converter.ts";
import { mergedDirections } from "./recurrent.ts";
import { positions } from "./affine.ts";
import { castConstant, foldedElements } from "./folding.ts";
import { reshapedRows } from "./rows.ts";
import { reshapedSteps, transposedSteps } from "./steps.ts";
import { globalPool } from "./windows.ts";

/** The value under another shape, as ONNX counts it. */
function shaped(c: OnnxConverter, value: Value, target: Shape): void {
  const size = sizeOf(value.t.shape);
  const known = target.filter((n) => n !== -1);
  const open = target.length - known.length;
  const fits =
    open === 1
      ? sizeOf(known) > 0 && size % sizeOf(known) === 0
      : open === 0 && sizeOf(known) === size;
  if (!fits) c.fail(`must give a shape for samples of ${size} elements, got ${printShape(target)}`);
  const rest = size / sizeOf(known);
  const shape = target.map((n) => (n === -1 ? rest : n));
  c.set(c.reshape(c.first(value), shape), false);
}

/** `Reshape` that leaves the batch as it is. */
export function reshape(c: OnnxConverter): void {
  if (reshapedSteps(c)) return;
  const target = c.list("shape", 1) ?? c.fail("must have a shape");
  const folded = reshapedRows(c, target);
  if (c.rows.has(c.node.outputs[0]!)) return;
  const value = folded ? { t: folded, last: false } : c.value(0);
  const own = c.shapeOf(value);
  const batch = c.graph.inputs[0]?.shape[0] ?? 1;
  const sample = target.slice(1).map((n, i) => (n === 0 ? (own[i] ?? 0) : n));
  const first = target[0]!;
  if (target.length < 2 || !(first === -1 || first === 0 || first === batch || first === 1))
    c.fail(`must leave the batch as it is, got ${printShape(target)}`);
  if (first === -1 && sample.includes(-1))
    c.fail(`must leave one axis open, got ${printShape(target)}`);
  shaped(c, value, sample);
}

/** Axes of an attribute or an input, from the front. */
function axes(c: OnnxConverter, value: Value, name: string, index: number): number[] {
  const rank = c.shapeOf(value).length + 1;
  const list = c.list(name, index) ?? c.fail(`must have ${name}`);
  return list.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
}

/** Computes a node of constants. @returns whether it was one */
export function folded(c: OnnxConverter): boolean {
  const { op, inputs, outputs } = c.node;
  if (op === "Constant") {
    const {
      value,
      value_float: number,
      value_int: whole,
      value_floats: floats,
      value_ints: wholes,
    } = c.node.attributes;
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
          : c.fail("must hold numbers");
    c.constants.set(outputs[0]!, t);
    return true;
  }
  // The lengths of the batch, and what is made of them: nothing here depends on it.
  if (op === "Shape" || inputs.some((name) => c.lengths.has(name))) {
    if (op === "Expand" && c.isConstant(0)) c.constants.set(outputs[0]!, c.required(0));
    else if (op !== "Expand" && op !== "Reshape") c.lengths.add(outputs[0]!);
    else return false;
    return true;
  }
  if (!inputs.every((name, i) => name === "" || c.isConstant(i)) || inputs.length === 0)
    return false;
  const t = c.required(0);
  const keep = (shape: Shape): void => {
    if (sizeOf(shape) !== t.data.length)
      c.fail(`must give a shape for ${t.data.length} elements, got ${printShape(shape)}`);
    c.constants.set(outputs[0]!, new Tensor(t.data, shape, t.dtype));
  };
  if (op === "Identity") keep(t.shape);
  else if (op === "Cast") c.constants.set(outputs[0]!, castConstant(c, t));
  else if (op === "Reshape") {
    const target = (c.list("shape", 1) ?? []).map((n, i) => (n === 0 ? (t.shape[i] ?? 0) : n));
    const rest = sizeOf(target.filter((n) => n !== -1));
    keep(target.map((n) => (n === -1 ? t.data.length / Math.max(1, rest) : n)));
  } else if (op === "Transpose") {
    const order = c.list("perm") ?? t.shape.map((_, i) => t.shape.length - 1 - i);
    if ([...order].sort((a, b) => a - b).some((n, i) => n !== i) || order.length !== t.shape.length)
      c.fail("must name every axis once");
    c.constants.set(outputs[0]!, permuted(t, order));
  } else if (op === "Unsqueeze" || op === "Squeeze" || op === "Flatten") {
    keep(
      op === "Flatten"
        ? [t.shape[0] ?? 1, sizeOf(t.shape.slice(1))]
        : t.shape.length === 0
          ? [1]
          : t.shape,
    );
  } else {
    const made = foldedElements(c);
    if (!made) return false;
    c.constants.set(outputs[0]!, made);
  }
  return true;
}

/** `Flatten` of a sample. */
export function flatten(c: OnnxConverter): void {
  if (c.number("axis", 1) !== 1) c.fail("must flatten from axis 1");
  shaped(c, c.value(0), [-1]);
}

/** Axes of length 1 that go or come, besides the batch. */
export function squeeze(c: OnnxConverter): void {
  if (reshapedSteps(c)) return;
  const value = c.value(0);
  const shape = [0, ...c.shapeOf(value)];
  const named = axes(c, value, "axes", 1);
  const more = c.node.op === "Unsqueeze";
  if (more) for (const axis of named) shape.splice(axis, 0, 1);
  const kept = more ? shape : shape.filter((_, i) => !named.includes(i));
  if (kept[0] !== 0) c.fail("must leave the batch as it is");
  shaped(c, value, kept.slice(1));
}

/** The mean over all positions, channel by channel. */
export function reduceMean(c: OnnxConverter): void {
  const value = c.value(0);
  const all = c
    .shapeOf(value)
    .map((_, i) => i + 1)
    .slice(1);
  if (axes(c, value, "axes", 1).join() !== all.join())
    c.fail("must be over all axes but batch and channels");
  globalPool(c, true, c.number("keepdims", 1) !== 0);
}

/** Axes in another order. What only moves the channels changes how ONNX counts, not our tensor. */
export function transpose(c: OnnxConverter): void {
  if (transposedSteps(c)) return;
  const value = c.value(0);
  const { t, last } = value;
  const perm = c.list("perm") ?? [];
  const rank = t.shape.length + 1;
  if (perm[0] !== 0 || perm.length !== rank) c.fail("must leave the batch as it is");
  if (!last && isOrder(perm, channelsFirst(rank))) return c.set(t, true);
  if (last && isOrder(perm, channelsLast(rank))) return c.set(t, false);
  c.set(c.permute(c.first(value), perm.slice(1)), false);
}

/** `Expand` of one step to several. */
export function expand(c: OnnxConverter): void {
  const t = c.first(c.value(0));
  const target = c.list("shape", 1) ?? c.fail("must have a shape");
  const [length, features] = t.shape as [number, number];
  const steps = target.at(-2) ?? 0;
  const keeps = [1, features].includes(target.at(-1)!) && [1, -1, c.batch].includes(target[0]!);
  if (t.shape.length !== 2 || length !== 1 || target.length !== 3 || !keeps || steps < 1)
    c.fail(`must repeat one step, got [${target.join(", ")}]`);
  const row = c.reshape(t, [features]);
  c.set(c.apply(c.layers.repeatVector({ name: c.name(), n: steps }), row), false);
}

/** Values one behind the other along an axis. */
export function concat(c: OnnxConverter): void {
  if (mergedDirections(c, "concat")) return;
  const like = c.node.inputs.findIndex((_, i) => !c.isConstant(i));
  const values = c.node.inputs.map((_, i) => {
    if (!c.isConstant(i)) return c.value(i);
    const table = positions(c, c.value(like).t, c.required(i));
    return { t: table ?? c.fail("has a constant that is not read"), last: false };
  });
  const last = values.some((one) => one.last);
  const rank = values[0]!.t.shape.length + 1;
  const given = c.number("axis", 1);
  const axis = given < 0 ? given + rank : given;
  const own = !last ? axis : axis === 1 ? rank - 1 : axis - 1;
  const ts = values.map((one) => (last ? c.lastOf(one) : one.t));
  c.set(c.apply(c.layers.concatenate({ name: c.name(), axis: own }), ...ts), last);
}
