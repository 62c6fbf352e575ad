import { argMax, argMin } from "../../src/ops/argMax.ts";
import { cumsum } from "../../src/ops/cumsum.ts";
import { logSumExp } from "../../src/ops/logSumExp.ts";
import { max, min } from "../../src/ops/max.ts";
import { mean } from "../../src/ops/mean.ts";
import { norm } from "../../src/ops/norm.ts";
import { prod } from "../../src/ops/prod.ts";
import { sum } from "../../src/ops/sum.ts";
import { sort, topK } from "../../src/ops/topK.ts";
import { std, variance } from "../../src/ops/variance.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const attrs = [{ axis: 0 }, { axis: -1 }, { axis: 1, keepDims: true }, { axis: [0, 2] }, {}];
const along = [{ axis: 0 }, { axis: 1 }, { axis: -1 }];
const shapes = [[[1, 3, 1]], [[5, 7, 17]], [[2, 33, 3]]];
const withEmpty = [...shapes, [[0, 3, 2]]];
const row = [3, 1, 2];

export const cases: readonly OpCase[] = [
  opCase("sum", sum, { examples: [{ in: [row], out: 6 }, { in: [[]], out: 0 }], shapes: withEmpty, attrs }),
  opCase("mean", mean, { examples: [{ in: [row], out: 2 }, { in: [[]], out: NaN }], shapes, attrs }),
  opCase("max", max, { examples: [{ in: [row], out: 3 }, { in: [[1, NaN, 2]], out: NaN }], shapes, attrs }),
  opCase("min", min, { examples: [{ in: [row], out: 1 }, { in: [[1, NaN, 2]], out: NaN }], shapes, attrs }),
  opCase("prod", prod, { examples: [{ in: [row], out: 6 }, { in: [[]], out: 1 }], shapes: withEmpty, attrs, domain: { from: 0.5, to: 1.5 } }),
  opCase("variance", variance, {
    examples: [
      { in: [[1, 2, 3, 4]], out: 1.25 },
      { in: [[1, 2, 3]], attrs: { correction: 1 }, out: 1 },
      { in: [[1e7, 1e7 + 1, 1e7 + 2]], attrs: { correction: 1 }, out: 1 },
    ],
    shapes,
    attrs,
  }),
  opCase("std", std, { examples: [{ in: [[1, 2, 3]], attrs: { correction: 1 }, out: 1 }], shapes: [[[5, 7, 17]], [[2, 33, 3]]], attrs }),
  opCase("norm of order 1", (x) => norm(x, { order: 1, axis: -1 }), { examples: [{ in: [[3, -4]], out: 7 }], shapes, domain: { from: -2, to: 2, avoid: [0] } }),
  opCase("norm", norm, { examples: [{ in: [[3, -4]], out: 5 }, { in: [[0, 0]], out: 0 }], shapes, attrs }),
  opCase("norm of order Infinity", (x) => norm(x, { order: Infinity, axis: 1 }), { examples: [{ in: [[[3, -4]]], out: [4] }], shapes }),
  opCase("logSumExp", logSumExp, {
    examples: [
      { in: [[0, 0]], out: Math.LN2, tolerance: 1e-7, why: "log 2 is no float" },
      { in: [[-Infinity, -Infinity]], out: -Infinity },
      { in: [[1, Infinity]], out: Infinity },
      { in: [[1, NaN, Infinity]], out: NaN },
    ],
    shapes,
    attrs,
  }),
  opCase("cumsum", cumsum, { examples: [{ in: [row], out: [3, 4, 6] }, { in: [row], attrs: { reverse: true }, out: [6, 3, 2] }], shapes: withEmpty, attrs: along }),
  opCase("argMax", argMax, { examples: [{ in: [[1, 3, 3]], out: 1 }, { in: [[1, NaN, 3]], out: 1 }], shapes, attrs: along, differentiable: [] }),
  opCase("argMin", argMin, { examples: [{ in: [[3, 1, 1]], out: 1 }, { in: [[1, NaN, 3]], out: 1 }], shapes, attrs: along, differentiable: [] }),
  opCase("sort", (x) => sort(x, { axis: 1 }).values, { examples: [{ in: [[[3, NaN, -1, 2]]], out: [[-1, 2, 3, NaN]] }], shapes: [...shapes, [[2, 77, 1]]] }),
  opCase("topK", (x) => topK(x, { k: 2 }).values, { examples: [{ in: [[3, -1, NaN, 2]], out: [NaN, 3] }], shapes: [[[5, 7]], [[2, 3, 17]]] }),
];
