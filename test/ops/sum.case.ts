import { sum } from "../../src/ops/sum.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  opCase("sum", sum as OpCase["op"], {
    examples: [
      {
        in: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        out: 21,
      },
      {
        in: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        attrs: { axis: 0 },
        out: [5, 7, 9],
      },
      {
        in: [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        attrs: { axis: -1, keepDims: true },
        out: [[6], [15]],
      },
      { in: [[]], out: 0 },
      { in: [[1, NaN]], out: NaN },
    ],
    shapes: [[[3, 5, 7]], [[1, 17, 3]], [[2, 131, 2]], [[3, 0, 5]], [[0, 3, 5]]],
    attrs: [{}, { axis: 0 }, { axis: 1, keepDims: true }, { axis: [0, 2] }, { axis: [-1, -2] }],
  }),
];
