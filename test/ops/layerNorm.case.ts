import { layerNorm, rmsNorm } from "../../src/ops/layerNorm.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const any = { from: -2, to: 2 };
const positive = { from: 0.5, to: 2 };
const rounded = "the values are known to 8 digits";

export const cases: readonly OpCase[] = [
  opCase("layerNorm", layerNorm as OpCase["op"], {
    examples: [
      // Mean 2, variance 1.
      {
        in: [
          [
            [1, 3],
            [5, 5],
            [NaN, 1],
          ],
          [2, 4],
          [10, 20],
        ],
        attrs: { epsilon: 0.25 },
        out: [
          [8.2111456, 23.5777088],
          [10, 20],
          [NaN, NaN],
        ],
        tolerance: 2e-6,
        why: rounded,
      },
      // A large mean costs no digits.
      { in: [[[9999999, 10000001]], [1, 1], [0, 0]], attrs: { epsilon: 0 }, out: [[-1, 1]] },
    ],
    shapes: [
      [[3, 1], [1], [1]],
      [[5, 3], [3], [3]],
      [[2, 3, 17], [17], [17]],
      [[67, 8], [8], [8]],
      [[130, 5], [5], [5]],
      [[0, 3], [3], [3]],
      [[3, 0], [0], [0]],
    ],
    attrs: [{ epsilon: 0.25 }],
    domain: [any, positive, any],
  }),
  opCase("layerNorm over two axes", layerNorm as OpCase["op"], {
    examples: [
      {
        in: [
          [
            [
              [1, 3],
              [1, 3],
            ],
          ],
          [
            [1, 1],
            [2, 2],
          ],
          [
            [0, 0],
            [0, 1],
          ],
        ],
        attrs: { axis: [1, 2], epsilon: 0 },
        out: [
          [
            [-1, 1],
            [-2, 3],
          ],
        ],
      },
    ],
    shapes: [
      [
        [5, 3, 7],
        [3, 7],
        [3, 7],
      ],
      [
        [0, 3, 2],
        [3, 2],
        [3, 2],
      ],
    ],
    attrs: [{ axis: [-1, -2], epsilon: 0.25 }],
    domain: [any, positive, any],
  }),
  opCase("layerNorm of x alone", (x) => layerNorm(x, null, null, { epsilon: 0.25 }), {
    examples: [{ in: [[[5, 5, 5]]], out: [[0, 0, 0]] }],
    shapes: [[[7, 3]], [[2, 3, 5]], [[0, 3]]],
  }),
  opCase("rmsNorm", rmsNorm as OpCase["op"], {
    examples: [
      {
        in: [
          [
            [1, 7],
            [0, 0],
          ],
          [1, 2],
        ],
        attrs: { epsilon: 0 },
        out: [
          [0.2, 2.8],
          [NaN, NaN],
        ],
        tolerance: 3e-7,
        why: "0.2 and 2.8 are rounded to f32",
      },
      { in: [[[0, 0]], [1, 2]], out: [[0, 0]] },
    ],
    shapes: [
      [[3, 1], [1]],
      [[5, 3], [3]],
      [[2, 3, 17], [17]],
      [[67, 8], [8]],
      [[0, 3], [3]],
      [[3, 0], [0]],
    ],
    attrs: [{ epsilon: 0.25 }],
    domain: [any, positive],
  }),
  opCase("rmsNorm of x alone", (x) => rmsNorm(x, null, { epsilon: 0.25 }), {
    examples: [
      {
        in: [
          [
            [0.5, 0.5],
            [-2, 2],
          ],
        ],
        out: [
          [0.70710677, 0.70710677],
          [-0.9701425, 0.9701425],
        ],
        tolerance: 1e-6,
        why: rounded,
      },
    ],
    shapes: [[[7, 3]], [[0, 3]]],
  }),
];
