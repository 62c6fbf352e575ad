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

/**
 * Layers with relu between and softmax at the end; `batches` of `batch` rows of data. Nets of images list their
 * `layers`: convolutions are 3x3 and have a bias, or a batch normalization (epsilon 1e-5) with gamma and beta.
 */
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
    depth: 2,
    features: 128,
    heads: 4,
    context: 64,
    vocabulary: 65,
    batch: 16,
    batches: 2,
    optimizer: { learningRate: 1e-3, weightDecay: 0.01 },
  },
  lenet: {
    kind: "train",
    label: "LeNet: conv 32, conv 64, pool, dense 128, dense 10 on 28x28x1, batch 64, Adam",
    inputs: 784,
    shape: [28, 28, 1],
    layers: [
      { conv: 32, relu: true },
      { conv: 64, relu: true },
      { pool: true },
      { flatten: true },
      { dense: 128, relu: true },
      { dense: 10 },
    ],
    units: [10],
    batch: 64,
    batches: 2,
    optimizer: { name: "adam", learningRate: 1e-3 },
  },
  cnnbn: {
    kind: "train",
    label:
      "CNN-BN: (conv 16, norm, relu) x 2, pool, (conv 32, norm, relu) x 2, average, dense 10 on 32x32x3, batch 32, Nesterov",
    inputs: 3072,
    shape: [32, 32, 3],
    layers: [
      { conv: 16, same: true, norm: true, relu: true },
      { conv: 16, same: true, norm: true, relu: true },
      { pool: true },
      { conv: 32, same: true, norm: true, relu: true },
      { conv: 32, same: true, norm: true, relu: true },
      { average: true },
      { dense: 10 },
    ],
    units: [10],
    batch: 32,
    batches: 2,
    optimizer: { name: "sgd", learningRate: 0.05, momentum: 0.9, nesterov: true },
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

for (const batch of [1, 64]) {
  const { inputs, shape, layers, units } = PROBLEMS.lenet;
  const label = `inference, LeNet, batch ${batch}`;
  PROBLEMS[`inferenceLenet${batch}`] = {
    kind: "inference",
    label,
    inputs,
    shape,
    layers,
    units,
    batch,
  };
}

/** Decay rates of both moments. */
export const ADAM_BETAS = [0.9, 0.999];

/** Optimizer's work in bytes a parameter: w, m and v read and written, g read. */
export const ADAM_BYTES = 28;

/** Weights of a net of images, by layer: kernel, then bias, or gamma and beta. */
function imageWeights({ shape, layers }) {
  let [rows, columns, channels] = shape;
  return layers.flatMap(({ conv, same, norm, pool, flatten, average, dense }, i) => {
    const constant = (n, value) => ({ shape: [n], data: new Float32Array(n).fill(value) });
    const kernel = (shape, fan) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return { shape, data: uniform(size, 100 + i, Math.sqrt((dense ? 3 : 6) / fan)) };
    };
    if (pool) [rows, columns] = [rows / 2, columns / 2];
    if (flatten) channels *= rows * columns;
    if (pool || flatten || average) return [];
    const made = conv
      ? kernel([3, 3, channels, conv], 9 * channels)
      : kernel([channels, dense], channels);
    if (conv && !same) [rows, columns] = [rows - 2, columns - 2];
    channels = conv ?? dense;
    return norm
      ? [made, constant(channels, 1), constant(channels, 0)]
      : [made, constant(channels, 0)];
  });
}

/** Initial weights, `[{ shape, data }]`: kernel, bias, kernel, ... */
export function weightsOf({ inputs, units, layers, shape }) {
  if (layers) return imageWeights({ shape, layers });
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

/** Layers of a net of images, and its weights with the running statistics between them. */
function imageLayers(thalweg, problem) {
  const given = weightsOf(problem);
  const weights = [];
  const layers = problem.layers.flatMap(
    ({ conv, same, norm, relu, pool, flatten, average, dense }, i) => {
      const inputShape = i === 0 ? problem.shape : undefined;
      if (pool) return thalweg.maxPooling2d({ inputShape });
      if (flatten) return thalweg.flatten({ inputShape });
      if (average) return thalweg.globalAveragePooling2d({ inputShape });
      weights.push(...given.splice(0, norm ? 3 : 2));
      if (norm) {
        const zeros = { shape: [conv], data: new Float32Array(conv) };
        weights.push(zeros, { shape: [conv], data: new Float32Array(conv).fill(1) });
      }
      const last = i === problem.layers.length - 1;
      const activation = last ? "softmax" : relu && !norm ? "relu" : "linear";
      const padding = same ? "same" : "valid";
      return [
        conv
          ? thalweg.conv2d({
              filters: conv,
              kernelSize: 3,
              padding,
              useBias: !norm,
              activation,
              inputShape,
            })
          : thalweg.dense({ units: dense, activation, inputShape }),
        ...(norm
          ? [
              thalweg.batchNormalization({ epsilon: 1e-5, ...problem.norm }),
              thalweg.activation({ activation: "relu" }),
            ]
          : []),
      ];
    },
  );
  return { layers, weights };
}

/** A compiled model of a problem with its initial weights, made by a copy of the library. */
export function modelIn(thalweg, problem) {
  const { inputs, units, optimizer = { name: "adam" }, metrics = [] } = problem;
  const images = problem.layers && imageLayers(thalweg, problem);
  const layers = units.map((n, i) =>
    thalweg.dense({
      units: n,
      activation: i === units.length - 1 ? "softmax" : "relu",
      ...(i === 0 && { inputShape: [inputs] }),
    }),
  );
  const model = thalweg.sequential(images ? images.layers : layers);
  const { name: rule, ...options } = optimizer;
  model.compile({
    optimizer: thalweg[rule](options),
    loss: "sparseCategoricalCrossentropy",
    metrics,
  });
  const weights = images ? images.weights : weightsOf(problem);
  model.setWeights(weights.map(({ shape, data }) => thalweg.tensor(data, shape)));
  return model;
}
