import { type SymbolicTensor, constant } from "../../../src/graph/symbolic.ts";
import { argMax } from "../../../src/ops/argMax.ts";
import { add, div, mul } from "../../../src/ops/binary.ts";
import { cast } from "../../../src/ops/cast.ts";
import { conv1d } from "../../../src/ops/conv1d.ts";
import { conv1dTranspose } from "../../../src/ops/conv1dTranspose.ts";
import { conv2d } from "../../../src/ops/conv2d.ts";
import { conv2dTranspose } from "../../../src/ops/conv2dTranspose.ts";
import { einsum } from "../../../src/ops/einsum.ts";
import { gatherElements } from "../../../src/ops/gather.ts";
import { max } from "../../../src/ops/max.ts";
import { maximum } from "../../../src/ops/maximum.ts";
import { pad, place } from "../../../src/ops/pad.ts";
import { averagePool1d, averagePool2d, maxPool1d, maxPool2d } from "../../../src/ops/pool.ts";
import { pow } from "../../../src/ops/pow.ts";
import { reshape } from "../../../src/ops/reshape.ts";
import { scatter } from "../../../src/ops/scatter.ts";
import { slice } from "../../../src/ops/slice.ts";
import { stack } from "../../../src/ops/stack.ts";
import { transpose } from "../../../src/ops/transpose.ts";
import { abs } from "../../../src/ops/unary.ts";
import { sizeOf } from "../../../src/shape.ts";
import { channelsFirst, channelsLast } from "../ops/channels.ts";
import { inFloat } from "./elements.ts";
import { type NodeCall, type Operators, Unsupported, listOf, numberOf } from "./node.ts";

/** Windows along one spatial axis. */
interface Axis {
  readonly length: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  /** Windows. */
  readonly out: number;
}

function axesOf(node: NodeCall, taps: readonly number[]): Axis[] {
  const spatial = node.x[0]!.shape.slice(2);
  const rank = spatial.length;
  const strides = listOf(node, "strides") ?? spatial.map(() => 1);
  const dilations = listOf(node, "dilations") ?? spatial.map(() => 1);
  const pads = listOf(node, "pads") ?? new Array<number>(2 * rank).fill(0);
  const auto = node.attrs["auto_pad"];
  const ceiling = node.attrs["ceil_mode"] === 1;
  return spatial.map((length, i): Axis => {
    const [stride, dilation] = [strides[i]!, dilations[i]!];
    const reach = (taps[i]! - 1) * dilation + 1;
    const given = { length, taps: taps[i]!, stride, dilation };
    if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
      const out = Math.ceil(length / stride);
      const total = Math.max((out - 1) * stride + reach - length, 0);
      const half = Math.floor(total / 2);
      const before = auto === "SAME_UPPER" ? half : total - half;
      return { ...given, before, after: total - before, out };
    }
    const [before, after] = [pads[i]!, pads[rank + i]!];
    const steps = (length + before + after - reach) / stride;
    let out = (ceiling ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // The last window begins inside.
    if (ceiling && (out - 1) * stride >= length + before) out--;
    return { ...given, before, after, out };
  });
}

/** Every combination of the kernel's places along all axes. */
function places(axes: readonly Axis[]): number[][] {
  return axes.reduce<number[][]>(
    (all, { taps }) => all.flatMap((p) => Array.from({ length: taps }, (_, i) => [...p, i])),
    [[]],
  );
}

/** For each place in the window the elements that all windows have there: any number of spatial axes. */
function tapsOf(x: SymbolicTensor, axes: readonly Axis[], value: number): SymbolicTensor[] {
  const needed = axes.map((a) => (a.out - 1) * a.stride + (a.taps - 1) * a.dilation + 1);
  const paddings = axes.map(({ length, before }, i): [number, number] => [
    before,
    Math.max(0, needed[i]! - length - before),
  ]);
  const padded = pad(x, { paddings: [[0, 0], [0, 0], ...paddings], value });
  return places(axes).map((place) =>
    slice(padded, {
      axis: axes.map((_, i) => i + 2),
      begin: axes.map(({ dilation }, i) => place[i]! * dilation),
      size: axes.map(({ out }) => out),
      step: axes.map(({ stride }) => stride),
    }),
  );
}

/** Options of our pooling for one or two spatial axes. */
function poolOptions(axes: readonly Axis[], node: NodeCall): Parameters<typeof averagePool2d>[1] {
  return {
    poolSize: axes.map(({ taps }) => taps),
    strides: axes.map(({ stride }) => stride),
    dilation: axes.map(({ dilation }) => dilation),
    padding: axes.map(({ before, after }) => [before, after] as const),
    ceilMode: node.attrs["ceil_mode"] === 1,
    countPadding: node.attrs["count_include_pad"] === 1,
  };
}

function maxPool(node: NodeCall): SymbolicTensor[] {
  const [given] = node.x;
  const axes = axesOf(node, listOf(node, "kernel_shape")!);
  const pooled = (x: SymbolicTensor): SymbolicTensor => {
    const options = poolOptions(axes, node);
    if (axes.length === 1) return channelsFirst(maxPool1d(channelsLast(x), options));
    if (axes.length === 2) return channelsFirst(maxPool2d(channelsLast(x), options));
    return tapsOf(x, axes, -Infinity).reduce((a, b) => maximum(a, b));
  };
  const y = inFloat(given!, pooled);
  if (!node.outputs[1]) return [y];
  // Where each largest element stood, counted through the whole tensor.
  const order = Float32Array.from({ length: sizeOf(given!.shape) }, (_, i) => i);
  const values = stack(...tapsOf(given!, axes, -Infinity), { axis: -1 });
  const numbers = stack(...tapsOf(constant(order, given!.shape), axes, -1), { axis: -1 });
  const first = argMax(values, { axis: -1, keepDims: true });
  const index = gatherElements(numbers, first, { axis: -1 });
  return [y, cast(reshape(index, { shape: y.shape }), { dtype: "int32" })];
}

function averagePool(node: NodeCall): SymbolicTensor {
  const x = node.x[0]!;
  const axes = axesOf(node, listOf(node, "kernel_shape")!);
  const options = poolOptions(axes, node);
  if (axes.length === 1) return channelsFirst(averagePool1d(channelsLast(x), options));
  if (axes.length === 2) return channelsFirst(averagePool2d(channelsLast(x), options));
  const ones = constant(new Float32Array(sizeOf(x.shape.slice(2))).fill(1), [
    1,
    1,
    ...x.shape.slice(2),
  ]);
  // Cells that count: padding does where asked, what lies behind it never.
  const inside = options!.countPadding
    ? pad(ones, {
        paddings: [[0, 0], [0, 0], ...axes.map((a): [number, number] => [a.before, a.after])],
        value: 1,
      })
    : ones;
  const wide = options!.countPadding
    ? axes.map((a) => ({ ...a, length: a.length + a.before + a.after, before: 0, after: 0 }))
    : axes;
  const total = (t: SymbolicTensor, own: readonly Axis[]): SymbolicTensor =>
    tapsOf(t, own, 0).reduce((a, b) => add(a, b));
  return div(total(x, axes), total(inside, wide));
}

function convolution(node: NodeCall): SymbolicTensor {
  const [x, kernel, bias] = node.x as [SymbolicTensor, SymbolicTensor, SymbolicTensor | undefined];
  const axes = axesOf(node, kernel.shape.slice(2));
  const groups = numberOf(node, "group", 1);
  const rank = axes.length;
  const permutation = [...kernel.shape.keys()].slice(2).concat([1, 0]);
  const own = (): SymbolicTensor => transpose(kernel, { permutation });
  if (rank === 1) {
    const [{ stride, dilation, before, after }] = axes as [Axis];
    const y = conv1d(channelsLast(x), own(), bias ?? null, {
      strides: stride,
      dilationRate: dilation,
      padding: [before, after],
      groups,
    });
    return channelsFirst(y);
  }
  if (rank === 2) {
    const [rows, columns] = axes as [Axis, Axis];
    const y = conv2d(channelsLast(x), own(), bias ?? null, {
      strides: [rows.stride, columns.stride],
      dilationRate: [rows.dilation, columns.dilation],
      padding: [
        [rows.before, rows.after],
        [columns.before, columns.after],
      ],
      groups,
    });
    return channelsFirst(y);
  }
  if (groups !== 1) throw new Unsupported("groups of a convolution with three spatial axes");
  const at = places(axes);
  const y = tapsOf(x, axes, 0)
    .map((tap, i) => einsum("nc...,mc->nm...", tap, kernelAt(kernel, at[i]!)))
    .reduce((a, b) => add(a, b));
  return bias ? add(y, reshape(bias, { shape: [-1, ...axes.map(() => 1)] })) : y;
}

/** The matrix of a kernel at one place of its window. */
function kernelAt(kernel: SymbolicTensor, place: readonly number[]): SymbolicTensor {
  const axis = place.map((_, i) => i + 2);
  const matrix = slice(kernel, { axis, begin: place, size: place.map(() => 1) });
  return reshape(matrix, { shape: kernel.shape.slice(0, 2) });
}

/** Padding of a transposed convolution along one axis. */
function cutOf(
  node: NodeCall,
  i: number,
  full: number,
  stride: number,
  extra: number,
): [before: number, after: number] {
  const rank = node.x[0]!.shape.length - 2;
  const wanted =
    listOf(node, "output_shape")?.[i] ??
    (String(node.attrs["auto_pad"]).startsWith("SAME") ? node.x[0]!.shape[i + 2]! * stride : null);
  if (wanted === null) {
    const pads = listOf(node, "pads") ?? new Array<number>(2 * rank).fill(0);
    return [pads[i]!, pads[rank + i]!];
  }
  const total = Math.max(0, full + extra - wanted);
  const half = Math.floor(total / 2);
  return node.attrs["auto_pad"] === "SAME_UPPER" ? [half, total - half] : [total - half, half];
}

function transposedConvolution(node: NodeCall): SymbolicTensor {
  const [x, kernel, bias] = node.x as [SymbolicTensor, SymbolicTensor, SymbolicTensor | undefined];
  const taps = kernel.shape.slice(2);
  const groups = numberOf(node, "group", 1);
  const strides = listOf(node, "strides") ?? taps.map(() => 1);
  const dilations = listOf(node, "dilations") ?? taps.map(() => 1);
  const extra = listOf(node, "output_padding") ?? taps.map(() => 0);
  const full = taps.map(
    (n, i) => (x.shape[i + 2]! - 1) * strides[i]! + (n - 1) * dilations[i]! + 1,
  );
  const cuts = taps.map((_, i) => cutOf(node, i, full[i]!, strides[i]!, extra[i]!));
  if (taps.length <= 2) {
    const permutation = [...taps.map((_, i) => i + 2), 1, 0];
    const own = transpose(kernel, { permutation });
    const y =
      taps.length === 1
        ? conv1dTranspose(channelsLast(x), own, bias ?? null, {
            strides: strides[0]!,
            dilationRate: dilations[0]!,
            padding: cuts[0]!,
            outputPadding: extra[0]!,
            groups,
          })
        : conv2dTranspose(channelsLast(x), own, bias ?? null, {
            strides: strides as [number, number],
            dilationRate: dilations as [number, number],
            padding: cuts as [[number, number], [number, number]],
            outputPadding: extra as [number, number],
            groups,
          });
    return channelsFirst(y);
  }
  if (groups !== 1) throw new Unsupported("groups of a convolution with three spatial axes");
  const shape = [x.shape[0]!, kernel.shape[1]!, ...full.map((n, i) => n + extra[i]!)];
  const axes = taps.map((n): Pick<Axis, "taps"> => ({ taps: n })) as Axis[];
  const whole = places(axes)
    .map((at) =>
      place(einsum("nc...,cm->nm...", x, kernelAt(kernel, at)), {
        shape,
        begin: [0, 0, ...at.map((n, i) => n * dilations[i]!)],
        step: [1, 1, ...strides],
        value: 0,
      }),
    )
    .reduce((a, b) => add(a, b));
  const y = slice(whole, {
    axis: taps.map((_, i) => i + 2),
    begin: cuts.map(([before]) => before),
    size: cuts.map(([before, after], i) => shape[i + 2]! - before - after),
  });
  return bias ? add(y, reshape(bias, { shape: [-1, ...taps.map(() => 1)] })) : y;
}

/** ONNX's operators of windows. */
export const windowOperators: Operators = {
  AveragePool: averagePool,
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  GlobalMaxPool: ({ x: [x] }) => max(x!, { axis: [...x!.shape.keys()].slice(2), keepDims: true }),
  LpPool: (node) => {
    const x = node.x[0]!;
    const p = numberOf(node, "p", 2);
    const powers = pow(abs(x), p);
    const taps = tapsOf(powers, axesOf(node, listOf(node, "kernel_shape")!), 0);
    return pow(
      taps.reduce((a, b) => add(a, b)),
      1 / p,
    );
  },
  MaxPool: maxPool,
  MaxUnpool: (node) => {
    const [x, indices] = node.x;
    const taps = listOf(node, "kernel_shape")!;
    const strides = listOf(node, "strides") ?? taps.map(() => 1);
    const pads = listOf(node, "pads") ?? taps.flatMap(() => [0, 0]);
    const spatial = taps.map(
      (n, i) => (x!.shape[i + 2]! - 1) * strides[i]! + n - pads[i]! - pads[taps.length + i]!,
    );
    const own = [...x!.shape.slice(0, 2), ...spatial];
    // Indices count through the whole tensor that was pooled.
    const zeros = constant(new Float32Array(sizeOf(own)));
    const flat = scatter(zeros, reshape(indices, { shape: [-1] }), reshape(x, { shape: [-1] }));
    const result = node.values(2);
    if (!result) return reshape(flat, { shape: own });
    const big = constant(new Float32Array(sizeOf(result)));
    return reshape(
      scatter(big, reshape(indices, { shape: [-1] }), reshape(mul(x, 1), { shape: [-1] })),
      { shape: result },
    );
  },
};
