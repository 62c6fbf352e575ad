import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import { broadcastTo, tile } from "../../src/ops/broadcastTo.ts";
import { concat } from "../../src/ops/concat.ts";
import { type PadOptions, pad, place } from "../../src/ops/pad.ts";
import { flip, slice } from "../../src/ops/slice.ts";
import { split } from "../../src/ops/split.ts";
import { stack, unstack } from "../../src/ops/stack.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const two = [
  [1, 2, 3],
  [4, 5, 6],
];
const integer = { from: -100, to: 100, integer: true };
const bool = { from: 0, to: 2, dtype: "bool" as const };
const pairs = [
  [
    [3, 5],
    [3, 5],
  ],
  [
    [17, 7],
    [17, 7],
  ],
  [
    [1, 1],
    [1, 1],
  ],
  [
    [0, 3],
    [0, 3],
  ],
];

/** Attributes come last, as the last tensor would. */
const padded: OpCase["op"] = (x, options) => pad(x!, options as object as PadOptions);

export const cases: readonly OpCase[] = [
  opCase("slice", slice as OpCase["op"], {
    examples: [
      {
        in: [two],
        attrs: { axis: 1, begin: 1 },
        out: [
          [2, 3],
          [5, 6],
        ],
      },
      { in: [two], attrs: { begin: [1, 0], size: [1, -1] }, out: [[4, 5, 6]] },
      {
        in: [two],
        attrs: { axis: -1, step: -2 },
        out: [
          [3, 1],
          [6, 4],
        ],
      },
      { in: [[0, 1, 2, 3, 4]], attrs: { begin: -2, end: -5, step: -1 }, out: [3, 2, 1] },
      { in: [[0, 1, 2, 3, 4]], attrs: { begin: 3, end: 100 }, out: [3, 4] },
      { in: [[0, 1, 2, 3, 4]], attrs: { begin: 3, end: 1 }, out: [] },
      { in: [[NaN, -0, 2]], attrs: { begin: 0, size: 2 }, out: [NaN, -0] },
    ],
    shapes: [[[3, 5]], [[17, 21]], [[5, 7, 3]], [[1, 1]], [[0, 3]]],
    attrs: [
      { axis: 1, begin: 1 },
      { axis: 0, begin: 2, end: null, step: 3 },
      { axis: [0, 1], step: [-1, -2] },
      { begin: 1, end: -1 },
      { axis: 0, size: 0 },
      { step: 1 },
    ],
  }),
  opCase("slice of bool", slice as OpCase["op"], {
    examples: [{ in: [[1, 0, 0, 1, 1]], attrs: { step: 2 }, out: [1, 0, 1] }],
    shapes: [[[3, 5]], [[17, 83]], [[0, 3]]],
    attrs: [
      { axis: 1, begin: 1 },
      { axis: [0, 1], step: [-1, -1] },
    ],
    domain: bool,
  }),
  opCase("flip", flip as OpCase["op"], {
    examples: [
      {
        in: [two],
        attrs: { axis: 1 },
        out: [
          [3, 2, 1],
          [6, 5, 4],
        ],
      },
      {
        in: [two],
        out: [
          [6, 5, 4],
          [3, 2, 1],
        ],
      },
    ],
    shapes: [[[3, 5]], [[17, 3]], [[1, 1]], [[0, 3]]],
    attrs: [{}, { axis: 0 }, { axis: [0, -1] }],
  }),
  opCase("place", place, {
    examples: [
      {
        in: [[1, 2]],
        attrs: { shape: [5], begin: [1], step: [2], value: 7 },
        out: [7, 1, 7, 2, 7],
      },
      { in: [[1, 2]], attrs: { shape: [3], begin: [2], step: [-2], value: 0 }, out: [2, 0, 1] },
    ],
    shapes: [[[3, 5]], [[1, 7]], [[0, 3]]],
    attrs: [
      { shape: [7, 17], begin: [1, 2], step: [2, 1], value: -1 },
      { shape: [7, 17], begin: [6, 16], step: [-1, -2], value: 0 },
    ],
  }),
  opCase("pad", padded, {
    examples: [
      { in: [[1, 2]], attrs: { paddings: [[1, 2]], value: -1 }, out: [-1, 1, 2, -1, -1] },
      { in: [[1, 2, 3]], attrs: { paddings: [[2, 1]], mode: "reflect" }, out: [3, 2, 1, 2, 3, 2] },
      {
        in: [[1, 2, 3]],
        attrs: { paddings: [[2, 1]], mode: "symmetric" },
        out: [2, 1, 1, 2, 3, 3],
      },
      { in: [[1, 2, 3]], attrs: { paddings: [[2, 1]], mode: "edge" }, out: [1, 1, 1, 2, 3, 3] },
      { in: [[1, 2, 3]], attrs: { paddings: [[2, 1]], mode: "wrap" }, out: [2, 3, 1, 2, 3, 1] },
    ],
    shapes: [[[3, 5]], [[17, 3]], [[5, 0]]],
    attrs: [
      {
        paddings: [
          [1, 2],
          [0, 3],
        ],
        value: 0.5,
      },
      {
        paddings: [
          [2, 1],
          [0, 0],
        ],
        mode: "reflect",
      },
      {
        paddings: [
          [3, 1],
          [0, 0],
        ],
        mode: "symmetric",
      },
      {
        paddings: [
          [5, 1],
          [0, 0],
        ],
        mode: "edge",
      },
      {
        paddings: [
          [1, 3],
          [0, 0],
        ],
        mode: "wrap",
      },
    ],
  }),
  opCase("pad along both axes", padded, {
    examples: [
      {
        in: [two],
        attrs: {
          paddings: [
            [1, 0],
            [0, 1],
          ],
          mode: "reflect",
        },
        out: [
          [4, 5, 6, 5],
          [1, 2, 3, 2],
          [4, 5, 6, 5],
        ],
      },
    ],
    shapes: [[[3, 5]], [[5, 3]]],
    attrs: (["reflect", "symmetric", "edge", "wrap"] as const).map((mode) => ({
      paddings: [
        [2, 1],
        [1, 2],
      ],
      mode,
    })),
    notEmpty: "a margin comes from x: an error says so",
  }),
  opCase(
    "pad of int32",
    (x) =>
      pad(x, {
        paddings: [
          [0, 0],
          [1, 2],
        ],
        value: -7,
      }),
    {
      examples: [{ in: [[[1]]], out: [[-7, 1, -7, -7]] }],
      shapes: [[[3, 5]], [[1, 1]], [[0, 5]]],
      domain: integer,
    },
  ),
  opCase(
    "pad of bool",
    (x) =>
      pad(x, {
        paddings: [
          [0, 0],
          [1, 2],
        ],
        value: 1,
      }),
    {
      examples: [{ in: [[[0]]], out: [[1, 0, 1, 1]] }],
      shapes: [[[3, 5]], [[1, 1]], [[0, 5]]],
      domain: bool,
    },
  ),
  opCase("concat", concat, {
    examples: [
      { in: [[1], [2, 3]], out: [1, 2, 3] },
      {
        in: [two, two],
        attrs: { axis: 1 },
        out: [
          [1, 2, 3, 1, 2, 3],
          [4, 5, 6, 4, 5, 6],
        ],
      },
      {
        in: [
          [[1], [2]],
          [[], []],
          [[3], [4]],
        ],
        attrs: { axis: -1 },
        out: [
          [1, 3],
          [2, 4],
        ],
      },
      { in: [[5]], out: [5] },
    ],
    shapes: pairs,
    attrs: [{}, { axis: 1 }],
  }),
  opCase("concat of three", (a, b, c) => concat(a, b, c, { axis: 1 }), {
    examples: [{ in: [[[1]], [[2, 3]], [[4]]], out: [[1, 2, 3, 4]] }],
    shapes: [
      [
        [3, 1],
        [3, 17],
        [3, 2],
      ],
      [
        [2, 1, 5],
        [2, 0, 5],
        [2, 3, 5],
      ],
    ],
  }),
  opCase("concat of int32", (a, b) => concat(a, b, { axis: 1 }), {
    examples: [{ in: [[[1]], [[-2]]], out: [[1, -2]] }],
    shapes: pairs,
    domain: integer,
  }),
  opCase("concat of bool", (a, b) => concat(a, b, { axis: 1 }), {
    examples: [{ in: [[[1]], [[0]]], out: [[1, 0]] }],
    shapes: pairs,
    domain: bool,
  }),
  opCase("stack", stack, {
    examples: [
      {
        in: [
          [1, 2],
          [3, 4],
        ],
        out: [
          [1, 2],
          [3, 4],
        ],
      },
      {
        in: [
          [1, 2],
          [3, 4],
        ],
        attrs: { axis: -1 },
        out: [
          [1, 3],
          [2, 4],
        ],
      },
    ],
    shapes: pairs,
    attrs: [{}, { axis: 1 }, { axis: -1 }],
  }),
  opCase("unstack", (x) => unstack(x, { axis: 1 })[1]!, {
    examples: [{ in: [two], out: [2, 5] }],
    shapes: [[[3, 5]], [[5, 2, 7]], [[0, 3]]],
  }),
  opCase("split", (x) => split(x, { axis: 1, parts: 3 })[2]!, {
    examples: [{ in: [two], out: [[3], [6]] }],
    shapes: [[[5, 3]], [[1, 21]], [[0, 3]]],
  }),
  opCase(
    "split into sizes, together again",
    (x) => concat(...split(x, { axis: 1, sizes: [2, 0, 1] }).reverse(), { axis: 1 }),
    {
      examples: [
        {
          in: [two],
          out: [
            [3, 1, 2],
            [6, 4, 5],
          ],
        },
      ],
      shapes: [[[5, 3]], [[2, 3, 7]], [[0, 3]]],
    },
  ),
  opCase("tile", (x: SymbolicTensor) => tile(x, { repeats: [2, 3] }), {
    examples: [
      {
        in: [[[1, 2]]],
        out: [
          [1, 2, 1, 2, 1, 2],
          [1, 2, 1, 2, 1, 2],
        ],
      },
    ],
    shapes: [[[3, 5]], [[1, 1]], [[17, 2]], [[0, 3]]],
  }),
  opCase("tile of bool", (x: SymbolicTensor) => tile(x, { repeats: [1, 3] }), {
    examples: [{ in: [[[1, 0]]], out: [[1, 0, 1, 0, 1, 0]] }],
    shapes: [[[3, 5]], [[1, 1]], [[0, 3]]],
    domain: bool,
  }),
  opCase("broadcastTo of int32", (x) => broadcastTo(x, [3, 5]), {
    examples: [
      {
        in: [[[1], [2], [3]]],
        out: [
          [1, 1, 1, 1, 1],
          [2, 2, 2, 2, 2],
          [3, 3, 3, 3, 3],
        ],
      },
    ],
    shapes: [[[3, 1]], [[5]], [[]]],
    domain: integer,
    notEmpty: "no empty shape broadcasts to this one",
  }),
];
