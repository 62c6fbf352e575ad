import { logSoftmax } from "../../src/ops/activations/logSoftmax.ts";
import { softmax } from "../../src/ops/activations/softmax.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const shapes = [[[1]], [[3, 5]], [[2, 17, 3]], [[5, 7, 33]], [[0, 3]]];
const attrs = [{}, { axis: 0 }];
const degenerate = [[-Infinity, -Infinity], [1, Infinity], [1, NaN]];
const nowhere = [[NaN, NaN], [NaN, NaN], [NaN, NaN]];

export const cases: readonly OpCase[] = [
  opCase("softmax", softmax, {
    examples: [{ in: [[0, 0, -Infinity]], out: [0.5, 0.5, 0] }, { in: [[1000, 1000]], out: [0.5, 0.5] }, { in: [degenerate], out: nowhere }],
    shapes,
    attrs,
  }),
  opCase("logSoftmax", logSoftmax, {
    examples: [{ in: [[1000, -Infinity]], out: [0, -Infinity] }, { in: [degenerate], out: nowhere }],
    shapes,
    attrs,
  }),
];
