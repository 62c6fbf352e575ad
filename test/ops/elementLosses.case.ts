import {
  absoluteError,
  binaryCrossentropyOfProbabilities,
  hingeError,
  huberError,
  klDivergence,
  logCoshError,
  poissonError,
  sigmoidCrossentropy,
  squaredError,
  squaredHingeError,
} from "../../src/ops/elementLosses.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const shapes = [
  [[1], [1]],
  [[3], [3]],
  [
    [5, 7],
    [5, 7],
  ],
  [[17], [17]],
  [[0], [0]],
];
const why = "logarithms are rounded";

export const cases: readonly OpCase[] = [
  opCase("squaredError", squaredError, {
    examples: [
      {
        in: [
          [1, -2, NaN, Infinity],
          [3, -2, 0, 0],
        ],
        out: [4, 0, NaN, Infinity],
      },
    ],
    shapes,
  }),
  opCase("absoluteError", absoluteError, {
    examples: [
      {
        in: [
          [1, -2, NaN, -Infinity],
          [3, -2, 0, 0],
        ],
        out: [2, 0, NaN, Infinity],
      },
    ],
    shapes,
    // Apart from the kink at x = t.
    domain: [
      { from: -2, to: 2, avoid: [0] },
      { from: 0, to: 0.01 },
    ],
  }),
  opCase("huberError", huberError, {
    examples: [
      {
        in: [
          [0.5, -1, 3, NaN, -Infinity],
          [0, 0, 0, 0, 0],
        ],
        out: [0.125, 0.5, 2.5, NaN, Infinity],
      },
      {
        in: [
          [0.5, 2],
          [0, 0],
        ],
        attrs: { delta: 0.5 },
        out: [0.125, 0.875],
      },
    ],
    shapes,
    // One side of |x - t| = delta or the other: central differences do not see the bend.
    attrs: [{ delta: 0.5 }, { delta: 8 }],
    domain: [
      { from: 2, to: 4 },
      { from: 0, to: 1 },
    ],
  }),
  opCase("logCoshError", logCoshError, {
    examples: [
      {
        in: [
          [0, 100, -100, Infinity, NaN],
          [0, 0, 0, 0, 0],
        ],
        out: [0, 99.30685425, 99.30685425, Infinity, NaN],
        tolerance: 8e-6,
        why,
      },
      // log cosh e = e^2 / 2 - e^4 / 12 + ...: |e| - log 2 + log(1 + e^-2|e|) would give 0.
      {
        in: [
          [1e-4, -1e-6],
          [0, 0],
        ],
        out: [4.9999999917e-9, 5e-13],
        tolerance: 2e-15,
        why,
      },
      {
        in: [
          [1, 1.5],
          [0, 0.5],
        ],
        out: [0.4337808305, 0.4337808305],
        tolerance: 6e-8,
        why,
      },
    ],
    shapes,
  }),
  opCase("poissonError", poissonError, {
    examples: [
      {
        in: [
          [1, 2, 3],
          [0, 0, 0],
        ],
        out: [1, 2, 3],
      },
      {
        in: [
          [2, 0],
          [3, 1],
        ],
        out: [-0.0794416917, 16.118095651],
        tolerance: 2e-6,
        why,
      },
    ],
    shapes,
    domain: [
      { from: 0.1, to: 3 },
      { from: 0, to: 5 },
    ],
    differentiable: [0],
  }),
  opCase("klDivergence", klDivergence, {
    examples: [
      {
        in: [
          [0.25, 0.5],
          [0.5, 0.5],
        ],
        out: [0.34657359, 0],
        tolerance: 3e-8,
        why,
      },
      {
        in: [
          [0.25, 0, NaN],
          [0, 1, 1],
        ],
        attrs: { epsilon: 0 },
        out: [0, Infinity, NaN],
      },
    ],
    shapes,
    domain: { from: 0.05, to: 0.95 },
    differentiable: [0],
  }),
  opCase("binaryCrossentropyOfProbabilities", binaryCrossentropyOfProbabilities, {
    examples: [
      {
        in: [
          [0.5, 0.25, NaN],
          [1, 0, 1],
        ],
        out: [0.6931471806, 0.2876820724, NaN],
        tolerance: 6e-8,
        why,
      },
      // Keras's clipping to [1e-7, 1 - 1e-7], in float32; PyTorch's logarithm of at least -100.
      {
        in: [
          [0, 1],
          [1, 0],
        ],
        out: [16.118095651, 15.9423847],
        tolerance: 2e-6,
        why,
      },
      {
        in: [
          [0, 0, 1, 1],
          [0, 1, 0, 1],
        ],
        attrs: { epsilon: 0 },
        out: [0, 100, 100, -0],
      },
    ],
    shapes,
    domain: { from: 0.05, to: 0.95 },
    differentiable: [0],
  }),
  opCase("sigmoidCrossentropy", sigmoidCrossentropy, {
    examples: [
      {
        in: [
          [0, 1000, -1000, 1000, NaN],
          [1, 1, 1, 0, 1],
        ],
        out: [0.6931471806, 0, 1000, 1000, NaN],
        tolerance: 6e-8,
        why,
      },
      {
        in: [
          [2, -50],
          [0.5, 0],
        ],
        out: [1.126928011, 1.9287498e-22],
        tolerance: 1.2e-7,
        why,
      },
    ],
    shapes,
    domain: [
      { from: -4, to: 4 },
      { from: 0, to: 1 },
    ],
    differentiable: [0],
  }),
  opCase("hingeError", hingeError, {
    examples: [
      {
        in: [
          [0.5, 2, 0.5, 0.5, NaN],
          [1, 1, 0, -1, 1],
        ],
        out: [0.5, 0, 1.5, 1.5, NaN],
      },
    ],
    shapes,
    domain: [
      { from: -2, to: 0.9 },
      { from: 0.5, to: 1 },
    ],
    differentiable: [0],
  }),
  opCase("squaredHingeError", squaredHingeError, {
    examples: [
      {
        in: [
          [0.5, 2, 0.5, 0.5, NaN],
          [1, 1, 0, -1, 1],
        ],
        out: [0.25, 0, 2.25, 2.25, NaN],
      },
    ],
    shapes,
    domain: [
      { from: -2, to: 0.9 },
      { from: 0.5, to: 1 },
    ],
    differentiable: [0],
  }),
];
