import { expect, test } from "vitest";
import { batchNormalization } from "../../src/layers/batchNormalization.ts";
import { groupNormalization } from "../../src/layers/groupNormalization.ts";
import { layerNormalization } from "../../src/layers/layerNormalization.ts";
import { normalization } from "../../src/layers/normalization.ts";
import { prelu } from "../../src/layers/prelu.ts";
import { rescaling } from "../../src/layers/rescaling.ts";
import { rmsNormalization } from "../../src/layers/rmsNormalization.ts";
import { sequential } from "../../src/model/sequential.ts";
import { sgd } from "../../src/optim/sgd.ts";

/** A batch of four samples of two channels: means 4 and 0, biased variances 5 and 1. */
const x = [
  [1, -1],
  [3, 1],
  [5, -1],
  [7, 1],
];
const y = x;

function normalized(options: Parameters<typeof batchNormalization>[0] = {}) {
  const layer = batchNormalization(options);
  const model = sequential([layer]);
  // With this learning rate gamma and beta stay.
  model.compile({ optimizer: sgd({ learningRate: 1e-30 }), loss: "meanSquaredError" });
  model.build([2]);
  return { layer, model };
}

/** movingMean and movingVariance. */
function running(model: ReturnType<typeof sequential>): number[][] {
  return model
    .getWeights()
    .slice(-2)
    .map((t) => [...t.data]);
}

function close(got: readonly number[][], expected: readonly number[][]): void {
  got.forEach((row, i) => row.forEach((v, j) => expect(v).toBeCloseTo(expected[i]![j]!, 5)));
  expect(got.length).toBe(expected.length);
}

test("batchNormalization() moves its running statistics by 1 - momentum of the way, step by step", async () => {
  const { model } = normalized({ momentum: 0.9 });
  expect(running(model)).toEqual([
    [0, 0],
    [1, 1],
  ]);
  await model.fit(x, y, { epochs: 1, batchSize: "all" });
  close(running(model), [
    [0.4, 0],
    [1.4, 1],
  ]);
  await model.fit(x, y, { epochs: 2, batchSize: "all" });
  // 4 (1 - .9^3) and 5 - 4 .9^3
  close(running(model), [
    [1.084, 0],
    [2.084, 1],
  ]);
});

test("batchNormalization() moves towards the unbiased variance where it is told to", async () => {
  const { model } = normalized({ momentum: 0.5, unbiasedRunningVariance: true });
  await model.fit(x, y, { epochs: 1, batchSize: "all" });
  close(running(model), [
    [2, 0],
    [0.5 * (1 + 20 / 3), 0.5 * (1 + 4 / 3)],
  ]);
});

test("batchNormalization() takes the running statistics in evaluation and prediction, and leaves them", async () => {
  const { model } = normalized({ epsilon: 0 });
  model.setWeights([
    [2, 1],
    [10, 0],
    [3, 1],
    [4, 9],
  ]);
  const expected = x.map(([a, b]) => [(2 * (a! - 3)) / 2 + 10, (b! - 1) / 3]);
  close((await model.predict(x)).array() as number[][], expected);
  const { loss } = await model.evaluate(x, expected);
  expect(loss).toBeLessThan(1e-10);
  expect(running(model)).toEqual([
    [3, 1],
    [4, 9],
  ]);
});

test("batchNormalization() that is frozen trains nothing, uses its running statistics and leaves them", async () => {
  const { model, layer } = normalized({ epsilon: 0 });
  model.setWeights([
    [1, 1],
    [0, 0],
    [3, 1],
    [4, 9],
  ]);
  layer.trainable = false;
  const expected = x.map(([a, b]) => [(a! - 3) / 2, (b! - 1) / 3]);
  const history = await model.fit(x, expected, { epochs: 2, batchSize: "all" });
  expect(history.last("loss")).toBeLessThan(1e-10);
  expect(running(model)).toEqual([
    [3, 1],
    [4, 9],
  ]);
  layer.trainable = true;
  await model.fit(x, expected, { epochs: 1, batchSize: "all" });
  expect(running(model)[0]![0]).not.toBe(3);
});

test("batchNormalization() has no gamma without scale and no beta without center, and trains those it has", async () => {
  const counts = [{}, { scale: false }, { center: false }, { scale: false, center: false }].map(
    (options) => normalized(options).model.getWeights().length,
  );
  expect(counts).toEqual([4, 3, 3, 2]);
  const { model } = normalized();
  model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "meanSquaredError" });
  const history = await model.fit(x, x, { epochs: 200, batchSize: "all" });
  // gamma x + beta with gamma the deviation and beta the mean gives x back.
  expect(history.last("loss")).toBeLessThan(1e-6);
  const [gamma, beta] = model.getWeights().map((t) => [...t.data]);
  close(
    [gamma!, beta!],
    [
      [Math.sqrt(5.001), Math.sqrt(1.001)],
      [4, 0],
    ],
  );
});

test("batchNormalization() along axis 1 does what it does along the last of the transposed input", async () => {
  const image = Array.from({ length: 2 }, (_, n) =>
    Array.from({ length: 3 }, (_, c) =>
      Array.from({ length: 5 }, (_, i) => (n * 7 + c * 3 + i * i) % 5),
    ),
  );
  const last = image.map((sample) => sample[0]!.map((_, i) => sample.map((row) => row[i]!)));
  const outputs = await Promise.all(
    [
      { data: image, axis: 1, shape: [3, 5] },
      { data: last, axis: -1, shape: [5, 3] },
    ].map(async ({ data, axis, shape }) => {
      const model = sequential([batchNormalization({ axis, momentum: 0 })]);
      model.compile({ optimizer: sgd({ learningRate: 1e-30 }), loss: "meanSquaredError" });
      model.build(shape);
      await model.fit(data, data, { epochs: 1, batchSize: "all" });
      return { out: (await model.predict(data)).array() as number[][][], state: running(model) };
    }),
  );
  expect(outputs[1]!.state).toEqual(outputs[0]!.state);
  expect(outputs[1]!.out).toEqual(
    outputs[0]!.out.map((sample) => sample[0]!.map((_, i) => sample.map((row) => row[i]!))),
  );
});

test("batchNormalization() names options that cannot be", () => {
  expect(() => batchNormalization({ momentum: 2 })).toThrow(
    "batchNormalization: momentum must lie in [0, 1], got 2",
  );
  expect(() => batchNormalization({ epsilon: -1 })).toThrow("epsilon must be >= 0, got -1");
  expect(() => batchNormalization({ eps: 1 } as never)).toThrow('it is "epsilon" here');
});

test("layerNormalization() and rmsNormalization() normalize each sample, in training or not", async () => {
  const layer = sequential([layerNormalization({ epsilon: 0 })]);
  layer.build([2]);
  layer.setWeights([
    [2, 3],
    [10, 0],
  ]);
  close((await layer.predict([[1, 5]])).array() as number[][], [[8, 3]]);
  const rms = sequential([rmsNormalization({ epsilon: 0 })]);
  rms.build([2]);
  rms.setWeights([[5, 10]]);
  close((await rms.predict([[1, 7]])).array() as number[][], [[1, 14]]);
  const whole = sequential([layerNormalization({ axis: [1, 2], center: false })]);
  whole.build([2, 3]);
  expect(whole.getWeights().map((t) => t.shape)).toEqual([[2, 3]]);
});

test("groupNormalization() normalizes groups of channels, or each where groups is -1", async () => {
  const sample = [
    [
      [1, 3, 2, 6],
      [1, 3, 4, 8],
    ],
  ];
  const grouped = sequential([groupNormalization({ groups: 2, epsilon: 0 })]);
  const root = Math.sqrt(5);
  close(((await grouped.predict(sample)).array() as number[][][]).flat(), [
    [-1, 1, -3 / root, 1 / root],
    [-1, 1, -1 / root, 3 / root],
  ]);
  const single = sequential([groupNormalization({ groups: -1, epsilon: 3 })]);
  close(((await single.predict(sample)).array() as number[][][]).flat(), [
    [0, 0, -0.5, -0.5],
    [0, 0, 0.5, 0.5],
  ]);
  await expect(sequential([groupNormalization({ groups: 3 })]).predict(sample)).rejects.toThrow(
    "groups must divide the 4 channels, got 3",
  );
});

test("normalization() takes mean and variance from data, as state of the model", async () => {
  const layer = normalization();
  layer.adapt(x);
  const model = sequential([layer]);
  const expected = x.map(([a, b]) => [(a! - 4) / Math.sqrt(5), b!]);
  close((await model.predict(x)).array() as number[][], expected);
  close(running(model), [
    [4, 0],
    [5, 1],
  ]);
  expect(() => layer.adapt(x)).toThrow(
    "normalization: adapt() must come before the model is built",
  );
  const one = normalization({ axis: null });
  one.adapt(x);
  close(
    (await sequential([one]).predict(x)).array() as number[][],
    x.map((row) => row.map((v) => (v - 2) / Math.sqrt(7))),
  );
});

test("normalization() by known statistics, its inverse, and without a variance", async () => {
  const known = { mean: [4, 0], variance: [4, 9] };
  const y = await sequential([normalization(known)]).predict(x);
  close(
    y.array() as number[][],
    x.map(([a, b]) => [(a! - 4) / 2, b! / 3]),
  );
  const back = await sequential([normalization({ ...known, invert: true })]).predict(y);
  close(back.array() as number[][], x);
  const constant = normalization();
  constant.adapt([[5], [5]]);
  // Keras's floor: nothing is divided by 0.
  expect((await sequential([constant]).predict([[5]])).array()).toEqual([[0]]);
  expect(() => normalization({ mean: 1 })).toThrow("mean and variance must be given together");
});

test("rescaling() computes x scale + offset", async () => {
  const y = await sequential([rescaling({ scale: 0.5, offset: -1 })]).predict([[0, 4]]);
  expect(y.array()).toEqual([[-1, 1]]);
});

test("prelu() has slopes below 0 that are learned, one an element or one a channel", async () => {
  const model = sequential([prelu()]);
  model.build([2]);
  model.setWeights([[0.5, 2]]);
  expect(
    (
      await model.predict([
        [-2, -3],
        [4, 5],
      ])
    ).array(),
  ).toEqual([
    [-1, -6],
    [4, 5],
  ]);
  const shared = sequential([prelu({ sharedAxes: [1, 2] })]);
  shared.build([4, 4, 3]);
  expect(shared.getWeights()[0]!.shape).toEqual([1, 1, 3]);
  expect(() => sequential([prelu({ sharedAxes: [0] })]).build([3])).toThrow(
    "sharedAxes must lie in [1, 1], got 0",
  );
});
