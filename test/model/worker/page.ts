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
  const bytes = last!.toBytes() as Uint8Array<ArrayBuffer>;
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].join();
}

Object.assign(globalThis, { train, hash });
