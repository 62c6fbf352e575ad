import { batchNorm, batchNormInference, groupNorm } from "../../src/ops/groupNorm.ts";
import { add, mul } from "../../src/ops/binary.ts";
import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const any = { from: -2, to: 2 };
const positive = { from: 0.5, to: 2 };

type Given = SymbolicTensor | null;
/** All results in one, so that each has its gradient tried: y + 2 mean + 3 variance. */
const all = (x: SymbolicTensor, gamma: Given, beta: Given): SymbolicTensor => {
  const { y, mean, variance } = batchNorm(x, gamma, beta, { epsilon: 0.5 });
  return add(y, add(mul(mean, 2), mul(variance, 3)));
};

export const cases: readonly OpCase[] = [
  opCase(
    "batchNorm",
    ((x: SymbolicTensor, gamma: SymbolicTensor, beta: SymbolicTensor) =>
      batchNorm(x, gamma, beta, { epsilon: 0.25 }).y) as OpCase["op"],
    {
      examples: [
        // Mean 2, variance 1 - .25: the root is 1.
        {
          in: [[[1.1339746], [2.8660254]], [2], [10]],
          out: [[8.2679492], [11.7320508]],
          tolerance: 1e-5,
          why: "the inputs are 2 -+ sqrt(3)/2 in 8 digits",
        },
        { in: [[[5], [5]], [2], [10]], out: [[10], [10]] },
        {
          in: [
            [
              [1, 2],
              [NaN, 2],
            ],
            [1, 1],
            [0, 3],
          ],
          out: [
            [NaN, 3],
            [NaN, 3],
          ],
        },
      ],
      shapes: [
        [[3, 1], [1], [1]],
        [[5, 3], [3], [3]],
        [[2, 3, 7, 5], [5], [5]],
        [[17, 16], [16], [16]],
        [[3, 67], [67], [67]],
        [[3, 5, 65], [65], [65]],
        [[0, 3], [3], [3]],
        [[3, 0], [0], [0]],
      ],
      domain: [any, positive, any],
    },
  ),
  opCase("batchNorm with its statistics", all as OpCase["op"], {
    examples: [
      {
        in: [[[1], [3]], [1], [0]],
        out: [[6.18350342], [7.81649658]],
        tolerance: 1e-6,
        why: "7 -+ sqrt(2/3) in 9 digits, rounded to f32",
      },
    ],
    shapes: [
      [[5, 3], [3], [3]],
      [[2, 3, 7], [7], [7]],
      [[0, 3], [3], [3]],
    ],
    domain: [any, positive, any],
  }),
  opCase("batchNorm of x alone", (x) => batchNorm(x).y, {
    examples: [
      // A mean of 1000 and a variance of 1: no digits are lost.
      {
        in: [[[999], [1001]]],
        out: [[-0.9995004], [0.9995004]],
        tolerance: 1e-6,
        why: "1 / sqrt(1.001) in 7 digits",
      },
    ],
    shapes: [[[7, 3]], [[2, 3, 5]], [[0, 3]]],
  }),
  opCase("batchNormInference", batchNormInference as OpCase["op"], {
    examples: [
      {
        in: [
          [
            [1, 2],
            [3, 4],
          ],
          [1, 2],
          [4, 1],
          [2, 3],
          [0, 1],
        ],
        attrs: { epsilon: 0 },
        out: [
          [0, 1],
          [2, 7],
        ],
      },
    ],
    shapes: [
      [[5, 3], [3], [3], [3], [3]],
      [[2, 3, 5, 17], [17], [17], [17], [17]],
      [[2, 67], [67], [67], [67], [67]],
      [[0, 3], [3], [3], [3], [3]],
    ],
    domain: [any, any, positive, positive, any],
  }),
  opCase(
    "batchNormInference without factors",
    (x, mean, variance) => batchNormInference(x, mean!, variance!),
    {
      examples: [
        {
          in: [[[3]], [1], [3.999]],
          out: [[1]],
          tolerance: 1e-6,
          why: "3.999 and 0.001 are rounded to f32",
        },
      ],
      shapes: [
        [[5, 3], [3], [3]],
        [[0, 3], [3], [3]],
      ],
      domain: [any, any, positive],
    },
  ),
  opCase("groupNorm", groupNorm as OpCase["op"], {
    examples: [
      {
        in: [[[1, 3, 5, 5]], [1, 1, 1, 2], [0, 0, 0, 1]],
        attrs: { groups: 2, epsilon: 0 },
        out: [[-1, 1, NaN, NaN]],
      },
      {
        in: [[[1, 3, 5, 5]], [1, 1, 1, 2], [0, 0, 0, 1]],
        attrs: { groups: 2, epsilon: 3 },
        out: [[-0.5, 0.5, 0, 1]],
      },
      // Instance norm: each channel over its two positions.
      {
        in: [
          [
            [
              [1, 10],
              [3, 30],
            ],
          ],
          [1, 1],
          [0, 0],
        ],
        attrs: { groups: -1, epsilon: 3 },
        out: [
          [
            [-0.5, -0.9853293],
            [0.5, 0.9853293],
          ],
        ],
        tolerance: 1e-6,
        why: "10 / sqrt(103) in 7 digits",
      },
    ],
    shapes: [
      [[2, 5, 6], [6], [6]],
      [[3, 3, 2, 6], [6], [6]],
      [[1, 7, 18], [18], [18]],
      [[2, 3, 66], [66], [66]],
      [[0, 3, 6], [6], [6]],
      [[2, 0, 6], [6], [6]],
    ],
    attrs: [
      { groups: 2, epsilon: 0.5 },
      { groups: -1, epsilon: 0.5 },
      { groups: 1, epsilon: 0.5 },
    ],
    domain: [any, positive, any],
  }),
];
