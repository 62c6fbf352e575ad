// A residual network on CIFAR-10, photographs of 32 x 32 pixels in ten classes, with random flips and crops.
//
//     node examples/cifarResidual.mjs [--data FOLDER] [--epochs 8]
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  activation,
  add,
  batchNormalization,
  conv2d,
  dataset,
  dense,
  globalAveragePooling2d,
  gunzip,
  input,
  maxPooling2d,
  model,
  oneCycle,
  randomCrop,
  randomFlip,
  rescaling,
  sgd,
  tensor,
  zeroPadding2d,
} from "thalweg";

const { values } = parseArgs({
  options: {
    data: {
      type: "string",
      default: fileURLToPath(new URL("../../shared/data/cifar10", import.meta.url)),
    },
    epochs: { type: "string", default: "8" },
  },
});
const names = existsSync(values.data) ? readdirSync(values.data).sort() : [];
const files = (prefix) => names.filter((name) => prefix.test(name) && /\.bin(\.gz)?$/.test(name));
const [trainFiles, testFiles] = [files(/^(data_batch|train)_/), files(/^test_/)];
if (trainFiles.length === 0 || testFiles.length === 0) {
  console.error(`There are no records of CIFAR-10 in ${values.data}.
Get https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz (https://www.cs.toronto.edu/~kriz/cifar.html), unpack it,
and put test_batch.bin and one or more of data_batch_1.bin to data_batch_5.bin, gzipped or not, into one folder. Then
  node examples/cifarResidual.mjs --data FOLDER`);
  process.exit(2);
}

/** Records of a label and three planes of 32 x 32 bytes, as images with the channels last. */
async function read(list) {
  const parts = await Promise.all(
    list.map(async (name) => {
      const bytes = await readFile(join(values.data, name));
      return name.endsWith(".gz") ? gunzip(bytes) : bytes;
    }),
  );
  const count = parts.reduce((sum, part) => sum + part.length / 3073, 0);
  const x = new Uint8Array(3072 * count);
  const y = new Int32Array(count);
  let i = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 3073, i++) {
      y[i] = part[at];
      for (let pixel = 0; pixel < 1024; pixel++)
        for (let c = 0; c < 3; c++) x[3072 * i + 3 * pixel + c] = part[at + 1 + 1024 * c + pixel];
    }
  }
  return dataset.fromArrays(tensor(x, [count, 32, 32, 3]), y);
}
const [train, test] = [await read(trainFiles), await read(testFiles)];
console.log("images", train.size, test.size);

const norm = () => batchNormalization({ momentum: 0.9 });
const relu = () => activation({ activation: "relu" });
const conv = (filters, options = {}) =>
  conv2d({
    filters,
    kernelSize: 3,
    padding: "same",
    useBias: false,
    kernelInitializer: "heNormal",
    ...options,
  });

/** Two convolutions beside a short way; `strides: 2` halves the image. */
function block(x, filters, strides) {
  const inner = relu()(norm()(conv(filters, { strides })(x)));
  const short = strides === 1 ? x : norm()(conv(filters, { strides, kernelSize: 1 })(x));
  return relu()(add()(norm()(conv(filters)(inner)), short));
}

const images = input([32, 32, 3], { name: "image" });
let x = rescaling({ scale: 1 / 64, offset: -2 })(images);
x = randomFlip({ mode: "horizontal", seed: 1 })(x);
x = randomCrop({ height: 32, width: 32, seed: 2 })(zeroPadding2d({ padding: 2 })(x));
x = maxPooling2d({})(relu()(norm()(conv(16)(x))));
for (const [filters, strides] of [
  [16, 1],
  [32, 2],
  [64, 2],
])
  x = block(x, filters, strides);
const outputs = dense({ units: 10, activation: "softmax" })(globalAveragePooling2d()(x));
const net = model({ inputs: images, outputs }, { seed: 1 });

const BATCH = 50;
const epochs = Number(values.epochs);
const totalSteps = epochs * Math.ceil(train.size / BATCH);
net.compile({
  optimizer: sgd({
    learningRate: oneCycle({ maxLearningRate: 0.1, totalSteps }),
    momentum: 0.9,
    nesterov: true,
    weightDecay: 5e-4,
  }),
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
});
const started = performance.now();
const { history } = await net.fit(train.shuffle(1).batch(BATCH), { epochs });
const seconds = (performance.now() - started) / 1000;
const { accuracy } = await net.evaluate(test.batch(200));

console.log("training accuracy by epoch", history.accuracy.map((a) => a.toFixed(3)).join(" "));
console.log("test accuracy", accuracy.toFixed(4));
console.log("seconds of training", seconds.toFixed(1));
