import {
  type Model,
  activation,
  add,
  average,
  averagePooling1d,
  averagePooling2d,
  batchNormalization,
  bidirectional,
  concatenate,
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  cropping2d,
  dense,
  depthwiseConv2d,
  dot,
  dropout,
  embedding,
  flatten,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling2d,
  groupNormalization,
  gru,
  input,
  layerNormalization,
  lstm,
  maxPooling1d,
  maxPooling2d,
  maximum,
  minimum,
  model,
  multiHeadAttention,
  multiply,
  normalization,
  permute,
  positionEmbedding,
  prelu,
  repeatVector,
  rescaling,
  reshape,
  rmsNormalization,
  separableConv1d,
  separableConv2d,
  sequential,
  simpleRNN,
  sinePositionEncoding,
  subtract,
  timeDistributed,
  tokenAndPositionEmbedding,
  upSampling2d,
  zeroPadding2d,
  Tensor,
} from "../../src/index.ts";
import { TestRandom } from "../mutate.ts";

/** Sets all values of a model to small numbers that differ, variances to positive ones. */
export function withValues(net: Model): Model {
  const random = new TestRandom(5);
  net.setWeights(
    net.variables.map((v) => {
      const positive = /variance$/i.test(v.name);
      const data = Float32Array.from({ length: v.size }, () => random.integer(2000) / 2000 - 0.5);
      const values = positive ? data.map((x) => x + 1) : data;
      return new Tensor(values, v.spec.shape, "float32");
    }),
  );
  return net;
}

/** Inputs of a model for so many samples, numbers in [-1, 1), or whole ones below `limit`. */
export function inputsOf(net: Model, rows: number, limit = 11): Tensor[] {
  const random = new TestRandom(rows);
  return net.inputs.map(({ shape, dtype }) => {
    const size = rows * shape.reduce((a, b) => a * b, 1);
    return dtype === "int32"
      ? new Tensor(
          Int32Array.from({ length: size }, () => random.integer(limit)),
          [rows, ...shape],
          "int32",
        )
      : new Tensor(
          Float32Array.from({ length: size }, () => random.integer(2000) / 1000 - 1),
          [rows, ...shape],
          "float32",
        );
  });
}

const ACTIVATIONS = [
  "celu",
  "elu",
  "exponential",
  "gelu",
  "hardSigmoid",
  "hardSwish",
  "leakyRelu",
  "linear",
  "logSigmoid",
  "logSoftmax",
  "mish",
  "relu",
  "relu6",
  "selu",
  "sigmoid",
  "silu",
  "softmax",
  "softplus",
  "softsign",
  "tanh",
] as const;

function residual(): Model {
  const image = input([8, 8, 3], { name: "image" });
  const a = conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu" })(image);
  const b = batchNormalization()(conv2d({ filters: 4, kernelSize: 3, padding: "same" })(a));
  const c = activation({ activation: "relu" })(add()(a, b));
  const d = concatenate()(c, conv2d({ filters: 2, kernelSize: 1 })(image));
  const e = globalAveragePooling2d()(d);
  return model({ inputs: image, outputs: dense({ units: 3, activation: "softmax" })(e) });
}

function twoHeads(): Model {
  const left = input([5], { name: "left" });
  const right = input([5], { name: "right" });
  const shared = dense({ units: 5, activation: "tanh", name: "shared" });
  const [a, b] = [shared(left), shared(right)];
  const parts = [
    subtract()(a, b),
    multiply()(a, b),
    average()(a, b),
    maximum()(a, b),
    minimum()(a, b),
  ];
  const x = concatenate()(...parts);
  return model({
    inputs: [left, right],
    outputs: [dense({ units: 2, name: "first" })(x), dot({ axes: -1 })(a, b)],
  }) as never;
}

function inner(): Model {
  const block = sequential([
    dense({ units: 6, inputShape: [4], activation: "relu" }),
    dense({ units: 4 }),
  ]);
  const x = input([4], { name: "x" });
  return model({ inputs: x, outputs: add()(x, block.apply(x)) }) as Model;
}

function gpt(): Model {
  const tokens = input([7], { name: "tokens", dtype: "int32" });
  let x = tokenAndPositionEmbedding({ vocabularySize: 11, sequenceLength: 9, embeddingDim: 8 })(
    tokens,
  );
  for (let i = 0; i < 2; i++) {
    const y = layerNormalization()(x);
    x = add()(x, multiHeadAttention({ numHeads: 2, keyDim: 4, useCausalMask: true })(y, y));
    const z = dense({ units: 16, activation: "gelu" })(rmsNormalization()(x));
    x = add()(x, dropout({ rate: 0.1 })(dense({ units: 8 })(z)));
  }
  return model({ inputs: tokens, outputs: dense({ units: 11 })(layerNormalization()(x)) });
}

function positions(): Model {
  const x = input([6, 4], { name: "x" });
  const y = add()(x, positionEmbedding({ sequenceLength: 8 })(x));
  return model({ inputs: x, outputs: concatenate()(y, sinePositionEncoding()(x)) });
}

/** Models of all kinds by name; ONNX has a counterpart for each of them. */
export const MODELS: Readonly<Record<string, () => Model>> = {
  mlp: () =>
    sequential([
      dense({ units: 8, activation: "relu", inputShape: [5] }),
      dropout({ rate: 0.5 }),
      dense({ units: 3, activation: "softmax" }),
    ]),
  cnn: () =>
    sequential([
      conv2d({ filters: 4, kernelSize: 3, padding: "same", strides: 2, inputShape: [9, 11, 2] }),
      batchNormalization(),
      activation({ activation: "relu" }),
      maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }),
      conv2d({ filters: 6, kernelSize: [1, 2], dilationRate: 1, groups: 2, useBias: false }),
      averagePooling2d({ poolSize: 2, padding: "same" }),
      flatten(),
      dense({ units: 3 }),
    ]),
  depthwise: () =>
    sequential([
      zeroPadding2d({
        padding: [
          [0, 1],
          [0, 1],
        ],
        inputShape: [8, 8, 3],
      }),
      depthwiseConv2d({ kernelSize: 3, strides: 2, depthMultiplier: 2 }),
      batchNormalization({ scale: false, epsilon: 1e-5 }),
      activation({ activation: "relu6" }),
      separableConv2d({ filters: 5, kernelSize: 3, padding: "same" }),
      depthwiseConv2d({ kernelSize: 2, useBias: false }),
      globalMaxPooling2d(),
      dense({ units: 4 }),
    ]),
  transposed: () =>
    sequential([
      conv2dTranspose({
        filters: 4,
        kernelSize: 3,
        strides: 2,
        padding: "same",
        inputShape: [4, 5, 3],
      }),
      conv2dTranspose({ filters: 2, kernelSize: 2, strides: 3 }),
      upSampling2d({ size: 2 }),
      cropping2d({
        cropping: [
          [1, 2],
          [0, 3],
        ],
      }),
      groupNormalization({ groups: 2 }),
      prelu(),
      upSampling2d({ size: 2, interpolation: "bilinear" }),
    ]),
  sequence: () =>
    sequential([
      conv1d({
        filters: 6,
        kernelSize: 3,
        padding: "causal",
        activation: "relu",
        inputShape: [12, 3],
      }),
      maxPooling1d(),
      separableConv1d({ filters: 4, kernelSize: 3, padding: "same" }),
      averagePooling1d(),
      conv1dTranspose({ filters: 4, kernelSize: 2, strides: 2 }),
      globalAveragePooling1d(),
      repeatVector({ n: 2 }),
      permute({ dims: [2, 1] }),
      reshape({ targetShape: [-1] }),
    ]),
  lstm: () =>
    sequential([
      embedding({ inputDim: 11, outputDim: 4, inputShape: [7] }),
      lstm({ units: 5, returnSequences: true, dropout: 0.2, recurrentDropout: 0.2 }),
      lstm({ units: 4, goBackwards: true, returnSequences: true }),
      lstm({ units: 3 }),
    ]),
  gru: () =>
    sequential([
      gru({ units: 5, returnSequences: true, inputShape: [6, 3] }),
      gru({ units: 4, resetAfter: false, returnSequences: true }),
      timeDistributed({ layer: dense({ units: 4 }) }),
      simpleRNN({ units: 4, activation: "relu", returnSequences: true }),
      bidirectional({ layer: lstm({ units: 3, returnSequences: true }) }),
      bidirectional({ layer: gru({ units: 3 }), mergeMode: "sum" }),
    ]),
  wrapped: () =>
    sequential([
      gru({ units: 5, resetAfter: false, returnSequences: true, inputShape: [6, 3] }),
      timeDistributed({ layer: dense({ units: 4, activation: "tanh" }) }),
      simpleRNN({ units: 4, returnSequences: true }),
      bidirectional({ layer: lstm({ units: 3, returnSequences: true }) }),
      bidirectional({ layer: simpleRNN({ units: 3 }), mergeMode: "ave" }),
    ]),
  cell: () =>
    sequential([
      lstm({
        units: 3,
        activation: "relu",
        recurrentActivation: "hardSigmoid",
        inputShape: [4, 2],
      }),
    ]),
  scaled: () =>
    sequential([
      rescaling({ scale: 0.5, offset: -1, inputShape: [4, 4, 3] }),
      normalization({ mean: [1, 2, 3], variance: [4, 5, 6] }),
      flatten(),
      layerNormalization({ center: false }),
      dense({ units: 2 }),
    ]),
  residual,
  twoHeads,
  inner,
  gpt,
  positions,
};

/** Every activation, side by side. */
export function everyActivation(names: readonly string[] = ACTIVATIONS): Model {
  const x = input([6], { name: "x" });
  const outputs = names.map((name) => activation({ activation: name as "relu" })(x));
  return model({ inputs: x, outputs: concatenate()(...outputs) });
}
