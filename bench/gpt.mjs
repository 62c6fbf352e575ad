// The GPT of the problem "gpt": its weights and data for all, and its model for copies of Thalweg.
import { uniform } from "./problems.mjs";

/** Half the width of the uniform weights. */
const SPREAD = 0.05;

/** Shapes of one layer, in order; what is 1-dimensional is a bias, or gamma and beta. */
function layerShapes({ features: d, heads }) {
  const norm = [[d], [d]];
  const product = [
    [d, heads, d / heads],
    [heads, d / heads],
  ];
  return [
    ...norm,
    ...product,
    ...product,
    ...product,
    [heads, d / heads, d],
    [d],
    ...norm,
    [d, 4 * d],
    [4 * d],
    [4 * d, d],
    [d],
  ];
}

/** Places of gamma among the parameters of a layer. */
const GAMMAS = [0, 10];

/** Number of parameters of a layer. */
export const LAYER_PARAMETERS = 16;

/**
 * Initial weights, `[{ shape, data }]`: tokens, positions; of each layer gamma, beta, kernel and bias of
 * query, key, value and output, gamma, beta, kernel and bias twice; gamma, beta, kernel of the head.
 */
export function gptWeights(problem) {
  const { features: d, heads, context, vocabulary, depth } = problem;
  const shapes = [
    [vocabulary, d],
    [context, d],
    ...Array.from({ length: depth }, () => layerShapes(problem)).flat(),
    [d],
    [d],
    [d, vocabulary],
  ];
  const last = shapes.length - 3;
  return shapes.map((shape, i) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const place = (i - 2) % LAYER_PARAMETERS;
    const isGamma = i === last || (i >= 2 && i < last && GAMMAS.includes(place));
    if (isGamma) return { shape, data: new Float32Array(size).fill(1) };
    const isBias = shape.length === 1 || (shape[0] === heads && shape.length === 2);
    return { shape, data: isBias ? new Float32Array(size) : uniform(size, 100 + i, SPREAD) };
  });
}

/** Tokens and next tokens of all batches: int32[rows, context]. */
export function gptData({ batch, batches, context, vocabulary }) {
  const rows = batch * batches;
  const tokens = (seed) =>
    Int32Array.from(uniform(rows * context, seed), (u) => Math.floor(((u + 1) / 2) * vocabulary));
  return { rows, x: tokens(7), y: tokens(8) };
}

/** A compiled model with its initial weights, made by a copy of the library. */
export function gptIn(thalweg, problem) {
  const { features, heads, context, vocabulary, depth, optimizer } = problem;
  const { add, dense, layerNormalization, multiHeadAttention } = thalweg;
  const norm = () => layerNormalization({ epsilon: 1e-5 });
  const gelu = (x) => thalweg.gelu(x, { approximate: "tanh" });
  const tokens = thalweg.input([context], { dtype: "int32" });
  let x = thalweg.tokenAndPositionEmbedding({
    vocabularySize: vocabulary,
    sequenceLength: context,
    embeddingDim: features,
  })(tokens);
  for (let i = 0; i < depth; i++) {
    const attention = multiHeadAttention({
      numHeads: heads,
      keyDim: features / heads,
      useCausalMask: true,
    });
    x = add()(x, attention(norm()(x)));
    const wide = dense({ units: 4 * features, activation: gelu })(norm()(x));
    x = add()(x, dense({ units: features })(wide));
  }
  const outputs = dense({ units: vocabulary, useBias: false, activation: "softmax" })(norm()(x));
  const net = thalweg.model({ inputs: tokens, outputs });
  net.compile({
    optimizer: thalweg.adamW(optimizer),
    loss: "sparseCategoricalCrossentropy",
  });
  net.setWeights(gptWeights(problem).map(({ shape, data }) => thalweg.tensor(data, shape)));
  return net;
}
