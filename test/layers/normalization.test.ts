import { expect, test } from "vitest";
import { batchNormalization } from "../../src/layers/batchNormalization.ts";
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
