import { relu } from "../../src/ops/activations/relu.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  opCase("relu", relu, {
    // -0 stays -0, as in PyTorch.
    examples: [
      { in: [[-1, -0, 0, 2, Infinity, -Infinity, NaN]], out: [0, -0, 0, 2, Infinity, 0, NaN] },
    ],
    shapes: [[[1]], [[3]], [[5, 7]], [[131]], [[0]]],
    domain: { from: -2, to: 2, avoid: [0] },
  }),
];
