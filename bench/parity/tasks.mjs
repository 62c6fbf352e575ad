// What both sides of the parity check train: plain data, read by this library's side and by parity.py.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { PROBLEMS } from "../problems.mjs";

/**
 * Kernels are Glorot uniform, in the GPT normal with deviation 0.02, embeddings too; biases 0, gammas 1.
 */
export const TASKS = {
  mlp: {
    label: "MLP 64-64-32-10, digits 1437/360, batch 32, Adam, 15 epochs",
    problem: {
      inputs: 64,
      units: [64, 32, 10],
      optimizer: { name: "adam", learningRate: 1e-3 },
    },
    batch: 32,
    epochs: 15,
    data: digits,
  },
  lenet: {
    label: "LeNet, MNIST 6000/2000, batch 64, Adam, 1 epoch",
    problem: PROBLEMS.lenet,
    batch: 64,
    epochs: 1,
    data: mnist,
  },
  cnnbn: {
    label: "CNN-BN, CIFAR-10 4000/2000, batch 32, Nesterov, 3 epochs",
    problem: { ...PROBLEMS.cnnbn, norm: { momentum: 0.9, unbiasedRunningVariance: true } },
    batch: 32,
    epochs: 3,
    data: cifar,
  },
  gpt: {
    label: "GPT of 2 layers, tinyshakespeare, batch 16 of 64 letters, AdamW, 200 steps",
    problem: PROBLEMS.gpt,
    batch: 16,
    epochs: 1,
    steps: 200,
    data: letters,
  },
};

/** A file's bytes, unpacked. @throws Error, which says where it comes from */
function bytesOf(folder, path, source) {
  const file = join(folder, path);
  if (!existsSync(file)) throw new Error(`there is no ${file}; ${source}; --data names the folder`);
  const bytes = readFileSync(file);
  return path.endsWith(".gz") ? new Uint8Array(gunzipSync(bytes)) : new Uint8Array(bytes);
}

const samples = (x, y) => ({ x, y });

/** Of the library's own file: the last 360 are the test set, as for the command line's `digits`. */
function digits() {
  const file = new URL("../../data/digits.csv.gz", import.meta.url);
  const rows = gunzipSync(readFileSync(file))
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => line.split(",").map(Number));
  const part = (rows) =>
    samples(
      Float32Array.from(
        rows.flatMap((row) => row.slice(0, 64)),
        (ink) => ink / 16,
      ),
      Int32Array.from(rows, (row) => row[64]),
    );
  return { train: part(rows.slice(0, 1437)), test: part(rows.slice(1437)) };
}

function mnist(folder) {
  const source = "MNIST is published at http://yann.lecun.com/exdb/mnist/";
  const part = (name, n) =>
    samples(
      Float32Array.from(
        bytesOf(folder, `mnist/${name}-images-idx3-ubyte.gz`, source).subarray(16, 16 + 784 * n),
        (v) => v / 255,
      ),
      Int32Array.from(
        bytesOf(folder, `mnist/${name}-labels-idx1-ubyte.gz`, source).subarray(8, 8 + n),
      ),
    );
  return { train: part("train", 6000), test: part("t10k", 2000) };
}

function cifar(folder) {
  const source = "CIFAR-10 is published at https://www.cs.toronto.edu/~kriz/cifar.html";
  const part = (name, n) => {
    const bytes = bytesOf(folder, `cifar10/${name}.bin.gz`, source);
    const x = new Float32Array(3072 * n);
    const y = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      y[i] = bytes[3073 * i];
      for (let j = 0; j < 3072; j++)
        x[3072 * i + 3 * (j % 1024) + Math.floor(j / 1024)] = bytes[3073 * i + 1 + j] / 127.5 - 1;
    }
    return samples(x, y);
  };
  return { train: part("train_4000_lossless", 4000), test: part("test_2000_jpeg", 2000) };
}

/** The text as tokens; the test is 128 windows, evenly spaced, of the last tenth. Training draws its own. */
function letters(folder) {
  const source =
    "tinyshakespeare is published at https://github.com/karpathy/char-rnn/tree/master/data/tinyshakespeare";
  const text = bytesOf(folder, "tinyshakespeare/input.txt", source);
  const tokenOf = new Map([...new Set(text)].sort((a, b) => a - b).map((c, i) => [c, i]));
  const tokens = Int32Array.from(text, (c) => tokenOf.get(c));
  const { context, vocabulary } = PROBLEMS.gpt;
  if (tokenOf.size !== vocabulary)
    throw new Error(`the text must have ${vocabulary} letters, got ${tokenOf.size}`);
  const split = Math.floor(0.9 * tokens.length);
  const test = tokens.subarray(split);
  const stride = Math.floor((test.length - context - 1) / 127);
  const windows = (shift) =>
    Int32Array.from({ length: 128 * context }, (_, i) => {
      return test[Math.floor(i / context) * stride + (i % context) + shift];
    });
  return {
    train: { x: tokens.subarray(0, split) },
    test: samples(windows(0), windows(1)),
  };
}
