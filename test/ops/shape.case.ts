import { broadcastTo, sumTo } from "../../src/ops/broadcastTo.ts";
import { copy } from "../../src/ops/copy.ts";
import { fill } from "../../src/ops/fill.ts";
import { reshape } from "../../src/ops/reshape.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  opCase("reshape", reshape, {
    examples: [
      {
        in: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        attrs: { shape: [3, -1] },
        out: [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      },
    ],
    shapes: [[[3, 5]], [[15]], [[5, 3, 1]]],
    attrs: [{ shape: [15] }, { shape: [-1, 5] }],
    notEmpty: "one shape must fit all inputs; the next case is of empty ones",
  }),
  opCase("reshape of nothing", (x) => reshape(x, { shape: [7, 0] }), {
    examples: [{ in: [[]], out: [[], [], [], [], [], [], []] }],
    shapes: [[[0]], [[3, 0, 5]]],
  }),
  opCase("fill", fill, {
    examples: [
      {
        in: [2.5],
        attrs: { shape: [2, 3] },
        out: [
          [2.5, 2.5, 2.5],
          [2.5, 2.5, 2.5],
        ],
      },
      { in: [[NaN]], attrs: { shape: [] }, out: NaN },
    ],
    shapes: [[[]], [[1, 1]]],
    attrs: [{ shape: [131] }, { shape: [3, 5] }, { shape: [] }, { shape: [0] }],
    notEmpty: "x has one element; the result is empty in one of them",
  }),
  opCase("copy", copy, {
    examples: [{ in: [[-0, NaN, 3]], out: [-0, NaN, 3] }],
    shapes: [[[1]], [[5, 7]], [[131]], [[0]]],
  }),
  opCase("copy of integers", copy, {
    examples: [{ in: [[-7, 2147483647]], out: [-7, 2147483647] }],
    shapes: [[[1]], [[5, 7]], [[0]]],
    domain: { from: -100, to: 100, integer: true },
  }),
  opCase("broadcastTo", (x) => broadcastTo(x, [3, 5, 7]), {
    examples: [
      {
        in: [[1, 2, 3, 4, 5, 6, 7]],
        out: Array.from({ length: 3 }, () =>
          Array.from({ length: 5 }, () => [1, 2, 3, 4, 5, 6, 7]),
        ),
      },
    ],
    shapes: [[[7]], [[5, 1]], [[3, 1, 7]], [[]], [[3, 5, 7]]],
    notEmpty: "no empty shape broadcasts to this one",
  }),
  opCase("sumTo", (x) => sumTo(x, [3, 1]), {
    examples: [
      {
        in: [
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        ],
        out: [[3], [7], [11]],
      },
    ],
    shapes: [[[3, 5]], [[2, 3, 7]], [[3, 1]], [[0, 3, 5]]],
  }),
];
