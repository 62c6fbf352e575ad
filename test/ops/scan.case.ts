import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import { tanh } from "../../src/ops/activations/tanh.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { scan } from "../../src/ops/scan.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

/** h = tanh(x w + h u), given h0 [batch, units]. */
const elman = (x: SymbolicTensor, w: SymbolicTensor, u: SymbolicTensor, h0: SymbolicTensor) =>
  scan(
    (h: SymbolicTensor, part: SymbolicTensor) => {
      const next = tanh(add(matmul(part, w), matmul(h, u)));
      return [next, next];
    },
    { init: h0, xs: x },
  );

export const cases: readonly OpCase[] = [
  opCase("scan of a plain cell", (x, w, u, h0) => elman(x!, w!, u!, h0!).ys, {
    examples: [{ in: [[[[0], [0]]], [[1]], [[1]], [[0]]], out: [[[0], [0]]] }],
    shapes: [
      [
        [5, 3, 2],
        [2, 3],
        [3, 3],
        [5, 3],
      ],
      [
        [1, 1, 1],
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      [
        [0, 3, 2],
        [2, 3],
        [3, 3],
        [0, 3],
      ],
    ],
    domain: { from: -1, to: 1 },
  }),
  opCase(
    "scan with two states, backwards along the first axis",
    (x, z, a, b) =>
      scan(
        ([p, q]: readonly SymbolicTensor[], [xi, zi]: readonly SymbolicTensor[]) => {
          const next = add(mul(p!, xi!), q!);
          return [[next, add(q!, zi!)], next];
        },
        { init: [a!, b!], xs: [x!, z!], axis: 0, reverse: true },
      ).ys,
    {
      // p = 1, q = 2; x and z from the last: p = 1 5 + 2, q = 2 + 7, then p = 7 3 + 9
      examples: [{ in: [[[3], [5]], [[1], [7]], [1], [2]], out: [[30], [7]] }],
      shapes: [
        [[3, 5], [3, 5], [5], [5]],
        [[2, 0], [2, 0], [0], [0]],
      ],
    },
  ),
];
