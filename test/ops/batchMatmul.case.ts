import { matmul, outer } from "../../src/ops/matmul.ts";
import { transpose } from "../../src/ops/transpose.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  opCase("matmul of vectors and batches", matmul, {
    examples: [
      {
        in: [
          [1, 2],
          [3, 4],
        ],
        out: 11,
      },
      { in: [[1, 2], [[3, 4]]], attrs: { transposeB: true }, out: [11] },
      {
        in: [
          [[0, 1]],
          [
            [Infinity, 1],
            [1, 1],
          ],
        ],
        out: [[NaN, 1]],
      },
    ],
    shapes: [
      [[17], [17]],
      [[3, 5], [5]],
      [[5], [2, 5, 3]],
      [
        [2, 3, 5],
        [5, 4],
      ],
      [
        [2, 1, 3, 5],
        [3, 5, 7],
      ],
      [
        [1, 3, 5],
        [2, 5, 4],
      ],
      [
        [2, 1, 3, 5],
        [1, 2, 5, 1],
      ],
      [
        [0, 3, 5],
        [5, 2],
      ],
      [
        [2, 3, 0],
        [2, 0, 5],
      ],
    ],
  }),
  opCase(
    "matmul of transposed batches",
    (a, b) => matmul(a, b, { transposeA: true, transposeB: true }),
    {
      examples: [{ in: [[[[1], [2]]], [[[3, 4]]]], out: [[[11]]] }],
      shapes: [
        [
          [2, 5, 3],
          [7, 5],
        ],
        [
          [2, 5, 3],
          [2, 7, 5],
        ],
        [
          [0, 5, 3],
          [7, 5],
        ],
      ],
    },
  ),
  opCase("matmul of batches with a bias", matmul, {
    examples: [{ in: [[[[1, 2]]], [[3], [4]], [5]], out: [[[16]]] }],
    shapes: [
      [[2, 3, 5], [5, 7], [7]],
      [[2, 3, 5], [2, 5, 7], [7]],
      [[0, 3, 5], [5, 7], [7]],
    ],
  }),
  opCase("outer", outer, {
    examples: [
      {
        in: [
          [1, 2],
          [3, 4],
        ],
        out: [
          [3, 4],
          [6, 8],
        ],
      },
    ],
    shapes: [
      [[3], [5]],
      [[0], [3]],
    ],
  }),
  opCase("transpose", (x) => transpose(x), {
    examples: [
      {
        in: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        out: [
          [1, 4],
          [2, 5],
          [3, 6],
        ],
      },
    ],
    shapes: [[[5]], [[7, 17]], [[33, 9]], [[0, 3]]],
  }),
  opCase("transpose of three axes", (x) => transpose(x, { permutation: [1, 2, 0] }), {
    examples: [
      {
        in: [[[[1, 2]], [[3, 4]]]],
        out: [
          [
            [1, 3],
            [2, 4],
          ],
        ],
      },
    ],
    shapes: [[[3, 5, 7]], [[17, 1, 3]], [[0, 3, 5]]],
  }),
];
