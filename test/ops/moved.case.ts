import { tril, triu } from "../../src/ops/band.ts";
import { mul } from "../../src/ops/binary.ts";
import { einsum } from "../../src/ops/einsum.ts";
import { isFinite, isInf, isNaN } from "../../src/ops/finite.ts";
import { gatherNd, scatterNd } from "../../src/ops/gatherNd.ts";
import { cumprod, linearRecurrence } from "../../src/ops/recurrence.ts";
import { roll } from "../../src/ops/roll.ts";
import { stopGradient } from "../../src/ops/stopGradient.ts";
import { maskedFill } from "../../src/ops/where.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const three = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
];
const any = { from: -2, to: 2 };
const bool = { from: 0, to: 2, dtype: "bool" as const };
const special = [1, NaN, Infinity, -Infinity, -0];
const along = [{ axis: 0 }, { axis: 1, reverse: true }, { axis: -1, exclusive: true }];

/** A sum of products as a case's op. */
const of =
  (equation: string): OpCase["op"] =>
  (...xs) =>
    einsum(equation, ...xs);

/** Attributes come last, as the last tensor would. */
const rolled: OpCase["op"] = (x, options) => roll(x!, options as object as { shift: number });

export const cases: readonly OpCase[] = [
  opCase("roll", rolled, {
    examples: [
      { in: [[1, 2, 3, 4]], attrs: { shift: 1 }, out: [4, 1, 2, 3] },
      { in: [[1, 2, 3, 4]], attrs: { shift: -5 }, out: [2, 3, 4, 1] },
      { in: [[[1], [2]]], attrs: { shift: 1, axis: 0 }, out: [[2], [1]] },
    ],
    shapes: [[[3, 5]], [[17, 3]], [[1, 1]], [[0, 3]]],
    attrs: [{ shift: 2 }, { shift: 1, axis: 0 }],
  }),
  opCase("tril", tril as OpCase["op"], {
    examples: [
      {
        in: [three],
        out: [
          [1, 0, 0],
          [4, 5, 0],
          [7, 8, 9],
        ],
      },
      { in: [[[1, NaN]]], out: [[1, 0]] },
      {
        in: [three],
        attrs: { diagonal: 1 },
        out: [
          [1, 2, 0],
          [4, 5, 6],
          [7, 8, 9],
        ],
      },
    ],
    shapes: [[[3, 5]], [[2, 5, 3]], [[7, 7]], [[0, 3]]],
    attrs: [{}, { diagonal: -1 }, { diagonal: 100 }],
  }),
  opCase("triu", triu as OpCase["op"], {
    examples: [
      {
        in: [three],
        out: [
          [1, 2, 3],
          [0, 5, 6],
          [0, 0, 9],
        ],
      },
      {
        in: [three],
        attrs: { diagonal: -1 },
        out: [
          [1, 2, 3],
          [4, 5, 6],
          [0, 8, 9],
        ],
      },
    ],
    shapes: [[[3, 5]], [[2, 5, 3]], [[7, 7]], [[0, 3]]],
    attrs: [{}, { diagonal: 2 }, { diagonal: -100 }],
  }),
  opCase("triu of bool", (x) => triu(x, { diagonal: 1 }), {
    examples: [
      {
        in: [
          [
            [1, 1],
            [1, 1],
          ],
        ],
        out: [
          [0, 1],
          [0, 0],
        ],
      },
    ],
    shapes: [[[3, 5]], [[7, 7]], [[0, 3]]],
    domain: bool,
  }),
  opCase("maskedFill", (x, mask) => maskedFill(x, mask, { value: -1e9 }), {
    examples: [
      {
        in: [
          [NaN, 2],
          [1, 0],
        ],
        out: [-1e9, 2],
      },
    ],
    shapes: [
      [
        [3, 5],
        [3, 5],
      ],
      [[3, 5], [5]],
      [
        [0, 3],
        [0, 3],
      ],
    ],
    domain: [any, bool],
  }),
  opCase("maskedFill of int32", (x, mask) => maskedFill(x, mask, { value: -7 }), {
    examples: [
      {
        in: [
          [1, 2],
          [1, 0],
        ],
        out: [-7, 2],
      },
    ],
    shapes: [
      [
        [3, 5],
        [3, 5],
      ],
      [
        [0, 3],
        [0, 3],
      ],
    ],
    domain: [{ from: -9, to: 9, integer: true }, bool],
  }),
  opCase("stopGradient", (x) => mul(x, stopGradient(x)), {
    examples: [{ in: [[3, -2]], out: [9, 4] }],
    shapes: [[[3, 5]], [[0]]],
    // What the gradient leaves out is what differences see: test/unit/indexing.test.ts has it.
    differentiable: [],
  }),
  opCase("isNaN", isNaN, {
    examples: [{ in: [special], out: [0, 1, 0, 0, 0] }],
    shapes: [[[3, 5]], [[0]]],
    differentiable: [],
  }),
  opCase("isInf", isInf, {
    examples: [{ in: [special], out: [0, 0, 1, 1, 0] }],
    shapes: [[[3, 5]], [[0]]],
    differentiable: [],
  }),
  opCase("isFinite", isFinite, {
    examples: [{ in: [special], out: [1, 0, 0, 0, 1] }],
    shapes: [[[3, 5]], [[0]]],
    differentiable: [],
  }),
  opCase("linearRecurrence", linearRecurrence as OpCase["op"], {
    examples: [
      {
        in: [
          [9, 2, 3],
          [1, 1, 1],
        ],
        out: [1, 3, 10],
      },
      {
        in: [
          [2, 3, Infinity],
          [1, 1, 1],
        ],
        attrs: { reverse: true },
        out: [9, 4, 1],
      },
    ],
    shapes: [
      [
        [3, 5],
        [3, 5],
      ],
      [
        [2, 3, 17],
        [2, 3, 17],
      ],
      [
        [0, 3],
        [0, 3],
      ],
      [
        [1, 1],
        [1, 1],
      ],
    ],
    attrs: [{}, { axis: 0 }, { axis: 1, reverse: true }],
    domain: { from: -1, to: 1 },
  }),
  opCase("cumprod", cumprod as OpCase["op"], {
    examples: [
      { in: [[2, 3, 4]], out: [2, 6, 24] },
      { in: [[2, 3, 4]], attrs: { exclusive: true }, out: [1, 2, 6] },
      { in: [[2, 3, 4]], attrs: { reverse: true }, out: [24, 12, 4] },
      { in: [[2, 3, 4]], attrs: { reverse: true, exclusive: true }, out: [12, 4, 1] },
      { in: [[Infinity, 0, NaN]], attrs: { exclusive: true }, out: [1, Infinity, NaN] },
    ],
    shapes: [[[1, 3, 1]], [[5, 3, 7]], [[0, 3, 2]], [[3, 0]]],
    attrs: along,
    domain: { from: -1.5, to: 1.5 },
  }),
  opCase("gatherNd", (x, i) => gatherNd(x, i), {
    examples: [
      {
        in: [
          three,
          [
            [0, 1],
            [2, 2],
          ],
        ],
        out: [2, 9],
      },
      { in: [three, [[1]]], out: [[4, 5, 6]] },
      {
        in: [
          three,
          [
            [0, 3],
            [-1, 0],
            [3, 0],
          ],
        ],
        out: [NaN, NaN, NaN],
      },
    ],
    shapes: [
      [
        [5, 7],
        [3, 2],
      ],
      [
        [5, 5, 3],
        [2, 3, 2],
      ],
      [
        [5, 5],
        [0, 2],
      ],
    ],
    domain: [any, { from: 0, to: 5, integer: true }],
  }),
  opCase("gatherNd with shared axes", (x, i) => gatherNd(x, i, { batchDims: 1 }), {
    examples: [{ in: [three, [[1], [0], [2]]], out: [2, 4, 9] }],
    shapes: [
      [
        [3, 5, 7],
        [3, 2, 1],
      ],
      [
        [2, 5, 5],
        [2, 2],
      ],
      [
        [0, 5],
        [0, 1],
      ],
    ],
    domain: [any, { from: 0, to: 5, integer: true }],
  }),
  opCase("scatterNd", (x, i, u) => scatterNd(x, i, u, { reduction: "add" }), {
    examples: [
      {
        in: [
          [1, 2, 3],
          [[1], [1], [5]],
          [10, 20, 30],
        ],
        out: [1, 32, 3],
      },
      {
        in: [three, [[2, 0]], [1]],
        out: [
          [1, 2, 3],
          [4, 5, 6],
          [8, 8, 9],
        ],
      },
    ],
    shapes: [
      [[5, 7], [3, 2], [3]],
      [
        [5, 5, 3],
        [2, 2],
        [2, 3],
      ],
      [[5, 5], [0, 2], [0]],
    ],
    domain: [any, { from: 0, to: 6, integer: true }, any],
  }),
  opCase("einsum", of("bqhd,bkhd->bhqk"), {
    examples: [{ in: [[[[[1, 2]]]], [[[[3, 4]], [[5, 6]]]]], out: [[[[11, 17]]]] }],
    shapes: [
      [
        [2, 3, 2, 5],
        [2, 7, 2, 5],
      ],
      [
        [1, 1, 1, 1],
        [1, 3, 1, 1],
      ],
      [
        [0, 3, 2, 5],
        [0, 7, 2, 5],
      ],
    ],
  }),
  opCase("einsum, transposed operands", of("ki,jk->ij"), {
    examples: [
      {
        in: [[[1, 2]], [[3], [4]]],
        out: [
          [3, 4],
          [6, 8],
        ],
      },
    ],
    shapes: [
      [
        [5, 3],
        [7, 5],
      ],
      [
        [0, 3],
        [7, 0],
      ],
    ],
  }),
  opCase("einsum of three", of("i,ij,j"), {
    examples: [
      {
        in: [
          [1, 2],
          [
            [1, 0],
            [0, 1],
          ],
          [3, 4],
        ],
        out: 11,
      },
    ],
    shapes: [
      [[3], [3, 5], [5]],
      [[1], [1, 1], [1]],
      [[0], [0, 3], [3]],
    ],
  }),
  opCase("einsum of a diagonal", of("...ii->...i"), {
    examples: [{ in: [three], out: [1, 5, 9] }],
    shapes: [[[3, 3]], [[2, 5, 5]], [[0, 3, 3]]],
  }),
  opCase("einsum of one, transposed and summed", of("ijk->kj"), {
    examples: [{ in: [[[[1, 2]], [[3, 4]]]], out: [[4], [6]] }],
    shapes: [[[3, 5, 7]], [[0, 3, 2]]],
  }),
  opCase("einsum with dots that broadcast", of("...ij,...jk"), {
    examples: [{ in: [[[[1]], [[2]]], [[[3]]]], out: [[[3]], [[6]]] }],
    shapes: [
      [
        [2, 3, 5],
        [1, 5, 7],
      ],
      [
        [3, 5],
        [2, 5, 1],
      ],
      [
        [0, 3, 5],
        [1, 5, 7],
      ],
    ],
  }),
  opCase("einsum of elements", of("i,i->i"), {
    examples: [
      {
        in: [
          [1, 2],
          [3, 4],
        ],
        out: [3, 8],
      },
    ],
    shapes: [
      [[17], [17]],
      [[0], [0]],
    ],
  }),
];
