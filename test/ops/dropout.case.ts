import { dropout } from "../../src/ops/dropout.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  opCase("dropout", dropout, {
    // Masks are tested in test/layers/dropout.test.ts.
    examples: [
      {
        in: [[1, -2, 0, Infinity, NaN]],
        attrs: { rate: 0, seed: 1 },
        out: [1, -2, 0, Infinity, NaN],
      },
    ],
    shapes: [[[1]], [[3]], [[5, 7]], [[17]], [[0]]],
    attrs: [
      { rate: 0.5, stream: 3, seed: 2 ** 40 + 7 },
      { rate: 0.25, stream: 1 },
    ],
  }),
];
