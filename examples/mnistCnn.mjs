// A convolutional network on MNIST, 60000 handwritten digits of 28 x 28 pixels: 99 % of the 10000 test images
// after two epochs.
//
//     node examples/mnistCnn.mjs [--data FOLDER] [--epochs 2]
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  activation,
  adam,
  batchNormalization,
  conv2d,
  dataset,
  dense,
  flatten,
  maxPooling2d,
  oneCycle,
  rescaling,
  sequential,
} from "thalweg";

const { values } = parseArgs({
  options: {
    data: {
      type: "string",
      default: fileURLToPath(new URL("../../shared/data/mnist", import.meta.url)),
    },
    epochs: { type: "string", default: "2" },
  },
});
const FILES = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];
const files = FILES.map((name) => join(values.data, `${name}-ubyte.gz`));
const missing = files.filter((file) => !existsSync(file));
if (missing.length > 0) {
  console.error(`There is no ${missing.join(", ")}.
MNIST is published at http://yann.lecun.com/exdb/mnist/; where that refuses, the same files lie at
https://ossci-datasets.s3.amazonaws.com/mnist/. Put these four, as they are, into one folder:
${FILES.map((name) => `  ${name}-ubyte.gz`).join("\n")}
and name the folder: node examples/mnistCnn.mjs --data FOLDER`);
  process.exit(2);
}
const train = await dataset.idx(files[0], files[1]);
const test = await dataset.idx(files[2], files[3]);

const BATCH = 100;
const epochs = Number(values.epochs);
const normalized = () => [
  batchNormalization({ momentum: 0.9 }),
  activation({ activation: "relu" }),
];
// Images stay bytes in memory; the first layer takes a batch of them to [0, 1].
const model = sequential(
  [
    rescaling({ scale: 1 / 255, inputShape: [28, 28, 1] }),
    conv2d({ filters: 16, kernelSize: 3, useBias: false }),
    ...normalized(),
    maxPooling2d({}),
    conv2d({ filters: 32, kernelSize: 3, useBias: false }),
    ...normalized(),
    maxPooling2d({}),
    conv2d({ filters: 64, kernelSize: 3, useBias: false }),
    ...normalized(),
    flatten(),
    dense({ units: 10, activation: "softmax" }),
  ],
  { seed: 1 },
);
model.compile({
  optimizer: adam({
    learningRate: oneCycle({ maxLearningRate: 0.01, totalSteps: (epochs * train.size) / BATCH }),
  }),
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
});
const started = performance.now();
const { history } = await model.fit(train.shuffle(1).batch(BATCH), { epochs });
const seconds = (performance.now() - started) / 1000;
const { accuracy } = await model.evaluate(test.batch(500));

console.log("training accuracy by epoch", history.accuracy.map((a) => a.toFixed(4)).join(" "));
console.log("test accuracy", accuracy.toFixed(4));
console.log("seconds of training", seconds.toFixed(1));
