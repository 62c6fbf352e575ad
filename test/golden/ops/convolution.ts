import type { SymbolicTensor } from "../../../src/graph/symbolic.ts";
import { conv1d } from "../../../src/ops/conv1d.ts";
import { conv1dTranspose } from "../../../src/ops/conv1dTranspose.ts";
import { conv2d } from "../../../src/ops/conv2d.ts";
import { conv2dTranspose } from "../../../src/ops/conv2dTranspose.ts";
import { im2col } from "../../../src/ops/im2col.ts";
import { reshape } from "../../../src/ops/reshape.ts";
import { transpose } from "../../../src/ops/transpose.ts";
import type { Ends, Pair } from "../../../src/ops/convolutionShape.ts";
import type { GoldenOps } from "./goldenOps.ts";

type Attrs = Readonly<Record<string, unknown>>;

/** PyTorch's layouts: channels stand behind the batch, kernels begin with filters and channels. */
const images = {
  last: (x: SymbolicTensor) => transpose(x, { permutation: [0, 2, 3, 1] }),
  first: (y: SymbolicTensor) => transpose(y, { permutation: [0, 3, 1, 2] }),
  kernel: (w: SymbolicTensor) => transpose(w, { permutation: [2, 3, 1, 0] }),
};
const sequences = {
  last: (x: SymbolicTensor) => transpose(x, { permutation: [0, 2, 1] }),
  first: (y: SymbolicTensor) => transpose(y, { permutation: [0, 2, 1] }),
  kernel: (w: SymbolicTensor) => transpose(w, { permutation: [2, 1, 0] }),
};

const pair = (value: unknown): readonly [number, number] =>
  typeof value === "number" ? [value, value] : (value as [number, number]);
const ends = (n: number): Ends => [n, n];
const both = (value: unknown): readonly [Ends, Ends] => [
  ends(pair(value)[0]),
  ends(pair(value)[1]),
];

/** What both directions share. */
function common(a: Attrs): { strides: Pair; dilationRate: Pair } {
  return { strides: (a["stride"] ?? 1) as Pair, dilationRate: (a["dilation"] ?? 1) as Pair };
}

const groupsOf = (a: Attrs): number => Number(a["groups"] ?? 1);

/** The same for sequences, whose attributes are numbers or lists of one. */
function steps(a: Attrs): {
  strides: number;
  dilationRate: number;
  groups: number;
  padding: Ends;
} {
  const one = (name: string, otherwise: number): number => Number(a[name] ?? otherwise);
  return {
    strides: one("stride", 1),
    dilationRate: one("dilation", 1),
    groups: one("groups", 1),
    padding: ends(one("padding", 0)),
  };
}

/** PyTorch's unfold: [batch, (channel, tap), pixel] of our [batch, row, column, (tap, channel)]. */
function unfold(x: SymbolicTensor, a: Attrs): SymbolicTensor {
  const kernelSize = pair(a["kernel"]);
  const columns = im2col(images.last(x), {
    ...common(a),
    kernelSize,
    padding: both(a["padding"] ?? 0),
  });
  const [n, h, w] = columns.shape as [number, number, number];
  const taps = kernelSize[0] * kernelSize[1];
  const split = reshape(columns, { shape: [n, h * w, taps, x.shape[1]!] });
  const turned = transpose(split, { permutation: [0, 3, 2, 1] });
  return reshape(turned, { shape: [n, x.shape[1]! * taps, h * w] });
}

/** Golden names of conv.json, and im2col. */
export const convolutionOps: GoldenOps = {
  conv2d: ({ x, weight, bias }, a) =>
    images.first(
      conv2d(images.last(x!), images.kernel(weight!), bias, {
        ...common(a),
        groups: groupsOf(a),
        padding: both(a["padding"] ?? 0),
      }),
    ),
  im2col: ({ x }, a) => unfold(x!, a),
  conv1d: ({ x, weight, bias }, a) =>
    sequences.first(conv1d(sequences.last(x!), sequences.kernel(weight!), bias, steps(a))),
  conv_transpose2d: ({ x, weight, bias }, a) =>
    images.first(
      conv2dTranspose(images.last(x!), images.kernel(weight!), bias, {
        ...common(a),
        groups: groupsOf(a),
        padding: both(a["padding"] ?? 0),
        outputPadding: (a["output_padding"] ?? 0) as Pair,
      }),
    ),
  conv_transpose1d: ({ x, weight, bias }, a) =>
    sequences.first(
      conv1dTranspose(sequences.last(x!), sequences.kernel(weight!), bias, {
        ...steps(a),
        outputPadding: Number(a["output_padding"] ?? 0),
      }),
    ),
};
