import { meanPerSample } from "../../src/ops/perSample.ts";
import { sparseSoftmaxCrossentropy } from "../../src/ops/softmaxCrossentropy.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

export const cases: readonly OpCase[] = [
  opCase("meanPerSample", meanPerSample, {
    examples: [
      {
        in: [
          [
            [1, 2, 6],
            [0, 0, 3],
          ],
        ],
        out: [3, 1],
        tolerance: 3e-7,
        why: "times 1/3, which is rounded",
      },
    ],
    shapes: [[[5]], [[5, 1]], [[3, 7]], [[3, 5, 7]], [[0, 5]]],
  }),
  opCase("sparseSoftmaxCrossentropy", sparseSoftmaxCrossentropy, {
    examples: [
      {
        in: [
          [
            [0, 0],
            [1000, 0],
          ],
          [1, 0],
        ],
        out: [0.6931472, 0],
        tolerance: 1e-7,
        why: "log 2, to 7 digits",
      },
    ],
    shapes: [
      [[5, 3], [5]],
      [[3, 17], [3]],
      [
        [2, 3, 7],
        [2, 3],
      ],
      [[0, 3], [0]],
    ],
    domain: [
      { from: -2, to: 2 },
      { from: 0, to: 3, integer: true },
    ],
  }),
  opCase(
    "sparseSoftmaxCrossentropy, its probabilities",
    (z, y) => sparseSoftmaxCrossentropy(z, y).node!.outputs[1]!,
    {
      examples: [{ in: [[[0, 0]], [1]], out: [[0.5, 0.5]] }],
      shapes: [
        [[5, 3], [5]],
        [[3, 17], [3]],
        [[0, 3], [0]],
      ],
      domain: [
        { from: -2, to: 2 },
        { from: 0, to: 3, integer: true },
      ],
    },
  ),
];
