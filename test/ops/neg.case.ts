import { neg } from "../../src/ops/neg.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  opCase("neg", neg, {
    examples: [{ in: [[0, -0, 2, -Infinity, NaN]], out: [-0, 0, -2, Infinity, NaN] }],
    shapes: [[[1]], [[3]], [[5, 7]], [[131]], [[0]]],
  }),
];
