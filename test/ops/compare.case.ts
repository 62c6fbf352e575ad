import { equal, greater, greaterEqual, less, lessEqual, notEqual } from "../../src/ops/compare.ts";
import { maximum, minimum } from "../../src/ops/maximum.ts";
import { pow } from "../../src/ops/pow.ts";
import { where } from "../../src/ops/where.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const shapes = [
  [[5], [5]],
  [[3, 1], [1, 7]],
  [[2, 3, 5], [3, 1]],
  [[17], []],
  [[1], [33]],
  [[7, 17], [7, 17]],
  [[0, 3], [3]],
];
const [left, right] = [{ from: -2, to: -0.1 }, { from: 0.1, to: 2 }];

export const cases: readonly OpCase[] = [
  opCase("maximum", maximum, {
    examples: [{ in: [[1, NaN, 3, -Infinity], [2, 1, NaN, -1]], out: [2, NaN, NaN, -1] }],
    shapes,
    domain: [left, right],
  }),
  opCase("minimum", minimum, {
    examples: [{ in: [[1, NaN, 3, -Infinity], [2, 1, NaN, -1]], out: [1, NaN, NaN, -Infinity] }],
    shapes,
    domain: [left, right],
  }),
  opCase("pow", pow, {
    examples: [{ in: [[2, 0, NaN, -8, -1], [10, 0, 0, 0.5, 3]], out: [1024, 1, 1, NaN, -1] }],
    shapes,
    domain: [right, { from: -2, to: 2 }],
  }),
  opCase("pow by 2", (x) => pow(x, 2), { examples: [{ in: [[-3, 0, NaN]], out: [9, 0, NaN] }], shapes: [[[5]], [[0]]] }),
  opCase("equal", equal, { examples: [{ in: [[1, NaN, 0], [1, NaN, -0]], out: [1, 0, 1] }], shapes, differentiable: [] }),
  opCase("notEqual", notEqual, { examples: [{ in: [[1, NaN], [1, NaN]], out: [0, 1] }], shapes, differentiable: [] }),
  opCase("less", less, { examples: [{ in: [[1, 2, NaN], 2], out: [1, 0, 0] }], shapes, differentiable: [] }),
  opCase("lessEqual", lessEqual, { examples: [{ in: [[1, 2, 3], 2], out: [1, 1, 0] }], shapes, differentiable: [] }),
  opCase("greater", greater, { examples: [{ in: [[1, 2, 3], 2], out: [0, 0, 1] }], shapes, differentiable: [] }),
  opCase("greaterEqual", greaterEqual, { examples: [{ in: [[1, 2, 3], 2], out: [0, 1, 1] }], shapes, differentiable: [] }),
  opCase("where a < b", (a, b) => where(less(a, b), a, b), {
    examples: [{ in: [[1, 5, NaN], [3, 2, 1]], out: [1, 2, 1] }],
    shapes,
    domain: [left, right],
  }),
];
