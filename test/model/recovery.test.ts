import { expect, test } from "vitest";
import {
  type Callback,
  type Model,
  batchNormalization,
  dataset,
  dense,
  dropout,
  init,
  sequential,
} from "../../src/index.ts";
import { regionsOf } from "../../src/memory/regions.ts";

const x = Array.from({ length: 60 }, (_, i) =>
  Array.from({ length: 4 }, (_, j) => Math.sin(i + j)),
);
const y = x.map((_, i) => i % 3);

function net(): Model {
  const model = sequential([
    dense({ units: 6, activation: "relu", inputShape: [4] }),
    batchNormalization(),
    dropout({ rate: 0.2 }),
    dense({ units: 3, activation: "softmax" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  return model as Model;
}

const bits = (model: Model): string => model.toBytes().join();

test("many batch sizes on one model keep a bounded number of plans, and the right results", async () => {
  const regions = regionsOf(await init());
  const model = net();
  await model.fit(x, y);
  const expected = await model.predict(x);
  const pass = async (): Promise<number> => {
    for (let n = 1; n <= 60; n++) {
      expect((await model.predict(x.slice(0, n), { batchSize: "all" })).data).toEqual(
        expected.data.slice(0, 3 * n),
      );
      await model.evaluate(x.slice(0, n), y.slice(0, n), { batchSize: "all" });
    }
    return regions.used;
  };
  const once = await pass();
  expect(await pass()).toBeLessThanOrEqual(once); // 240 plans were made
  const largest = net();
  const before = regions.used;
  await largest.fit(x, y, { batchSize: "all" });
  await largest.predict(x, { batchSize: "all" });
  const four = regions.used - before;
  expect(model.residentBytes).toBeLessThan(16 * four);
  model.release();
  largest.release();
});

test("a batch size that changes in the middle of a training leaves its bits as they are", async () => {
  const sizes = (model: Model): Callback => {
    let n = 0;
    return {
      onBatchEnd: () =>
        model.predict(x.slice(0, 1 + (n++ % 59)), { batchSize: "all" }).then(() => {}),
    };
  };
  const [plain, other] = [net(), net()];
  await plain.fit(x, y, { epochs: 20, batchSize: 8, seed: 5 });
  await other.fit(x, y, { epochs: 20, batchSize: 8, seed: 5, callbacks: [sizes(other)] });
  expect(bits(other)).toBe(bits(plain));
});

/** Ways in which a training ends early, each at its third batch or so. */
const ENDS: Record<string, (model: Model) => Promise<unknown>> = {
  "a callback throws": (model) => {
    let seen = 0;
    const onBatchEnd = (): void => {
      if (++seen === 3) throw new Error("early");
    };
    return model.fit(x, y, { batchSize: 8, callbacks: [{ onBatchEnd }] });
  },
  "a callback rejects": (model) =>
    model.fit(x, y, { callbacks: [{ onEpochEnd: () => Promise.reject(new Error("early")) }] }),
  "setModel throws": (model) =>
    model.fit(x, y, {
      callbacks: [
        {
          setModel: () => {
            throw new Error("early");
          },
        },
      ],
    }),
  "a signal aborts in an epoch": (model) => {
    const control = new AbortController();
    const onBatchEnd = (batch: number): void => {
      if (batch === 2) control.abort(new Error("early"));
    };
    return model.fit(x, y, { batchSize: 8, signal: control.signal, callbacks: [{ onBatchEnd }] });
  },
  "a signal was aborted before": (model) =>
    model.fit(x, y, { signal: AbortSignal.abort(new Error("early")) }),
  "a dataset throws": (model) =>
    model.fit(
      dataset
        .fromGenerator(function* () {
          for (let i = 0; i < 30; i++) {
            if (i === 20) throw new Error("early");
            yield { x: x[i]!, y: y[i]! };
          }
        })
        .batch(8),
    ),
  "a validation dataset throws": (model) =>
    model.fit(x, y, {
      validationData: dataset.fromArrays(x, y).map((sample, { index }) => {
        if (index === 40) throw new Error("early");
        return sample;
      }),
    }),
  "the loop over fitIterator() throws": async (model) => {
    for await (const { epoch } of model.fitIterator(x, y, { epochs: 5 }))
      if (epoch === 1) throw new Error("early");
  },
  "prediction on a dataset throws": (model) =>
    model.predict(
      dataset.fromArrays(x, y).map((sample, { index }) => {
        if (index === 40) throw new Error("early");
        return sample;
      }),
    ),
};

test.each(Object.entries(ENDS))("when %s, model and engine stay usable", async (_, end) => {
  const regions = regionsOf(await init());
  const model = net();
  await model.fit(x, y);
  model.release();
  const { used } = regions;
  await expect(end(model)).rejects.toThrow("early");
  model.release();
  expect(regions.used).toBeLessThanOrEqual(used); // models of before may have been collected
  const twin = net();
  twin.setWeights(model.getWeights());
  const { slots, iterations, state } = model.optimizerSnapshot();
  twin.restoreOptimizer(slots, iterations, state);
  for (const one of [model, twin]) await one.fit(x, y, { epochs: 2, seed: 9 });
  expect(model.getWeights()).toEqual(twin.getWeights());
});
