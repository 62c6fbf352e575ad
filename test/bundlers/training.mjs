// What each sample trains, and what it tells of it: the bits of the weights are the same everywhere.
import { adam, dense, init, sequential } from "thalweg";

/** Points on two arms of a spiral, by integers only: the same everywhere. */
function spiral(rows) {
  const x = [];
  const y = [];
  for (let i = 0; i < rows; i++) {
    const radius = 1 + (i >> 1);
    const turn = (i >> 1) % 4;
    const sign = i % 2 === 0 ? 1 : -1;
    const [a, b] = [turn < 2 ? 1 : -1, turn % 3 === 0 ? 1 : -1];
    x.push([(sign * a * radius) / rows, (sign * b * (rows - radius)) / rows]);
    y.push(i % 2);
  }
  return { x, y };
}

/** FNV-1a over the bits of some arrays. */
function fingerprint(arrays) {
  let hash = 0x811c9dc5;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    for (const byte of new Uint8Array(buffer, byteOffset, byteLength))
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, "0");
}

/** Trains a small network; a threshold of 1 makes threads share even its commands. */
export async function train(threads) {
  const engine = await init({ reproducible: true, threads, splitWork: 1 });
  const model = sequential([
    dense({ units: 32, activation: "tanh" }),
    dense({ units: 2, activation: "softmax" }),
  ]);
  model.compile({
    optimizer: adam({ learningRate: 0.02 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  const { x, y } = spiral(200);
  const { history } = await model.fit(x, y, { epochs: 30, batchSize: 20, seed: 5 });
  const { variant, threads: used, notes } = engine.info();
  const weights = model.getWeights().map(({ data }) => data);
  await engine.close();
  return {
    fingerprint: fingerprint(weights),
    loss: history.loss.at(-1),
    variant,
    threads: used,
    note: notes[1],
  };
}
