import { afterEach, describe, expect, test } from "vitest";
import {
  NonFiniteError,
  adam,
  dataset,
  dense,
  init,
  input,
  model as functional,
  sequential,
  tensor,
} from "../../src/index.ts";
import { Random } from "../../src/math/random.ts";
import { regionsOf } from "../../src/memory/regions.ts";
import type { AnyModel } from "../../src/model/model.ts";
import type { Dataset, SampleLike } from "../../src/train/data/index.ts";

const random = new Random(5);
const ROWS = 47;
const pixels = Uint8Array.from({ length: ROWS * 6 }, () => random.integer(256));
const labels = Uint8Array.from({ length: ROWS }, () => random.integer(3));
const weights = Float32Array.from({ length: ROWS }, () => random.uniform());
const x = tensor(pixels, [ROWS, 6]);
const y = tensor(labels);

/** Models that are given back after each test: what the collector finds in the middle of one would be counted in it. */
const made: AnyModel[] = [];
afterEach(() => {
  for (const model of made.splice(0)) model.release();
});

function net(inputShape: number[] | null = [6]) {
  const model = sequential([
    dense({ units: 7, activation: "tanh", inputShape }),
    dense({ units: 3, activation: "softmax" }),
  ]);
  model.compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  made.push(model);
  return model;
}

const bitsOf = (model: AnyModel): unknown => model.getWeights().map((t) => [...t.data]);

/** The same samples, one at a time. */
const generated = (size: number | null = null): Dataset =>
  dataset.fromGenerator(
    function* () {
      for (let i = 0; i < ROWS; i++)
        yield { x: pixels.subarray(6 * i, 6 * i + 6), y: tensor(labels.subarray(i, i + 1), []) };
    },
    { size },
  );

async function trained(data: Dataset, options = {}): Promise<unknown> {
  const model = net();
  const { history } = await model.fit(data, { epochs: 3, ...options });
  return [bitsOf(model), history];
}

describe("fit() on a dataset", () => {
  test("takes the same steps, bit for bit, whether samples stay in memory or are streamed", async () => {
    for (const data of [
      dataset.fromArrays(x, y).batch(10),
      dataset.fromArrays(x, y).shuffle(3).batch(10),
      dataset.fromArrays(x, y, weights).shuffle(3).batch(10, { dropRemainder: true }),
      dataset.fromArrays(x, y).split(0.7, { seed: 2 })[0].shuffle(1).batch(1),
      dataset.fromArrays(x, y).skip(3).take(31).shuffle(8).take(20).batch(7),
      dataset.fromArrays(x, y).batch(1000),
    ]) {
      const resident = await trained(data);
      expect(await trained(data.memoryBudget(0))).toEqual(resident);
      expect(await trained(data.prefetch(2).memoryBudget(0))).toEqual(resident);
    }
  });

  test("takes the steps that arrays take", async () => {
    const model = net();
    const { history } = await model.fit(x, y, { epochs: 3, batchSize: 10, shuffle: false });
    const expected = [bitsOf(model), history];
    for (const data of [
      dataset.fromArrays(x, y),
      dataset.fromArrays(x, y).map((sample) => sample),
      generated(),
      generated(ROWS),
      await generated().cache(),
    ]) {
      expect(await trained(data.batch(10))).toEqual(expected);
      expect(await trained(data, { batchSize: 10 })).toEqual(expected);
    }
    const all = net();
    await all.fit(x, y, { epochs: 3, batchSize: "all", shuffle: false });
    const [bits] = (await trained(generated(ROWS), { batchSize: "all" })) as unknown[];
    expect(bits).toEqual(bitsOf(all));
  });

  test("trains on bytes as on the same numbers in float32", async () => {
    const floats = tensor(Float32Array.from(pixels), [ROWS, 6]);
    expect(await trained(dataset.fromArrays(floats, y).batch(8))).toEqual(
      await trained(dataset.fromArrays(x, y).batch(8)),
    );
  });

  test("validates with a dataset or with arrays, weighted or not", async () => {
    const arrays = net();
    const expected = await arrays.fit(x, y, {
      epochs: 2,
      batchSize: 10,
      shuffle: false,
      validationData: [x, y, weights],
    });
    const held = dataset.fromArrays(x, y, weights);
    for (const validationData of [
      held,
      held.batch(10),
      held.batch(10).memoryBudget(0),
      [x, y, weights] as const,
    ]) {
      const model = net();
      const { history } = await model.fit(dataset.fromArrays(x, y), {
        epochs: 2,
        batchSize: 10,
        validationData,
      });
      expect([bitsOf(model), history]).toEqual([bitsOf(arrays), expected.history]);
    }
    const mixed = net();
    const { history } = await mixed.fit(x, y, {
      epochs: 2,
      batchSize: 10,
      shuffle: false,
      validationData: held.memoryBudget(0),
    });
    expect(history).toEqual(expected.history);
  });

  test("classWeight weighs the samples of a class, kept or streamed", async () => {
    const options = { epochs: 2, classWeight: { 0: 1, 1: 3, 2: 0.5 } };
    const model = net();
    await model.fit(x, y, { ...options, batchSize: 9, shuffle: false });
    for (const data of [dataset.fromArrays(x, y), generated()]) {
      const other = net();
      await other.fit(data.batch(9), options);
      expect(bitsOf(other)).toEqual(bitsOf(model));
    }
  });

  test("builds a model that has no shapes yet, and tells callbacks what is known", async () => {
    const seen: unknown[] = [];
    for (const data of [generated(), generated(ROWS)]) {
      const model = net(null);
      await model.fit(data.batch(10), {
        callbacks: [{ onTrainBegin: (info) => void seen.push(info) }],
      });
      expect(model.getWeights()[0]!.shape).toEqual([6, 7]);
    }
    expect(seen).toMatchObject([
      { epochs: 1, steps: null, batchSize: 10, samples: null },
      { epochs: 1, steps: 5, batchSize: 10, samples: ROWS },
    ]);
  });

  test("trains models of several inputs and outputs, by name and in order", async () => {
    const make = () => {
      const [a, b] = [input([6], { name: "image" }), input([1], { name: "age" })];
      const first = dense({ units: 3, activation: "softmax", name: "kind" })(a);
      const second = dense({ units: 1, name: "size" })(b);
      const net = functional({ inputs: [a, b], outputs: [first, second] });
      net.compile({
        optimizer: "adam",
        loss: { kind: "sparseCategoricalCrossentropy", size: "meanSquaredError" },
      });
      return net;
    };
    const age = tensor(weights, [ROWS, 1]);
    const expected = make();
    await expected.fit([x, age], [y, age], { epochs: 2, batchSize: 9, shuffle: false });
    for (const data of [
      dataset.fromArrays({ age, image: x }, { size: age, kind: y }),
      dataset.fromArrays([x, age], [y, age]),
      dataset.fromArrays([x, age], [y, age]).memoryBudget(0),
      dataset.fromArrays({ age, image: x }, [y, age]).map((sample) => sample),
    ]) {
      const net = make();
      await net.fit(data.batch(9), { epochs: 2 });
      expect(bitsOf(net)).toEqual(bitsOf(expected));
      const [kind] = await net.predict(data.batch(5));
      expect(kind!.shape).toEqual([ROWS, 3]);
    }
  });

  test("a generator that throws ends the training with a clear error, and leaves the model usable", async () => {
    const engine = await init();
    const model = net();
    await model.fit(generated().batch(10, { dropRemainder: true }));
    const used = regionsOf(engine).used;
    let closed = 0;
    const data = dataset.fromGenerator(function* (epoch): Generator<SampleLike> {
      try {
        for (let i = 0; i < 20; i++) yield { x: pixels.subarray(6 * i, 6 * i + 6), y: labels[i]! };
        if (epoch === 1) throw new Error("no more");
      } finally {
        closed++;
      }
    });
    await expect(model.fit(data.batch(10), { epochs: 3 })).rejects.toThrow(
      "dataset.fromGenerator: the generator threw at element 20 of epoch 2: Error: no more",
    );
    expect(closed).toBe(2);
    expect(regionsOf(engine).used).toBe(used);
    expect(await model.evaluate(x, y)).toEqual(await model.evaluate(generated()));
    await model.fit(x, y, { batchSize: 10 });
  });

  test("an aborted training closes the generator", async () => {
    let closed = 0;
    const endless = dataset.fromGenerator(function* () {
      try {
        for (;;) yield { x: pixels.subarray(0, 6), y: 1 };
      } finally {
        closed++;
      }
    });
    const abort = new AbortController();
    const running = net().fit(endless.batch(4).prefetch(2), {
      signal: abort.signal,
      callbacks: [{ onBatchEnd: (step) => void (step === 3 && abort.abort(new Error("enough"))) }],
    });
    await expect(running).rejects.toThrow("enough");
    expect(closed).toBe(1);
  });

  test("a loss that is not finite names batch and layer of a stream", async () => {
    const model = net();
    model.compile({
      optimizer: adam({ learningRate: 1e38 }),
      loss: "sparseCategoricalCrossentropy",
    });
    await expect(model.fit(generated().batch(10), { epochs: 9 })).rejects.toThrow(NonFiniteError);
  });

  test("refuses what a dataset has by itself, and names the batch that does not fit", async () => {
    const data = dataset.fromArrays(x, y);
    const fit = (of: Dataset, options = {}): Promise<unknown> => net().fit(of, options);
    await expect(fit(data.batch(3), { batchSize: 4 })).rejects.toThrow(/has batches already/);
    await expect(fit(data, { validationSplit: 0.2 })).rejects.toThrow(/validationSplit goes with/);
    await expect(fit(data, { shuffle: true })).rejects.toThrow(/shuffle goes with arrays/);
    await expect(fit(generated(), { batchSize: "all" })).rejects.toThrow(/size is known/);
    const called = net().fit.bind(net()) as (a: unknown, b: unknown) => Promise<unknown>;
    await expect(called(data, y)).rejects.toThrow(
      /a dataset holds its labels; call fit\(data, options\)/,
    );
    await expect(fit(dataset.fromArrays(x).batch(5))).rejects.toThrow(/there must be labels/);
    await expect(fit(data.take(0).batch(5))).rejects.toThrow(/must give samples.* gave none/);
    await expect(fit(dataset.fromGenerator(() => []))).rejects.toThrow(
      "fit: the dataset must give samples, batch gave none in epoch 1",
    );
    const wrong = generated().map((sample, { index }) =>
      index === 23 ? { x: sample.x, y: tensor([7], [], "uint8") } : sample,
    );
    await expect(fit(wrong.batch(10))).rejects.toThrow(
      "fit: epoch 1, batch 3: labels must be whole numbers in [0, 3), but row 3 is 7",
    );
    const changing = dataset.fromGenerator(function* () {
      for (let i = 0; i < 8; i++)
        yield { x: i < 4 ? pixels.subarray(0, 6) : Float32Array.from(pixels.subarray(0, 6)), y: 1 };
    });
    await expect(fit(changing.batch(4))).rejects.toThrow(
      /every batch must be like the first, uint8/,
    );
  });

  test("an epoch of a stream that gives nothing is an error, not a loss of NaN", async () => {
    const once = dataset.fromGenerator(function* (epoch) {
      if (epoch === 0) yield { x: pixels.subarray(0, 6), y: 1 };
    });
    await expect(net().fit(once, { epochs: 2 })).rejects.toThrow(/gave none in epoch 2/);
  });
});

describe("evaluate() and predict() on a dataset", () => {
  test("give what they give on arrays", async () => {
    const model = net();
    await model.fit(x, y, { epochs: 2 });
    const expected = await model.evaluate(x, y, { batchSize: 10, sampleWeight: weights });
    const data = dataset.fromArrays(x, y, weights);
    expect(await model.evaluate(data.batch(10))).toEqual(expected);
    expect(await model.evaluate(data, { batchSize: 10 })).toEqual(expected);
    const probabilities = await model.predict(x);
    for (const of of [data, data.batch(10), generated(), dataset.fromArrays(x).batch(46)]) {
      const t = await model.predict(of);
      expect([t.shape, t.dtype, [...t.data]]).toEqual([
        [ROWS, 3],
        "float32",
        [...probabilities.data],
      ]);
    }
    await expect(model.evaluate(data, { sampleWeight: weights })).rejects.toThrow(/of its own/);
    await expect(model.predict(data.batch(2), { batchSize: 4 })).rejects.toThrow(/already/);
  });
});

test("a dataset larger than its budget leaves linear memory flat", async () => {
  const engine = await init();
  const model = sequential([dense({ units: 1, inputShape: [1024] })]);
  made.push(model);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const rows = 16_384; // 64 MiB in float32, of which a batch is 128 KiB
  const row = new Float32Array(1024);
  const data = dataset.fromGenerator(
    function* () {
      for (let i = 0; i < rows; i++) yield { x: row, y: 0 };
    },
    { size: rows },
  );
  await model.fit(data.take(32).batch(32));
  const [before, used] = [engine.u8.byteLength, regionsOf(engine).used];
  let most = 0;
  await model.fit(data.batch(32).memoryBudget(2 ** 20), {
    epochs: 2,
    callbacks: [{ onBatchEnd: () => void (most = Math.max(most, regionsOf(engine).used)) }],
  });
  expect(most - used).toBeLessThan(300_000);
  expect(engine.u8.byteLength - before).toBeLessThan(2 ** 20);
  expect(regionsOf(engine).used).toBe(used);
});

test("a dataset within its budget is kept in its own dtype", async () => {
  const engine = await init();
  const model = sequential([dense({ units: 1, inputShape: [64] })]);
  made.push(model);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const rows = 4096;
  const data = dataset.fromArrays(
    tensor(new Uint8Array(rows * 64), [rows, 64]),
    new Float32Array(rows),
  );
  let most = 0;
  await model.fit(data.take(32).batch(32));
  const { used } = regionsOf(engine);
  await model.fit(data.batch(32), {
    callbacks: [{ onBatchEnd: () => void (most = Math.max(most, regionsOf(engine).used)) }],
  });
  expect(most - used).toBeGreaterThanOrEqual(rows * 64);
  expect(most - used).toBeLessThan(rows * 64 + rows * 8 + 4096);
});
