import { expect, test } from "vitest";
import { conv1d, conv2d } from "../../src/layers/conv.ts";
import { conv1dTranspose, conv2dTranspose } from "../../src/layers/convTranspose.ts";
import type { Layer } from "../../src/layers/defineLayer.ts";
import { dense } from "../../src/layers/dense.ts";
import { depthwiseConv2d } from "../../src/layers/depthwiseConv2d.ts";
import { flatten } from "../../src/layers/flatten.ts";
import { input } from "../../src/layers/layerTensor.ts";
import { separableConv1d, separableConv2d } from "../../src/layers/separableConv.ts";
import { sequential } from "../../src/model/sequential.ts";
import { adam } from "../../src/optim/adam.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";

/** Small whole numbers: every sum of products is exact. */
function whole(shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => ((i * 7) % 11) - 5),
    shape,
  );
}

/** Shapes of weights and of the output for one sample. */
function shapesOf(layer: Layer, sample: readonly number[]): (readonly number[])[] {
  const x = layer(input(sample));
  return [...Object.values(layer.params([sample])).map((spec) => spec.shape), x.shape];
}

test.each<[string, Layer, readonly number[], readonly (readonly number[])[]]>([
  ["conv1d", conv1d({ filters: 4, kernelSize: 3 }), [10, 2], [[3, 2, 4], [4], [8, 4]]],
  [
    "conv1d, causal",
    conv1d({ filters: 4, kernelSize: 3, padding: "causal", strides: 2, groups: 2 }),
    [10, 2],
    [[3, 1, 4], [4], [5, 4]],
  ],
  [
    "conv2d",
    conv2d({ filters: 4, kernelSize: [3, 5], padding: "same", strides: [2, 1], useBias: false }),
    [7, 8, 3],
    [
      [3, 5, 3, 4],
      [4, 8, 4],
    ],
  ],
  [
    "conv2d, channels first",
    conv2d({ filters: 4, kernelSize: 3, dataFormat: "channelsFirst" }),
    [3, 7, 8],
    [[3, 3, 3, 4], [4], [4, 5, 6]],
  ],
  [
    "depthwiseConv2d",
    depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, dilationRate: 2 }),
    [7, 8, 3],
    [[3, 3, 3, 2], [6], [3, 4, 6]],
  ],
  [
    "separableConv1d",
    separableConv1d({ filters: 5, kernelSize: 3, padding: "causal", depthMultiplier: 2 }),
    [7, 3],
    [[3, 3, 2], [1, 6, 5], [5], [7, 5]],
  ],
  [
    "separableConv2d",
    separableConv2d({ filters: 5, kernelSize: 3 }),
    [7, 8, 3],
    [[3, 3, 3, 1], [1, 1, 3, 5], [5], [5, 6, 5]],
  ],
  [
    "conv1dTranspose",
    conv1dTranspose({ filters: 5, kernelSize: 4, strides: 3 }),
    [7, 3],
    [[4, 5, 3], [5], [22, 5]],
  ],
  [
    "conv2dTranspose, same",
    conv2dTranspose({ filters: 5, kernelSize: 3, strides: 2, padding: "same" }),
    [7, 8, 3],
    [[3, 3, 5, 3], [5], [14, 16, 5]],
  ],
  [
    // Keras: (n - 1) strides + taps - 2 floor(taps / 2) + outputPadding.
    "conv2dTranspose, same with outputPadding",
    conv2dTranspose({
      filters: 5,
      kernelSize: 3,
      strides: 2,
      padding: "same",
      outputPadding: 0,
    }),
    [7, 8, 3],
    [[3, 3, 5, 3], [5], [13, 15, 5]],
  ],
])("%s() has the shapes of Keras", (_, layer, sample, expected) => {
  expect(shapesOf(layer, sample)).toEqual(expected);
});

test("conv2d() adds its bias, then applies its activation", async () => {
  const model = sequential([
    conv2d({ filters: 1, kernelSize: 2, activation: "relu", inputShape: [2, 3, 1] }),
  ]);
  model.setWeights([
    [
      [[[1]], [[2]]],
      [[[3]], [[4]]],
    ],
    [-45],
  ]);
  const out = await model.predict([
    [
      [[1], [2], [3]],
      [[4], [5], [6]],
    ],
  ]);
  expect(out.array()).toEqual([[[[0], [2]]]]);
});

test.each([
  ["conv2d", (f: object) => conv2d({ filters: 3, kernelSize: 3, padding: "same", ...f })],
  ["depthwiseConv2d", (f: object) => depthwiseConv2d({ kernelSize: 2, strides: 2, ...f })],
  ["separableConv2d", (f: object) => separableConv2d({ filters: 3, kernelSize: 2, ...f })],
  ["conv2dTranspose", (f: object) => conv2dTranspose({ filters: 3, kernelSize: 2, ...f })],
])("%s() gives the same numbers with its channels first", async (_, make) => {
  const x = whole([2, 5, 4, 2]);
  const turned = (t: Tensor, [n, h, w, c]: readonly number[]): Tensor =>
    tensor(
      Float32Array.from({ length: t.size }, (_v, i) => {
        const [column, row] = [i % w!, Math.floor(i / w!) % h!];
        const [channel, image] = [Math.floor(i / w! / h!) % c!, Math.floor(i / w! / h! / c!)];
        return t.data[((image * h! + row) * w! + column) * c! + channel]!;
      }),
      [n!, c!, h!, w!],
    );
  const last = sequential([make({ inputShape: [5, 4, 2] })], { seed: 3 });
  const first = sequential([make({ inputShape: [2, 5, 4], dataFormat: "channelsFirst" })], {
    seed: 3,
  });
  const weights = last.getWeights().map((w) => whole(w.shape));
  last.setWeights(weights);
  first.setWeights(weights);
  const expected = await last.predict(x);
  const got = await first.predict(turned(x, x.shape));
  expect(got.array()).toEqual(turned(expected, expected.shape).array());
});

test("a net of convolutions learns where a bar stands", async () => {
  const n = 64;
  const x = new Float32Array(n * 36);
  const y = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    y[i] = i % 2;
    const at = (i >> 1) % 6;
    for (let j = 0; j < 6; j++) x[36 * i + (y[i] ? 6 * at + j : 6 * j + at)] = 1;
  }
  const model = sequential(
    [
      conv2d({
        filters: 4,
        kernelSize: 3,
        activation: "relu",
        padding: "same",
        inputShape: [6, 6, 1],
      }),
      separableConv2d({ filters: 4, kernelSize: 3, activation: "relu" }),
      flatten(),
      dense({ units: 2, activation: "softmax" }),
    ],
    { seed: 1 },
  );
  model.compile({
    optimizer: adam({ learningRate: 0.02 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  const history = await model.fit(tensor(x, [n, 6, 6, 1]), y, {
    epochs: 30,
    batchSize: 16,
    seed: 2,
  });
  expect(history.last("accuracy")).toBe(1);
});

test("convolutions name options and shapes that cannot be", () => {
  const conv = (more: object): unknown => conv2d({ filters: 4, kernelSize: 3, ...more });
  expect(() => conv({ filters: 0 })).toThrow("conv2d: filters must be a whole number >= 1, got 0");
  expect(() => conv({ kernelSize: [3] })).toThrow(
    "conv2d: kernelSize must be a whole number >= 1, or 2 of them, got [3]",
  );
  expect(() => conv({ padding: "causal" })).toThrow('conv2d: padding must be "valid", "same"');
  expect(() => conv({ groups: 3 })).toThrow("conv2d: groups must divide the 4 filters, got 3");
  expect(() => conv({ kernel_size: 3 })).toThrow('it is "kernelSize" here');
  expect(() => conv({ dataFormat: "NCHW" })).toThrow("conv2d: dataFormat must be");
  expect(() => conv2dTranspose({ filters: 1, kernelSize: 2, padding: "causal" })).toThrow(
    "conv2dTranspose: padding must be",
  );
  // @ts-expect-error -- the compiler knows the shape as well
  expect(() => sequential([conv2d({ filters: 1, kernelSize: 3, inputShape: [8] })])).toThrow(
    "input must have 4 axes [batch, rows, columns, channels], got [batch, 8]; reshape it",
  );
  expect(() => sequential([conv2d({ filters: 1, kernelSize: 3, inputShape: [2, 8, 1] })])).toThrow(
    "the kernel must fit, but spans 3 rows where there are 2",
  );
});

test("a kernel's fans include its area", () => {
  const model = sequential([
    conv2d({
      filters: 2,
      kernelSize: 5,
      kernelInitializer: "glorotUniform",
      inputShape: [8, 8, 2],
    }),
  ]);
  const limit = Math.sqrt(6 / (25 * 2 + 25 * 2));
  const largest = Math.max(...model.getWeights()[0]!.data.map(Math.abs));
  expect(largest).toBeLessThanOrEqual(limit);
  expect(largest).toBeGreaterThan(0.9 * limit);
});
