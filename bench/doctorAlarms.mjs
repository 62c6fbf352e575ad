// How often the doctor speaks of healthy trainings, and how often it names what is wrong with sick ones, on sets that
// were fixed before its rules were held against them. Data, networks, seeds, optimizers and initializers are others
// than those of its tests.
//   node bench/doctorAlarms.mjs [healthy|again|sick] [name]
// MNIST, housing and Shakespeare are looked for in ../shared/data; where they are not, those cases are skipped.
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import * as thalweg from "../dist/index.js";

const {
  Random,
  adagrad,
  adam,
  adamW,
  add,
  batchNormalization,
  constant,
  conv2d,
  dense,
  diagnose,
  doctor,
  dropout,
  embedding,
  flatten,
  globalAveragePooling2d,
  gru,
  input,
  lamb,
  layerNormalization,
  lion,
  lstm,
  maxPooling2d,
  model: functional,
  multiHeadAttention,
  nadam,
  randomNormal,
  reshape,
  rmsprop,
  sequential,
  sgd,
  simpleRNN,
  tensor,
  tokenAndPositionEmbedding,
} = thalweg;

const [which = "", only = ""] = process.argv.slice(2);
const local = (path) => new URL(`../${path}`, import.meta.url);
const shared = (path) => new URL(`../../shared/data/${path}`, import.meta.url);
const text = (url) => {
  const bytes = readFileSync(url);
  return (url.pathname.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
};
const numbers = (url, separator, from = 0) =>
  text(url)
    .trimEnd()
    .split("\n")
    .slice(from)
    .map((line) => line.split(separator).map(Number));

/** Rows in an order of their own, since files are often sorted. */
const shuffled = (rows, seed) => {
  const order = Int32Array.from({ length: rows.length }, (_, i) => i);
  new Random(seed).shuffle(order);
  return [...order].map((i) => rows[i]);
};
const floats = (rows) => tensor(Float32Array.from(rows.flat()), [rows.length, rows[0].length]);
const ints = (values) => tensor(Int32Array.from(values));

/** Columns to mean 0 and deviation 1. */
function scaled(rows) {
  const width = rows[0].length;
  const mean = Array.from(
    { length: width },
    (_, j) => rows.reduce((s, r) => s + r[j], 0) / rows.length,
  );
  const std = mean.map(
    (m, j) => Math.sqrt(rows.reduce((s, r) => s + (r[j] - m) ** 2, 0) / rows.length) || 1,
  );
  return rows.map((r) => r.map((v, j) => (v - mean[j]) / std[j]));
}

const classes = "sparseCategoricalCrossentropy";

/** [x, y, loss, outputs] by name; null where the files are not there. */
const DATA = {
  iris: () => {
    const rows = shuffled(numbers(local("test/data/iris.csv"), ",", 1), 21);
    return [
      floats(scaled(rows.map((r) => r.slice(0, 4)))),
      ints(rows.map((r) => r[4])),
      classes,
      3,
    ];
  },
  irisRaw: () => {
    const rows = shuffled(numbers(local("test/data/iris.csv"), ",", 1), 22);
    return [floats(rows.map((r) => r.slice(0, 4))), ints(rows.map((r) => r[4])), classes, 3];
  },
  diabetes: () => {
    const x = numbers(local("test/data/diabetes_data_raw.csv.gz"), " ");
    const y = scaled(numbers(local("test/data/diabetes_target.csv.gz"), " "));
    const rows = shuffled(
      scaled(x).map((r, i) => [...r, y[i][0]]),
      23,
    );
    return [
      floats(rows.map((r) => r.slice(0, 10))),
      floats(rows.map((r) => r.slice(10))),
      "meanSquaredError",
      1,
    ];
  },
  digits: (from = 300, to = 1200) => {
    const rows = shuffled(numbers(local("data/digits.csv.gz"), ","), 24).slice(from, to);
    return [
      floats(rows.map((r) => r.slice(0, 64).map((v) => v / 16))),
      ints(rows.map((r) => r[64])),
      classes,
      10,
    ];
  },
  evenDigits: () => {
    const rows = shuffled(numbers(local("data/digits.csv.gz"), ","), 25).filter(
      (r) => r[64] % 2 === 0,
    );
    return [
      floats(rows.map((r) => r.slice(0, 64).map((v) => v / 8 - 1))),
      ints(rows.map((r) => r[64] / 2)),
      classes,
      5,
    ];
  },
  twoDigits: () => {
    const rows = shuffled(numbers(local("data/digits.csv.gz"), ","), 26).filter((r) => r[64] < 2);
    return [
      floats(rows.map((r) => r.slice(0, 64).map((v) => v / 16))),
      floats(rows.map((r) => [r[64]])),
      "binaryCrossentropy",
      1,
    ];
  },
  mnist: () => {
    const url = shared("mnist/train-images-idx3-ubyte.gz");
    if (!existsSync(url)) return null;
    const images = gunzipSync(readFileSync(url));
    const labels = gunzipSync(readFileSync(shared("mnist/train-labels-idx1-ubyte.gz")));
    const n = 2000;
    const x = Float32Array.from(images.subarray(16, 16 + n * 784), (v) => v / 255);
    return [tensor(x, [n, 784]), ints(labels.subarray(8, 8 + n)), classes, 10];
  },
  housing: () => {
    const url = shared("california_housing/housing.csv");
    if (!existsSync(url)) return null;
    const lines = text(url).trimEnd().split("\n").slice(1);
    const rows = lines
      .map((l) => l.split(",").slice(0, 9).map(Number))
      .filter((r) => r.every((v) => !Number.isNaN(v)));
    const s = scaled(shuffled(rows, 27).slice(0, 4000));
    return [
      floats(s.map((r) => r.slice(0, 8))),
      floats(s.map((r) => [r[8]])),
      "meanSquaredError",
      1,
    ];
  },
  letters: () => {
    const url = shared("tinyshakespeare/input.txt");
    if (!existsSync(url)) return null;
    const all = text(url);
    const codes = new Map([...new Set(all)].sort().map((c, i) => [c, i]));
    const random = new Random(28);
    const [n, length] = [1200, 24];
    const x = new Int32Array(n * length);
    const y = new Int32Array(n * length);
    for (let i = 0; i < n; i++) {
      const at = random.integer(all.length - length - 1);
      for (let t = 0; t < length; t++) {
        x[i * length + t] = codes.get(all[at + t]);
        y[i * length + t] = codes.get(all[at + t + 1]);
      }
    }
    return [tensor(x, [n, length]), tensor(y, [n, length]), classes, codes.size];
  },
  /** Which of four frequencies a noisy wave has. */
  waves: () => {
    const random = new Random(29);
    const [n, length] = [600, 30];
    const y = Array.from({ length: n }, () => random.integer(4));
    const x = Float32Array.from({ length: n * length }, (_, k) => {
      const [i, t] = [Math.floor(k / length), k % length];
      return Math.sin(0.25 * (y[i] + 1) * t + i) + 0.2 * random.normal();
    });
    return [tensor(x, [n, length, 1]), ints(y), classes, 4];
  },
};

const last = (outputs, loss) =>
  dense({
    units: outputs,
    activation: loss === classes ? "softmax" : loss === "binaryCrossentropy" ? "sigmoid" : "linear",
  });
const mlp =
  (units, activation, more = {}) =>
  (outputs, loss) => [
    ...units.map((n) => dense({ units: n, activation, ...more })),
    last(outputs, loss),
  ];
const image =
  (side, ...layers) =>
  (outputs, loss) => [
    reshape({ targetShape: [side, side, 1] }),
    ...layers.map((make) => make()),
    last(outputs, loss),
  ];
const gpt = (length, width, heads) => (outputs) => {
  const at = input([length], { dtype: "int32" });
  let h = tokenAndPositionEmbedding({
    vocabularySize: outputs,
    sequenceLength: length,
    embeddingDim: width,
  })(at);
  const seen = layerNormalization()(h);
  h = add()(
    h,
    multiHeadAttention({ numHeads: heads, keyDim: width / heads, useCausalMask: true })(seen, seen),
  );
  h = add()(
    h,
    dense({ units: width })(
      dense({ units: 4 * width, activation: "gelu" })(layerNormalization()(h)),
    ),
  );
  return {
    inputs: at,
    outputs: dense({ units: outputs, activation: "softmax" })(layerNormalization()(h)),
  };
};

/** [name, data, layers, optimizer, epochs, options of fit]: trainings that do well. */
const HEALTHY = [
  ["iris adam tanh", "iris", mlp([16], "tanh"), () => adam({ learningRate: 0.01 }), 30],
  ["iris sgd sigmoid", "iris", mlp([12], "sigmoid"), () => sgd({ learningRate: 0.3 }), 60],
  [
    "iris raw, as many feed it",
    "irisRaw",
    mlp([16, 16], "relu"),
    () => adam({ learningRate: 0.005 }),
    40,
  ],
  ["iris linear", "iris", mlp([], "relu"), () => sgd({ learningRate: 0.1, momentum: 0.9 }), 30],
  ["diabetes relu adam", "diabetes", mlp([24], "relu"), () => adam({ learningRate: 2e-3 }), 20],
  ["diabetes elu rmsprop", "diabetes", mlp([32, 16], "elu"), () => rmsprop(), 15],
  [
    "diabetes selu nadam",
    "diabetes",
    mlp([24, 24], "selu", { kernelInitializer: "lecunNormal" }),
    () => nadam(),
    15,
  ],
  ["digits leakyRelu adamW", "digits", mlp([64, 32], "leakyRelu"), () => adamW(), 15],
  ["digits gelu lion", "digits", mlp([64], "gelu"), () => lion({ learningRate: 3e-4 }), 15],
  ["digits swish lamb", "digits", mlp([48, 48], "silu"), () => lamb({ learningRate: 5e-3 }), 20],
  [
    "digits relu adagrad",
    "digits",
    mlp([64], "relu", { kernelInitializer: "heUniform" }),
    () => adagrad({ learningRate: 0.05 }),
    15,
  ],
  [
    "digits orthogonal tanh",
    "digits",
    mlp([40, 40, 40], "tanh", { kernelInitializer: "orthogonal" }),
    () => sgd({ learningRate: 0.2 }),
    15,
  ],
  [
    "digits dropout .5",
    "digits",
    (o, l) => [dense({ units: 96, activation: "relu" }), dropout({ rate: 0.5 }), last(o, l)],
    () => adam(),
    25,
  ],
  [
    "digits few, to the end",
    "digits",
    mlp([64], "relu"),
    () => adam({ learningRate: 3e-3 }),
    60,
    { batchSize: 16 },
  ],
  [
    "digits batch of 256",
    "digits",
    mlp([64], "relu"),
    () => adam({ learningRate: 4e-3 }),
    40,
    { batchSize: 256 },
  ],
  [
    "even digits, inputs to ±1",
    "evenDigits",
    mlp([32, 32], "relu"),
    () => sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
    20,
  ],
  ["two digits, binary", "twoDigits", mlp([16], "relu"), () => adam(), 20],
  [
    "digits cnn batch norm",
    "digits",
    image(
      8,
      () => conv2d({ filters: 12, kernelSize: 3, useBias: false }),
      () => batchNormalization(),
      () => thalweg.activation({ activation: "relu" }),
      () => flatten(),
    ),
    () => adam(),
    10,
  ],
  ["mnist mlp", "mnist", mlp([128], "relu"), () => adam(), 8],
  [
    "mnist cnn",
    "mnist",
    image(
      28,
      () => conv2d({ filters: 8, kernelSize: 3, activation: "relu" }),
      () => maxPooling2d(),
      () => conv2d({ filters: 16, kernelSize: 3, activation: "relu" }),
      () => maxPooling2d(),
      () => flatten(),
    ),
    () => adam({ learningRate: 2e-3 }),
    3,
  ],
  [
    "mnist cnn batch norm, global pool",
    "mnist",
    image(
      28,
      () => conv2d({ filters: 8, kernelSize: 3, strides: 2 }),
      () => batchNormalization({ momentum: 0.9 }),
      () => thalweg.activation({ activation: "relu" }),
      () => conv2d({ filters: 16, kernelSize: 3, strides: 2 }),
      () => batchNormalization({ momentum: 0.9 }),
      () => thalweg.activation({ activation: "relu" }),
      () => globalAveragePooling2d(),
    ),
    () => adam({ learningRate: 5e-3 }),
    6,
  ],
  ["housing relu", "housing", mlp([32, 32], "relu"), () => adam(), 8],
  [
    "housing tanh sgd",
    "housing",
    mlp([32], "tanh"),
    () => sgd({ learningRate: 0.02, momentum: 0.9 }),
    8,
  ],
  ["letters gpt", "letters", gpt(24, 48, 4), () => adamW({ learningRate: 2e-3 }), 6],
  [
    "letters lstm",
    "letters",
    (o) => [
      embedding({ inputDim: o, outputDim: 24 }),
      lstm({ units: 48, returnSequences: true }),
      last(o, classes),
    ],
    () => adam({ learningRate: 5e-3 }),
    5,
  ],
  [
    "waves lstm",
    "waves",
    (o, l) => [lstm({ units: 24 }), last(o, l)],
    () => adam({ learningRate: 0.01 }),
    12,
  ],
  [
    "waves gru",
    "waves",
    (o, l) => [gru({ units: 24 }), last(o, l)],
    () => rmsprop({ learningRate: 5e-3 }),
    12,
  ],
];

/** A second set, fixed after the rules were changed for what the first one showed, and before they met it. */
const HEALTHY_AGAIN = [
  ["iris relu rmsprop", "iris", mlp([20, 10], "relu"), () => rmsprop({ learningRate: 3e-3 }), 40],
  ["iris raw tanh nadam", "irisRaw", mlp([12], "tanh"), () => nadam({ learningRate: 0.01 }), 40],
  [
    "diabetes gelu adamW, small batches",
    "diabetes",
    mlp([32], "gelu"),
    () => adamW({ learningRate: 2e-3, weightDecay: 0.1 }),
    15,
    { batchSize: 8 },
  ],
  ["diabetes linear adam", "diabetes", mlp([], "linear"), () => adam({ learningRate: 0.02 }), 30],
  [
    "diabetes softplus sgd",
    "diabetes",
    mlp([16], "softplus"),
    () => sgd({ learningRate: 0.02, momentum: 0.9 }),
    20,
  ],
  [
    "digits first 500, adam",
    "digitsFirst",
    mlp([32], "relu", { kernelInitializer: "glorotNormal" }),
    () => adam({ learningRate: 5e-3 }),
    30,
  ],
  [
    "digits relu lion",
    "digitsFirst",
    mlp([64, 64], "relu", { kernelInitializer: "heNormal" }),
    () => lion({ learningRate: 2e-4 }),
    20,
  ],
  [
    "digits tanh adafactor",
    "digits",
    mlp([48], "tanh"),
    () => thalweg.adafactor({ learningRate: 0.05 }),
    20,
  ],
  [
    "digits elu adamax",
    "digits",
    mlp([48, 24], "elu"),
    () => thalweg.adamax({ learningRate: 5e-3 }),
    15,
  ],
  [
    "digits radam clip",
    "digits",
    mlp([64, 64], "relu"),
    () => thalweg.radam({ learningRate: 2e-3, globalClipNorm: 1 }),
    15,
  ],
  ["digits sigmoid wide", "digits", mlp([128], "sigmoid"), () => adam({ learningRate: 5e-3 }), 15],
  [
    "digits layer norm deep",
    "digits",
    (o, l) =>
      [0, 1, 2]
        .flatMap(() => [
          dense({ units: 40 }),
          layerNormalization(),
          thalweg.activation({ activation: "relu" }),
        ])
        .concat(last(o, l)),
    () => adam({ learningRate: 2e-3 }),
    15,
  ],
  [
    "even digits cnn, same padding",
    "evenDigits",
    image(
      8,
      () => conv2d({ filters: 8, kernelSize: 3, padding: "same", activation: "relu" }),
      () => maxPooling2d(),
      () => conv2d({ filters: 16, kernelSize: 3, padding: "same", activation: "relu" }),
      () => globalAveragePooling2d(),
    ),
    () => nadam({ learningRate: 5e-3 }),
    15,
  ],
  ["two digits tanh sgd", "twoDigits", mlp([8], "tanh"), () => sgd({ learningRate: 0.3 }), 30],
  [
    "mnist dropout sgd",
    "mnist",
    (o, l) => [dense({ units: 96, activation: "relu" }), dropout({ rate: 0.3 }), last(o, l)],
    () => sgd({ learningRate: 0.1, momentum: 0.9 }),
    8,
  ],
  [
    "mnist cnn l2",
    "mnist",
    image(
      28,
      () =>
        conv2d({
          filters: 8,
          kernelSize: 5,
          strides: 2,
          activation: "relu",
          kernelRegularizer: thalweg.l2({ l2: 1e-3 }),
        }),
      () => flatten(),
      () => dense({ units: 32, activation: "relu" }),
    ),
    () => adam(),
    5,
  ],
  ["housing elu adamW", "housing", mlp([48, 24], "elu"), () => adamW({ learningRate: 3e-3 }), 8],
  [
    "housing selu sgd",
    "housing",
    mlp([24, 24], "selu", { kernelInitializer: "lecunNormal" }),
    () => sgd({ learningRate: 0.01, momentum: 0.9 }),
    8,
  ],
  [
    "letters gru",
    "letters",
    (o) => [
      embedding({ inputDim: o, outputDim: 16 }),
      gru({ units: 40, returnSequences: true }),
      last(o, classes),
    ],
    () => adam({ learningRate: 8e-3 }),
    5,
  ],
  ["letters gpt, adam", "letters", gpt(24, 32, 2), () => adam({ learningRate: 4e-3 }), 6],
  [
    "waves simple rnn",
    "waves",
    (o, l) => [simpleRNN({ units: 24 }), last(o, l)],
    () => adam({ learningRate: 5e-3 }),
    12,
  ],
  [
    "waves cnn",
    "waves",
    (o, l) => [
      thalweg.conv1d({ filters: 12, kernelSize: 5, activation: "relu" }),
      thalweg.globalMaxPooling1d(),
      last(o, l),
    ],
    () => adam({ learningRate: 5e-3 }),
    15,
  ],
];
DATA.digitsFirst = () => DATA.digits(1200, 1700);

const bad = {
  large: (make) => () => {
    const [x, y, ...rest] = DATA[make]();
    return [
      tensor(
        Float32Array.from(x.data, (v) => 300 * v),
        x.shape,
      ),
      y,
      ...rest,
    ];
  },
};
DATA.digitsLarge = bad.large("digits");
DATA.wavesRare = () => {
  const [x, y, ...rest] = DATA.waves();
  return [x, ints(Array.from(y.data, (v, i) => (i % 30 === 0 ? v : 2))), ...rest];
};
DATA.diabetesTarget = () => {
  const [x, y, ...rest] = DATA.diabetes();
  return [
    x,
    tensor(
      Float32Array.from(y.data, (v) => 1e4 * (v + 3)),
      y.shape,
    ),
    ...rest,
  ];
};
DATA.digitsNoise = () => {
  const [x, y, ...rest] = DATA.digits();
  const random = new Random(30);
  return [
    tensor(
      Float32Array.from(x.data, () => random.normal()),
      x.shape,
    ),
    y,
    ...rest,
  ];
};

/** [name, data, layers, optimizer, epochs, codes that say it, options of fit]: trainings that something is wrong with. */
const SICK = [
  [
    "rate far too high, adam",
    "digits",
    mlp([64, 32], "relu"),
    () => adam({ learningRate: 0.5 }),
    6,
    ["learningRateTooHigh", "updatesTooLarge", "deadUnits"],
  ],
  [
    "rate far too high, sgd",
    "digits",
    mlp([64], "tanh"),
    () => sgd({ learningRate: 50 }),
    6,
    ["learningRateTooHigh", "updatesTooLarge", "nonFinite"],
  ],
  [
    "rate far too high, cnn",
    "digits",
    image(
      8,
      () => conv2d({ filters: 8, kernelSize: 3, activation: "relu" }),
      () => flatten(),
    ),
    () => sgd({ learningRate: 20, momentum: 0.9 }),
    4,
    ["learningRateTooHigh", "updatesTooLarge", "nonFinite", "deadUnits"],
  ],
  [
    "rate far too low",
    "iris",
    mlp([16], "tanh"),
    () => adam({ learningRate: 1e-8 }),
    10,
    ["learningRateTooLow", "updatesTooSmall", "notLearning"],
  ],
  [
    "dead by a bias",
    "mnist",
    mlp([64], "relu", { biasInitializer: constant({ value: -30 }) }),
    () => adam(),
    4,
    ["deadUnits"],
  ],
  [
    "dead second layer",
    "digits",
    (o, l) => [
      dense({ units: 32, activation: "relu" }),
      dense({ units: 32, activation: "relu", biasInitializer: constant({ value: -15 }) }),
      last(o, l),
    ],
    () => sgd({ learningRate: 0.05 }),
    6,
    ["deadUnits"],
  ],
  ["inputs not scaled", "digitsLarge", mlp([32], "relu"), () => adam(), 4, ["unscaledInputs"]],
  ["targets not scaled", "diabetesTarget", mlp([32], "relu"), () => adam(), 6, ["unscaledTargets"]],
  [
    "weights of 0",
    "iris",
    mlp([16], "tanh", { kernelInitializer: "zeros" }),
    () => adam(),
    6,
    ["symmetricInitializer"],
  ],
  [
    "weights too large",
    "digits",
    mlp([32, 32], "relu", { kernelInitializer: randomNormal({ stddev: 3 }) }),
    () => adam(),
    6,
    ["initializer"],
  ],
  [
    "weights too small, deep",
    "digits",
    mlp([32, 32, 32, 32], "relu", { kernelInitializer: randomNormal({ stddev: 1e-3 }) }),
    () => sgd({ learningRate: 0.01 }),
    6,
    ["initializer"],
  ],
  [
    "saturated tanh",
    "digits",
    mlp([32, 32], "tanh", { kernelInitializer: randomNormal({ stddev: 10 }) }),
    () => sgd({ learningRate: 0.01 }),
    6,
    ["saturatedUnits", "initializer"],
  ],
  [
    "deep sigmoid",
    "digits",
    mlp(Array(12).fill(24), "sigmoid"),
    () => sgd({ learningRate: 0.05 }),
    6,
    ["vanishingGradients", "notLearning"],
  ],
  [
    "rare classes",
    "wavesRare",
    (o, l) => [flatten(), dense({ units: 16, activation: "relu" }), last(o, l)],
    () => adam(),
    6,
    ["classImbalance"],
  ],
  [
    "labels of chance",
    "digitsNoise",
    mlp([128], "relu"),
    () => adam({ learningRate: 3e-3 }),
    30,
    ["overfitting"],
  ],
  [
    "exploding simple rnn",
    "waves",
    (o, l) => [
      simpleRNN({
        units: 24,
        activation: "linear",
        recurrentInitializer: randomNormal({ stddev: 1 }),
      }),
      last(o, l),
    ],
    () => sgd({ learningRate: 0.1 }),
    6,
    ["nonFinite", "nonFiniteGradient", "updatesTooLarge", "learningRateTooHigh"],
  ],
  [
    "gpt at a rate of 1",
    "letters",
    gpt(24, 32, 4),
    () => adam({ learningRate: 1 }),
    2,
    ["learningRateTooHigh", "updatesTooLarge", "nonFinite"],
  ],
];

async function seen(make, [x, y, loss, outputs], optimizer, epochs, options = {}) {
  const built = () => {
    const layers = make(outputs, loss);
    const model = Array.isArray(layers)
      ? sequential(layers, { seed: 41 })
      : functional({ ...layers, seed: 41 });
    if (Array.isArray(layers)) model.build(x.shape.slice(1));
    model.compile({
      optimizer: optimizer(),
      loss,
      metrics: loss === "meanSquaredError" ? [] : ["accuracy"],
    });
    return model;
  };
  const codes = [];
  const before = built();
  const { batchSize = 32 } = options;
  const found = await diagnose(before, x, y, { batchSize });
  for (const f of found.findings) codes.push(`diagnose: ${f.code} ${f.layer ?? ""} ${f.message}`);
  before.release();
  const model = built();
  const watch = doctor({ every: 10, print: null });
  const { history } = await model.fit(x, y, {
    epochs,
    validationSplit: 0.2,
    seed: 42,
    onNonFinite: "stop",
    callbacks: [watch],
    ...options,
  });
  for (const f of watch.findings) codes.push(`doctor: ${f.code} ${f.layer ?? ""} ${f.message}`);
  const end = (name) => history[name]?.at(-1)?.toPrecision(3) ?? "-";
  model.release();
  return {
    codes,
    result: `loss ${end("loss")}, validation ${end("val_loss")}, accuracy ${end("val_accuracy")}`,
  };
}

const wanted = ([name]) => name.includes(only);
for (const [set, trainings] of [
  ["healthy", HEALTHY],
  ["again", HEALTHY_AGAIN],
]) {
  if (which !== "" && which !== set) continue;
  let [alarms, cases] = [0, 0];
  for (const [name, data, make, optimizer, epochs, options] of trainings.filter(wanted)) {
    const given = DATA[data]();
    if (!given) {
      console.log(`SKIPPED ${name}: no ${data}`);
      continue;
    }
    const { codes, result } = await seen(make, given, optimizer, epochs, options);
    cases++;
    if (codes.length > 0) alarms++;
    console.log(`${codes.length === 0 ? "silent" : "ALARM "} ${name} (${result})`);
    for (const line of codes) console.log(`         ${line}`);
  }
  console.log(`${set}: ${alarms} of ${cases} with an alarm`);
}
if (which === "" || which === "sick") {
  let [found, cases] = [0, 0];
  for (const [name, data, make, optimizer, epochs, expected, options] of SICK.filter(wanted)) {
    const given = DATA[data]();
    if (!given) {
      console.log(`SKIPPED ${name}: no ${data}`);
      continue;
    }
    const { codes, result } = await seen(make, given, optimizer, epochs, options);
    const hit = codes.some((line) => expected.includes(line.split(" ")[1]));
    cases++;
    if (hit) found++;
    console.log(`${hit ? "found " : "MISSED"} ${name} (${result})`);
    for (const line of codes) console.log(`         ${line}`);
  }
  console.log(`sick: ${found} of ${cases} found`);
}
process.exit(0);
