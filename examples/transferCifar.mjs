// Transfer learning: 1500 photographs of CIFAR-10 in ten classes, by a network that was trained on ImageNet. Its features
// are computed once and a linear head is trained on them; then the network is fine-tuned, with random flips and shifts.
//
//     node examples/transferCifar.mjs [--network mobileNet] [--data FOLDER] [--models FOLDER] [--report FILE] [--search]
//
// What there is to choose was chosen by --search within the 1500 images: the head's penalty and rate by cross-validation, the
// rate, shifts, dropout and the first layer of fine-tuning on the last 300. The test images are looked at once, at the end.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  adam,
  cacheFeatures,
  cosineDecay,
  dataset,
  decodePredictions,
  dense,
  dropout,
  flatten,
  gunzip,
  input,
  l2,
  mobileNet,
  model,
  normalization,
  preprocessInput,
  randomFlip,
  randomTranslation,
  sequential,
  squeezeNet,
  tensor,
  upSampling2d,
} from "thalweg";

const shared = (path) => fileURLToPath(new URL(`../../shared/${path}`, import.meta.url));
const { values } = parseArgs({
  options: {
    network: { type: "string", default: "mobileNet" },
    data: { type: "string", default: shared("data/cifar10") },
    models: { type: "string", default: shared("models") },
    report: { type: "string" },
    search: { type: "boolean", default: false },
  },
});

/** Where the weights are, and what --search found. */
const NETWORKS = {
  mobileNet: {
    file: "mobilenet_v1_025_tfjs/model.json",
    build: (options) => mobileNet({ alpha: 0.25, ...options }),
    penalty: 0.03,
    tuning: { from: "conv1", rate: 1e-4, epochs: 10, shift: 0.1, drop: 0 },
    candidates: [
      { from: "conv_dw_6", rate: 1e-4, epochs: 10, shift: 0.1, drop: 0 },
      { from: "conv_dw_6", rate: 3e-4, epochs: 10, shift: 0.1, drop: 0 },
      { from: "conv1", rate: 1e-4, epochs: 10, shift: 0.1, drop: 0 },
      { from: "conv1", rate: 3e-4, epochs: 10, shift: 0.1, drop: 0 },
    ],
  },
  squeezeNet: {
    file: "squeezenet_v1_1_keras_h5/squeezenet_tf_notop.h5",
    build: squeezeNet,
    penalty: 0.03,
    tuning: { from: "fire8_squeeze1x1", rate: 1e-4, epochs: 6, shift: 0, drop: 0.5 },
    candidates: [
      { from: "fire8_squeeze1x1", rate: 1e-4, epochs: 6, shift: 0.1, drop: 0 },
      { from: "fire8_squeeze1x1", rate: 1e-4, epochs: 6, shift: 0, drop: 0.5 },
      { from: "fire6_squeeze1x1", rate: 1e-4, epochs: 6, shift: 0.1, drop: 0 },
      { from: "fire6_squeeze1x1", rate: 1e-4, epochs: 6, shift: 0, drop: 0.3 },
      { from: "fire6_squeeze1x1", rate: 3e-5, epochs: 6, shift: 0.1, drop: 0 },
      { from: "fire2_squeeze1x1", rate: 3e-5, epochs: 6, shift: 0.1, drop: 0 },
    ],
  },
};
const NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
const TRAINING = 1500;
const VALIDATION = 300;
const TEST = 600;
const BATCH = 32;

const network = NETWORKS[values.network];
const weights = network && join(values.models, network.file);
const records = ["train_4000_lossless.bin.gz", "test_2000_jpeg.bin.gz"].map((name) =>
  join(values.data, name),
);
const missing = [weights, ...records].filter((path) => path === undefined || !existsSync(path));
if (missing.length > 0) {
  console.error(`There is no ${missing.join(", no ")}.
The images are records of CIFAR-10, https://www.cs.toronto.edu/~kriz/cifar.html, gzipped; the weights are
https://storage.googleapis.com/tfjs-models/tfjs/mobilenet_v1_0.25_224/model.json with its shards, or SqueezeNet's
https://github.com/rcmalli/keras-squeezenet (--network mobileNet or squeezeNet). Then
  node examples/transferCifar.mjs --data FOLDER --models FOLDER`);
  process.exit(2);
}

/** The first records of a file: a label and three planes of 32 x 32 bytes each; images with the channels last. */
async function read(path, count) {
  const bytes = await gunzip(await readFile(path));
  const pixels = new Uint8Array(3072 * count);
  const y = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    y[i] = bytes[3073 * i];
    for (let at = 0; at < 1024; at++)
      for (let c = 0; c < 3; c++) pixels[3072 * i + 3 * at + c] = bytes[3073 * i + 1 + 1024 * c + at];
  }
  // As the network's publisher prepared them; that it is done before they are enlarged changes nothing.
  const x = preprocessInput(values.network, tensor(pixels, [count, 32, 32, 3]));
  return { pixels, x, y, data: dataset.fromArrays(x, y) };
}
const [train, test] = await Promise.all([read(records[0], TRAINING), read(records[1], TEST)]);

const loss = "sparseCategoricalCrossentropy";
const metrics = ["accuracy"];
const accuracyOf = async (net, data) => (await net.evaluate(data.batch(100))).accuracy;
const since = (started) => ((performance.now() - started) / 1000).toFixed(1);

/** The network between images of 32 x 32, enlarged to 96 x 96, and its features. */
const base = await network.build({
  weights,
  includeTop: false,
  inputShape: [96, 96, 3],
  pooling: "average",
});
const published = base.getWeights();
const enlarge = upSampling2d({ size: 3, interpolation: "bilinear" });
const image = input([32, 32, 3], { name: "image" });
const features = model({ inputs: image, outputs: base.apply(enlarge(image)) });

/** A linear classifier of standardized inputs. */
async function linear(data, penalty, learningRate = 1e-3) {
  const { value } = await data.batch(data.size).iterator().next();
  const standard = normalization({ inputShape: value.x.shape.slice(1) });
  standard.adapt(value.x);
  const kernelRegularizer = l2({ l2: penalty });
  const head = sequential([standard, flatten(), dense({ units: 10, activation: "softmax", kernelRegularizer })]);
  head.compile({ optimizer: adam({ learningRate }), loss, metrics });
  await head.fit(data.shuffle(1).batch(BATCH), { epochs: 40 });
  return head;
}

/** The network and its head, trained together from the layer `from` on. Norms keep their statistics, as batches are small. */
async function tuned(head, data, { from, rate, epochs, shift, drop }) {
  base.setWeights(published);
  const first = base.layers.findIndex((layer) => layer.layerName === from);
  base.layers.forEach((layer, i) => {
    layer.trainable = i >= first && layer.kind !== "batchNormalization";
  });
  let x = randomFlip({ mode: "horizontal", seed: 1 })(image);
  if (shift > 0) x = randomTranslation({ heightFactor: shift, widthFactor: shift, seed: 2 })(x);
  x = base.apply(enlarge(x));
  if (drop > 0) x = dropout({ rate: drop })(x);
  const net = model({ inputs: image, outputs: head.apply(x) });
  const decaySteps = epochs * Math.ceil(data.size / BATCH);
  net.compile({
    optimizer: adam({ learningRate: cosineDecay({ initialLearningRate: rate, decaySteps }) }),
    loss,
    metrics,
  });
  await net.fit(data.shuffle(2).batch(BATCH), { epochs, seed: 3 });
  return net;
}

/** Accuracy of a linear head, each fifth of the images predicted by a head that was trained on the others. */
async function crossValidated(data, penalty, learningRate) {
  const { value } = await data.batch(data.size).iterator().next();
  const width = value.x.data.length / data.size;
  const part = (rows) => {
    const x = Float32Array.from({ length: rows.length * width }, (_, i) =>
      value.x.data[rows[Math.floor(i / width)] * width + (i % width)],
    );
    const shape = [rows.length, ...value.x.shape.slice(1)];
    return dataset.fromArrays(tensor(x, shape), Int32Array.from(rows, (row) => value.y.data[row]));
  };
  const all = Array.from({ length: data.size }, (_, row) => row);
  let right = 0;
  for (let fold = 0; fold < 5; fold++) {
    const held = all.filter((row) => row % 5 === fold);
    const head = await linear(part(all.filter((row) => row % 5 !== fold)), penalty, learningRate);
    right += held.length * (await accuracyOf(head, part(held)));
  }
  return (right / data.size).toFixed(3);
}

if (values.search) {
  base.trainable = false;
  const few = TRAINING - VALIDATION;
  for (const penalty of [0.1, 0.3, 1, 3])
    console.log("pixels, penalty", penalty, await crossValidated(train.data, penalty, 3e-4));
  const cached = await cacheFeatures(features, train.data);
  for (const rate of [1e-3, 3e-3]) {
    for (const penalty of [0.001, 0.01, 0.03])
      console.log("rate", rate, "penalty", penalty, await crossValidated(cached, penalty, rate));
  }
  for (const candidate of network.candidates) {
    const head = await linear(await cached.take(few).cache(), network.penalty);
    const net = await tuned(head, await train.data.take(few).cache(), candidate);
    console.log(JSON.stringify(candidate), "validation", await accuracyOf(net, train.data.skip(few)));
  }
  process.exit(0);
}

console.log("images", TRAINING, TEST);
const pixels = await linear(train.data, 1, 3e-4);
console.log("raw pixels: test accuracy", (await accuracyOf(pixels, test.data)).toFixed(3));

base.trainable = false;
let started = performance.now();
const cached = await cacheFeatures(features, train.data);
console.log("seconds of features", since(started));
started = performance.now();
const head = await linear(cached, network.penalty);
console.log("seconds of the head", since(started));
const whole = model({ inputs: image, outputs: head.apply(features.output) });
whole.compile({ optimizer: "adam", loss, metrics });
const before = { accuracy: await accuracyOf(whole, test.data), y: await whole.predict(test.x) };
console.log("features: test accuracy", before.accuracy.toFixed(3));

started = performance.now();
const net = await tuned(head, train.data, network.tuning);
const seconds = since(started);
console.log("seconds of fine-tuning", seconds);
const after = { accuracy: await accuracyOf(net, test.data), y: await net.predict(test.x) };
console.log("fine-tuned: test accuracy", after.accuracy.toFixed(3));

/** 32 x 32 pixels as a picture that every browser shows: a bitmap, rows from below, blue first, after 54 bytes. */
function picture(at) {
  const file = new DataView(new ArrayBuffer(54 + 3072));
  [[0, 0x4d42], [26, 1], [28, 24]].forEach(([place, n]) => file.setUint16(place, n, true));
  [[2, 54 + 3072], [10, 54], [14, 40], [18, 32], [22, 32], [34, 3072]].forEach(([place, n]) =>
    file.setUint32(place, n, true),
  );
  for (let y = 0; y < 32; y++)
    for (let x = 0; x < 32; x++)
      for (let c = 0; c < 3; c++)
        file.setUint8(54 + 96 * y + 3 * x + c, test.pixels[3072 * at + 96 * (31 - y) + 3 * x + 2 - c]);
  return `data:image/bmp;base64,${Buffer.from(file.buffer).toString("base64")}`;
}

if (values.report) {
  const guesses = [before, after].map(({ y }) => decodePredictions(y, { top: 2, classNames: NAMES }));
  const row = (found, name) =>
    found
      .map(({ name: guess, probability }, i) => {
        const mark = i > 0 ? "" : guess === name ? "right" : "wrong";
        return `<div class="${mark}">${guess} ${(100 * probability).toFixed(0)}&nbsp;%</div>`;
      })
      .join("");
  const cards = Array.from({ length: 40 }, (_, i) => {
    const name = NAMES[test.y[i]];
    return `<figure><img src="${picture(i)}" alt="${name}"><figcaption><b>${name}</b>
<small>features</small>${row(guesses[0][i], name)}<small>fine-tuned</small>${row(guesses[1][i], name)}</figcaption></figure>`;
  });
  await writeFile(
    values.report,
    `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${values.network} on CIFAR-10</title>
<style>
  body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #222; background: #fff }
  main { display: grid; grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); gap: 1rem }
  figure { margin: 0; border: 1px solid #ddd; border-radius: 6px; padding: .6rem }
  img { width: 100%; image-rendering: pixelated; border-radius: 4px }
  small { display: block; color: #666; margin-top: .3rem }
  .right { color: #17692c } .right::before { content: "✓ " } .wrong { color: #a3211b } .wrong::before { content: "✗ " }
  td, th { padding: .2rem 1.2rem .2rem 0; text-align: left }
</style>
<h1>${values.network} on CIFAR-10</h1>
<p>${TRAINING} training images, ${TEST} test images, enlarged to 96 x 96.</p>
<table><tr><th>what is trained<th>test accuracy</tr>
<tr><td>a linear head on the pixels<td>${(await accuracyOf(pixels, test.data)).toFixed(3)}</tr>
<tr><td>a linear head on frozen features<td>${before.accuracy.toFixed(3)}</tr>
<tr><td>head and network from ${network.tuning.from} on, ${network.tuning.epochs} epochs, ${seconds} s<td>${after.accuracy.toFixed(3)}</tr></table>
<h2>The first ${cards.length} test images</h2>
<main>
${cards.join("\n")}
</main>
</html>
`,
  );
  console.log("report", values.report);
}
