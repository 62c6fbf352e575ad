import { depthwiseConv2d } from "../../src/ops/depthwiseConv2d.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  opCase("depthwiseConv2d", depthwiseConv2d as OpCase["op"], {
    examples: [
      // Two channels, two filters each; one window.
      {
        in: [
          [
            [
              [
                [1, 2],
                [3, 4],
              ],
            ],
          ],
          [
            [
              [
                [1, 10],
                [100, 1000],
              ],
              [
                [1, 10],
                [100, 1000],
              ],
            ],
          ],
          [0, 1, 0, -9999],
        ],
        attrs: { activation: "relu" },
        out: [[[[4, 41, 600, 0]]]],
      },
    ],
    // Below, at and above one vector and four; a kernel for each kind of edge; no image.
    shapes: [
      [[1, 5, 7, 3], [3, 3, 3, 1], [3]],
      [[2, 11, 5, 17], [3, 2, 17, 1], [17]],
      [[1, 7, 7, 5], [3, 3, 5, 3], [15]],
      [[0, 5, 5, 1], [3, 3, 1, 2], [2]],
    ],
    attrs: [
      {},
      { padding: "same" },
      { strides: 2, padding: "same" },
      { dilationRate: 2, padding: "same" },
      {
        strides: [3, 2],
        dilationRate: [2, 3],
        padding: [
          [1, 2],
          [3, 3],
        ],
      },
    ],
  }),
];
