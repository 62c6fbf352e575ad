import { gather, gatherElements } from "../../src/ops/gather.ts";
import {
  scatter,
  scatterAddElements,
  scatterAddSlices,
  scatterElements,
} from "../../src/ops/scatter.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const any = { from: -2, to: 2 };
// One index in seven lies outside of an axis of 5.
const index = { from: -1, to: 6, integer: true };
const inside = { from: 0, to: 5, integer: true };
const table = [
  [1, 2],
  [3, 4],
  [5, 6],
];

export const cases: readonly OpCase[] = [
  opCase("gather", gather as OpCase["op"], {
    examples: [
      {
        in: [table, [2, 0, 2]],
        out: [
          [5, 6],
          [1, 2],
          [5, 6],
        ],
      },
      { in: [table, [[1]]], out: [[[3, 4]]] },
      { in: [table, 1], out: [3, 4] },
      {
        in: [table, [1, 0, 1]],
        attrs: { axis: 1 },
        out: [
          [2, 1, 2],
          [4, 3, 4],
          [6, 5, 6],
        ],
      },
      // Nothing is read outside of x.
      {
        in: [table, [-1, 3, 2147483647]],
        out: [
          [NaN, NaN],
          [NaN, NaN],
          [NaN, NaN],
        ],
      },
      { in: [table, [-1]], attrs: { missing: "zero" }, out: [[0, 0]] },
    ],
    shapes: [
      [[5, 3], [7]],
      [
        [5, 17],
        [3, 2],
      ],
      [[5, 5, 5], []],
      [[5, 1], [1]],
      [[5, 3], [0]],
    ],
    attrs: [{}, { missing: "zero" }],
    domain: [any, inside],
  }),
  opCase("gather along an inner axis", (x, i) => gather(x, i, { axis: 1 }), {
    examples: [
      {
        in: [table, [1, 1]],
        out: [
          [2, 2],
          [4, 4],
          [6, 6],
        ],
      },
    ],
    shapes: [
      [[3, 5], [7]],
      [
        [2, 5, 3],
        [2, 2],
      ],
      [[0, 5], [3]],
    ],
    domain: [any, inside],
  }),
  opCase("gather outside of x", (x, i) => gather(x, i, { missing: "zero" }), {
    examples: [
      {
        in: [table, [-1, 3, 1]],
        out: [
          [0, 0],
          [0, 0],
          [3, 4],
        ],
      },
    ],
    shapes: [
      [[5, 3], [17]],
      [[0, 3], [3]],
    ],
    domain: [any, index],
  }),
  opCase("gather of bool", (x, i) => gather(x, i), {
    examples: [
      {
        in: [
          [1, 0],
          [0, 0, 1],
        ],
        out: [1, 1, 0],
      },
    ],
    shapes: [
      [[5, 3], [7]],
      [[5, 3], [0]],
    ],
    domain: [{ from: 0, to: 2, dtype: "bool" }, inside],
  }),
  opCase("gatherElements", gatherElements as OpCase["op"], {
    examples: [
      { in: [table, [[1], [0], [1]]], attrs: { axis: 1 }, out: [[2], [3], [6]] },
      { in: [table, [[2, 0]]], out: [[5, 2]] },
      { in: [table, [[3, -1]]], out: [[NaN, NaN]] },
    ],
    shapes: [
      [
        [5, 5],
        [5, 5],
      ],
      [
        [5, 5],
        [3, 5],
      ],
      [
        [5, 5],
        [5, 2],
      ],
      [
        [5, 5, 7],
        [2, 3, 7],
      ],
      [
        [5, 5],
        [0, 0],
      ],
    ],
    attrs: [{}, { axis: 1 }],
    domain: [any, inside],
  }),
  opCase("scatterAddSlices", scatterAddSlices, {
    examples: [
      {
        in: [
          [
            [1, 2],
            [4, 8],
            [16, 32],
          ],
          [2, 0, 2],
        ],
        attrs: { axis: 0, length: 4 },
        out: [
          [4, 8],
          [0, 0],
          [17, 34],
          [0, 0],
        ],
      },
      { in: [[[1, 2]], [-1]], attrs: { axis: 0, length: 1 }, out: [[0, 0]] },
    ],
    shapes: [
      [[7, 3], [7]],
      [
        [3, 2, 37],
        [3, 2],
      ],
      [[0, 3], [0]],
    ],
    attrs: [{ axis: 0, length: 5 }],
    domain: [any, index],
  }),
  opCase("scatterAddElements", scatterAddElements, {
    examples: [
      {
        in: [[[1, 2, 4]], [[1, 1, 0]]],
        attrs: { axis: 1, length: 3 },
        out: [[4, 3, 0]],
      },
      {
        in: [
          [1, 2],
          [-1, 2],
        ],
        attrs: { axis: 0, length: 2 },
        out: [0, 0],
      },
    ],
    shapes: [
      [
        [7, 3],
        [7, 3],
      ],
      [
        [5, 37],
        [5, 37],
      ],
      [
        [0, 3],
        [0, 3],
      ],
    ],
    attrs: [
      { axis: 0, length: 5 },
      { axis: 1, length: 5 },
    ],
    domain: [any, index],
  }),
  opCase("scatter", scatter as OpCase["op"], {
    examples: [
      {
        in: [table, [1], [[7, 8]]],
        out: [
          [1, 2],
          [7, 8],
          [5, 6],
        ],
      },
      {
        in: [
          table,
          [0, 3, 0],
          [
            [7, 8],
            [9, 9],
            [1, 1],
          ],
        ],
        out: [
          [1, 1],
          [3, 4],
          [5, 6],
        ],
      },
      {
        in: [
          table,
          [0, 0],
          [
            [7, 8],
            [1, 1],
          ],
        ],
        attrs: { reduction: "add" },
        out: [
          [9, 11],
          [3, 4],
          [5, 6],
        ],
      },
      {
        in: [
          [1, 5],
          [0, 1],
          [3, 3],
        ],
        attrs: { reduction: "mul" },
        out: [3, 15],
      },
      {
        in: [
          [1, 5],
          [0, 1],
          [3, 3],
        ],
        attrs: { reduction: "max" },
        out: [3, 5],
      },
      {
        in: [
          [1, 5, 1],
          [0, 1, 2],
          [3, 3, NaN],
        ],
        attrs: { reduction: "min" },
        out: [1, 3, NaN],
      },
    ],
    shapes: [
      [[5, 3], [1], [1, 3]],
      [[5, 37], [], [37]],
      [[5, 3], [0], [0, 3]],
    ],
    attrs: [{}, { reduction: "add" }],
    domain: [any, inside, any],
  }),
  opCase("scatterElements", scatterElements as OpCase["op"], {
    examples: [
      { in: [[[1, 2, 3]], [[1]], [[9]]], attrs: { axis: 1 }, out: [[1, 9, 3]] },
      {
        in: [table, [[1]], [[9]]],
        out: [
          [1, 2],
          [9, 4],
          [5, 6],
        ],
      },
      {
        in: [
          [1, 2, 3],
          [2, 2, 7],
          [10, 20, 30],
        ],
        attrs: { reduction: "add" },
        out: [1, 2, 33],
      },
      {
        in: [
          [1, 2],
          [0, 1],
          [3, 3],
        ],
        attrs: { reduction: "mul" },
        out: [3, 6],
      },
      {
        in: [
          [1, 5],
          [0, 1],
          [3, 3],
        ],
        attrs: { reduction: "max" },
        out: [3, 5],
      },
      {
        in: [
          [1, 5],
          [0, 1],
          [3, 3],
        ],
        attrs: { reduction: "min" },
        out: [1, 3],
      },
    ],
    shapes: [
      [
        [5, 3],
        [1, 3],
        [1, 3],
      ],
      [
        [5, 7],
        [1, 2],
        [1, 2],
      ],
      [
        [5, 7],
        [0, 2],
        [0, 2],
      ],
    ],
    attrs: [{}, { reduction: "add" }],
    domain: [any, inside, any],
  }),
  opCase("scatterElements, indices that repeat", scatterElements as OpCase["op"], {
    examples: [{ in: [[1], [0, 0], [2, 3]], attrs: { reduction: "add" }, out: [6] }],
    shapes: [
      [
        [5, 7],
        [4, 5],
        [4, 5],
      ],
      [
        [5, 5],
        [0, 5],
        [0, 5],
      ],
    ],
    attrs: [{ reduction: "add" }, { reduction: "add", axis: 1 }],
    domain: [any, index, any],
  }),
];
