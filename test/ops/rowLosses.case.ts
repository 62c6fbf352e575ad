import { categoricalHingeError, cosine, crossentropy } from "../../src/ops/rowLosses.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const shapes = [
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
];
const secondOrder = false;

export const cases: readonly OpCase[] = [
  opCase("crossentropy", crossentropy, {
    examples: [
      {
        // Divided by its sum first: 0.25 and 0.75. A probability of 0 is clipped to 1e-7.
        in: [
          [
            [1, 3],
            [1, 0],
            [NaN, 1],
          ],
          [
            [0, 1],
            [0, 1],
            [0, 1],
          ],
        ],
        out: [0.2876820724, 16.118095651, NaN],
        tolerance: 1e-6,
        why: "logarithms are rounded",
      },
    ],
    shapes,
    domain: [
      { from: 0.25, to: 1 },
      { from: 0, to: 1 },
    ],
    differentiable: [0],
    secondOrder,
  }),
  opCase("categoricalHingeError", categoricalHingeError, {
    examples: [
      {
        in: [
          [
            [0.5, 2, 1],
            [5, 2, 1],
            [NaN, 2, 1],
          ],
          [
            [1, 0, 0],
            [1, 0, 0],
            [1, 0, 0],
          ],
        ],
        out: [2.5, 0, NaN],
      },
    ],
    shapes,
    // Apart from ties of the largest, and always above 0.
    domain: [
      { from: 0, to: 2, distinct: true },
      { from: 0, to: 0.01 },
    ],
    differentiable: [0],
    secondOrder,
  }),
  opCase("cosine", cosine, {
    examples: [
      {
        in: [
          [
            [3, 4],
            [1, 0],
            [1, 1],
            [NaN, 1],
          ],
          [
            [6, 8],
            [0, 2],
            [-1, -1],
            [1, 1],
          ],
        ],
        out: [1, 0, -1, NaN],
        tolerance: 1.2e-7,
        why: "square roots are rounded",
      },
      {
        in: [
          [
            [0, 0],
            [1, 2],
          ],
          [
            [1, 2],
            [0, 0],
          ],
        ],
        out: [0, 0],
      },
    ],
    shapes,
    domain: { from: 0.5, to: 2 },
    secondOrder,
  }),
];
