import { gradient } from "../../src/autograd/gradient.ts";
import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import { mul } from "../../src/ops/binary.ts";
import { sum } from "../../src/ops/sum.ts";
import {
  adaptiveAveragePool2d,
  adaptiveMaxPool2d,
  averagePool1d,
  averagePool2d,
  maxPool1d,
  maxPool2d,
} from "../../src/ops/pool.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const images = [[[1, 4, 4, 1]], [[2, 5, 7, 3]], [[1, 7, 5, 17]], [[3, 6, 4, 16]], [[0, 4, 4, 3]]];
const lines = [[[1, 5, 1]], [[2, 7, 3]], [[3, 9, 17]], [[0, 5, 3]]];
const wide = [
  {},
  { poolSize: 3, strides: 2, padding: "same" },
  {
    poolSize: [2, 3],
    strides: [1, 2],
    padding: [
      [1, 0],
      [1, 1],
    ],
  },
  { poolSize: 2, strides: 3, dilation: [1, 2] },
  {
    poolSize: 3,
    strides: 2,
    ceilMode: true,
    padding: [
      [1, 1],
      [1, 1],
    ],
  },
];
const long = [
  {},
  { poolSize: 3, strides: 2, padding: "same" },
  { poolSize: 2, strides: 1, dilation: 3 },
];
const counted = {
  poolSize: 3,
  strides: 2,
  padding: [
    [1, 1],
    [1, 1],
  ],
  countPadding: true,
};
const distinct = { from: -2, to: 2, distinct: true };
/** One image of one channel. */
const image = (rows: readonly (readonly number[])[]) => [rows.map((row) => row.map((v) => [v]))];
const five = [[[1], [3], [2], [5], [4]]];
const four = image([
  [1, 2, 3, 4],
  [5, 6, 7, 8],
  [9, 10, 11, 12],
  [13, 14, 15, 16],
]);

/** What maxPool2d would take of v: the derivative of its gradient by dy. */
function picked(x: SymbolicTensor, dy: SymbolicTensor, v: SymbolicTensor): SymbolicTensor {
  const [dx] = gradient(maxPool2d(x), [x], dy);
  return gradient(sum(mul(dx!, v)), [dy])[0]!;
}

export const cases: readonly OpCase[] = [
  opCase("maxPool1d", maxPool1d as OpCase["op"], {
    examples: [
      { in: [five], out: [[[3], [5]]] },
      {
        in: [five],
        attrs: { poolSize: 2, padding: "same" },
        out: [[[3], [5], [4]]],
      },
    ],
    shapes: lines,
    attrs: long,
    domain: distinct,
  }),
  opCase("maxPool2d", maxPool2d as OpCase["op"], {
    examples: [
      {
        in: [four],
        out: image([
          [6, 8],
          [14, 16],
        ]),
      },
      {
        in: [four],
        attrs: { poolSize: 3, strides: 1 },
        out: image([
          [11, 12],
          [15, 16],
        ]),
      },
      {
        in: [
          image([
            [-Infinity, -Infinity, NaN, 1],
            [-Infinity, -Infinity, 2, 3],
          ]),
        ],
        out: image([[-Infinity, NaN]]),
      },
      // Padding never wins, however small the cells are.
      {
        in: [image([[-5]])],
        attrs: { poolSize: 3, strides: 1, padding: "same" },
        out: image([[-5]]),
      },
    ],
    shapes: images,
    attrs: wide,
    domain: distinct,
  }),
  opCase("averagePool1d", averagePool1d as OpCase["op"], {
    examples: [{ in: [five], out: [[[2], [3.5]]] }],
    shapes: lines,
    attrs: long,
  }),
  opCase("averagePool2d", averagePool2d as OpCase["op"], {
    examples: [
      {
        in: [four],
        out: image([
          [3.5, 5.5],
          [11.5, 13.5],
        ]),
      },
      {
        in: [
          image([
            [1, 2],
            [3, 4],
          ]),
        ],
        attrs: { poolSize: 2, strides: 1, padding: "same" },
        out: image([
          [2.5, 3],
          [3.5, 4],
        ]),
      },
      {
        in: [image([[4]])],
        attrs: {
          poolSize: 2,
          strides: 1,
          padding: [
            [1, 1],
            [1, 1],
          ],
          countPadding: true,
        },
        out: image([
          [1, 1],
          [1, 1],
        ]),
      },
    ],
    shapes: images,
    attrs: [...wide, counted],
  }),
  opCase("adaptiveAveragePool2d", adaptiveAveragePool2d as OpCase["op"], {
    examples: [
      { in: [four], out: image([[8.5]]) },
      // Bins of 3 cells in 2: [0, 2) and [1, 3).
      {
        in: [image([[1, 2, 6]])],
        attrs: { outputSize: [1, 2] },
        out: image([[1.5, 4]]),
      },
    ],
    shapes: images,
    attrs: [{}, { outputSize: [3, 2] }],
  }),
  opCase("adaptiveMaxPool2d", adaptiveMaxPool2d as OpCase["op"], {
    examples: [
      {
        in: [four],
        attrs: { outputSize: 2 },
        out: image([
          [6, 8],
          [14, 16],
        ]),
      },
    ],
    shapes: images,
    attrs: [{}, { outputSize: [3, 2] }],
    domain: distinct,
  }),
  opCase("second gradient of maxPool2d", picked as OpCase["op"], {
    examples: [
      {
        in: [
          image([
            [1, 5, 7, 7],
            [5, 2, NaN, NaN],
          ]),
          image([[1, 1]]),
          four.map((rows) => rows.slice(0, 2)),
        ],
        // The first of two fives, and the first NaN.
        out: image([[2, 7]]),
      },
    ],
    shapes: [
      [
        [2, 4, 6, 3],
        [2, 2, 3, 3],
        [2, 4, 6, 3],
      ],
      [
        [1, 2, 2, 17],
        [1, 1, 1, 17],
        [1, 2, 2, 17],
      ],
      [
        [0, 2, 2, 1],
        [0, 1, 1, 1],
        [0, 2, 2, 1],
      ],
    ],
    domain: [distinct, { from: -1, to: 1 }, { from: -1, to: 1 }],
    differentiable: [2],
  }),
];
