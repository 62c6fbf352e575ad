import { softmax } from "../../src/ops/activations/softmax.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  opCase("softmax", softmax, {
    examples: [
      { in: [[0, 0, 0, 0]], out: [0.25, 0.25, 0.25, 0.25] },
      { in: [[[1000, 1000], [-Infinity, 3]]], out: [[0.5, 0.5], [0, 1]] },
      { in: [[[1, NaN], [Infinity, 3]]], out: [[NaN, NaN], [NaN, NaN]] },
      {
        in: [[1, 2, 3]], out: [0.09003057, 0.24472847, 0.66524096],
        tolerance: 1e-7, why: "exp and the division round; the values are known to 8 digits",
      },
    ],
    shapes: [[[1]], [[5, 3]], [[3, 17]], [[2, 3, 7]], [[0, 3]], [[3, 0]]],
    secondOrder: false,
  }),
];
