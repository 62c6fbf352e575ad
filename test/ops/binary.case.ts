import { add, div, mul, sub } from "../../src/ops/binary.ts";
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

export const cases: readonly OpCase[] = [
  opCase("add", add, {
    examples: [
      {
        in: [
          [1, 2, NaN, Infinity, -0],
          [10, 0.5, 1, -Infinity, -0],
        ],
        out: [11, 2.5, NaN, NaN, -0],
      },
      {
        in: [
          [[1], [2]],
          [10, 20, 30],
        ],
        out: [
          [11, 21, 31],
          [12, 22, 32],
        ],
      },
    ],
    shapes,
  }),
  opCase("sub", sub, {
    examples: [
      {
        in: [
          [1, 0, Infinity],
          [3, 0, Infinity],
        ],
        out: [-2, 0, NaN],
      },
      {
        in: [
          5,
          [
            [1, 2],
            [3, 4],
          ],
        ],
        out: [
          [4, 3],
          [2, 1],
        ],
      },
    ],
    shapes,
  }),
  opCase("mul", mul, {
    examples: [
      {
        in: [
          [2, -1, 0, Infinity],
          [3, 0, -5, 0],
        ],
        out: [6, -0, -0, NaN],
      },
    ],
    shapes,
  }),
  opCase("div", div, {
    examples: [
      {
        in: [
          [1, -1, 0, 1],
          [4, 0, 0, Infinity],
        ],
        out: [0.25, -Infinity, NaN, 0],
      },
    ],
    shapes,
    domain: [
      { from: -2, to: 2 },
      { from: 0.5, to: 2 },
    ],
  }),
];
