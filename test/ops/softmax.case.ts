import { softmax } from "../../src/ops/activations/softmax.ts";
import { logSoftmax } from "../../src/ops/activations/logSoftmax.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const shapes = [
  [[1]],
  [[5, 3]],
  [[3, 17]],
  [[2, 3, 7]],
  [[33, 2, 5]],
  [[70, 2]], // more rows than a block of sums
  [[2, 259]], // more columns than are walked side by side
  [[0, 3]],
  [[3, 0]],
];
const attrs = [{}, { axis: 0 }];

export const cases: readonly OpCase[] = [
  opCase("softmax", softmax, {
    examples: [
      { in: [[0, 0, 0, 0]], out: [0.25, 0.25, 0.25, 0.25] },
      {
        in: [
          [
            [1000, 1000],
            [-Infinity, 3],
          ],
        ],
        out: [
          [0.5, 0.5],
          [0, 1],
        ],
      },
      {
        in: [
          [
            [1, NaN],
            [Infinity, 3],
          ],
        ],
        out: [
          [NaN, NaN],
          [NaN, NaN],
        ],
      },
      {
        in: [[1, 2, 3]],
        out: [0.09003057, 0.24472847, 0.66524096],
        tolerance: 1e-7,
        why: "exp and the division round; the values are known to 8 digits",
      },
    ],
    shapes,
    attrs,
  }),
  opCase("softmax of a middle axis", (x) => softmax(x, { axis: 1 }), {
    examples: [
      {
        in: [
          [
            [
              [-Infinity, 1, 0, 1],
              [-Infinity, Infinity, 0, NaN],
            ],
          ],
        ],
        out: [
          [
            [NaN, NaN, 0.5, NaN],
            [NaN, NaN, 0.5, NaN],
          ],
        ],
      },
    ],
    shapes: [[[3, 5, 7]], [[2, 17, 3]], [[2, 3, 17]], [[0, 3, 2]]],
  }),
  opCase("logSoftmax", logSoftmax, {
    examples: [
      { in: [[1000, -Infinity]], out: [0, -Infinity] },
      {
        in: [
          [
            [-Infinity, -Infinity],
            [1, Infinity],
            [1, NaN],
          ],
        ],
        out: [
          [NaN, NaN],
          [NaN, NaN],
          [NaN, NaN],
        ],
      },
    ],
    shapes,
    attrs,
  }),
];
