import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import { type ResizeOptions, resize2d } from "../../src/ops/resize.ts";
import { warp } from "../../src/ops/warp.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

/** One image of one channel. */
const image = (rows: readonly (readonly number[])[]) => [rows.map((row) => row.map((v) => [v]))];
const shapes = [[[1, 2, 3, 1]], [[2, 5, 3, 3]], [[1, 3, 7, 17]], [[0, 2, 3, 4]]];
const small = image([
  [1, 2],
  [3, 4],
]);

type Call = (...args: readonly unknown[]) => SymbolicTensor;
const resized: Call = (x, options) => resize2d(x as SymbolicTensor, options as ResizeOptions);

export const cases: readonly OpCase[] = [
  opCase("resize2d", resized, {
    examples: [
      {
        in: [small],
        attrs: { size: [3, 4] },
        out: image([
          [1, 1, 2, 2],
          [3, 3, 4, 4],
          [3, 3, 4, 4],
        ]),
      },
      {
        in: [image([[0, 8]])],
        attrs: { size: [2, 4], method: "bilinear" },
        out: image([
          [0, 2, 6, 8],
          [0, 2, 6, 8],
        ]),
      },
      {
        in: [image([[0, 6]])],
        attrs: { size: [1, 4], method: "bilinear", alignCorners: true },
        out: image([[0, 2, 4, 6]]),
        tolerance: 1e-6,
        why: "a third is rounded",
      },
      { in: [image([[1, 2, 3, 4]])], attrs: { size: [1, 2] }, out: image([[2, 4]]) },
    ],
    shapes,
    attrs: [
      { size: [4, 5] },
      { size: [4, 6], method: "bilinear" },
      { size: [1, 5], method: "bilinear", alignCorners: true },
      { size: [2, 2], method: "bilinear" },
    ],
  }),
  opCase("warp", warp as OpCase["op"], {
    examples: [
      // The image itself, to the bit.
      { in: [image([[0.1, 0.2, 0.3]]), [[1, 0, 0, 0, 1, 0]]], out: image([[0.1, 0.2, 0.3]]) },
      // Mirrored; a quarter turn.
      { in: [image([[0.1, 0.2, 0.3]]), [[-1, 0, 0, 0, 1, 0]]], out: image([[0.3, 0.2, 0.1]]) },
      {
        in: [small, [[0, -1, 0, 1, 0, 0]]],
        out: image([
          [2, 4],
          [1, 3],
        ]),
      },
      // One column to the left, with each fill.
      {
        in: [image([[1, 2, 3]]), [[1, 0, 2, 0, 1, 0]]],
        attrs: { fillMode: "constant", fillValue: 9 },
        out: image([[3, 9, 9]]),
      },
      {
        in: [image([[1, 2, 3]]), [[1, 0, 2, 0, 1, 0]]],
        attrs: { fillMode: "nearest" },
        out: image([[3, 3, 3]]),
      },
      { in: [image([[1, 2, 3]]), [[1, 0, 2, 0, 1, 0]]], out: image([[3, 3, 2]]) },
      { in: [image([[1, 2, 3]]), [[1, 0, -5, 0, 1, 0]]], out: image([[2, 3, 3]]) },
      // Half a column to the left.
      { in: [image([[1, 2, 3]]), [[1, 0, 0.5, 0, 1, 0]]], out: image([[1.5, 2.5, 3]]) },
      // A part, and a NaN map.
      {
        in: [image([[1, 2, 3, 4]]), [[1, 0, 0, 0, 1, 0]]],
        attrs: { width: 2, method: "nearest" },
        out: image([[2, 3]]),
      },
      { in: [image([[1, 2, 3]]), [[NaN, 0, 0, 0, 1, 0]]], out: image([[1, 1, 1]]) },
    ],
    shapes: [
      [
        [1, 2, 3, 1],
        [1, 6],
      ],
      [
        [3, 5, 3, 3],
        [3, 6],
      ],
      [
        [2, 3, 7, 17],
        [2, 6],
      ],
      [
        [0, 2, 3, 4],
        [0, 6],
      ],
    ],
    attrs: [
      {},
      { fillMode: "constant", fillValue: 2 },
      { fillMode: "nearest", method: "nearest", height: 4, width: 5 },
    ],
    differentiable: [0],
  }),
];
