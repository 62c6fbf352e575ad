import { printShape } from "../../../shape.ts";
import { Tensor } from "../../../tensor/tensor.ts";
import { permuted } from "../torchWeights.ts";
import type { OnnxConverter, Value } from "./converter.ts";
import { absorbedBias } from "./products.ts";

/** Padding of windows, in our words. */
function padding(
  c: OnnxConverter,
  spatial: readonly number[],
  size: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): "valid" | "same" | [number, number][] {
  const auto = c.text("auto_pad", "NOTSET");
  if (auto === "SAME_UPPER") return "same";
  if (auto === "VALID") return "valid";
  const totals = spatial.map((n, i) => {
    const reach = (size[i]! - 1) * dilations[i]! + 1;
    return Math.max(0, (Math.ceil(n / strides[i]!) - 1) * strides[i]! + reach - n);
  });
  if (auto === "SAME_LOWER")
    return totals.map((total): [number, number] => [Math.ceil(total / 2), Math.floor(total / 2)]);
  const pads = c.list("pads") ?? [];
  const rank = spatial.length;
  if (pads.every((n) => n === 0)) return "valid";
  if (pads.length !== 2 * rank || pads.some((n) => n < 0))
    return c.fail("must have two pads >= 0 an axis");
  const pairs = spatial.map((_, i): [number, number] => [pads[i]!, pads[i + rank]!]);
  // Other formats have no padding in numbers: what is "same" in these is called so.
  const same = pairs.every(
    ([before, after], i) =>
      before === Math.floor(totals[i]! / 2) && after === Math.ceil(totals[i]! / 2),
  );
  return same ? "same" : pairs;
}

/** Input and windows of a convolution or a pooling. */
function windows(c: OnnxConverter, value: Value, size: readonly number[]) {
  const x = c.lastOf(value);
  const spatial = x.shape.slice(0, -1);
  const rank = spatial.length;
  if (rank !== size.length || rank < 1 || rank > 2)
    c.fail(
      `must have 1 or 2 axes besides channels, got ${printShape([null, ...c.shapeOf(value)])}`,
    );
  const ones = spatial.map(() => 1);
  const strides = c.list("strides") ?? ones;
  const dilationRate = c.list("dilations") ?? ones;
  if ([strides, dilationRate].some((list) => list.length !== rank || list.some((n) => n < 1)))
    c.fail("must have strides and dilations >= 1");
  return {
    x,
    rank,
    strides,
    dilationRate,
    padding: padding(c, spatial, size, strides, dilationRate),
  };
}

/** Convolutions, in groups and depthwise too. */
export function conv(c: OnnxConverter): void {
  const weight = c.required(1);
  const [filters, perGroup, ...size] = weight.shape as [number, number, ...number[]];
  const { x, rank, strides, dilationRate, padding } = windows(c, c.value(0), size);
  const groups = c.number("group", 1);
  const channels = x.shape.at(-1)!;
  if (perGroup * groups !== channels)
    c.fail(`must have ${channels} channels in its weights, got ${perGroup} in ${groups} groups`);
  const own = c.constant(2);
  const extra = own ? null : absorbedBias(c, filters);
  const bias = own ?? extra?.bias ?? null;
  const common = {
    name: c.name(),
    kernelSize: size,
    strides,
    padding,
    dilationRate,
    useBias: bias !== null,
  };
  const depthwise = rank === 2 && groups > 1 && perGroup === 1 && filters % groups === 0;
  const spatial = size.map((_, i) => i + 2);
  const layer = depthwise
    ? c.layers.depthwiseConv2d({ ...common, depthMultiplier: filters / groups })
    : (rank === 1 ? c.layers.conv1d : c.layers.conv2d)({ ...common, filters, groups });
  const kernel = depthwise
    ? new Tensor(
        permuted(weight, [...spatial, 0, 1]).data,
        [...size, groups, filters / groups],
        "float32",
      )
    : permuted(weight, [...spatial, 1, 0]);
  c.weights.set(layer, {
    kernel,
    ...(bias && { bias: new Tensor(bias.data, [filters], "float32") }),
  });
  c.set(c.apply(layer, x), true, extra?.node);
}

/** Transposed convolutions. */
export function convTranspose(c: OnnxConverter): void {
  const weight = c.required(1);
  const [channels, perGroup, ...size] = weight.shape as [number, number, ...number[]];
  const auto = c.text("auto_pad", "NOTSET");
  if (auto !== "NOTSET" || c.list("output_shape") !== null) c.fail("must have its pads in numbers");
  const x = c.lastOf(c.value(0));
  const rank = size.length;
  if (x.shape.length !== rank + 1 || rank < 1 || rank > 2 || x.shape.at(-1) !== channels)
    c.fail(
      `must have 1 or 2 axes besides ${channels} channels, got ${printShape([null, ...x.shape])}`,
    );
  const groups = c.number("group", 1);
  const strides = c.list("strides") ?? size.map(() => 1);
  const dilationRate = c.list("dilations") ?? size.map(() => 1);
  const pads = c.list("pads") ?? size.flatMap(() => [0, 0]);
  const extra = c.list("output_padding") ?? size.map(() => 0);
  const pairs = size.map((_, i): [number, number] => [pads[i]!, pads[i + rank]!]);
  // As "same" has it, in the form that other formats know.
  const same = pairs.every(([before, after], i) => {
    const total = (size[i]! - 1) * dilationRate[i]! + 1 - strides[i]!;
    return total >= 0 && before === Math.floor(total / 2) && after === total - before;
  });
  const none = extra.every((n) => n === 0);
  const filters = perGroup * groups;
  const bias = c.constant(2);
  const layer = (rank === 1 ? c.layers.conv1dTranspose : c.layers.conv2dTranspose)({
    name: c.name(),
    filters,
    groups,
    kernelSize: size,
    strides,
    dilationRate,
    padding: pads.every((n) => n === 0) ? "valid" : same && none ? "same" : pairs,
    ...(!none && { outputPadding: extra }),
    useBias: bias !== null,
  } as never);
  c.weights.set(layer, {
    kernel: permuted(weight, [...size.map((_, i) => i + 2), 1, 0]),
    ...(bias && { bias: new Tensor(bias.data, [filters], "float32") }),
  });
  c.set(c.apply(layer, x), true);
}

/** `Resize` of images by whole numbers. */
export function resize(c: OnnxConverter): void {
  const x = c.lastOf(c.value(0));
  const mode = c.text("mode", "nearest");
  const frame = c.text("coordinate_transformation_mode", "half_pixel");
  const rounding = c.text("nearest_mode", "round_prefer_floor");
  const nearest =
    mode === "nearest" &&
    (frame === "asymmetric"
      ? rounding === "floor"
      : frame.endsWith("half_pixel") && rounding.startsWith("round"));
  const linear = mode === "linear" && frame.endsWith("half_pixel");
  const sizes = c.node.inputs[3] ? c.required(3).data : null;
  const scales = sizes
    ? [1, 1, sizes[2]! / x.shape[0]!, sizes[3]! / x.shape[1]!]
    : [...c.required(c.node.inputs.length > 2 ? 2 : 1).data];
  const whole =
    scales.length === 4 &&
    scales[0] === 1 &&
    scales[1] === 1 &&
    scales.every((n) => Number.isInteger(n) && n >= 1);
  if (x.shape.length !== 3 || !whole || !(nearest || linear))
    c.fail(
      "must make images larger by whole numbers, by repeating cells or linearly between their centers",
    );
  const layer = c.layers.upSampling2d({
    name: c.name(),
    size: [scales[2]!, scales[3]!],
    interpolation: nearest ? "nearest" : "bilinear",
  });
  c.set(c.apply(layer, x), true);
}

/** Pooling by windows. */
export function pool(c: OnnxConverter): void {
  const size = c.list("kernel_shape") ?? c.fail("must have a kernel_shape");
  const { x, rank, strides, dilationRate, padding } = windows(c, c.value(0), size);
  if (c.number("ceil_mode", 0) !== 0) c.fail("must have ceil_mode 0");
  if (dilationRate.some((n) => n !== 1)) c.fail("must have dilations of 1");
  const average = c.node.op === "AveragePool";
  if (average && padding !== "valid" && c.number("count_include_pad", 0) !== 0)
    c.fail("must not count its padding");
  const make = average
    ? [c.layers.averagePooling1d, c.layers.averagePooling2d]
    : [c.layers.maxPooling1d, c.layers.maxPooling2d];
  const layer = make[rank - 1]!({ name: c.name(), poolSize: size, strides, padding });
  c.set(c.apply(layer, x), true);
}

/** Pooling over all positions. */
export function globalPool(c: OnnxConverter, average: boolean, keepDims: boolean): void {
  const x = c.lastOf(c.value(0));
  const rank = x.shape.length - 1;
  if (rank !== 1 && rank !== 2) c.fail("must have 1 or 2 axes besides channels");
  const make = average
    ? [c.layers.globalAveragePooling1d, c.layers.globalAveragePooling2d]
    : [c.layers.globalMaxPooling1d, c.layers.globalMaxPooling2d];
  c.set(c.apply(make[rank - 1]!({ name: c.name(), keepDims }), x), keepDims);
}
