// What is left in linear memory of models that were dropped or closed. It runs with --expose-gc; see robust.test.ts.
import { type Model, dense, init, ops, sequential, trace } from "../../src/index.ts";
import { regionsOf } from "../../src/memory/regions.ts";

declare const gc: () => void;

const x = [
  [0, 1],
  [1, 0],
  [1, 1],
];
const y = [0, 1, 1];

function make(): Model {
  const model = sequential([dense({ units: 4 }), dense({ units: 2, activation: "softmax" })]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  return model as Model;
}

async function collect(): Promise<void> {
  for (let i = 0; i < 6; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Everything that people do with a model, and then nothing that holds it. */
async function drop(): Promise<void> {
  const model = make();
  await model.fit(x, y, { validationData: [x, y], epochs: 2 });
  await model.predict(x);
  await model.evaluate(x, y);
  await model.trainOnBatch(x, y, { sampleWeight: [1, 2, 3] });
  await model.plan();
  for await (const { epoch } of model.fitIterator(x, y, { epochs: 9 })) if (epoch === 1) break;
  await model
    .fit(x, y, { callbacks: [{ onBatchEnd: () => Promise.reject(new Error("a hook failed")) }] })
    .catch(() => {});
}

async function halve(): Promise<void> {
  await trace((a) => ops.mul(a, 0.5))([1, 2, 3]);
}

export async function main(): Promise<void> {
  const regions = regionsOf(await init());
  await drop();
  await collect();
  const dropped = regions.used;
  {
    const model = make();
    await model.fit(x, y);
    model[Symbol.dispose]();
  }
  const closed = regions.used;

  // A training holds its model, though nobody else does.
  const control = new AbortController();
  const { signal } = control;
  const training = make().fit(x, y, { epochs: 1e9, signal });
  training.catch(() => {});
  await collect();
  const whileTraining = regions.used > 0;
  control.abort();
  await training.catch(() => {});
  await collect();
  const aborted = regions.used;
  await halve();
  await collect();
  console.log(JSON.stringify({ dropped, closed, whileTraining, aborted, traced: regions.used }));
}
