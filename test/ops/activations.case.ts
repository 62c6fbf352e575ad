import { celu } from "../../src/ops/activations/celu.ts";
import { elu } from "../../src/ops/activations/elu.ts";
import { exponential } from "../../src/ops/activations/exponential.ts";
import { gelu } from "../../src/ops/activations/gelu.ts";
import { hardSigmoid } from "../../src/ops/activations/hardSigmoid.ts";
import { hardSwish } from "../../src/ops/activations/hardSwish.ts";
import { leakyRelu } from "../../src/ops/activations/leakyRelu.ts";
import { logSigmoid } from "../../src/ops/activations/logSigmoid.ts";
import { mish } from "../../src/ops/activations/mish.ts";
import { relu6 } from "../../src/ops/activations/relu6.ts";
import { selu } from "../../src/ops/activations/selu.ts";
import { sigmoid } from "../../src/ops/activations/sigmoid.ts";
import { silu } from "../../src/ops/activations/silu.ts";
import { softplus } from "../../src/ops/activations/softplus.ts";
import { softsign } from "../../src/ops/activations/softsign.ts";
import { tanh } from "../../src/ops/activations/tanh.ts";
import { type Domain, type OpCase, opCase } from "../support/opCase.ts";

const shapes = [[[1]], [[3]], [[5, 7]], [[131]], [[0]]] as const;
const wide: Domain = { from: -5, to: 5 };
const kinked: Domain = { from: -5, to: 5, avoid: [0] };
const why = "the definition in double precision; the kernel rounds a few times to float32";
const tolerance = 3e-7;

export const cases: readonly OpCase[] = [
  opCase("sigmoid", sigmoid, {
    examples: [
      { in: [[0, Infinity, -Infinity, NaN]], out: [0.5, 1, 0, NaN] },
      { in: [[1, -2]], out: [0.7310585786, 0.119202922], tolerance, why },
    ],
    shapes,
    domain: wide,
  }),
  opCase("tanh", tanh, {
    examples: [
      { in: [[0, -0, Infinity, -Infinity, NaN]], out: [0, -0, 1, -1, NaN] },
      { in: [[1, -0.5]], out: [0.761594156, -0.4621171573], tolerance, why },
    ],
    shapes,
    domain: wide,
  }),
  opCase("leakyRelu", leakyRelu, {
    examples: [
      {
        in: [[-2, -0, 3, NaN, Infinity]],
        attrs: { negativeSlope: 0.5 },
        out: [-1, -0, 3, NaN, Infinity],
      },
      { in: [[-1]], out: [-0.01] },
    ],
    shapes,
    attrs: [{}, { negativeSlope: 0.25 }],
    domain: kinked,
  }),
  opCase("elu", elu, {
    examples: [
      { in: [[0, 3, -Infinity, NaN]], out: [0, 3, -1, NaN] },
      { in: [[-1]], out: [-0.6321205588], tolerance, why },
      { in: [[-1]], attrs: { alpha: 2 }, out: [-1.2642411177], tolerance, why },
    ],
    shapes,
    attrs: [{}, { alpha: 1.5 }],
    domain: kinked,
  }),
  opCase("selu", selu, {
    examples: [
      { in: [[0, NaN]], out: [0, NaN] },
      { in: [[1, -1]], out: [1.0507009874, -1.1113307378], tolerance, why },
    ],
    shapes,
    domain: kinked,
  }),
  opCase("celu", celu, {
    examples: [
      { in: [[0, 3, -Infinity, NaN]], out: [0, 3, -1, NaN] },
      { in: [[-1]], attrs: { alpha: 2 }, out: [-0.7869386806], tolerance, why },
    ],
    shapes,
    attrs: [{}, { alpha: 1.5 }],
    domain: kinked,
  }),
  opCase("gelu", gelu, {
    examples: [
      { in: [[0, Infinity, NaN]], out: [0, Infinity, NaN] },
      { in: [[1, -1, 2]], out: [0.8413447461, -0.1586552539, 1.9544997361], tolerance, why },
      {
        in: [[1, -1, 2]],
        attrs: { approximate: "tanh" },
        out: [0.8411919906, -0.1588080094, 1.954597694],
        tolerance,
        why,
      },
    ],
    shapes,
    attrs: [{}, { approximate: "tanh" }],
    domain: { from: -4, to: 4 },
  }),
  opCase("silu", silu, {
    examples: [
      { in: [[0, Infinity, NaN]], out: [0, Infinity, NaN] },
      { in: [[1, -1]], out: [0.7310585786, -0.2689414214], tolerance, why },
    ],
    shapes,
    domain: wide,
  }),
  opCase("mish", mish, {
    examples: [
      { in: [[0, Infinity, NaN]], out: [0, Infinity, NaN] },
      { in: [[1, -1]], out: [0.8650983883, -0.3034014614], tolerance, why },
    ],
    shapes,
    domain: wide,
  }),
  opCase("softplus", softplus, {
    examples: [
      { in: [[21, Infinity, -Infinity, NaN]], out: [21, Infinity, 0, NaN] },
      { in: [[0, 1, -1]], out: [0.6931471806, 1.3132616875, 0.3132616875], tolerance, why },
      { in: [[1, 4]], attrs: { beta: 2, threshold: 5 }, out: [1.0634640055, 4], tolerance, why },
    ],
    shapes,
    attrs: [{}, { beta: 2, threshold: 4 }],
    domain: { from: -5, to: 5, avoid: [2] },
  }),
  opCase("logSigmoid", logSigmoid, {
    examples: [
      { in: [[-1000, Infinity, -Infinity, NaN]], out: [-1000, 0, -Infinity, NaN] },
      { in: [[0, 1, -1]], out: [-0.6931471806, -0.3132616875, -1.3132616875], tolerance, why },
    ],
    shapes,
    domain: wide,
  }),
  opCase("softsign", softsign, {
    examples: [{ in: [[0, 1, -1, 3, Infinity, NaN]], out: [0, 0.5, -0.5, 0.75, NaN, NaN] }],
    shapes,
    domain: kinked,
  }),
  opCase("relu6", relu6, {
    examples: [{ in: [[-1, 0, 3, 6, 9, Infinity, NaN]], out: [0, 0, 3, 6, 6, 6, NaN] }],
    shapes,
    domain: { from: -3, to: 9, avoid: [0, 6] },
  }),
  opCase("hardSigmoid", hardSigmoid, {
    examples: [{ in: [[-4, -3, 0, 1.5, 3, Infinity, NaN]], out: [0, 0, 0.5, 0.75, 1, 1, NaN] }],
    shapes,
    domain: { from: -5, to: 5, avoid: [-3, 3] },
  }),
  opCase("hardSwish", hardSwish, {
    examples: [
      { in: [[-4, -3, 0, 1.5, 3, 5, Infinity, NaN]], out: [-0, -0, 0, 1.125, 3, 5, Infinity, NaN] },
    ],
    shapes,
    domain: { from: -5, to: 5, avoid: [-3, 3] },
  }),
  opCase("exponential", exponential, {
    examples: [{ in: [[0, -Infinity]], out: [1, 0] }],
    shapes,
  }),
];
