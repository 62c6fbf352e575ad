import { activity } from "../../src/ops/activity.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const pairs = [
  [1, -2],
  [3, -4],
];

export const cases: readonly OpCase[] = [
  opCase("activity", activity, {
    examples: [
      { in: [pairs], out: [-0.5, 7.5] },
      { in: [pairs], attrs: { tops: true }, out: [-0.5, 7.5, 3, -2] },
      { in: [[[1, NaN]]], attrs: { tops: true }, out: [NaN, NaN, 1, NaN] },
    ],
    shapes: [[[1, 1]], [[3, 17]], [[5, 7, 3]], [[130, 33]], [[4]]],
    attrs: [{}, { tops: true }],
    differentiable: [],
    notEmpty: "there is no output to look at",
  }),
];
