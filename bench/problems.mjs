// What steps and peers are measured on: generated once, the same numbers for all.

/** Uniform in [-1, 1): a hash of the index, so that every language could make the same. */
export function uniform(n, seed, scale = 1) {
  const out = new Float32Array(n);
  const s = Math.imul(seed, 0x85ebca6b);
  for (let i = 0; i < n; i++) {
    let h = (Math.imul(i, 0x9e3779b1) + s) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
    out[i] = ((h >>> 8) / 2 ** 23 - 1) * scale;
  }
  return out;
}

/** Layers with relu between and softmax at the end; `batches` of `batch` rows of data. */
export const PROBLEMS = {
  mlp: {
    kind: "train",
    label: "MLP 784-512-512-10, batch 128, Adam",
    inputs: 784,
    units: [512, 512, 10],
    batch: 128,
    batches: 8,
    optimizer: { name: "adam", learningRate: 1e-3 },
  },
  small: {
    kind: "train",
    label: "small MLP 64-32-10, batch 32, SGD with momentum .9",
    inputs: 64,
    units: [32, 10],
    batch: 32,
    batches: 64,
    optimizer: { name: "sgd", learningRate: 0.05, momentum: 0.9 },
  },
  gpt: {
    kind: "gpt",
    label: "GPT of 2 layers, 128 features, 4 heads, context 64, 65 tokens, batch 16, AdamW",
    layers: 2,
    features: 128,
    heads: 4,
    context: 64,
    vocabulary: 65,
    batch: 16,
    batches: 2,
    optimizer: { learningRate: 1e-3, weightDecay: 0.01 },
  },
  adam1M: { kind: "optimizer", label: "Adam alone, 1 M parameters", size: 2 ** 20 },
  adam10M: { kind: "optimizer", label: "Adam alone, 10 M parameters", size: 10 * 2 ** 20 },
  inference1: {
    kind: "inference",
    label: "inference, MLP 784-512-512-10, batch 1",
    inputs: 784,
    units: [512, 512, 10],
    batch: 1,
  },
  inference64: {
    kind: "inference",
    label: "inference, MLP 784-512-512-10, batch 64",
    inputs: 784,
    units: [512, 512, 10],
    batch: 64,
  },
};

/** Decay rates of both moments. */
export const ADAM_BETAS = [0.9, 0.999];

/** Optimizer's work in bytes a parameter: w, m and v read and written, g read. */
export const ADAM_BYTES = 28;

/** Initial weights, `[{ shape, data }]`: kernel, bias, kernel, ... */
export function weightsOf({ inputs, units }) {
  let width = inputs;
  return units.flatMap((n, i) => {
    const kernel = { shape: [width, n], data: uniform(width * n, 100 + i, Math.sqrt(3 / width)) };
    width = n;
    return [kernel, { shape: [n], data: new Float32Array(n) }];
  });
}

/** Samples and integer labels of all batches. */
export function dataOf({ inputs, units, batch, batches = 1 }) {
  const rows = batch * batches;
  const classes = units.at(-1);
  const y = Int32Array.from(uniform(rows, 8), (u) => Math.floor(((u + 1) / 2) * classes));
  return { rows, x: uniform(rows * inputs, 7), y };
}

/** Labels of one batch as rows of 0 and 1. */
export function oneHot(labels, classes) {
  const out = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => (out[i * classes + label] = 1));
  return out;
}

/** A compiled model of a problem with its initial weights, made by a copy of the library. */
export function modelIn(thalweg, problem) {
  const { inputs, units, optimizer = { name: "adam" } } = problem;
  const layers = units.map((n, i) =>
    thalweg.dense({
      units: n,
      activation: i === units.length - 1 ? "softmax" : "relu",
      ...(i === 0 && { inputShape: [inputs] }),
    }),
  );
  const model = thalweg.sequential(layers);
  const { name: rule, ...options } = optimizer;
  model.compile({ optimizer: thalweg[rule](options), loss: "sparseCategoricalCrossentropy" });
  model.setWeights(weightsOf(problem).map(({ shape, data }) => thalweg.tensor(data, shape)));
  return model;
}
