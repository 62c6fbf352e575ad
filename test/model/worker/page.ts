// A page that trains large networks in a worker when it is told to; see test/model/workerBrowser.test.ts.
import {
  type Model,
  conv2d,
  dense,
  flatten,
  maxPooling2d,
  sequential,
  tensor,
} from "../../../src/index.ts";

const ROWS = 12_000;
const pixels = Float32Array.from({ length: ROWS * 784 }, (_, i) => ((i * 7919) % 256) / 256);
const labels = Int32Array.from({ length: ROWS }, (_, i) => (i * 7) % 10);

function lenet(): Model {
  return sequential([
    conv2d({ filters: 6, kernelSize: 5, padding: "same", activation: "tanh" }),
    maxPooling2d({}),
    conv2d({ filters: 16, kernelSize: 5, activation: "tanh" }),
    maxPooling2d({}),
    flatten(),
    dense({ units: 120, activation: "tanh" }),
    dense({ units: 84, activation: "tanh" }),
    dense({ units: 10, activation: "softmax" }),
  ]) as Model;
}

function perceptron(): Model {
  return sequential([
    flatten(),
    dense({ units: 1024, activation: "relu" }),
    dense({ units: 1024, activation: "relu" }),
    dense({ units: 10, activation: "softmax" }),
  ]) as Model;
}

/** Trains for some epochs; the losses that were shown on the way. */
async function train(
  name: string,
  rows: number,
  epochs: number,
  worker: boolean,
): Promise<readonly number[]> {
  const model = name === "lenet" ? lenet() : perceptron();
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  const x = tensor(pixels.subarray(0, rows * 784), [rows, 28, 28, 1]);
  const shown: number[] = [];
  for await (const { logs } of model.fitIterator(x, labels.subarray(0, rows), {
    epochs,
    batchSize: 100,
    worker,
  })) {
    shown.push(logs["loss"]!);
    document.title = `${name}: ${logs["loss"]}`;
  }
  last = model;
  return shown;
}

let last: Model | null = null;

/** A hash of all that the last training left behind. */
async function hash(): Promise<string> {
  return hashOf(last!.toBytes() as Uint8Array<ArrayBuffer>);
}

async function hashOf(bytes: ArrayBufferView<ArrayBuffer>): Promise<string> {
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].join();
}

const FEW = 2_000;
const pass = {
  lenet: [lenet(), 12_000],
  perceptron: [perceptron(), 12_000],
} as const;
for (const [model] of Object.values(pass))
  model.compile({
    optimizer: "adam",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });

/** Evaluates a network that was not trained, and predicts with it: many samples, a large answer. */
async function evaluate(name: keyof typeof pass, worker: boolean): Promise<unknown> {
  const [model, rows] = pass[name];
  const x = tensor(pixels.subarray(0, rows * 784), [rows, 28, 28, 1]);
  return model.evaluate(x, labels.subarray(0, rows), { worker });
}

/** A hash of predictions. */
async function predict(name: keyof typeof pass, worker: boolean): Promise<string> {
  const [model, rows] = pass[name];
  const x = tensor(pixels.subarray(0, rows * 784), [rows, 28, 28, 1]);
  const { data } = await model.predict(x, { worker });
  return hashOf(data as Float32Array<ArrayBuffer>);
}

/** What becomes of calls whose worker is terminated, as a tool of the browser may do it. */
async function terminated(): Promise<string[]> {
  let started: Worker | null = null;
  const worker = (): Worker => (started = new Worker("own.js", { type: "module" }));
  const [model] = pass.perceptron;
  const x = tensor(pixels, [ROWS, 28, 28, 1]);
  const long = { batchSize: 1, worker }; // some ten seconds
  const ends: string[] = [];
  for (const call of [
    () => model.predict(x, long),
    () => model.evaluate(x, labels, long),
    () => model.fit(x, labels, long),
  ]) {
    started = null;
    const began = call().then(() => "", String);
    while (!started) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 700));
    const at = performance.now();
    (started as Worker).terminate();
    ends.push(await began, performance.now() - at < 1000 ? "at once" : "late");
  }
  const few = tensor(pixels.subarray(0, FEW * 784), [FEW, 28, 28, 1]);
  ends.push(String((await model.predict(few)).shape));
  return ends;
}

Object.assign(globalThis, { train, hash, evaluate, predict, terminated });
