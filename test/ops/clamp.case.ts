import { clamp } from "../../src/ops/clamp.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  opCase("clamp", clamp, {
    examples: [
      {
        in: [[-3, -1, 0.5, 1, 7, NaN, Infinity]],
        attrs: { min: -1, max: 1 },
        out: [-1, -1, 0.5, 1, 1, NaN, 1],
      },
      { in: [[-3, 7]], attrs: { min: 0 }, out: [0, 7] },
      { in: [[-3, 7]], attrs: { max: 0 }, out: [-3, 0] },
    ],
    shapes: [[[1]], [[3]], [[5, 7]], [[131]], [[0]]],
    attrs: [{ min: -1, max: 1 }, { min: 0.5 }, {}],
    domain: { from: -2, to: 2, avoid: [-1, 0.5, 1] },
  }),
];
