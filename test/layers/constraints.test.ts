import { expect, test } from "vitest";
import {
  type Layer,
  batchNormalization,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  embedding,
  flatten,
  layerNormalization,
  lstm,
  multiHeadAttention,
  nonNeg,
  prelu,
  separableConv2d,
  sequential,
  sgd,
  tensor,
} from "../../src/index.ts";
import { Random } from "../../src/math/random.ts";

const image = [4, 4, 2];

/** Layers with a constraint on each of these parameters, and the shape of a sample. */
const CASES: readonly [Layer, readonly string[], readonly number[]][] = [
  [
    conv2d({ filters: 3, kernelSize: 2, kernelConstraint: nonNeg(), biasConstraint: "nonNeg" }),
    ["kernel", "bias"],
    image,
  ],
  [conv2dTranspose({ filters: 3, kernelSize: 2, kernelConstraint: nonNeg() }), ["kernel"], image],
  [depthwiseConv2d({ kernelSize: 2, depthwiseConstraint: nonNeg() }), ["kernel"], image],
  [
    separableConv2d({
      filters: 3,
      kernelSize: 2,
      depthwiseConstraint: nonNeg(),
      pointwiseConstraint: nonNeg(),
    }),
    ["depthwiseKernel", "pointwiseKernel"],
    image,
  ],
  [batchNormalization({ gammaConstraint: nonNeg(), betaConstraint: nonNeg() }), ["beta"], image],
  [layerNormalization({ betaConstraint: nonNeg() }), ["beta"], image],
  [prelu({ alphaConstraint: nonNeg() }), ["alpha"], image],
  [
    lstm({ units: 3, kernelConstraint: nonNeg(), recurrentConstraint: nonNeg() }),
    ["kernel", "recurrentKernel"],
    [4, 2],
  ],
  [
    multiHeadAttention({ numHeads: 2, keyDim: 3, kernelConstraint: nonNeg() }),
    ["query/kernel"],
    [4, 2],
  ],
];

test.each(CASES.map((one) => [one[0].kind, ...one] as const))(
  "%s keeps its constraints after a step",
  async (_, layer, parameters, shape) => {
    const model = sequential([layer, flatten()], { seed: 1 });
    model.build(shape);
    model.compile({ optimizer: sgd({ learningRate: 1 }), loss: "meanSquaredError" });
    const random = new Random(2, 0);
    const size = shape.reduce((a, b) => a * b, 1);
    const width = model.outputs[0]!.shape[0]!;
    const samples = Float32Array.from({ length: 3 * size }, () => random.normal());
    const labels = Float32Array.from({ length: 3 * width }, () => 3 * random.normal() - 2);
    await model.trainOnBatch(tensor(samples, [3, ...shape]), tensor(labels, [3, width]));
    const weights = model.getWeights();
    for (const parameter of parameters) {
      const at = model.variables.findIndex((v) => v.name.endsWith(`/${parameter}`));
      expect(at, model.variables.map((v) => v.name).join()).toBeGreaterThanOrEqual(0);
      const { data } = weights[at]!;
      expect(Math.min(...data), parameter).toBe(0);
    }
  },
);

test("embedding keeps its constraint", async () => {
  const model = sequential(
    [embedding({ inputDim: 5, outputDim: 3, embeddingsConstraint: nonNeg() }), flatten()],
    { seed: 1 },
  );
  model.build([2]);
  model.compile({ optimizer: sgd({ learningRate: 1 }), loss: "meanSquaredError" });
  await model.trainOnBatch([[0, 1]], [[1, -1, 1, -1, 1, -1]]);
  expect(Math.min(...model.getWeights()[0]!.data)).toBe(0);
});
