import { softmaxCrossentropy } from "../../src/ops/softmaxCrossentropy.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const why = "logarithms are rounded";

export const cases: readonly OpCase[] = [
  opCase("softmaxCrossentropy", softmaxCrossentropy, {
    examples: [
      {
        in: [
          [
            [0, 0],
            [1000, 0],
            [1000, 0],
          ],
          [
            [0, 1],
            [1, 0],
            [0.5, 0.5],
          ],
        ],
        out: [0.6931471806, 0, 500],
        tolerance: 6e-8,
        why,
      },
      {
        in: [
          [
            [0, -Infinity],
            [0, NaN],
          ],
          [
            [1, 0],
            [1, 0],
          ],
        ],
        out: [0, NaN],
      },
      // Targets need not add up to 1.
      { in: [[[0, 0]], [[1, 1]]], out: [1.3862943611], tolerance: 1.2e-7, why },
    ],
    shapes: [
      [
        [1, 1],
        [1, 1],
      ],
      [
        [3, 5],
        [3, 5],
      ],
      [
        [2, 2, 17],
        [2, 2, 17],
      ],
      [
        [0, 3],
        [0, 3],
      ],
    ],
    domain: [
      { from: -2, to: 2 },
      { from: 0, to: 1 },
    ],
    differentiable: [0],
  }),
];
