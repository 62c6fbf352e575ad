// What a user writes, without a framework: train, evaluate, save to bytes, load, predict, on arrays and on
// datasets. The library is handed in, so that the same program runs from a package, a bundle and a script tag.
import { IMAGES } from "./images.mjs";

/** Three overlapping clouds of points with four features, by integers only: the same everywhere. */
function flowers(rows) {
  let state = 12345;
  const uniform = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) / 16777216;
  };
  const centers = [
    [5, 3.4, 1.5, 0.2],
    [5.9, 2.8, 4.3, 1.3],
    [6.6, 3, 5.6, 2],
  ];
  const x = [];
  const y = [];
  for (let i = 0; i < rows; i++) {
    const label = i % 3;
    x.push(centers[label].map((c) => c + (uniform() + uniform() + uniform() - 1.5) * 0.6));
    y.push(label);
  }
  return { x, y };
}

/** FNV-1a over the bits of some arrays. */
function fingerprint(arrays) {
  let hash = 0x811c9dc5;
  for (const array of arrays) {
    for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) {
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    }
  }
  return hash.toString(16).padStart(8, "0");
}

/** Bytes of images, rows of a gzipped CSV file, and the weights of networks that were trained on them. */
async function fromDatasets({ dataset, dense, flatten, sequential }, { x, y }) {
  const images = await dataset.imageFolder(IMAGES, { size: [5, 3] });
  const small = sequential([flatten(), dense({ units: 2 })], { seed: 4 });
  small.compile({ optimizer: "sgd", loss: "meanAbsoluteError" });
  const wanted = images.map(({ x }) => ({ x, y: [1, 2] }));
  await small.fit(wanted.shuffle(1).batch(2).prefetch(1), { epochs: 2 });

  const lines = x.map((row, i) => [...row, y[i]].join(","));
  const text = new Blob([`a,b,c,d,kind\n${lines.join("\n")}\n`]).stream();
  const packed = await new Response(text.pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  const rows = dataset.csv(new Uint8Array(packed), { target: "kind" });
  const model = sequential([dense({ units: 3, activation: "softmax" })], { seed: 4 });
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  await model.fit(rows.shuffle(2, { buffer: 50 }).batch(16), { epochs: 2 });

  const pixels = [];
  for await (const { x } of images) pixels.push(x.data);
  return [...pixels, ...[small, model].flatMap((m) => m.getWeights().map((w) => w.data))];
}

/** Trains a small network and tells how it went. */
export async function run(thalweg, options) {
  const started = performance.now();
  const { adam, dense, init, loadModel, sequential } = thalweg;
  const engine = await init(options);
  const train = flowers(300);
  const test = { x: train.x.splice(200), y: train.y.splice(200) };
  const model = sequential([
    dense({ units: 16, activation: "relu" }),
    dense({ units: 3, activation: "softmax" }),
  ]);
  model.compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  await model.fit(train.x, train.y, { epochs: 30, batchSize: 16, seed: 7 });
  const { accuracy } = await model.evaluate(test.x, test.y);
  const before = await model.predict(test.x);
  const again = await loadModel(model.toBytes());
  const after = await again.predict(test.x);
  const { runtime, variant } = engine.info();
  return {
    runtime,
    variant,
    ms: Math.round(performance.now() - started),
    accuracy,
    loaded: fingerprint([before.data]) === fingerprint([after.data]),
    fingerprint: fingerprint([
      ...model.getWeights().map((w) => w.data),
      before.data,
      ...(await fromDatasets(thalweg, train)),
    ]),
  };
}
