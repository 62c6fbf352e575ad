import { sigmoid } from "../../src/ops/activations/sigmoid.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  opCase("sigmoid", sigmoid, {
    examples: [{ in: [[0, -Infinity, Infinity, -100, 100, NaN]], out: [0.5, 0, 1, 0, 1, NaN] }],
    shapes: [[[1]], [[3]], [[5, 7]], [[17]], [[0]]],
    secondOrder: false,
  }),
];
