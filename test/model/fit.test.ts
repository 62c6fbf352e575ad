import { expect, test } from "vitest";
import { adam, dense, dropout, sequential, sgd } from "../../src/index.ts";
import { Random } from "../../src/math/random.ts";

const random = new Random(3);
const x = Array.from({ length: 50 }, () => [random.normal(), random.normal(), random.normal()]);
const y = x.map(([a, b]) => (a! + b! > 0 ? 1 : 0));

function net(seed = 0) {
  const model = sequential(
    [
      dense({ units: 8, activation: "relu", inputShape: [3] }),
      dropout({ rate: 0.2 }),
      dense({ units: 2, activation: "softmax" }),
    ],
    { seed },
  );
  model.compile({
    optimizer: adam({ learningRate: 0.02 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

const weightsOf = (model: ReturnType<typeof net>): unknown =>
  model.getWeights().map((t) => t.array());

test("fit() returns Keras's keys, one number an epoch", async () => {
  const history = await net().fit(x, y, { epochs: 4, validationSplit: 0.2 });
  expect(Object.keys(history.history).sort()).toEqual(
    ["accuracy", "learning_rate", "loss", "val_accuracy", "val_loss"].sort(),
  );
  for (const values of Object.values(history.history)) expect(values).toHaveLength(4);
  expect(history.history["learning_rate"]).toEqual([0.02, 0.02, 0.02, 0.02]);
  expect(history.last("loss")).toBeLessThan(history.history["loss"]![0]!);
});

test("the same seed gives the same bits, another one does not", async () => {
  const run = async (seed: number): Promise<unknown> => {
    const model = net();
    await model.fit(x, y, { epochs: 2, batchSize: 7, seed });
    return weightsOf(model);
  };
  expect(await run(1)).toEqual(await run(1));
  expect(await run(1)).not.toEqual(await run(2));
});

test("validationSplit keeps the last samples, before shuffling", async () => {
  const [split, given] = [net(), net()];
  const a = await split.fit(x, y, { epochs: 2, validationSplit: 0.2, seed: 5 });
  const b = await given.fit(x.slice(0, 40), y.slice(0, 40), {
    epochs: 2,
    validationData: [x.slice(40), y.slice(40)],
    seed: 5,
  });
  expect(a.history).toEqual(b.history);
  expect(weightsOf(split)).toEqual(weightsOf(given));
});

test("classWeight is the same as a weight for each sample of the class", async () => {
  const [byClass, bySample] = [net(), net()];
  await byClass.fit(x, y, { epochs: 2, classWeight: { 0: 1, 1: 3 } });
  await bySample.fit(x, y, { epochs: 2, sampleWeight: y.map((label) => (label === 1 ? 3 : 1)) });
  expect(weightsOf(byClass)).toEqual(weightsOf(bySample));
});

test("classWeight knows 0 and 1 as numbers, and one-hot rows, and leaves validation alone", async () => {
  const of = (
    units: number,
    activation: "sigmoid" | "softmax",
    loss: "binaryCrossentropy" | "categoricalCrossentropy" | "meanSquaredError",
  ) => {
    const model = sequential([dense({ units, activation, inputShape: [3] })], { seed: 3 });
    model.compile({ optimizer: "adam", loss });
    return model;
  };
  const sampleWeight = y.map((label) => (label === 1 ? 3 : 1));
  for (const [make, labels] of [
    [() => of(1, "sigmoid", "binaryCrossentropy"), y.map((label) => [label])],
    [() => of(2, "softmax", "categoricalCrossentropy"), y.map((label) => [1 - label, label])],
  ] as const) {
    const [byClass, bySample] = [make(), make()];
    const options = { epochs: 2, validationData: [x, labels] } as const;
    const a = await byClass.fit(x, labels, { ...options, classWeight: { 1: 3 } });
    const b = await bySample.fit(x, labels, { ...options, sampleWeight });
    expect(a.history).toEqual(b.history);
    const split = await byClass.fit(x, labels, { classWeight: { 1: 3 }, validationSplit: 0.2 });
    const { loss } = await byClass.evaluate(x.slice(40), labels.slice(40));
    expect(split.last("val_loss")).toBe(loss);
  }
  const halves = y.map((label) => [label / 2]);
  await expect(
    of(1, "sigmoid", "meanSquaredError").fit(x, halves, { classWeight: { 1: 3 } }),
  ).rejects.toThrow("fit: classWeight needs the class of each sample");
});

test("weights of 1 change nothing but the plan", async () => {
  const [plain, weighted] = [net(), net()];
  await plain.fit(x, y, { epochs: 2, batchSize: 10 });
  await weighted.fit(x, y, { epochs: 2, batchSize: 10, sampleWeight: y.map(() => 1) });
  const [a, b] = [plain.getWeights(), weighted.getWeights()];
  // 1 / n is rounded once in one graph and divided by in the other: a few units in the last place.
  a.forEach((t, i) =>
    t.data.forEach((v, j) => expect(Math.abs(v - b[i]!.data[j]!)).toBeLessThan(1e-5)),
  );
});

test("stochastic, mini-batch and batch descent take as many steps as they should", async () => {
  for (const [batchSize, steps] of [
    [1, 50],
    [20, 3],
    ["all", 1],
    [1000, 1],
  ] as const) {
    const model = net();
    let seen = 0;
    const history = await model.fit(x, y, {
      batchSize,
      callbacks: [{ onBatchEnd: () => void seen++ }],
    });
    expect(seen).toBe(steps);
    expect(model.optimizerSnapshot().iterations).toBe(steps);
    expect(history.notices).toEqual(
      batchSize === 1000 ? ["fit: batchSize 1000 is more than the 50 samples; 50 is used"] : [],
    );
  }
});

test("an aborted signal ends the training after the running batch, with its reason", async () => {
  const model = net();
  const stop = new AbortController();
  let batches = 0;
  const onBatchEnd = (): void => {
    if (++batches === 3) stop.abort(new Error("enough"));
  };
  await expect(
    model.fit(x, y, {
      epochs: 100,
      batchSize: 5,
      signal: stop.signal,
      callbacks: [{ onBatchEnd }],
    }),
  ).rejects.toThrow("enough");
  expect(batches).toBe(3);
  expect(model.optimizerSnapshot().iterations).toBe(3);
  await model.fit(x, y); // and goes on
});

test("timers run while fit() trains", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  await net().fit(x, y, { epochs: 3000, batchSize: 10 });
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(2);
});

test("evaluate() is the mean over samples, whatever the batch size", async () => {
  const model = net();
  await model.fit(x, y, { epochs: 3 });
  const whole = await model.evaluate(x, y, { batchSize: "all" });
  const parts = await model.evaluate(x, y, { batchSize: 7 });
  expect(parts["accuracy"]).toBeCloseTo(whole["accuracy"]!, 12);
  expect(parts["loss"]).toBeCloseTo(whole["loss"]!, 6); // sums of a batch are float32
  const probabilities = (await model.predict(x)).array() as number[][];
  const loss = probabilities.reduce((sum, p, i) => sum - Math.log(p[y[i]!]!), 0) / x.length;
  expect(whole["loss"]).toBeCloseTo(loss, 5);
  const right = probabilities.filter((p, i) => (p[1]! > p[0]! ? 1 : 0) === y[i]).length;
  expect(whole["accuracy"]).toBeCloseTo(right / x.length, 12);
});

test("predictSync() and predictOnBatch() agree with predict()", async () => {
  const model = net();
  const expected = (await model.predict(x)).array();
  expect(model.predictSync(x).array()).toEqual(expected);
  expect((await model.predictOnBatch(x)).array()).toEqual(expected);
});

test("a linear net with mean squared error and plain descent takes the step that calculus gives", async () => {
  const model = sequential([dense({ units: 1, useBias: false, inputShape: [2] })]);
  model.compile({
    optimizer: sgd({ learningRate: 0.1 }),
    loss: "meanSquaredError",
    metrics: ["r2"],
  });
  model.setWeights([[[1], [2]]]);
  // x = [1, 1], y = 0: prediction 3, dL/dw = 2 * 3 * x = [6, 6]; w - 0.1 * 6.
  const { loss } = await model.trainOnBatch([[1, 1]], [0]);
  expect(loss).toBe(9);
  const [w] = model.getWeights();
  expect(w!.data[0]).toBeCloseTo(0.4, 6);
  expect(w!.data[1]).toBeCloseTo(1.4, 6);
});
