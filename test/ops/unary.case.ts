import {
  abs,
  ceil,
  cos,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  log2,
  reciprocal,
  round,
  rsqrt,
  sign,
  sin,
  sqrt,
  square,
  trunc,
} from "../../src/ops/unary.ts";
import { type Domain, type OpCase, opCase } from "../support/opCase.ts";

const shapes = [[[1]], [[3]], [[5, 7]], [[131]], [[0]]] as const;
const positive: Domain = { from: 0.5, to: 4 };
const steps: Domain = {
  from: -3,
  to: 3,
  avoid: [-3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3],
};
const why = "rounded to float32 once or twice; assembly/math.ts states the error of each function";

export const cases: readonly OpCase[] = [
  opCase("exp", exp, {
    examples: [
      { in: [[0, -0, NaN, Infinity, -Infinity, 89]], out: [1, 1, NaN, Infinity, 0, Infinity] },
      { in: [[1, -1]], out: [2.718281828, 0.367879441], tolerance: 3e-7, why },
    ],
    shapes,
  }),
  opCase("expm1", expm1, {
    examples: [
      { in: [[0, -0, NaN, -Infinity, 1e-30]], out: [0, -0, NaN, -1, 1e-30] },
      { in: [[1]], out: [1.718281828], tolerance: 3e-7, why },
    ],
    shapes,
  }),
  opCase("log", log, {
    examples: [
      { in: [[1, 0, -1, Infinity, NaN]], out: [0, -Infinity, NaN, Infinity, NaN] },
      { in: [[2, 10]], out: [0.6931471806, 2.302585093], tolerance: 3e-7, why },
    ],
    shapes,
    domain: positive,
  }),
  opCase("log1p", log1p, {
    examples: [
      { in: [[0, -0, -1, -2, 1e-30]], out: [0, -0, -Infinity, NaN, 1e-30] },
      { in: [[1]], out: [0.6931471806], tolerance: 1e-7, why },
    ],
    shapes,
    domain: { from: -0.5, to: 3 },
  }),
  opCase("log2", log2, {
    examples: [{ in: [[1, 8, 0.25, 0, -1]], out: [0, 3, -2, -Infinity, NaN] }],
    shapes,
    domain: positive,
  }),
  opCase("sin", sin, {
    examples: [
      { in: [[0, -0, Infinity]], out: [0, -0, NaN] },
      { in: [[Math.PI / 6, 1]], out: [0.5, 0.8414709848], tolerance: 1e-7, why },
    ],
    shapes,
    domain: { from: -7, to: 7 },
  }),
  opCase("cos", cos, {
    examples: [
      { in: [[0, -0, -Infinity]], out: [1, 1, NaN] },
      { in: [[Math.PI / 3, 1]], out: [0.5, 0.5403023059], tolerance: 1e-7, why },
    ],
    shapes,
    domain: { from: -7, to: 7 },
  }),
  opCase("erf", erf, {
    // Abramowitz & Stegun, table 7.1.
    examples: [
      { in: [[0, -0, Infinity, -Infinity, NaN]], out: [0, -0, 1, -1, NaN] },
      {
        in: [[0.5, 1, -2]],
        out: [0.5204998778, 0.8427007929, -0.995322265],
        tolerance: 1.2e-7,
        why,
      },
    ],
    shapes,
  }),
  opCase("sqrt", sqrt, {
    examples: [
      { in: [[4, 2, 0, -0, -1, Infinity]], out: [2, 1.4142135623730951, 0, -0, NaN, Infinity] },
    ],
    shapes,
    domain: positive,
  }),
  opCase("rsqrt", rsqrt, {
    examples: [{ in: [[4, 0, -0, -1, Infinity]], out: [0.5, Infinity, -Infinity, NaN, 0] }],
    shapes,
    domain: positive,
  }),
  opCase("reciprocal", reciprocal, {
    examples: [
      { in: [[4, 3, 0, -0, -Infinity]], out: [0.25, 0.3333333333333333, Infinity, -Infinity, -0] },
    ],
    shapes,
    domain: positive,
  }),
  opCase("square", square, {
    examples: [{ in: [[-3, 0.5, -0, -Infinity, NaN]], out: [9, 0.25, 0, Infinity, NaN] }],
    shapes,
  }),
  opCase("abs", abs, {
    examples: [{ in: [[-3, 2, -0, -Infinity, NaN]], out: [3, 2, 0, Infinity, NaN] }],
    shapes,
    domain: { from: -2, to: 2, avoid: [0] },
  }),
  opCase("sign", sign, {
    examples: [{ in: [[-3, 2, 0, -0, -Infinity, NaN]], out: [-1, 1, 0, 0, -1, 0] }],
    shapes,
    domain: steps,
  }),
  opCase("floor", floor, {
    examples: [{ in: [[-1.5, 1.5, -0, 2, NaN]], out: [-2, 1, -0, 2, NaN] }],
    shapes,
    domain: steps,
  }),
  opCase("ceil", ceil, {
    examples: [{ in: [[-1.5, 1.5, -0.5, 2, NaN]], out: [-1, 2, -0, 2, NaN] }],
    shapes,
    domain: steps,
  }),
  opCase("round", round, {
    examples: [{ in: [[0.5, 1.5, 2.5, -0.5, -1.5, NaN]], out: [0, 2, 2, -0, -2, NaN] }],
    shapes,
    domain: steps,
  }),
  opCase("trunc", trunc, {
    examples: [{ in: [[-1.5, 1.5, -0.5, NaN]], out: [-1, 1, -0, NaN] }],
    shapes,
    domain: steps,
  }),
];
