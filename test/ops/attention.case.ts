import { attention } from "../../src/ops/attention.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const ln3 = Math.log(3);
const why = "exp and the division round";

/** One batch, one head: [length][features] to [1][length][1][features]. */
function rows(matrix: readonly (readonly number[])[]): number[][][][] {
  return [matrix.map((row) => [[...row]])];
}

/** Keys that a query of [1] scores 0 and ln 3: weights 1/4 and 3/4. */
const q = rows([[1], [1]]);
const k = rows([[0], [ln3]]);
const v = rows([
  [4, 0],
  [8, -4],
]);
const floats = { from: -2, to: 2 };
const bytes = { from: 0, to: 2, dtype: "bool" as const };

export const cases: readonly OpCase[] = [
  opCase("attention", attention, {
    examples: [
      {
        in: [q, k, v],
        out: rows([
          [7, -3],
          [7, -3],
        ]),
        tolerance: 2e-6,
        why,
      },
      {
        in: [q, k, v],
        attrs: { scale: 0 },
        out: rows([
          [6, -2],
          [6, -2],
        ]),
      },
      {
        in: [q, k, v],
        attrs: { causal: true },
        out: rows([
          [4, 0],
          [7, -3],
        ]),
        tolerance: 2e-6,
        why,
      },
      // More keys than queries: the diagonal starts at the first of both.
      { in: [rows([[1]]), k, v], attrs: { causal: true }, out: rows([[4, 0]]) },
      // A query that sees nothing gives zeros, the other is not touched by what is hidden.
      {
        in: [
          q,
          k,
          v,
          [
            [-Infinity, -Infinity],
            [0, -Infinity],
          ],
        ],
        out: rows([
          [0, 0],
          [4, 0],
        ]),
      },
      {
        in: [rows([[NaN], [1]]), k, v],
        attrs: { scale: 0 },
        out: rows([
          [NaN, NaN],
          [6, -2],
        ]),
      },
    ],
    shapes: [
      [
        [1, 1, 1, 1],
        [1, 1, 1, 1],
        [1, 1, 1, 1],
      ],
      [
        [2, 5, 3, 7],
        [2, 7, 3, 7],
        [2, 7, 3, 5],
      ],
      [
        [1, 17, 2, 3],
        [1, 5, 2, 3],
        [1, 5, 2, 9],
      ],
      [
        [1, 51, 1, 4],
        [1, 53, 1, 4],
        [1, 53, 1, 4],
      ],
      [
        [0, 3, 2, 5],
        [0, 3, 2, 5],
        [0, 3, 2, 5],
      ],
      [
        [2, 3, 1, 5],
        [2, 0, 1, 5],
        [2, 0, 1, 5],
      ],
      [
        [2, 0, 1, 5],
        [2, 3, 1, 5],
        [2, 3, 1, 5],
      ],
    ],
    attrs: [{}, { causal: true, scale: 0.7 }],
  }),
  opCase("attention under an added mask", attention, {
    examples: [
      {
        in: [q, k, v, [[-ln3], [5]]],
        out: rows([
          [7, -3],
          [7, -3],
        ]),
        tolerance: 2e-6,
        why,
      },
      {
        in: [q, k, v, [0, -ln3]],
        out: rows([
          [6, -2],
          [6, -2],
        ]),
        tolerance: 2e-6,
        why,
      },
    ],
    shapes: [
      [
        [2, 5, 3, 4],
        [2, 7, 3, 4],
        [2, 7, 3, 4],
        [5, 7],
      ],
      [
        [2, 5, 3, 4],
        [2, 7, 3, 4],
        [2, 7, 3, 4],
        [2, 1, 1, 7],
      ],
      [
        [2, 5, 3, 4],
        [2, 6, 3, 4],
        [2, 6, 3, 4],
        [3, 5, 1],
      ],
      [
        [0, 3, 2, 5],
        [0, 3, 2, 5],
        [0, 3, 2, 5],
        [3, 3],
      ],
    ],
    attrs: [{}, { causal: true }],
  }),
  opCase("attention under a mask of what is kept", attention, {
    examples: [
      {
        in: [
          q,
          k,
          v,
          [
            [0, 1],
            [0, 0],
          ],
        ],
        out: rows([
          [8, -4],
          [0, 0],
        ]),
      },
      {
        in: [q, k, v, [[1], [0]]],
        attrs: { scale: 0 },
        out: rows([
          [6, -2],
          [0, 0],
        ]),
      },
    ],
    shapes: [
      [
        [2, 5, 3, 4],
        [2, 7, 3, 4],
        [2, 7, 3, 4],
        [2, 3, 5, 7],
      ],
      [
        [2, 5, 3, 4],
        [2, 7, 3, 4],
        [2, 7, 3, 4],
        [2, 1, 5, 1],
      ],
      [[1, 9, 2, 3], [1, 17, 2, 3], [1, 17, 2, 3], [17]],
      [
        [0, 3, 2, 5],
        [0, 3, 2, 5],
        [0, 3, 2, 5],
        [3, 3],
      ],
    ],
    attrs: [{}, { causal: true }],
    domain: [floats, floats, floats, bytes],
    differentiable: [0, 1, 2],
  }),
  opCase("attention with dropout", (a, b, c) => attention(a, b, c, { dropout: 0.25, seed: 2 }), {
    // Weights of 1/2: uniformAt() of seed 2 is above 0.25 at element 0 and below it at element 1.
    examples: [
      {
        in: [rows([[0]]), k, v],
        out: rows([[8 / 3, 0]]),
      },
    ],
    shapes: [
      [
        [2, 5, 3, 4],
        [2, 7, 3, 4],
        [2, 7, 3, 5],
      ],
      [
        [1, 3, 1, 4],
        [1, 37, 1, 4],
        [1, 37, 1, 3],
      ],
      [
        [0, 3, 2, 5],
        [0, 3, 2, 5],
        [0, 3, 2, 5],
      ],
    ],
  }),
  opCase(
    "attention with dropout and an added mask",
    (a, b, c, mask) => attention(a, b, c, mask, { dropout: 0.25, seed: 2 }),
    {
      examples: [{ in: [rows([[0]]), k, v, [[[[0, 0]]]]], out: rows([[8 / 3, 0]]) }],
      shapes: [
        [
          [2, 3, 2, 4],
          [2, 5, 2, 4],
          [2, 5, 2, 3],
          [1, 2, 3, 5],
        ],
        [
          [0, 3, 2, 5],
          [0, 3, 2, 5],
          [0, 3, 2, 5],
          [1, 1, 3, 3],
        ],
      ],
    },
  ),
];
