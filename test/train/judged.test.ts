import { setTimeout as wait } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { embedTrainingWorker } from "../../scripts/trainingWorker.mjs";
import {
  type Callback,
  type Model,
  type Optimizer,
  batchNormalization,
  dataset,
  dense,
  earlyStopping,
  loadModel,
  memoryStore,
  modelCheckpoint,
  sequential,
  sgd,
} from "../../src/index.ts";

beforeAll(embedTrainingWorker, 60_000);

const x = Array.from({ length: 40 }, (_, i) => [Math.sin(3 * i), Math.cos(5 * i), (i % 4) - 1]);
const y = x.map(([a, b, c]) => [a! * b! + c!]);
// Learned half of the way: the best epoch is neither the first nor the last.
const [vx, vy] = [x.slice(0, 13), y.slice(0, 13).map(([v]) => [0.4 * v!])];

function net(optimizer: Optimizer): Model {
  const model = sequential(
    [
      dense({ units: 6, inputShape: [3], activation: "tanh" }),
      batchNormalization(),
      dense({ units: 1 }),
    ],
    { seed: 2 },
  );
  model.compile({ optimizer, loss: "meanSquaredError" });
  return model as Model;
}

const AVERAGES: readonly (readonly [string, Optimizer])[] = [
  ["no average", sgd({ learningRate: 0.005 })],
  ["a moving average", sgd({ learningRate: 0.005, useEma: true, emaMomentum: 0.7 })],
  ["the mean of the weights", sgd({ learningRate: 0.005, swaStart: 4, swaFrequency: 3 })],
];
const fit = { epochs: 9, batchSize: 8, shuffle: false, validationData: [vx, vy] } as const;

/** The smallest of a list that is not where it could be by chance: at an end. */
function best(losses: readonly number[]): number {
  const least = Math.min(...losses);
  expect(losses.indexOf(least)).toBeGreaterThan(0);
  expect(losses.indexOf(least)).toBeLessThan(losses.length - 1);
  return least;
}

describe.each([false, true])("with worker: %s,", (worker) => {
  test.each(AVERAGES)(
    "restoreBestWeights puts back what was judged, with %s",
    async (_, optimizer) => {
      const model = net(optimizer);
      const stop = earlyStopping({ patience: 20, restoreBestWeights: true });
      const { history } = await model.fit(x, y, { ...fit, worker, callbacks: [stop] });
      const { loss } = await model.evaluate(vx, vy, { batchSize: 8 });
      expect(loss).toBe(best(history["val_loss"]!));
    },
  );

  test.each(AVERAGES)("saveBestOnly saves what was judged, with %s", async (_, optimizer) => {
    const [model, plain] = [net(optimizer), net(optimizer)];
    const store = memoryStore();
    const save = [true, false].map((saveWeightsOnly) =>
      modelCheckpoint(saveWeightsOnly ? "weights" : "model", {
        saveBestOnly: true,
        saveWeightsOnly,
        store,
      }),
    );
    const { history } = await model.fit(x, y, { ...fit, worker, callbacks: save });
    const least = best(history["val_loss"]!);
    const saved = await loadModel((await store.read("model"))!);
    expect((await saved.evaluate(vx, vy, { batchSize: 8 }))["loss"]).toBe(least);
    const other = net(optimizer);
    await other.loadWeights((await store.read("weights"))!);
    expect((await other.evaluate(vx, vy, { batchSize: 8 }))["loss"]).toBe(least);
    // What is saved on the way changes nothing of the training.
    await plain.fit(x, y, { ...fit, worker });
    expect(model.getWeights()).toEqual(plain.getWeights());
  });
});

test("what watches the training's own loss keeps the weights that it is of", async () => {
  const model = net(sgd({ learningRate: 0.005, useEma: true, emaMomentum: 0.7 }));
  const kept: unknown[] = [];
  const losses: number[] = [];
  const look: Callback = {
    onEpochEnd: (_, logs) => {
      kept.push(model.getWeights());
      losses.push(logs["loss"]!);
    },
  };
  const stop = earlyStopping({ monitor: "loss", patience: 20, restoreBestWeights: true });
  await model.fit(x, y, { ...fit, callbacks: [look, stop] });
  const at = losses.indexOf(Math.min(...losses));
  expect(model.getWeights()).toEqual(kept[at]);
});

describe("statistics for a mean of weights", () => {
  /** Samples of x in order, counted as they are read; one at a time with a pause where one is wanted. */
  function counted(size: number, pause: (read: number) => Promise<unknown> | null = () => null) {
    const read = { count: 0 };
    const data = dataset.fromGenerator(async function* () {
      for (let i = 0; i < size; i++) {
        read.count++;
        await pause(read.count);
        yield { x: x[i % 40]!, y: y[i % 40]! };
      }
    });
    return { read, data };
  }

  test("are made once for each mean, and not by reading the data at every validation", async () => {
    const { read, data } = counted(40);
    // Five steps an epoch: the mean begins in epoch 1 and changes in epoch 4.
    const model = net(sgd({ learningRate: 0.1, swaStart: 5, swaFrequency: 15 }));
    const reads: number[] = [];
    await model.fit(data.batch(8), {
      epochs: 6,
      validationData: [vx, vy],
      callbacks: [{ onEpochEnd: () => void reads.push(read.count) }],
    });
    const passes = reads.map((n, i) => (n - (reads[i - 1] ?? 0)) / 40);
    expect(passes).toEqual([2, 1, 1, 2, 1, 1]);
    // Those of the last validation were of all batches.
    expect(read.count).toBe(reads.at(-1)!);
  });

  test("are of at most 200 batches for a validation, and of all at the end", async () => {
    const { read, data } = counted(230);
    const model = net(sgd({ learningRate: 0.01, swaStart: 1 }));
    const reads: number[] = [];
    await model.fit(data.batch(1), {
      epochs: 2,
      validationData: [vx, vy],
      callbacks: [{ onEpochEnd: () => void reads.push(read.count) }],
    });
    // A batch, too, that was begun ahead of the end is read.
    expect(reads[0]! - 430).toBeLessThanOrEqual(1);
    expect(reads[1]! - reads[0]! - 430).toBeLessThanOrEqual(1);
    expect(read.count - reads[1]!).toBe(230);
  });

  test.each([
    ["a validation", 40, 1],
    ["the end of training", 40, 0],
  ])("end at a signal in the middle, ahead of %s", async (_, size, validates) => {
    const control = new AbortController();
    const { read, data } = counted(size, (n) => {
      if (n <= size) return null;
      if (n === size + 9) control.abort(new Error("enough"));
      return wait(15);
    });
    const model = net(sgd({ learningRate: 0.1, swaStart: 1 }));
    let raw: unknown = null;
    const look: Callback = { onBatchEnd: () => void (raw = model.getWeights()) };
    await expect(
      model.fit(data.batch(4), {
        signal: control.signal,
        callbacks: [look],
        ...(validates && { validationData: [vx, vy] as const }),
      }),
    ).rejects.toThrow("enough");
    expect(read.count).toBeLessThan(size + 20);
    // The weights are those of the last step, and nothing is half exchanged.
    expect(model.getWeights()).toEqual(raw);
  });
});
