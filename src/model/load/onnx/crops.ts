import type { AnyLayer } from "../../../layers/defineLayer.ts";
import type { LayerTensor } from "../../../layers/layerTensor.ts";
import { sizeOf } from "../../../shape.ts";
import type { OnnxConverter } from "./converter.ts";
import { turnedSteps } from "./steps.ts";

/** How many elements come or go at the ends of each axis of a sample. */
type Ends = readonly (readonly [before: number, after: number])[];

/** Applies a layer of sequences along any axis of a sample, counted with the batch. */
function along(c: OnnxConverter, t: LayerTensor, axis: number, layer: AnyLayer): LayerTensor {
  const rank = t.shape.length;
  const order = [axis, ...Array.from({ length: rank }, (_, i) => i + 1).filter((n) => n !== axis)];
  const moved = c.permute(t, order);
  const [length, ...rest] = moved.shape as [number, ...number[]];
  const y = c.apply(layer, c.reshape(moved, [length, sizeOf(rest)]));
  const back = order.map((_, i) => order.indexOf(i + 1) + 1);
  return c.permute(c.reshape(y, [y.shape[0]!, ...rest]), back);
}

/** Cuts off, or fills up with zeros, at the ends of axes; by a layer of images where these are rows and columns. */
export function withEnds(
  c: OnnxConverter,
  t: LayerTensor,
  ends: Ends,
  kind: "cropping" | "zeroPadding",
): LayerTensor {
  const touched = ends.map(([before, after]) => before > 0 || after > 0);
  const make = (axes: readonly number[]): AnyLayer => {
    const pairs = axes.map((axis): [number, number] => [...ends[axis]!]);
    const name = c.name();
    if (kind === "cropping") {
      return pairs.length === 2
        ? c.layers.cropping2d({ name, cropping: [pairs[0]!, pairs[1]!] })
        : c.layers.cropping1d({ name, cropping: pairs[0]! });
    }
    return pairs.length === 2
      ? c.layers.zeroPadding2d({ name, padding: [pairs[0]!, pairs[1]!] })
      : c.layers.zeroPadding1d({ name, padding: pairs[0]! });
  };
  if (t.shape.length === 3 && !touched[2] && (touched[0] || touched[1]))
    return c.apply(make([0, 1]), t);
  return touched.reduce((x, own, i) => (own ? along(c, x, i + 1, make([i])) : x), t);
}

/** Elements [begin, begin + size) of an axis, counted with the batch. */
export function cropped(
  c: OnnxConverter,
  t: LayerTensor,
  axis: number,
  begin: number,
  size: number,
): LayerTensor {
  const length = t.shape[axis - 1] ?? c.fail("must leave the batch as it is");
  if (!(begin >= 0 && size >= 1 && begin + size <= length)) {
    c.fail(
      `must take a part of the ${length} elements of axis ${axis}, got ${size} from ${begin} on`,
    );
  }
  const ends = t.shape.map((_, i): [number, number] =>
    i === axis - 1 ? [begin, length - begin - size] : [0, 0],
  );
  return withEnds(c, t, ends, "cropping");
}

/** `Slice` by steps of 1, or backwards in time ahead of a recurrence. */
export function slice(c: OnnxConverter): void {
  if (turnedSteps(c)) return;
  const t = c.first(c.value(0));
  const rank = t.shape.length + 1;
  const starts = c.list("starts", 1) ?? c.fail("must have starts");
  const ends = c.list("ends", 2) ?? c.fail("must have ends");
  const axes = c.list("axes", 3) ?? starts.map((_, i) => i);
  const steps = c.list("steps", 4) ?? starts.map(() => 1);
  const cut = t.shape.map((): [number, number] => [0, 0]);
  axes.forEach((given, i) => {
    const axis = given < 0 ? given + rank : given;
    const length = axis === 0 ? c.fail("must leave the batch as it is") : t.shape[axis - 1]!;
    if (steps[i] !== 1) c.fail(`must go by steps of 1, got ${steps[i]}`);
    const from = (n: number): number => Math.min(Math.max(n < 0 ? n + length : n, 0), length);
    cut[axis - 1] = [from(starts[i]!), length - from(ends[i]!)];
    if (cut[axis - 1]![0] + cut[axis - 1]![1] >= length)
      c.fail(`must leave something of the ${length} elements of axis ${axis}`);
  });
  c.set(withEnds(c, t, cut, "cropping"), false);
}

/** `Split` of an axis into parts, as long as it is told or of one length. */
export function split(c: OnnxConverter): void {
  const t = c.first(c.value(0));
  const { outputs } = c.node;
  const given = c.number("axis", 0);
  const axis = given < 0 ? given + t.shape.length + 1 : given;
  const length = t.shape[axis - 1] ?? c.fail("must leave the batch as it is");
  const equal = Math.ceil(length / outputs.length);
  const sizes =
    c.list("split", 1) ?? outputs.map((_, i) => Math.max(0, Math.min(equal, length - i * equal)));
  let at = 0;
  outputs.forEach((name, i) => {
    const size = sizes[i] ?? 0;
    if (c.uses.has(name) || c.graph.outputs.some((end) => end.name === name))
      c.values.set(name, { t: cropped(c, t, axis, at, size), last: false });
    at += size;
  });
}

/** `Pad` with zeros. */
export function pad(c: OnnxConverter): void {
  const value = c.value(0);
  const pads = c.list("pads", 1) ?? c.fail("must have pads");
  const filler = c.node.inputs[2] ? c.required(2).data[0] : c.number("value", 0);
  const rank = value.t.shape.length + 1;
  if (c.text("mode", "constant") !== "constant" || filler !== 0) c.fail("must be with zeros");
  if (pads.length !== 2 * rank || pads.some((n) => n < 0))
    c.fail("must have two pads >= 0 an axis");
  if (pads[0] !== 0 || pads[rank] !== 0) c.fail("must leave the batch as it is");
  const ends = value.t.shape.map((_, i): [number, number] => [pads[i + 1]!, pads[i + 1 + rank]!]);
  // ONNX counts the channels first where ours are last.
  if (value.last) ends.push(ends.shift()!);
  c.set(withEnds(c, value.t, ends, "zeroPadding"), value.last);
}
