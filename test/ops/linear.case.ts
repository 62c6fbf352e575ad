import { linear } from "../../src/ops/activations/linear.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  opCase("linear", linear, {
    examples: [{ in: [[-0, NaN, 3]], out: [-0, NaN, 3] }],
    shapes: [[[1]], [[5, 7]], [[0]]],
  }),
];
