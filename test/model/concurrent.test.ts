import { expect, test } from "vitest";
import {
  type FitOptions,
  type Model,
  batchNormalization,
  dataset,
  dense,
  dropout,
  init,
  input,
  model as functional,
  sequential,
  tensor,
} from "../../src/index.ts";
import { regionsOf } from "../../src/memory/regions.ts";

const ROWS = 96;
const x = Array.from({ length: ROWS }, (_, i) =>
  Array.from({ length: 6 }, (_, j) => Math.sin(i * 5 + j)),
);
const y = x.map((row, i) => (row[0]! > row[1]! ? 1 : i % 3 === 0 ? 2 : 0));

const made: Model[] = [];

function net(units = 8): Model {
  const model = sequential([
    dense({ units, activation: "relu", inputShape: [6] }),
    batchNormalization(),
    dropout({ rate: 0.2 }),
    dense({ units: 3, activation: "softmax" }),
  ]);
  model.compile({
    optimizer: "adam",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  made.push(model as Model);
  return model as Model;
}

const OPTIONS: FitOptions = { epochs: 3, batchSize: 16, seed: 3, validationSplit: 0.25 };

/** A callback that lets everything else have a turn after each batch. */
const turns = { onBatchEnd: () => new Promise<void>((resolve) => setImmediate(resolve)) };

const file = (model: Model): string => Buffer.from(model.toBytes()).toString("base64");

async function alone(units = 8, options: FitOptions = {}): Promise<string> {
  const model = net(units);
  await model.fit(x, y, { ...OPTIONS, ...options });
  return file(model);
}

/** Calls `body` again and again while a promise is pending; how often. */
async function meanwhile(pending: Promise<unknown>, body: (i: number) => unknown): Promise<number> {
  let busy = true;
  const done = pending.finally(() => (busy = false));
  let i = 0;
  while (busy) {
    await body(i++);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await done;
  return i;
}

test("models that train at the same time do not disturb each other's bits", async () => {
  const expected = [await alone(8), await alone(11), await alone(64)];
  const models = [net(8), net(11), net(64)];
  await Promise.all(models.map((model) => model.fit(x, y, { ...OPTIONS, callbacks: [turns] })));
  expect(models.map(file)).toEqual(expected);
});

test("predict(), evaluate() and others during a training of the same model leave its bits as they are", async () => {
  const expected = await alone();
  const others: ((model: Model, i: number) => unknown)[] = [
    (model) => model.predict(x),
    (model) => model.predict(x, { batchSize: "all" }), // the arena grows
    (model, i) => model.predict(x.slice(0, 1 + (i % 50)), { batchSize: 1 + (i % 7) }),
    (model) => model.evaluate(x, y),
    (model) => model.evaluate(x, y, { sampleWeight: x.map((_, i) => i % 3), batchSize: 5 }),
    (model) => model.evaluate(dataset.fromArrays(x, y).batch(7)),
    (model) =>
      model.predict(
        dataset
          .fromArrays(x, y)
          .map((s) => s)
          .batch(9),
      ),
    (model) => model.predictSync(x),
    (model) => model.toBytes(),
    (model) => model.release(),
    async (model) => {
      const predicting = model.predict(x, { batchSize: 1 });
      const evaluating = model.evaluate(x, y, { batchSize: 1, sampleWeight: x.map(() => 1) });
      await Promise.resolve();
      model.release();
      const [p, e] = [await predicting, await evaluating];
      expect(p.data.every((v) => v >= 0 && v <= 1)).toBe(true);
      expect(e["loss"]).toBeGreaterThan(0);
    },
  ];
  for (const [i, other] of others.entries()) {
    const model = net();
    const training = model.fit(x, y, { ...OPTIONS, callbacks: [turns] });
    const times = await meanwhile(training, (k) => other(model, k));
    expect(times, `other ${i}`).toBeGreaterThan(0);
    expect(file(model), `other ${i}`).toBe(expected);
  }
});

test("predictions and evaluations at the same time are those of one after the other", async () => {
  const model = net();
  await model.fit(x, y, OPTIONS);
  const many = tensor(x.flat().concat(...Array.from({ length: 40 }, () => x.flat())), [
    41 * ROWS,
    6,
  ]);
  const labels = Int32Array.from({ length: 41 * ROWS }, (_, i) => y[i % ROWS]!);
  const weights = Float32Array.from(labels, (v) => v + 1);
  const jobs = [
    () => model.predict(many, { batchSize: 3 }),
    () => model.predict(many, { batchSize: "all" }),
    () => model.evaluate(many, labels, { batchSize: 4 }),
    () => model.evaluate(many, labels, { batchSize: 7, sampleWeight: weights }),
    () =>
      model.evaluate(
        dataset
          .fromArrays(many, labels)
          .map((s) => s)
          .batch(100),
      ),
    () =>
      model.predict(
        dataset
          .fromArrays(many, labels)
          .map((s) => s)
          .batch(50),
      ),
  ];
  const results: unknown[] = [];
  for (const job of jobs) results.push(await job());
  expect(await Promise.all(jobs.map((job) => job()))).toEqual(results);
  const releasing = Promise.all(jobs.map((job) => job()));
  await meanwhile(releasing, () => model.release());
  expect(await releasing).toEqual(results);
});

test("a model that shares layers with one that trains sees its values, and disturbs nothing", async () => {
  const make = () => {
    const shared = dense({ units: 8, activation: "relu" });
    const a = input([6]);
    const h = shared(a);
    const head = functional({ inputs: a, outputs: dense({ units: 3, activation: "softmax" })(h) });
    const body = functional({ inputs: a, outputs: h });
    head.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    return [head as Model<unknown> as Model, body as Model<unknown> as Model] as const;
  };
  const [reference] = make();
  await reference.fit(x, y, OPTIONS);
  const [head, body] = make();
  await meanwhile(head.fit(x, y, { ...OPTIONS, callbacks: [turns] }), (i) =>
    body.predict(x, { batchSize: 1 + (i % 9) }),
  );
  expect(file(head)).toBe(file(reference));
});

test("everything is given back after trainings that overlapped", async () => {
  const regions = regionsOf(await init());
  for (const model of made) model.release();
  const before = regions.used;
  const models = [net(8), net(9)];
  const jobs = models.flatMap((model) => [
    model.fit(x, y, { ...OPTIONS, callbacks: [turns] }),
    model.predict(x, { batchSize: 1 }),
    model.evaluate(x, y, { sampleWeight: x.map(() => 2) }),
    model.trainOnBatch(x, y),
  ]);
  models[0]!.release();
  await Promise.all(jobs);
  for (const model of models) model.release();
  expect(regions.used).toBe(before);
});
