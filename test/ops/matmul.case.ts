import { asRows, matmul } from "../../src/ops/matmul.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const example = {
  in: [
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [7, 8],
    ],
  ],
  out: [
    [19, 22],
    [43, 50],
  ],
};

export const cases: readonly OpCase[] = [
  opCase("matmul", matmul, {
    examples: [
      example,
      {
        in: [
          [
            [1, 2],
            [3, 4],
          ],
          [
            [5, 7],
            [6, 8],
          ],
        ],
        attrs: { transposeB: true },
        out: [
          [19, 22],
          [43, 50],
        ],
      },
      {
        in: [
          [
            [1, 3],
            [2, 4],
          ],
          [
            [5, 6],
            [7, 8],
          ],
        ],
        attrs: { transposeA: true },
        out: [
          [19, 22],
          [43, 50],
        ],
      },
      { in: [[[1, 2]], [[3], [4]], [-20]], out: [[-9]] },
      { in: [[[1, 2]], [[3], [4]], [-20]], attrs: { activation: "relu" }, out: [[0]] },
    ],
    // Below, at and above the tiles (4 and 6 rows, 8 columns), more columns than rows, an empty sum.
    shapes: [
      [
        [1, 1],
        [1, 1],
      ],
      [
        [5, 7],
        [7, 3],
      ],
      [
        [13, 3],
        [3, 17],
      ],
      [
        [49, 5],
        [5, 9],
      ],
      [
        [3, 0],
        [0, 5],
      ],
      [
        [0, 3],
        [3, 5],
      ],
    ],
  }),
  opCase(
    "matmul with transposed operands",
    (a, b) => matmul(a, b, { transposeA: true, transposeB: true }),
    {
      examples: [
        {
          in: [
            [
              [1, 3],
              [2, 4],
            ],
            [
              [5, 7],
              [6, 8],
            ],
          ],
          out: [
            [19, 22],
            [43, 50],
          ],
        },
      ],
      shapes: [
        [
          [7, 5],
          [3, 7],
        ],
        [
          [3, 13],
          [17, 3],
        ],
        [
          [0, 3],
          [5, 0],
        ],
      ],
    },
  ),
  opCase("matmul with a transposed first operand", (a, b) => matmul(a, b, { transposeA: true }), {
    examples: [
      {
        in: [
          [
            [1, 3],
            [2, 4],
          ],
          [
            [5, 6],
            [7, 8],
          ],
        ],
        out: [
          [19, 22],
          [43, 50],
        ],
      },
    ],
    shapes: [
      [
        [7, 5],
        [7, 3],
      ],
      [
        [3, 29],
        [3, 17],
      ],
      [
        [0, 3],
        [0, 5],
      ],
    ],
  }),
  opCase("matmul with a transposed second operand", (a, b) => matmul(a, b, { transposeB: true }), {
    examples: [
      {
        in: [
          [
            [1, 2],
            [3, 4],
          ],
          [
            [5, 7],
            [6, 8],
          ],
        ],
        out: [
          [19, 22],
          [43, 50],
        ],
      },
    ],
    shapes: [
      [
        [5, 7],
        [3, 7],
      ],
      [
        [13, 3],
        [17, 3],
      ],
      [
        [3, 0],
        [5, 0],
      ],
    ],
  }),
  opCase("matmul with a bias", matmul, {
    examples: [
      {
        in: [
          [[1, 2]],
          [
            [3, 0],
            [4, 1],
          ],
          [0.5, -2],
        ],
        out: [[11.5, 0]],
      },
    ],
    shapes: [
      [[5, 7], [7, 3], [3]],
      [[49, 5], [5, 9], [9]],
      [[3, 0], [0, 5], [5]],
    ],
  }),
  opCase("asRows", asRows, {
    examples: [
      {
        in: [
          [
            [
              [1, 2],
              [3, 4],
            ],
            [
              [5, 6],
              [7, 8],
            ],
          ],
        ],
        out: [
          [1, 2],
          [3, 4],
          [5, 6],
          [7, 8],
        ],
      },
    ],
    shapes: [[[3, 5]], [[2, 3, 5]], [[0, 3, 5]]],
  }),
];
