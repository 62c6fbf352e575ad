import { afterEach, expect, test, vi } from "vitest";
import {
  type Engine,
  type Model,
  backupAndRestore,
  dataset,
  dense,
  init,
  memoryStore,
  sequential,
} from "../../src/index.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import { add } from "../../src/ops/binary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { runOnce } from "../support/opRun.ts";

/** What the second worker does before it comes to the barrier, as text. */
const before = vi.hoisted(() => ({ text: "" }));

vi.mock("../../src/kernels/wasm/worker.ts", async (original) => {
  const { default: script } = await original<{ default: string }>();
  // Wasm that is entered late, or never: the script itself is the library's own.
  const late = (): string => `
    const Original = WebAssembly.Instance;
    const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    WebAssembly.Instance = class {
      constructor(...all) {
        const { work } = new Original(...all).exports;
        this.exports = { work: (control, thread) => { if (thread === 2) { ${before.text} } work(control, thread); } };
      }
    };
    ${script}`;
  return {
    get default() {
      return late();
    },
  };
});

afterEach(async () => {
  before.text = "";
  await (await init()).close();
});

const a = tensor(
  Float32Array.from({ length: 61 * 53 }, (_, i) => Math.sin(i)),
  [61, 53],
);

const product = (engine: Awaited<ReturnType<typeof createEngine>>): unknown =>
  runOnce(engine, (x) => [add(matmul(x!, x!, { transposeB: true }), 1)], [a])[0]!.data;

test("a worker that ends by itself while the others wait for it is noticed at once", async () => {
  const expected = product(await createEngine({ threads: 1 }));
  before.text = "sleep(300); process.exit(3);";
  const engine = await createEngine({ threads: 3, splitWork: 0 });
  expect(engine.threads).toBe(3);
  const started = performance.now();
  expect(() => product(engine)).toThrow("lost in the middle of a step");
  const took = performance.now() - started;
  expect(took).toBeGreaterThan(100); // it was waited for
  expect(took).toBeLessThan(1300); // and then not for long
  expect(engine.threads).toBe(1);
  expect(product(engine)).toEqual(expected);
  await engine.close();
});

test("a worker that is slow, and alive, is waited for", async () => {
  const expected = product(await createEngine({ threads: 1 }));
  before.text = "sleep(3500);";
  const engine = await createEngine({ threads: 3, splitWork: 0 });
  const started = performance.now();
  expect(product(engine)).toEqual(expected);
  expect(performance.now() - started).toBeGreaterThan(2500);
  expect(engine.threads).toBe(3);
  await engine.close();
});

const rows = Array.from({ length: 70 }, (_, i) =>
  Array.from({ length: 5 }, (_, j) => Math.cos(i * 3 + j)),
);
const labels = rows.map((_, i) => i % 3);

function net(): Model {
  const model = sequential([
    dense({ units: 8, activation: "relu" }),
    dense({ units: 3, activation: "softmax" }),
  ]) as Model;
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  return model;
}

/** The shared engine, whose third thread ends while the others wait for it in the first run. */
async function dyingEngine(): Promise<Engine> {
  await (await init()).close();
  before.text = "sleep(300); process.exit(3);";
  const engine = await init({ threads: 3, splitWork: 0 });
  expect(engine.threads).toBe(3);
  return engine;
}

test("evaluate() and predict() run the batch again, on one thread", async () => {
  const model = net();
  await model.fit(rows, labels);
  const [logs, outputs] = [await model.evaluate(rows, labels), await model.predict(rows)];
  for (const call of [
    async () => expect(await model.evaluate(rows, labels)).toEqual(logs),
    async () => expect(await model.predict(rows)).toEqual(outputs),
    async () =>
      expect(await model.predict(dataset.fromArrays(rows, labels).batch(32))).toEqual(outputs),
  ]) {
    const engine = await dyingEngine();
    await call();
    expect(engine.threads).toBe(1);
    expect(engine.info().notes.join()).toContain("one thread: a worker thread ended");
  }
  await dyingEngine();
  expect(() => model.predictSync(rows)).toThrow("or a thread was lost; await model.predict(x)");
  expect(model.predictSync(rows)).toEqual(outputs); // it is on one thread now
});

test("a training ends with an error, and its weights are refused until they are loaded", async () => {
  const options = { epochs: 3, seed: 3 };
  const whole = net();
  await whole.fit(rows, labels, options);
  const store = memoryStore();
  const model = net();
  const crash = {
    onEpochEnd: (epoch: number) => {
      if (epoch === 1) throw new Error("crash");
    },
  };
  const backup = backupAndRestore(store);
  await model.fit(rows, labels, { ...options, callbacks: [backup, crash] }).catch(() => {});
  const weights = model.getWeights();

  const refused =
    /^"dense\/kernel": its values are incomplete, as a worker thread was lost while they were updated; load a checkpoint/;
  const lose = async (): Promise<void> => {
    const engine = await dyingEngine();
    await expect(model.fit(rows, labels, options)).rejects.toThrow(
      "engine: a worker thread was lost in the middle of a step, what it computed is incomplete; load the last checkpoint and go on with one thread",
    );
    expect(engine.threads).toBe(1);
    expect(() => model.getWeights()).toThrow(refused);
    expect(() => model.toBytes()).toThrow(refused);
    await expect(model.predict(rows)).rejects.toThrow(refused);
    await expect(model.predict(rows, { worker: true })).rejects.toThrow(refused);
    await expect(model.fit(rows, labels)).rejects.toThrow(refused);
    model.release();
    expect(() => model.getWeights()).toThrow(refused);
  };
  await lose();
  model.setWeights(weights);
  expect(model.getWeights()).toEqual(weights);
  await lose();
  await model.fit(rows, labels, { ...options, resumeFrom: store });
  expect(model.getWeights()).toEqual(whole.getWeights());
});
