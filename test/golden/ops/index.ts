import { type SymbolicTensor, constant } from "../../../src/graph/symbolic.ts";
import { tril, triu } from "../../../src/ops/band.ts";
import { broadcastTo, tile } from "../../../src/ops/broadcastTo.ts";
import { equal } from "../../../src/ops/compare.ts";
import { concat } from "../../../src/ops/concat.ts";
import { gather, gatherElements } from "../../../src/ops/gather.ts";
import { type PadMode, pad } from "../../../src/ops/pad.ts";
import { reshape } from "../../../src/ops/reshape.ts";
import { roll } from "../../../src/ops/roll.ts";
import { type ScatterReduction, scatterElements } from "../../../src/ops/scatter.ts";
import { flip, slice } from "../../../src/ops/slice.ts";
import { split } from "../../../src/ops/split.ts";
import { stack } from "../../../src/ops/stack.ts";
import { stopGradient } from "../../../src/ops/stopGradient.ts";
import { transpose } from "../../../src/ops/transpose.ts";
import { maskedFill, where } from "../../../src/ops/where.ts";
import type { GoldenOps } from "./goldenOps.ts";

type Attrs = Readonly<Record<string, unknown>>;

/** x0, x1, ... in order. */
function listOf(inputs: Readonly<Record<string, SymbolicTensor>>): SymbolicTensor[] {
  return Object.keys(inputs)
    .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
    .map((name) => inputs[name]!);
}

const axisOf = (attrs: Attrs): number => attrs["axis"] as number;

/** PyTorch's embedding: the row `padding_idx` is read, but never trained. */
function embedding(weight: SymbolicTensor, indices: SymbolicTensor, row: unknown): SymbolicTensor {
  const rows = gather(weight, indices);
  if (typeof row !== "number") return rows;
  const fixed = reshape(equal(indices, constant(Int32Array.of(row), [])), {
    shape: [...indices.shape, 1],
  });
  return where(fixed, stopGradient(rows), rows);
}

/** PyTorch's scatters write into what is as long as x along the other axes. */
const scattered =
  (reduction: ScatterReduction): GoldenOps[string] =>
  ({ x, index, src }, attrs) =>
    scatterElements(x!, index!, src!, { axis: axisOf(attrs), reduction });

/** Golden names of index.json; PyTorch's meanings. */
export const indexOps: GoldenOps = {
  embedding: ({ indices, weight }, attrs) => embedding(weight!, indices!, attrs["padding_idx"]),
  gather: ({ x, index }, attrs) => gatherElements(x!, index!, { axis: axisOf(attrs) }),
  scatter: scattered("none"),
  scatter_add: scattered("add"),
  index_select: ({ x, index }, attrs) => gather(x!, index!, { axis: axisOf(attrs) }),
  masked_fill: ({ x, mask }, attrs) => maskedFill(x!, mask!, { value: attrs["value"] as number }),
  flip: ({ x }, attrs) => flip(x!, { axis: axisOf(attrs) }),
  roll: ({ x }, attrs) => roll(x!, { axis: axisOf(attrs), shift: attrs["shift"] as number }),
  slice: ({ x }, attrs) => {
    const slices = attrs["slices"] as readonly (readonly [number, number, number])[];
    return slice(x!, {
      begin: slices.map(([begin]) => begin),
      end: slices.map(([, end]) => end),
      step: slices.map(([, , step]) => step),
    });
  },
  concat: (inputs, attrs) => concat(...listOf(inputs), { axis: axisOf(attrs) }),
  stack: (inputs, attrs) => stack(...listOf(inputs), { axis: axisOf(attrs) }),
  split: ({ x }, attrs) => {
    const parts = split(x!, { axis: axisOf(attrs), sizes: attrs["sizes"] as number[] });
    return Object.fromEntries(parts.map((part, i) => [`y${i}`, part]));
  },
  pad: ({ x }, attrs) =>
    pad(x!, {
      paddings: attrs["pads"] as [number, number][],
      mode: attrs["mode"] as PadMode,
      value: (attrs["value"] ?? 0) as number,
    }),
  transpose: ({ x }, attrs) => transpose(x!, { permutation: attrs["perm"] as number[] }),
  reshape: ({ x }, attrs) => reshape(x, { shape: attrs["shape"] as number[] }),
  expand: ({ x }, attrs) => broadcastTo(x!, attrs["shape"] as number[]),
  tile: ({ x }, attrs) => tile(x!, { repeats: attrs["repeats"] as number[] }),
  tril: ({ x }, attrs) => tril(x!, { diagonal: attrs["diagonal"] as number }),
  triu: ({ x }, attrs) => triu(x!, { diagonal: attrs["diagonal"] as number }),
};
