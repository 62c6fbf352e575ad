import { cast } from "../../src/ops/cast.ts";
import { equal, greater, greaterEqual, less, lessEqual, notEqual } from "../../src/ops/compare.ts";
import { divOrZero } from "../../src/ops/divOrZero.ts";
import { logicalAnd, logicalNot, logicalOr } from "../../src/ops/logical.ts";
import { maximum, minimum } from "../../src/ops/maximum.ts";
import { pow } from "../../src/ops/pow.ts";
import { where } from "../../src/ops/where.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

// Equal shapes, both kinds of broadcasting, inner and outer axes, scalars, rows shorter than a vector.
const shapes = [
  [[131], [131]],
  [[5, 7], [7]],
  [[7], [5, 7]],
  [
    [5, 1],
    [1, 3],
  ],
  [
    [3, 1, 5],
    [3, 7, 1],
  ],
  [
    [2, 3, 17],
    [3, 1],
  ],
  [[3, 5], []],
  [[], []],
  [[0, 3], [3]],
] as const;

const left = { from: -2, to: -0.1 };
const right = { from: 0.1, to: 2 };
const some = { from: 0, to: 2, integer: true };

export const cases: readonly OpCase[] = [
  opCase("maximum", maximum, {
    examples: [
      {
        in: [
          [1, NaN, 3, -Infinity],
          [2, 1, NaN, -1],
        ],
        out: [2, NaN, NaN, -1],
      },
    ],
    shapes,
    domain: [left, right],
  }),
  opCase("minimum", minimum, {
    examples: [
      {
        in: [
          [1, NaN, 3, -Infinity],
          [2, 1, NaN, -1],
        ],
        out: [1, NaN, NaN, -Infinity],
      },
    ],
    shapes,
    domain: [left, right],
  }),
  opCase("pow", pow, {
    examples: [
      {
        in: [
          [2, 0, NaN, -8, -1],
          [10, 0, 0, 0.5, 3],
        ],
        out: [1024, 1, 1, NaN, -1],
      },
    ],
    shapes,
    domain: [right, { from: -2, to: 2 }],
  }),
  opCase("pow by 2", (x) => pow(x, 2), {
    examples: [{ in: [[-3, 0, NaN]], out: [9, 0, NaN] }],
    shapes: [[[5]], [[0]]],
  }),
  opCase("equal", equal, {
    examples: [
      {
        in: [
          [1, NaN, 0],
          [1, NaN, -0],
        ],
        out: [1, 0, 1],
      },
    ],
    shapes,
    differentiable: [],
  }),
  opCase("notEqual", notEqual, {
    examples: [
      {
        in: [
          [1, NaN],
          [1, NaN],
        ],
        out: [0, 1],
      },
    ],
    shapes,
    differentiable: [],
  }),
  opCase("less", less, {
    examples: [{ in: [[1, 2, NaN], 2], out: [1, 0, 0] }],
    shapes,
    differentiable: [],
  }),
  opCase("lessEqual", lessEqual, {
    examples: [{ in: [[1, 2, 3], 2], out: [1, 1, 0] }],
    shapes,
    differentiable: [],
  }),
  opCase("greater", greater, {
    examples: [{ in: [[1, 2, 3], 2], out: [0, 0, 1] }],
    shapes,
    differentiable: [],
  }),
  opCase("greaterEqual", greaterEqual, {
    examples: [{ in: [[1, 2, 3], 2], out: [0, 1, 1] }],
    shapes,
    differentiable: [],
  }),
  opCase("where a < b", (a, b) => where(less(a, b), a, b), {
    examples: [
      {
        in: [
          [1, 5, NaN],
          [3, 2, 1],
        ],
        out: [1, 2, 1],
      },
    ],
    shapes,
    domain: [left, right],
  }),
  opCase("where", (c, a, b) => where(cast(c, { dtype: "bool" }), a, b), {
    examples: [
      {
        in: [
          [1, 0, NaN],
          [1, 2, 3],
          [NaN, 5, NaN],
        ],
        out: [1, 5, 3],
      },
    ],
    shapes: [
      [[5], [5], [5]],
      [[3, 1], [1, 7], [7]],
      [[17], [], [2, 17]],
      [[], [3], [3]],
      [[0], [0], [1]],
    ],
    differentiable: [1, 2],
  }),
  opCase("equal of integers", equal, {
    examples: [
      {
        in: [
          [1, 2],
          [1, 3],
        ],
        out: [1, 0],
      },
    ],
    shapes,
    domain: some,
    differentiable: [],
  }),
  opCase("divOrZero", divOrZero, {
    examples: [
      {
        in: [
          [1, 2, NaN],
          [0, 4, 0],
        ],
        out: [0, 0.5, 0],
      },
    ],
    shapes,
    domain: [left, right],
  }),
  opCase("logicalNot", logicalNot, {
    examples: [{ in: [[0, 2, -1]], out: [1, 0, 0] }],
    shapes: [[[17]], [[0]]],
    domain: some,
    differentiable: [],
  }),
  opCase("logicalAnd", logicalAnd, {
    examples: [
      {
        in: [
          [0, 2, 1],
          [1, 3, 0],
        ],
        out: [0, 1, 0],
      },
    ],
    shapes,
    domain: some,
    differentiable: [],
  }),
  opCase("logicalOr", logicalOr, {
    examples: [
      {
        in: [
          [0, 2, 0],
          [1, 3, 0],
        ],
        out: [1, 1, 0],
      },
    ],
    shapes,
    domain: some,
    differentiable: [],
  }),
  ...(["int32", "uint8", "bool"] as const).map((dtype) =>
    opCase(`cast to ${dtype}`, (x) => cast(x, { dtype }), {
      examples: [{ in: [[0, 2.9, NaN]], out: dtype === "bool" ? [0, 1, 1] : [0, 2, 0] }],
      shapes: [[[1]], [[5, 7]], [[131]], [[0]]],
      domain: { from: 0, to: 100 },
      differentiable: [],
    }),
  ),
  opCase(
    "cast",
    (x) => cast(cast(cast(x, { dtype: "uint8" }), { dtype: "int32" }), { dtype: "float32" }),
    {
      examples: [{ in: [[0, 3, 255]], out: [0, 3, 255] }],
      shapes: [[[1]], [[5, 7]], [[131]], [[0]]],
      domain: { from: 0, to: 100, integer: true },
      differentiable: [],
    },
  ),
];
