import { binaryMatch } from "../../src/ops/binaryMatch.ts";
import { inTopK } from "../../src/ops/inTopK.ts";
import { oneHot } from "../../src/ops/oneHot.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  opCase("oneHot", oneHot, {
    examples: [
      {
        in: [[1, 0, -1, 3]],
        attrs: { classes: 3 },
        out: [
          [0, 1, 0],
          [1, 0, 0],
          [0, 0, 0],
          [0, 0, 0],
        ],
      },
      {
        in: [[1]],
        attrs: { classes: 5, on: 0.75, off: 0.0625 },
        out: [[0.0625, 0.75, 0.0625, 0.0625, 0.0625]],
      },
    ],
    shapes: [[[1]], [[3, 5]], [[17]], [[0]]],
    attrs: [{ classes: 1 }, { classes: 5 }, { classes: 7, on: 2, off: -1 }],
    domain: { from: -1, to: 7, integer: true },
  }),
  opCase("inTopK", inTopK, {
    examples: [
      {
        in: [
          [
            [1, 3, 2],
            [1, 3, 2],
            [1, 3, 2],
          ],
          [1, 2, 0],
        ],
        attrs: { k: 2 },
        out: [1, 1, 0],
      },
      // Equals share a rank; what is no number is not among the largest, and counts as larger.
      {
        in: [
          [
            [2, 2, 2],
            [NaN, 1, 0],
            [NaN, 1, 0],
            [1, 1, 1],
          ],
          [2, 0, 1, 3],
        ],
        attrs: { k: 1 },
        out: [1, 0, 0, 0],
      },
    ],
    shapes: [
      [[1, 1], [1]],
      [[5, 7], [5]],
      [
        [2, 3, 17],
        [2, 3],
      ],
      [[0, 3], [0]],
    ],
    attrs: [{ k: 1 }, { k: 3 }],
    domain: [
      { from: -2, to: 2 },
      { from: 0, to: 3, integer: true },
    ],
    differentiable: [],
  }),
  opCase("binaryMatch", binaryMatch, {
    examples: [
      {
        in: [
          [0.2, 0.5, 0.7, 0.7, NaN],
          [0, 0, 1, 0, 0],
        ],
        out: [1, 1, 1, 0, 1],
      },
      {
        in: [
          [-1, 1],
          [0, 0],
        ],
        attrs: { threshold: 0 },
        out: [1, 0],
      },
    ],
    shapes: [
      [[1], [1]],
      [
        [5, 7],
        [5, 7],
      ],
      [[17], [17]],
      [[0], [0]],
    ],
    differentiable: [],
  }),
];
