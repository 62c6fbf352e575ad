import { argMax, argMin } from "../../src/ops/argMax.ts";
import { cumsum } from "../../src/ops/cumsum.ts";
import { logSumExp } from "../../src/ops/logSumExp.ts";
import { max, min } from "../../src/ops/max.ts";
import { mean } from "../../src/ops/mean.ts";
import { norm } from "../../src/ops/norm.ts";
import { prod } from "../../src/ops/prod.ts";
import { sort, topK } from "../../src/ops/topK.ts";
import { std, variance } from "../../src/ops/variance.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const attrs = [{ axis: 0 }, { axis: -1 }, { axis: 1, keepDims: true }, { axis: [0, 2] }, {}];
const along = [{ axis: 0 }, { axis: 1 }, { axis: -1 }];
const shapes = [[[1, 3, 1]], [[5, 3, 7]], [[2, 33, 3]]];
const withEmpty = [...shapes, [[0, 3, 2]]];
const notEmpty = "there is nothing to choose from, and an error says so";
const distinct = { from: -2, to: 2, distinct: true };
const few = [[[1, 3, 1]], [[2, 3, 5]], [[1, 5, 3]]];
const row = [3, 1, 2];

export const cases: readonly OpCase[] = [
  opCase("mean", mean as OpCase["op"], {
    examples: [
      { in: [row], out: 2 },
      { in: [[]], out: NaN },
    ],
    shapes: [...shapes, [[0, 3, 2]]],
    attrs: [{ axis: 1 }, { axis: -1, keepDims: true }, { axis: [1, 2] }],
  }),
  opCase("max", max as OpCase["op"], {
    examples: [
      { in: [row], out: 3 },
      { in: [[1, NaN, 2]], out: NaN },
    ],
    shapes: few,
    attrs,
    domain: distinct,
    notEmpty,
  }),
  opCase("min", min as OpCase["op"], {
    examples: [
      { in: [row], out: 1 },
      { in: [[1, NaN, 2]], out: NaN },
    ],
    shapes: few,
    attrs,
    domain: distinct,
    notEmpty,
  }),
  opCase("prod", prod as OpCase["op"], {
    examples: [
      { in: [row], out: 6 },
      { in: [[]], out: 1 },
    ],
    shapes: [...few, [[0, 3, 2]]],
    attrs,
    domain: { from: 0.5, to: 1.5 },
  }),
  opCase("variance", variance as OpCase["op"], {
    examples: [
      { in: [[1, 2, 3, 4]], out: 1.25 },
      { in: [[1, 2, 3]], attrs: { correction: 1 }, out: 1 },
      { in: [[1e7, 1e7 + 1, 1e7 + 2]], attrs: { correction: 1 }, out: 1 },
      { in: [[5]], attrs: { correction: 1 }, out: NaN },
    ],
    shapes: withEmpty,
    attrs: [{ axis: 1 }, { axis: -1, keepDims: true }, { axis: [1, 2] }],
  }),
  opCase("variance of all", (x) => variance(x), {
    examples: [
      {
        in: [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        out: 1.25,
      },
    ],
    shapes,
    notEmpty: "it is NaN, as of any empty axis",
  }),
  opCase("std", std as OpCase["op"], {
    examples: [
      { in: [[1, 2, 3]], attrs: { correction: 1 }, out: 1 },
      { in: [[2, 2]], out: 0 },
    ],
    shapes: [[[2, 5, 3]], [[3, 7, 5]], [[0, 3, 2]]],
    attrs: [{ axis: 1 }, { axis: -1, keepDims: true }, { axis: [1, 2] }],
    domain: distinct,
  }),
  opCase("norm of order 1", (x) => norm(x, { order: 1, axis: -1 }), {
    examples: [{ in: [[3, -4]], out: 7 }],
    shapes: withEmpty,
    domain: { from: -2, to: 2, avoid: [0] },
  }),
  opCase("norm", norm as OpCase["op"], {
    examples: [
      { in: [[3, -4]], out: 5 },
      { in: [[0, 0]], out: 0 },
    ],
    shapes: withEmpty,
    attrs,
    domain: { from: 0.5, to: 2 },
  }),
  opCase("norm of order Infinity", (x) => norm(x, { order: Infinity, axis: 1 }), {
    examples: [{ in: [[[3, -4]]], out: [4] }],
    shapes: few,
    domain: { from: 0.1, to: 4, distinct: true },
    notEmpty,
  }),
  opCase("logSumExp", logSumExp as OpCase["op"], {
    examples: [
      { in: [[0, 0]], out: 0.6931471805599453, tolerance: 1e-7, why: "log 2 is no float" },
      { in: [[-Infinity, -Infinity]], out: -Infinity },
      { in: [[1, Infinity]], out: Infinity },
      { in: [[1, NaN, Infinity]], out: NaN },
    ],
    shapes: withEmpty,
    attrs,
  }),
  opCase("cumsum", cumsum as OpCase["op"], {
    examples: [
      { in: [row], out: [3, 4, 6] },
      { in: [row], attrs: { reverse: true }, out: [6, 3, 2] },
      { in: [row], attrs: { exclusive: true }, out: [0, 3, 4] },
      { in: [row], attrs: { exclusive: true, reverse: true }, out: [3, 2, 0] },
    ],
    shapes: withEmpty,
    attrs: [...along, { axis: 1, exclusive: true }],
  }),
  opCase("argMax", argMax as OpCase["op"], {
    examples: [
      { in: [[1, 3, 3]], out: 1 },
      { in: [[1, NaN, 3]], out: 1 },
      {
        in: [
          [
            [1, NaN, 3],
            [2, 1, 4],
          ],
        ],
        attrs: { axis: 0 },
        out: [1, 0, 1],
      },
    ],
    shapes,
    attrs: along,
    differentiable: [],
    notEmpty,
  }),
  opCase("argMin", argMin as OpCase["op"], {
    examples: [
      { in: [[3, 1, 1]], out: 1 },
      { in: [[1, NaN, 3]], out: 1 },
      { in: [[-Infinity, -Infinity]], out: 0 },
    ],
    shapes,
    attrs: along,
    differentiable: [],
    notEmpty,
  }),
  opCase("sort", (x) => sort(x, { axis: 1 }).values, {
    examples: [{ in: [[[3, NaN, -1, 2]]], out: [[-1, 2, 3, NaN]] }],
    shapes: [[[1, 3, 1]], [[2, 5, 3]], [[1, 45, 1]], [[0, 3, 2]]],
    domain: distinct,
  }),
  opCase("sort, its indices", (x) => sort(x, { descending: true }).indices, {
    examples: [{ in: [[0, NaN, -0, 1, 1]], out: [1, 3, 4, 0, 2] }],
    shapes: [[[3, 5]], [[2, 77]], [[0, 3]]],
    differentiable: [],
  }),
  opCase("topK", (x) => topK(x, { k: 2 }).values, {
    examples: [{ in: [[3, -1, NaN, 2]], out: [NaN, 3] }],
    shapes: [[[5, 7]], [[2, 3, 5]], [[0, 3]]],
    domain: distinct,
  }),
];
