import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { embedTrainingWorker } from "../../scripts/trainingWorker.mjs";
import {
  type Model,
  batchNormalization,
  concatenate,
  dataset,
  dense,
  dropout,
  init,
  input,
  model as functional,
  normalization,
  sequential,
  tensor,
} from "../../src/index.ts";
import { slowDense } from "./worker/ownLayer.ts";

const own = mkdtempSync(join(tmpdir(), "thalweg-pass-"));
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

const started: Worker[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((worker) => worker.terminate()));
  await (await init()).close();
});

/** A worker of one's own; how many were started is seen in `started`. */
function worker(): Worker {
  const one = new Worker(OWN_WORKER);
  started.push(one);
  return one;
}

const rows = Array.from({ length: 70 }, (_, i) =>
  Array.from({ length: 5 }, (_, j) => Math.cos(i * 3 + j)),
);
const labels = rows.map((row, i) => (row[0]! > row[1]! ? 1 : i % 3 === 0 ? 2 : 0));
const sampleWeight = Float32Array.from(rows, (_, i) => i % 4);

function net(): Model {
  const model = sequential([
    dense({ units: 8, activation: "relu" }),
    batchNormalization(),
    dropout({ rate: 0.2 }),
    dense({ units: 3, activation: "softmax" }),
  ]);
  model.compile({
    optimizer: "adam",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model as Model;
}

/** What `body` gives here and in a worker, each with a model of its own; both must be the same. */
async function same<T>(
  body: (model: Model, worker: boolean) => Promise<T>,
  make: () => Model = net,
) {
  const here = await body(make(), false);
  expect(await body(make(), true)).toEqual(here);
  return here;
}

test("evaluate() in a worker gives the same numbers, bit for bit", async () => {
  for (const options of [
    {},
    { batchSize: 7 },
    { batchSize: "all" as const },
    { batchSize: 1000, sampleWeight },
  ]) {
    const { loss } = await same((model, far) =>
      model.evaluate(rows, labels, { ...options, worker: far }),
    );
    expect(loss).toBeGreaterThan(0);
  }
  await same((model, far) =>
    model.evaluate(tensor(rows), Int32Array.from(labels), { worker: far }),
  );
});

test("predict() in a worker gives the same outputs, bit for bit", async () => {
  const many = tensor(
    Float32Array.from({ length: 5000 * 5 }, (_, i) => Math.sin(i)),
    [5000, 5],
  );
  for (const x of [rows, many, many.data.subarray(0, 0)])
    for (const batchSize of [3, 32, "all"] as const)
      await same((model, far) =>
        model.predict(x as never, { batchSize, worker: far }).catch(String),
      );
  const out = await net().predict(many, { worker: true });
  expect([out.shape, out.dtype]).toEqual([[5000, 3], "float32"]);
});

test("a model that is not compiled predicts in a worker", async () => {
  await same(
    (model, far) => model.predict(rows, { worker: far }),
    () => sequential([dense({ units: 3, inputShape: [5] })]) as Model,
  );
});

test("predictions have the form of the outputs, and inputs go by name and in order", async () => {
  const make = () => {
    const [a, b] = [input([5], { name: "a" }), input([5], { name: "b" })];
    const joined = concatenate()([dense({ units: 4 })(a), dense({ units: 4 })(b)]);
    const outputs = { p: dense({ units: 3 })(joined), q: dense({ units: 1 })(joined) };
    const model = functional({ inputs: [a, b], outputs });
    model.compile({
      optimizer: "adam",
      loss: { p: "meanSquaredError", q: "meanSquaredError" },
    });
    return model as Model<unknown> as Model;
  };
  const q = rows.map((row) => [row[2]!]);
  const p = rows.map((row) => row.slice(2));
  for (const x of [[rows, rows], { a: rows, b: tensor(rows) }]) {
    const outputs = await same((model, far) => model.predict(x as never, { worker: far }), make);
    expect(Object.keys(outputs)).toEqual(["p", "q"]);
    await same(
      (model, far) => model.evaluate(x as never, { p, q } as never, { worker: far }),
      make,
    );
  }
});

test("datasets stay here, and their batches go to the worker as it asks for them", async () => {
  const makers = [
    () => dataset.fromArrays(rows, labels).batch(16),
    () => dataset.fromArrays(rows, labels),
    () =>
      dataset
        .fromGenerator(function* () {
          for (let i = 0; i < 50; i++) yield { x: rows[i]!, y: labels[i]!, sampleWeight: i % 3 };
        })
        .batch(8),
  ];
  for (const make of makers) {
    await same((model, far) => model.evaluate(make(), { worker: far }));
    await same((model, far) => model.predict(make(), { worker: far }));
  }
  const oops = new Error("oops");
  const broken = dataset.fromGenerator(function* () {
    for (let i = 0; i < 30; i++) {
      if (i === 20) throw oops;
      yield { x: rows[i]!, y: labels[i]! };
    }
  });
  const model = net();
  for (let i = 0; i < 2; i++)
    await expect(model.evaluate(broken.batch(8), { worker })).rejects.toThrow(
      "the generator threw at element 20 of epoch 1: Error: oops",
    );
  expect(started.length).toBe(1);
});

test("one worker serves the calls of a model, and has what was changed in between", async () => {
  const steps: ((model: Model) => unknown)[] = [
    () => {},
    (model) =>
      model.setWeights(
        model.getWeights().map((t) =>
          tensor(
            t.data.map((v) => v / 2),
            t.shape,
          ),
        ),
      ),
    (model) => model.fit(rows, labels, { epochs: 1 }),
    (model) => model.predict(rows),
    (model) => model.fit(rows, labels, { epochs: 2, worker }),
    (model) => {
      model.layers[1]!.trainable = false;
    },
    (model) => model.fit(rows, labels, { epochs: 1 }),
    (model) => model.fit(rows, labels, { epochs: 1, worker }),
  ];
  const model = net();
  for (const step of steps) {
    await step(model);
    const near = await model.predict(rows);
    expect(await model.predict(rows, { worker })).toEqual(near);
    expect(await model.evaluate(rows, labels, { worker })).toEqual(
      await model.evaluate(rows, labels),
    );
  }
  expect(started.length).toBe(1);
  // What is compiled anew is another model there.
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", metrics: [] });
  expect(Object.keys(await model.evaluate(rows, labels, { worker }))).toEqual(["loss"]);
  expect(started.length).toBe(1);
});

test("values that no config has go along: what normalization() was adapted to", async () => {
  await same(
    (model, far) => model.predict(rows, { worker: far }),
    () => {
      const first = normalization();
      first.adapt(rows);
      return sequential([first, dense({ units: 3 })]) as Model;
    },
  );
});

test("first values are drawn alike here and there, in either order", async () => {
  const [a, b] = [net(), net()];
  expect(await b.predict(rows, { worker: true })).toEqual(await a.predict(rows));
  expect(b.getWeights()).toEqual(a.getWeights());
  const unset = sequential([dense({ units: 2, inputShape: [5] })]) as Model;
  await unset.predict(rows, { worker: true });
  unset.seed = 9; // no value was drawn here yet
  expect(await unset.predict(rows, { worker: true })).toEqual(await unset.predict(rows));
});

test("a hook may evaluate and predict in a worker while another one trains, which changes no bit", async () => {
  const files: string[] = [];
  for (const looks of [false, true]) {
    const model = net();
    const onEpochEnd = async (): Promise<void> => {
      if (!looks) return;
      const [near, far] = [false, true].map((w) => model.predict(rows, { worker: w }));
      expect(await far).toEqual(await near);
      await Promise.all([1, 2, 3].map(() => model.evaluate(rows, labels, { worker: true })));
    };
    await model.fit(rows, labels, {
      epochs: 4,
      seed: 2,
      worker: true,
      callbacks: [{ onEpochEnd }],
    });
    files.push(Buffer.from(model.toBytes()).toString("base64"));
  }
  expect(files[1]).toBe(files[0]);
});

test("evaluations and predictions beside a training of the same model leave its bits as they are", async () => {
  const files: string[] = [];
  for (const looks of [false, true]) {
    for (const far of [false, true]) {
      const model = net();
      const training = model.fit(rows, labels, { epochs: 30, seed: 2, worker: far });
      if (looks)
        for (let i = 0; i < 4; i++) {
          await model.predict(rows, { worker: true });
          await model.evaluate(rows, labels, { worker: true });
        }
      await training;
      files.push(Buffer.from(model.toBytes()).toString("base64"));
    }
  }
  expect(new Set(files).size).toBe(1);
});

test("an aborted signal ends the call with its reason, here and in a worker, which is kept", async () => {
  const slow = tensor(new Float32Array(5e6 * 5), [5e6, 5]); // seconds
  const zeros = new Int32Array(5e6);
  for (const w of [false, worker] as const) {
    const model = net();
    await model.predict(rows, { worker: w });
    for (const call of [
      (signal: AbortSignal) => model.predict(slow, { batchSize: 1, worker: w, signal }),
      (signal: AbortSignal) => model.evaluate(slow, zeros, { batchSize: 1, worker: w, signal }),
    ]) {
      const reason = new Error("enough");
      expect(await call(AbortSignal.abort(reason)).catch((e: unknown) => e)).toBe(reason);
      const control = new AbortController();
      let aborted = 0;
      setTimeout(() => {
        aborted = performance.now();
        control.abort(reason);
      }, 100);
      expect(await call(control.signal).catch((e: unknown) => e)).toBe(reason);
      expect(aborted).toBeGreaterThan(0);
      // 40 ms are the stride; the rest is for a machine that is busy.
      expect(performance.now() - aborted).toBeLessThan(1000);
    }
    expect(await model.predict(rows, { worker: w })).toEqual(await model.predict(rows));
  }
  expect(started.length).toBe(1);
});

test("errors are those of a call here", async () => {
  const bad = [
    (model: Model, far: boolean) =>
      model.evaluate([[1, 2, 3, 4, Number.NaN]], [0], { worker: far }),
    (model: Model, far: boolean) => model.evaluate(rows, [0, 1], { worker: far }),
    (model: Model, far: boolean) => model.evaluate(rows, labels, { batchSize: 0, worker: far }),
    (model: Model, far: boolean) =>
      model.evaluate(rows, labels, { sampleWeight: [1, 2], worker: far }),
    (model: Model, far: boolean) => model.predict([[1], [2, 3]], { worker: far }),
    (model: Model, far: boolean) => model.predict((() => 1) as never, { worker: far }),
    (model: Model, far: boolean) => model.predict([[1, "2"]] as never, { worker: far }),
    (model: Model, far: boolean) => model.evaluate(rows, [[Symbol("s")]] as never, { worker: far }),
    (model: Model, far: boolean) => model.fit([[() => 1]] as never, labels, { worker: far }),
    (model: Model, far: boolean) => model.predict([[1, 2]], { worker: far }),
    (model: Model, far: boolean) => model.predict(rows, { batchSize: -1, worker: far }),
    (model: Model, far: boolean) => model.predict(rows, { batchsize: 1, worker: far } as object),
    (model: Model, far: boolean) =>
      model.evaluate(dataset.fromArrays(rows, labels), { sampleWeight, worker: far }),
    (model: Model, far: boolean) =>
      model.evaluate(dataset.fromArrays(rows, labels).batch(4), { batchSize: 3, worker: far }),
  ];
  for (const call of bad) {
    const error = await same(async (model, far) => {
      await model.fit(rows, labels);
      const said = await call(model, far).then(
        () => "",
        (e: Error) => `${e.name}: ${e.message}`,
      );
      expect(await model.predict(rows, { worker: far })).toEqual(await model.predict(rows));
      return said;
    });
    expect(error).not.toBe("");
  }
  const plain = sequential([dense({ units: 3, inputShape: [5] })]) as Model;
  for (const far of [false, true])
    await expect(plain.evaluate(rows, labels, { worker: far })).rejects.toThrow("call compile(");
  await expect(net().predict(rows, { worker: {} as never })).rejects.toThrow(
    "predict: worker must be true, or a function that starts a worker, got an object",
  );
  await expect(net().evaluate(rows, labels, { signal: 3 as never })).rejects.toThrow(
    "evaluate: signal must be an AbortSignal, got 3",
  );
  await init();
  expect(() => net().predictSync(rows, { worker: true } as object)).toThrow(
    'predictSync: unknown option "worker"',
  );
});

test("what cannot cross is named, with the cure, and a worker of one's own knows it", async () => {
  const model = sequential([slowDense({ units: 3 })]) as Model;
  await expect(model.predict(rows, { worker: true })).rejects.toThrow(
    /predict: the worker cannot make the model: .*"slowDense".*serveTraining\(\{ customObjects \}\)/s,
  );
  expect(await model.predict(rows, { worker })).toEqual(await model.predict(rows));
  const function_ = sequential([dense({ units: 3, activation: (t) => t })]) as Model;
  await expect(function_.predict(rows, { worker: true })).rejects.toThrow(
    /predict: with worker, the model must be one that a file can hold: dense "dense": option "activation" is a function/,
  );
});

test("a worker that dies is said at once, and the next call starts another", async () => {
  const model = net();
  const big = tensor(new Float32Array(25e6), [5e6, 5]);
  await model.predict(rows, { worker });
  const dying = model.predict(big, { batchSize: 1, worker }).catch((e: unknown) => e);
  setTimeout(() => void started[0]!.terminate(), 200);
  const error = (await dying) as Error;
  expect(`${error.name}: ${error.message}`).toMatch(
    /^EngineError: predict: the worker has ended: exit code 1; the model is as it was; call it again/,
  );
  expect(await model.predict(rows, { worker })).toEqual(await model.predict(rows));
  expect(started.length).toBe(2);
  // One that dies between two calls is not noticed.
  await started[1]!.terminate();
  expect(await model.predict(rows, { worker })).toEqual(await model.predict(rows));
  expect(started.length).toBe(3);
});

test("a worker that reaches its memory limit is said at once", async () => {
  const limited = (): Worker => {
    const one = new Worker(OWN_WORKER, { resourceLimits: { maxOldGenerationSizeMb: 24 } });
    started.push(one);
    return one;
  };
  const model = net();
  // What is no tensor crosses as it is, to be refused there: here it does not fit the worker's heap.
  const hungry = Array.from({ length: 3e6 }, (_, i) => `${i} is no number`);
  await expect(model.evaluate(rows, hungry as never, { worker: limited })).rejects.toThrow(
    /evaluate: the worker has ended: .*memory/,
  );
  await model.fit(rows, labels);
});

test("release() ends the worker that was kept, and so does the end of a `using` block", async () => {
  const model = net();
  await model.predict(rows, { worker });
  const exits = once(started[0]!, "exit");
  model.release();
  await exits;
  await model.evaluate(rows, labels, { worker });
  const again = once(started[1]!, "exit");
  model[Symbol.dispose]();
  await again;
});

test("a worker that is not needed ends after half a minute, and the engine forgets it", async () => {
  const model = net();
  const engine = await init();
  const timers = vi.spyOn(globalThis, "setTimeout");
  await model.predict(rows, { worker });
  const [whenIdle] = timers.mock.calls.findLast(([, after]) => after === 30_000)!;
  timers.mockRestore();
  expect(engine.dependents.size).toBe(1);
  const exits = once(started[0]!, "exit");
  whenIdle();
  await exits;
  expect(engine.dependents.size).toBe(0);
  await model.predict(rows, { worker });
  expect(started.length).toBe(2);
  // One that ends by itself is forgotten as well.
  await started[1]!.terminate();
  expect(engine.dependents.size).toBe(0);
});

test("a program exits by itself while a worker is kept", async () => {
  const program = join(own, "program.mjs");
  const index = JSON.stringify(fileURLToPath(new URL("../../src/index.ts", import.meta.url)));
  await build({
    stdin: {
      contents: `
        import { dense, sequential } from ${index};
        const model = sequential([dense({ units: 3, inputShape: [2] })]);
        model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
        await model.fit([[1, 2]], [[1, 2, 3]], { worker: true });
        await model.evaluate([[1, 2]], [[1, 2, 3]], { worker: true });
        console.log((await model.predict([[1, 2]], { worker: true })).shape.join());
      `,
      resolveDir: own,
    },
    outfile: program,
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "error",
  });
  const began = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 25_000 });
  expect(stdout.trim()).toBe("1,3");
  // A worker is kept for 30 s: nothing waits for that.
  expect(performance.now() - began).toBeLessThan(25_000);
});

test("engine.close() ends calls in workers with an error that says so, and the model stays usable", async () => {
  const model = net();
  await model.predict(rows, { worker }); // kept
  const engine = await init();
  const other = net();
  const passing = other
    .predict(tensor(new Float32Array(25e6), [5e6, 5]), { batchSize: 1, worker })
    .catch((e: Error) => e.message);
  const training = net();
  const fitting = training
    .fit(rows, labels, {
      epochs: 1e6,
      worker,
      callbacks: [{ onEpochEnd: (epoch) => void (epoch === 2 && engine.close()) }],
    })
    .catch((e: Error) => `${e.name}: ${e.message}`);
  while (started.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  const ends = started.map((one) => once(one, "exit"));
  expect(await fitting).toBe(
    "EngineError: fit: the worker has ended: the engine was closed; the model has the values of the last hook or epoch",
  );
  expect(await passing).toContain("predict: the worker has ended: the engine was closed");
  await engine.close();
  await Promise.all(ends); // of all three
  expect(training.optimizerSnapshot().iterations).toBeGreaterThanOrEqual(9);
  await training.fit(rows, labels, { worker: true });
  const near = await model.predict(rows);
  expect(await model.predict(rows, { worker: true })).toEqual(near);
});

test("Symbol.asyncDispose does as close() does", async () => {
  const model = net();
  let training: Promise<string>;
  {
    await using engine = await init();
    expect(engine.closed).toBe(false);
    training = model.fit(rows, labels, { epochs: 1e6, worker: true }).then(
      () => "",
      (e: Error) => e.message,
    );
    await model.predict(rows, { worker: true });
  }
  expect(await training).toContain("fit: the worker has ended: the engine was closed");
  expect((await model.predict(rows)).shape).toEqual([70, 3]);
});
