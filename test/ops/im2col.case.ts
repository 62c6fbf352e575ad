import { type Im2colOptions, im2col } from "../../src/ops/im2col.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  // Attributes come last, as the last tensor would.
  opCase("im2col", (x, options) => im2col(x!, options as object as Im2colOptions), {
    examples: [
      {
        in: [
          [
            [
              [[1], [2]],
              [[3], [4]],
            ],
          ],
        ],
        attrs: { kernelSize: [1, 2], padding: "same" },
        out: [
          [
            [
              [1, 2],
              [2, 0],
            ],
            [
              [3, 4],
              [4, 0],
            ],
          ],
        ],
      },
    ],
    shapes: [[[2, 5, 7, 3]], [[1, 3, 3, 1]], [[0, 5, 5, 2]]],
    attrs: [
      { kernelSize: 3 },
      { kernelSize: [2, 3], strides: 2, padding: "same" },
      { kernelSize: 2, dilationRate: 2, strides: [1, 3] },
    ],
  }),
];
