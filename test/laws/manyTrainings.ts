// Ten thousand short trainings in one process, from the first layer to the saved file and back. Prints what memory does
// on the way, as JSON. It runs with --expose-gc, in a process of its own: robust.test.ts reads what it prints.
import {
  type Model,
  batchNormalization,
  conv2d,
  dense,
  dropout,
  flatten,
  init,
  loadModel,
  lstm,
  sequential,
} from "../../src/index.ts";
import { regionsOf } from "../../src/memory/regions.ts";

declare const gc: () => void;

/** Memory after so many trainings. */
export interface Mark {
  readonly trainings: number;
  /** Bytes of linear memory that are in use, and that the engine has. */
  readonly used: number;
  readonly linear: number;
  /** Bytes of the JavaScript heap, after a collection; and of buffers beside it. */
  readonly heap: number;
  readonly buffers: number;
  readonly milliseconds: number;
}

const x = Array.from({ length: 8 }, (_, i) => [i / 8, (i % 3) / 3, (i % 5) / 5, 1 - i / 8]);
const images = x.map((row) => row.map((v) => [v, 1 - v, v / 2, v * v].map((w) => [w])));
const y = x.map((_, i) => i % 2);

/** Networks in turn: plain, with state and masks, convolutional, recurrent. */
const MAKERS: readonly (readonly [() => Model, unknown])[] = [
  [
    () =>
      sequential([
        dense({ units: 4, activation: "relu" }),
        dense({ units: 2, activation: "softmax" }),
      ]) as Model,
    x,
  ],
  [
    () =>
      sequential([
        dense({ units: 5 }),
        batchNormalization(),
        dropout({ rate: 0.5 }),
        dense({ units: 2, activation: "softmax" }),
      ]) as Model,
    x,
  ],
  [
    () =>
      sequential([
        conv2d({ filters: 2, kernelSize: 3 }),
        flatten(),
        dense({ units: 2, activation: "softmax" }),
      ]) as Model,
    images,
  ],
  [
    () => sequential([lstm({ units: 3 }), dense({ units: 2, activation: "softmax" })]) as Model,
    images.map((image) => image.map((row) => row.flat())),
  ],
];

/**
 * One training, and what people do around it; a third of the models go through a file. Every second model is given back
 * at once, the others are dropped: the garbage collector has to find them.
 */
async function once(i: number): Promise<void> {
  const [make, data] = MAKERS[i % MAKERS.length]!;
  const model = make();
  model.compile({
    optimizer: i % 3 === 0 ? "sgd" : "adam",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  await model.fit(data as number[][], y, { epochs: 1, batchSize: 3, seed: i });
  await model.predict(data as number[][]);
  if (i % 2 === 0) model[Symbol.dispose]();
  if (i % 3 !== 0) return;
  const copy = await loadModel(model.toBytes());
  await copy.evaluate(data as number[][], y);
  if (i % 2 === 0) copy[Symbol.dispose]();
}

/** Collects, and lets finalizers run. */
async function collect(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Trains so many times, with a mark after each of `marks` equal parts. */
export async function main(trainings: number, marks: number): Promise<void> {
  const engine = await init();
  const started = performance.now();
  for (let i = 1; i <= trainings; i++) {
    await once(i);
    if (i % (trainings / marks) !== 0) continue;
    await collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const mark: Mark = {
      trainings: i,
      used: regionsOf(engine).used,
      linear: engine.memory.buffer.byteLength,
      heap: heapUsed,
      buffers: arrayBuffers,
      milliseconds: Math.round(performance.now() - started),
    };
    console.log(JSON.stringify(mark));
  }
}
