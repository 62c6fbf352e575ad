import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { embedTrainingWorker } from "../../scripts/trainingWorker.mjs";
import {
  type Callback,
  type FitOptions,
  type Logs,
  type Model,
  backupAndRestore,
  batchNormalization,
  concatenate,
  cosineDecay,
  dataset,
  dense,
  doctor,
  dropout,
  earlyStopping,
  input,
  memoryStore,
  model as functional,
  normalization,
  reduceLROnPlateau,
  sequential,
  sgd,
  tensor,
  tensorBoard,
} from "../../src/index.ts";
import { slowDense } from "./worker/ownLayer.ts";

const own = mkdtempSync(join(tmpdir(), "thalweg-worker-"));
const OWN_WORKER = join(own, "training.mjs");

beforeAll(async () => {
  await embedTrainingWorker();
  await build({
    entryPoints: [fileURLToPath(new URL("worker/training.ts", import.meta.url))],
    outfile: OWN_WORKER,
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "error",
  });
}, 60_000);
afterAll(() => rmSync(own, { recursive: true, force: true }));

const rows = Array.from({ length: 70 }, (_, i) =>
  Array.from({ length: 5 }, (_, j) => Math.cos(i * 3 + j)),
);
const labels = rows.map((row, i) => (row[0]! > row[1]! ? 1 : i % 3 === 0 ? 2 : 0));

function net(optimizer: Parameters<Model["compile"]>[0]["optimizer"] = "adam"): Model {
  const model = sequential([
    dense({ units: 8, activation: "relu" }),
    batchNormalization(),
    dropout({ rate: 0.2 }),
    dense({ units: 3, activation: "softmax" }),
  ]);
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model as Model;
}

const OPTIONS: FitOptions = { epochs: 3, batchSize: 16, seed: 3 };

/** What a training leaves behind: its history, and the model's file, which holds the optimizer's state as well. */
async function outcome(options: FitOptions, model: Model = net()) {
  let error = "";
  const history = await model
    .fit(rows, labels, { ...OPTIONS, ...options })
    .catch((e: Error) => void (error = `${e.name}: ${e.message}`));
  return {
    error,
    history: history && { ...history, seconds: history.seconds.length },
    file: model.built ? Buffer.from(model.toBytes()).toString("base64") : "",
    rate: [model.learningRate, model.learningRateFactor],
  };
}

/** Trains here and in a worker; both must leave the same behind. */
async function same(options: () => FitOptions, make: () => Model = net) {
  const here = await outcome(options(), make());
  const there = await outcome({ ...options(), worker: true }, make());
  expect(there).toEqual(here);
  return here;
}

test("fit() in a worker gives the same history, weights and optimizer state, bit for bit", async () => {
  const { error } = await same(() => ({ validationSplit: 0.2 }));
  expect(error).toBe("");
  await same(() => ({ batchSize: "all" }));
  await same(() => ({ shuffle: false, batchSize: 1000 })); // with a notice
  await same(() => ({ epochs: 0 }));
  await same(() => ({ classWeight: { 0: 1, 1: 5 } }));
  const sampleWeight = Float32Array.from(rows, (_, i) => i % 4);
  await same(() => ({ sampleWeight, validationData: [rows, labels, sampleWeight] }));
  await same(
    () => ({}),
    () =>
      net(
        sgd({
          learningRate: cosineDecay({ initialLearningRate: 0.1, decaySteps: 9 }),
          momentum: 0.9,
        }),
      ),
  );
});

test("a second fit goes on where the first ended, here or there", async () => {
  const results: string[] = [];
  for (const workers of [
    [false, false],
    [true, true],
    [false, true],
    [true, false],
  ]) {
    const model = net();
    for (const worker of workers) await model.fit(rows, labels, { ...OPTIONS, worker });
    results.push(Buffer.from(model.toBytes()).toString("base64"));
  }
  expect(new Set(results).size).toBe(1);
});

test("values that are known before the model is built go along", async () => {
  const make = () => {
    const first = normalization();
    first.adapt(rows);
    const model = sequential([first, dense({ units: 3, activation: "softmax" })]);
    model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
    return model as Model;
  };
  await same(() => ({}), make);
});

test("callbacks are called here, with the values of the worker, and what they do acts at the same step", async () => {
  const trace = () => {
    const seen: unknown[] = [];
    let model: Parameters<NonNullable<Callback["setModel"]>>[0];
    const note = (...what: unknown[]): void =>
      void seen.push([...what, model.getWeights()[0]!.data.slice(0, 3), model.learningRate]);
    const callback: Callback = {
      setModel: (m) => void (model = m),
      onTrainBegin: (info) => note("begin", info.steps, info.batchSize, info.samples),
      onEpochBegin: (epoch) => note("epoch", epoch),
      onBatchBegin: (batch) => note("batch", batch),
      onBatchEnd: (batch, logs) => {
        note("batch end", batch, { ...logs });
        if (batch === 1) model.learningRate = 0.01;
        if (batch === 2)
          model.setWeights(
            model.getWeights().map((t) =>
              tensor(
                t.data.map((v) => v / 2),
                t.shape,
              ),
            ),
          );
      },
      onTestBegin: () => note("test"),
      onTestEnd: (logs) => note("test end", { ...logs }),
      onEpochEnd: (epoch, logs) => {
        note("epoch end", epoch, { ...logs });
        model.learningRateFactor = 0.5;
      },
      onTrainEnd: (logs) => note("end", { ...logs }),
    };
    return { seen, callback };
  };
  const [here, there] = [trace(), trace()];
  const a = await outcome({ callbacks: [here.callback], validationSplit: 0.2 });
  const b = await outcome({ callbacks: [there.callback], validationSplit: 0.2, worker: true });
  expect(there.seen).toEqual(here.seen);
  expect(b).toEqual(a);
});

/** Bytes of arrays in a message. */
function bytesIn(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (value instanceof Map) return bytesIn([...value.values()]);
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + bytesIn(part), 0);
}

test("weights come from the worker at the batches that a hook hears of, and never for logs alone", async () => {
  const seen = async (
    worker: boolean,
    callbacks: (note: (what: unknown) => void) => Callback[],
  ) => {
    const notes: unknown[] = [];
    let heavy = 0;
    const start = (): Worker => {
      const thread = new Worker(OWN_WORKER);
      thread.on("message", (message) => void (bytesIn(message) > 300 && heavy++));
      return thread;
    };
    const left = await outcome({
      batchSize: 2, // 35 batches
      epochs: 2,
      worker: worker && start,
      callbacks: callbacks((what) => void notes.push(what)),
    });
    return { notes, left, heavy };
  };
  const all = (heard: number) => (note: (what: unknown) => void) => {
    let model: Parameters<NonNullable<Callback["setModel"]>>[0];
    return [
      {
        setModel: (m) => void (model = m),
        hears: (batch) => batch % heard === heard - 1,
        onBatchEnd: (batch, logs) =>
          note([batch, { ...logs }, model.getWeights()[0]!.data.slice(0, 3), model.learningRate]),
      },
      {
        onlyLogs: true,
        onBatchEnd: (batch, logs) => {
          note([batch, { ...logs }]);
          if (batch === 4) model.learningRate = 0.01;
        },
      },
    ] satisfies Callback[];
  };
  // The end of an epoch and of the training bring weights as well.
  for (const [callbacks, heavy] of [
    [all(10), 2 * 3 + 2 + 1],
    [all(1), 2 * 35 + 2 + 1],
    [all(100), 2 + 1],
    [() => [backupAndRestore(memoryStore(), { saveFreq: 7 })], 10 + 2 + 1],
    [() => [tensorBoard(join(own, "board"), { updateFreq: 5 })], 2 + 1],
  ] as const) {
    const here = await seen(false, callbacks);
    const there = await seen(true, callbacks);
    expect(there.notes).toEqual(here.notes);
    expect(there.left).toEqual(here.left);
    expect(there.heavy).toBeLessThanOrEqual(heavy);
    expect(there.heavy).toBeGreaterThan(0);
  }
});

test("onTurn() shows training as it runs, here and in a worker, and brings no weights", async () => {
  const x = tensor(new Float32Array(5 * 60_000).fill(0.5), [60_000, 5]);
  for (const worker of [false, true]) {
    const turns: number[] = [];
    const onTurn = (batch: number, logs: Logs): void => {
      expect(logs["loss"]).toBeGreaterThan(0);
      turns.push(batch);
    };
    await net().fit(x, new Int32Array(60_000), { batchSize: 1, worker, callbacks: [{ onTurn }] });
    expect(turns.length).toBeGreaterThan(2);
    expect(turns.length).toBeLessThan(1000); // of 60,000 batches
    expect(turns).toEqual(turns.toSorted((a, b) => a - b));
  }
});

test("early stopping, plateaus and stopTraining end or change the training as they do here", async () => {
  await same(() => ({
    epochs: 9,
    validationSplit: 0.3,
    callbacks: [
      earlyStopping({ patience: 1, minDelta: 0.05, restoreBestWeights: true }),
      reduceLROnPlateau({ patience: 1, minDelta: 1 }),
    ],
  }));
  const stop = (model: Model): Callback => ({
    onBatchEnd: (batch) => {
      if (batch === 2) model.stopTraining = true;
    },
  });
  const [a, b] = [net(), net()];
  const here = await outcome({ callbacks: [stop(a)] }, a);
  expect(await outcome({ callbacks: [stop(b)], worker: true }, b)).toEqual(here);
  expect(here.history!.epoch).toEqual([0]);
});

test("layers that a callback freezes and unfreezes are so in the worker from the next epoch on", async () => {
  const make = (): [Model, Callback] => {
    const model = net();
    const onEpochEnd = (epoch: number): void => {
      model.layers[0]!.trainable = epoch % 2 === 1;
    };
    return [model, { onEpochEnd }];
  };
  const [a, freezing] = make();
  const [b, alike] = make();
  const here = await outcome({ epochs: 5, callbacks: [freezing] }, a);
  expect(await outcome({ epochs: 5, callbacks: [alike], worker: true }, b)).toEqual(here);
});

test("a training in a worker is resumed here, and the other way round, to the bit", async () => {
  const whole = await outcome({});
  for (const [first, second] of [
    [true, false],
    [false, true],
    [true, true],
  ]) {
    const store = memoryStore();
    const backup = () => backupAndRestore(store, { saveFreq: 2 });
    let seen = 0;
    const crash: Callback = {
      onBatchEnd: () => {
        if (++seen === 7) throw new Error("crash");
      },
    };
    const broken = await outcome({ callbacks: [crash, backup()], worker: first });
    expect(broken.error).toBe("Error: crash");
    expect(await outcome({ callbacks: [backup()], worker: second })).toEqual(whole);
  }
});

test("fitIterator() in a worker pauses between epochs; leaving it keeps what was trained", async () => {
  const [a, b] = [net(), net()];
  for (const [model, worker] of [
    [a, false],
    [b, true],
  ] as const) {
    for await (const { epoch, logs } of model.fitIterator(rows, labels, { ...OPTIONS, worker })) {
      expect(logs["loss"]).toBeGreaterThan(0);
      await model.predict(rows); // the model can be used in the pause
      if (epoch === 1) break;
    }
  }
  expect([...b.toBytes()]).toEqual([...a.toBytes()]);
});

test("a signal ends the training after the running batch, with its reason; the model keeps what was trained", async () => {
  const control = new AbortController();
  const reason = new Error("enough");
  const model = net();
  const onEpochBegin = (): void => void setTimeout(() => control.abort(reason), 200);
  const x = new Float32Array(5 * 20_000).fill(0.5);
  const training = model.fit(tensor(x, [20_000, 5]), new Int32Array(20_000), {
    epochs: 10_000,
    batchSize: 1,
    worker: true,
    signal: control.signal,
    callbacks: [{ onEpochBegin }],
  });
  await expect(training).rejects.toBe(reason);
  expect(model.optimizerSnapshot().iterations).toBeGreaterThan(0);
  await model.fit(rows, labels); // and can be trained on
});

test("a rate that is set and a stop that is asked for while the worker is busy take effect", async () => {
  const model = net();
  const later = (then: () => void): void => void setTimeout(then, 200);
  const onEpochBegin = (): void =>
    later(() => {
      model.learningRate = 0.0625;
      later(() => (model.stopTraining = true));
    });
  const before = model.getWeights().map((t) => [...t.data]);
  let after: typeof before = [];
  const onEpochEnd = (): void => void (after = model.getWeights().map((t) => [...t.data]));
  const history = await model.fit(
    tensor(new Float32Array(5 * 1_000_000), [1_000_000, 5]),
    new Int32Array(1_000_000),
    { epochs: 10_000, batchSize: 1, worker: true, callbacks: [{ onEpochBegin, onEpochEnd }] },
  );
  // In which epoch that is depends on the machine; without the stop it would be the last of 10,000.
  expect(history.epoch.length).toBeLessThan(1000);
  expect(history.last("loss")).toBeGreaterThan(0);
  expect(after).not.toEqual(before); // the hook sees what was trained up to the stop
  expect(after).toEqual(model.getWeights().map((t) => [...t.data]));
  expect(history.last("learning_rate")).toBe(0.0625);
  expect(model.learningRate).toBe(0.0625);
});

test("datasets stay here, and their batches go to the worker as it asks for them", async () => {
  const arrays = () => dataset.fromArrays(rows, labels);
  const makers = [
    () => arrays().shuffle(5).batch(16),
    () => arrays(),
    () =>
      arrays()
        .map(({ x, y }) => ({ x, y }))
        .shuffle(2, { buffer: 9 })
        .batch(16),
    () =>
      dataset
        .fromGenerator(function* () {
          for (let i = 0; i < 50; i++) yield { x: rows[i]!, y: labels[i]!, sampleWeight: i % 3 };
        })
        .batch(8),
  ];
  for (const make of makers) {
    const results: unknown[] = [];
    for (const worker of [false, true]) {
      const model = net();
      const history = await model.fit(make(), {
        epochs: 3,
        seed: 3,
        validationData: arrays().take(20),
        worker,
      });
      results.push([history.history, [...model.toBytes()]]);
    }
    expect(results[1]).toEqual(results[0]);
  }
});

test("what a dataset or a callback throws is thrown by fit(), the very same error", async () => {
  const oops = new Error("oops");
  const broken = dataset.fromGenerator(function* () {
    for (let i = 0; i < 30; i++) {
      if (i === 20) throw oops;
      yield { x: rows[i]!, y: labels[i]! };
    }
  });
  const model = net();
  await expect(model.fit(broken.batch(8), { worker: true })).rejects.toThrow(
    "dataset.fromGenerator: the generator threw at element 20 of epoch 1: Error: oops",
  );
  const onBatchEnd = (): never => {
    throw oops;
  };
  await expect(model.fit(rows, labels, { worker: true, callbacks: [{ onBatchEnd }] })).rejects.toBe(
    oops,
  );
  expect(model.optimizerSnapshot().iterations).toBe(2 + 1);
  await model.fit(rows, labels, { worker: true });
});

test("errors are those of a training here", async () => {
  const big = (): Model => {
    const model = net(sgd({ learningRate: 1e30 }));
    return model;
  };
  for (const onNonFinite of ["throw", "skip", "stop"] as const)
    await same(() => ({ onNonFinite, callbacks: [] }), big);
  const bad: FitOptions[] = [
    { batchSize: 0 },
    { validationSplit: 1 },
    { sampleWeight: [1, 2] },
    { validationData: [[[1, 2]], [0]] },
    { callbacks: [earlyStopping()] },
  ];
  for (const options of bad) {
    const { error } = await outcome(options);
    expect(error).not.toBe("");
    expect((await outcome({ ...options, worker: true })).error).toBe(error);
  }
  const model = net();
  for (const worker of [false, true]) {
    await expect(model.fit([[1, 2, 3, 4, Number.NaN]], [0], { worker })).rejects.toThrow(
      "fit: x must be finite, but row 0, element 4 is NaN",
    );
    await expect(model.fit(rows, [0, 1], { worker })).rejects.toThrow(
      "x has 70 samples, but y has 2",
    );
    await expect(model.fit([[1], [2, 3]], [0, 1], { worker })).rejects.toThrow(
      "must be rectangular",
    );
  }
});

test("several inputs and outputs go along by name and in order", async () => {
  const make = (): Model => {
    const [a, b] = [input([5], { name: "a" }), input([5], { name: "b" })];
    const joined = concatenate()([dense({ units: 4 })(a), dense({ units: 4 })(b)]);
    const model = functional({
      inputs: [a, b],
      outputs: {
        p: dense({ units: 3, activation: "softmax" })(joined),
        q: dense({ units: 1 })(joined),
      },
    });
    model.compile({
      optimizer: "adam",
      loss: { p: "sparseCategoricalCrossentropy", q: "meanSquaredError" },
    });
    return model as Model<unknown> as Model;
  };
  const q = rows.map((row) => [row[2]!]);
  const inputs = [
    [rows, rows],
    { a: rows, b: tensor(rows) },
    [tensor(rows), tensor(rows)],
  ] as const;
  for (const x of inputs) {
    const files: string[] = [];
    for (const worker of [false, true]) {
      const model = make();
      await model.fit(x as never, { p: labels, q } as never, { epochs: 2, seed: 1, worker });
      files.push(Buffer.from(model.toBytes()).toString("base64"));
    }
    expect(files[1]).toBe(files[0]);
  }
});

test("what cannot cross is named, with the cure", async () => {
  const model = sequential([slowDense({ units: 3 })]);
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
  await expect(model.fit(rows, labels, { worker: true })).rejects.toThrow(
    /fit: the worker cannot make the model: .*"slowDense".*serveTraining\(\{ customObjects \}\)/s,
  );
  const own = sequential([dense({ units: 3, activation: (t) => t })]);
  own.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
  await expect(own.fit(rows, labels, { worker: true })).rejects.toThrow(
    /fit: with worker, the model must be one that a file can hold: dense "dense": option "activation" is a function/,
  );
  await expect(net().fit(rows, labels, { worker: true, callbacks: [doctor()] })).rejects.toThrow(
    'fit: callback "doctor" looks into the memory of the engine that trains',
  );
});

test("an optimizer by a name whose rule is loaded late trains in a worker, with hooks that predict", async () => {
  const make = (): Model => net("nadam");
  const onEpochEnd = async (_epoch: number, logs: Logs): Promise<void> => {
    expect(logs["loss"]).toBeGreaterThan(0);
  };
  const here = await outcome({ callbacks: [{ onEpochEnd }] }, make());
  const model = make();
  const looks = { onEpochEnd: async () => void (await model.predict(rows)) };
  expect(await outcome({ callbacks: [looks], worker: true }, model)).toEqual(here);
});

test("a worker of one's own knows layers of one's own", async () => {
  const results: string[] = [];
  for (const worker of [false, () => new Worker(OWN_WORKER)]) {
    const model = sequential([slowDense({ units: 3 })]);
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    await model.fit(rows, labels, { ...OPTIONS, worker });
    results.push(Buffer.from(model.toBytes()).toString("base64"));
  }
  expect(results[1]).toBe(results[0]);
});

test("a worker that dies or cannot start is said, and the model stays usable", async () => {
  let started: Worker | null = null;
  const worker = () => (started = new Worker(OWN_WORKER));
  const onEpochEnd = (epoch: number): void => {
    if (epoch === 1) void started!.terminate();
  };
  const model = net();
  await expect(
    model.fit(rows, labels, { ...OPTIONS, epochs: 50, worker, callbacks: [{ onEpochEnd }] }),
  ).rejects.toThrow(
    /fit: the worker has ended: exit code 1; the model has the values of the last hook or epoch/,
  );
  expect(model.optimizerSnapshot().iterations).toBeGreaterThanOrEqual(10);
  await model.fit(rows, labels);
  const missing = () => new Worker(join(own, "missing.mjs"));
  await expect(model.fit(rows, labels, { worker: missing })).rejects.toThrow(
    /the worker has ended: Cannot find module/,
  );
  const broken = () => {
    throw new Error("no");
  };
  await expect(model.fit(rows, labels, { worker: broken })).rejects.toThrow(
    "the worker does not start: no; ",
  );
});
