import { conv1d } from "../../src/ops/conv1d.ts";
import { conv1dTranspose } from "../../src/ops/conv1dTranspose.ts";
import { conv2d, convFilterGrad, convInputGrad } from "../../src/ops/conv2d.ts";
import { conv2dTranspose } from "../../src/ops/conv2dTranspose.ts";
import type { NestedNumbers } from "../../src/tensor/tensor.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

/** A matrix as an image of one channel, [1, rows, columns, 1]. */
const image = (rows: readonly (readonly number[])[]): NestedNumbers => [
  rows.map((row) => row.map((v) => [v])),
];

/** A matrix as a kernel of one channel and one filter, [rows, columns, 1, 1]. */
const filter = (rows: readonly (readonly number[])[]): NestedNumbers =>
  rows.map((row) => row.map((v) => [[v]]));

const nine = image([
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
]);
const ones = filter([
  [1, 1],
  [1, 1],
]);

export const cases: readonly OpCase[] = [
  opCase("conv2d", conv2d, {
    examples: [
      {
        in: [nine, ones],
        out: image([
          [12, 16],
          [24, 28],
        ]),
      },
      // TensorFlow's "same": the one extra row and column stand behind.
      {
        in: [nine, ones],
        attrs: { padding: "same" },
        out: image([
          [12, 16, 9],
          [24, 28, 15],
          [15, 17, 9],
        ]),
      },
      // The kernel is not turned round.
      {
        in: [
          nine,
          filter([
            [1, 0],
            [0, 10],
          ]),
          [-60],
        ],
        attrs: { activation: "relu" },
        out: image([
          [0, 2],
          [24, 35],
        ]),
      },
      {
        in: [nine, ones],
        attrs: { strides: 2, padding: "same" },
        out: image([
          [12, 9],
          [15, 9],
        ]),
      },
      { in: [nine, ones], attrs: { dilationRate: 2 }, out: image([[20]]) },
      {
        in: [nine, ones],
        attrs: {
          padding: [
            [1, 0],
            [0, 0],
          ],
          strides: [2, 1],
        },
        out: image([
          [3, 5],
          [24, 28],
        ]),
      },
    ],
    // Below, at and above the tiles of 4 and 6 pixels and 8 channels; more than a block of 48 pixels, and of
    // 384 elements of a window; a kernel that is the whole image; no image.
    shapes: [
      [[1, 5, 7, 3], [3, 3, 3, 5], [5]],
      [[2, 9, 8, 1], [3, 2, 1, 9], [9]],
      [[1, 3, 3, 49], [3, 3, 49, 3], [3]],
      [[3, 4, 5, 5], [1, 1, 5, 7], [7]],
      [[0, 3, 3, 1], [3, 3, 1, 1], [1]],
    ],
    attrs: [{}, { padding: "same" }],
  }),
  opCase("conv2d with strides and dilation", conv2d, {
    examples: [
      {
        in: [nine, ones],
        attrs: { dilationRate: [1, 2] },
        out: image([[14], [26]]),
      },
    ],
    shapes: [
      [
        [1, 9, 7, 3],
        [3, 3, 3, 5],
      ],
      [
        [2, 7, 13, 2],
        [2, 3, 2, 9],
      ],
      [
        [1, 7, 7, 1],
        [1, 1, 1, 1],
      ],
      [
        [0, 7, 7, 3],
        [2, 2, 3, 1],
      ],
    ],
    attrs: [
      { strides: 2 },
      { strides: [3, 1], padding: "same" },
      { dilationRate: 2, padding: "same" },
      {
        strides: [1, 3],
        dilationRate: [2, 1],
        padding: [
          [1, 0],
          [0, 2],
        ],
      },
    ],
  }),
  opCase("conv2d with groups", conv2d, {
    examples: [
      {
        in: [[[[[1, 2]]]], [[[[10, 100]]]]],
        attrs: { groups: 2 },
        out: [[[[10, 200]]]],
      },
    ],
    shapes: [
      [
        [2, 5, 4, 6],
        [3, 3, 3, 10],
      ],
      [
        [1, 5, 5, 4],
        [2, 2, 2, 2],
      ],
      [
        [0, 5, 5, 2],
        [2, 2, 1, 2],
      ],
    ],
    attrs: [
      { groups: 2, padding: "same" },
      { groups: 2, strides: 2 },
    ],
  }),
  // A long row: sums over more than 384 pixels, part of a row each; windows that do not fill the padding.
  opCase("conv2d of many pixels", conv2d, {
    examples: [
      {
        in: [nine, filter([[2]])],
        out: image([
          [2, 4, 6],
          [8, 10, 12],
          [14, 16, 18],
        ]),
      },
    ],
    shapes: [
      [
        [1, 1, 401, 1],
        [1, 3, 1, 3],
      ],
      [
        [5, 9, 11, 1],
        [3, 3, 1, 1],
      ],
      [[2, 3, 29, 1], [3, 3, 1, 17], [17]],
      [
        [0, 9, 11, 1],
        [3, 3, 1, 1],
      ],
    ],
    attrs: [{ padding: "same" }, { padding: "same", strides: [2, 1] }],
  }),
  opCase("convInputGrad", convInputGrad, {
    examples: [
      {
        in: [image([[1, 2]]), ones],
        attrs: { size: [2, 3] },
        out: image([
          [1, 3, 2],
          [1, 3, 2],
        ]),
      },
      // Relu after the bias; pixels that no window meets get the bias alone.
      {
        in: [image([[1, -2]]), filter([[1]]), [1]],
        attrs: { size: [1, 4], strides: [1, 2], activation: "relu" },
        out: image([[2, 1, 0, 1]]),
      },
    ],
    shapes: [
      [[2, 3, 3, 5], [3, 3, 7, 5], [7]],
      [[0, 3, 3, 1], [3, 3, 3, 1], [3]],
    ],
    attrs: [
      { size: [5, 5] },
      {
        size: [8, 7],
        strides: [2, 2],
        padding: [
          [0, 0],
          [1, 0],
        ],
      },
    ],
  }),
  opCase("convFilterGrad", convFilterGrad, {
    examples: [
      {
        in: [
          nine,
          image([
            [1, 10],
            [100, 1000],
          ]),
        ],
        attrs: { kernelSize: [2, 2] },
        out: filter([
          [5421, 6532],
          [8754, 9865],
        ]),
      },
    ],
    shapes: [
      [
        [2, 5, 5, 3],
        [2, 3, 3, 5],
      ],
      [
        [0, 5, 5, 3],
        [0, 3, 3, 5],
      ],
    ],
    attrs: [{ kernelSize: [3, 3] }],
  }),
  opCase("conv1d", conv1d as OpCase["op"], {
    examples: [
      { in: [[[[1], [2], [4]]], [[[1]], [[10]]]], out: [[[21], [42]]] },
      {
        in: [[[[1], [2], [4]]], [[[1]], [[10]]]],
        attrs: { padding: "causal" },
        out: [[[10], [21], [42]]],
      },
    ],
    shapes: [
      [[2, 17, 3], [3, 3, 5], [5]],
      [[0, 7, 1], [3, 1, 1], [1]],
    ],
    attrs: [
      { padding: "causal", dilationRate: 2 },
      { padding: "same", strides: 3 },
      { padding: [2, 1], strides: 2, activation: "linear" },
    ],
  }),
  opCase("conv2dTranspose", conv2dTranspose as OpCase["op"], {
    examples: [
      {
        in: [
          image([
            [1, 2],
            [3, 4],
          ]),
          ones,
        ],
        out: image([
          [1, 3, 2],
          [4, 10, 6],
          [3, 7, 4],
        ]),
      },
      {
        in: [image([[1, 2]]), filter([[1, 10, 100]]), [1000]],
        attrs: { strides: [1, 2], padding: "same" },
        // Keras: one row less than "valid" gives, cut off behind.
        out: image([[1001, 1010, 1102, 1020]]),
      },
      {
        in: [image([[1, 2]]), filter([[1, 10, 100]])],
        attrs: {
          strides: [1, 2],
          padding: [
            [0, 0],
            [1, 1],
          ],
          outputPadding: [0, 1],
        },
        out: image([[10, 102, 20, 200]]),
      },
    ],
    shapes: [
      [[2, 3, 5, 3], [3, 3, 5, 3], [5]],
      [[0, 3, 3, 1], [2, 2, 3, 1], [3]],
    ],
    attrs: [{}, { strides: 2, padding: "same" }, { strides: [3, 2], outputPadding: [1, 0] }],
  }),
  opCase("conv1dTranspose", conv1dTranspose as OpCase["op"], {
    examples: [
      { in: [[[[1], [2]]], [[[1]], [[10]]]], attrs: { strides: 2 }, out: [[[1], [10], [2], [20]]] },
    ],
    shapes: [
      [[2, 7, 3], [3, 5, 3], [5]],
      [[0, 7, 3], [3, 5, 3], [5]],
    ],
    attrs: [
      { strides: 2, padding: "same" },
      { padding: [1, 0], dilationRate: 2 },
    ],
  }),
];
