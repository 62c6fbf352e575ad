import { expect, test } from "vitest";
import {
  type LayerTensor,
  type Shape,
  type SymbolicTensor,
  type Tensor,
  add,
  averagePooling1d,
  concatenate,
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  cropping1d,
  cropping2d,
  dense,
  depthwiseConv2d,
  embedding,
  flatten,
  globalAveragePooling2d,
  globalMaxPooling1d,
  gru,
  input,
  lstm,
  maxPooling2d,
  model,
  multiHeadAttention,
  multiply,
  ops,
  positionEmbedding,
  repeatVector,
  reshape,
  separableConv1d,
  sequential,
  simpleRNN,
  tensor,
  trace,
  upSampling1d,
  upSampling2d,
  zeroPadding1d,
  zeroPadding2d,
} from "../../src/index.ts";

/** The compiler holds `shape` against the type of t, which says what a rule knows; the run against t's own shape. */
function agree<S extends Shape>(t: LayerTensor<S> | Tensor<S>, shape: NoInfer<S>): void {
  expect(t.shape).toEqual(shape);
}

const image = input([8, 6, 4]);
const sequence = input([9, 4]);
const features = input([20]);

test("types of layers hold where they run", () => {
  agree(dense({ units: 3 })(image), [8, 6, 3]);
  agree(flatten()(image), [192]);
  agree(flatten()(input([])), [1]);
  agree(reshape({ targetShape: [2, -1] })(features), [2, 10]);
  agree(reshape({ targetShape: [-1] })(image), [192]);
  agree(repeatVector({ n: 3 })(features), [3, 20]);
  agree(embedding({ inputDim: 5, outputDim: 3 })(input([7], { dtype: "int32" })), [7, 3]);
  agree(add()(sequence, input([4])), [9, 4]);
  agree(multiply()([image, input([8, 1, 4]), input([1, 6, 1])]), [8, 6, 4]);
  agree(concatenate()(sequence, input([9, 2]), sequence), [9, 10]);
});

test("types of convolutions and pooling hold where they run", () => {
  const first = "channelsFirst" as const;
  agree(conv2d({ filters: 2, kernelSize: 3 })(image), [6, 4, 2]);
  agree(conv2d({ filters: 2, kernelSize: 3, padding: "same" })(image), [8, 6, 2]);
  agree(conv2d({ filters: 2, kernelSize: 2, padding: "same", dilationRate: 2 })(image), [8, 6, 2]);
  agree(conv2d({ filters: 2, kernelSize: 3, padding: "same", strides: [1, 1] })(image), [8, 6, 2]);
  agree(conv2d({ filters: 2, kernelSize: 3, padding: "same", strides: [2, 1] })(image), [4, 6, 2]);
  agree(
    conv2d({ filters: 2, kernelSize: 3, padding: "same", dataFormat: first })(image),
    [2, 6, 4],
  );
  agree(conv1d({ filters: 2, kernelSize: 4, padding: "causal" })(sequence), [9, 2]);
  agree(separableConv1d({ filters: 2, kernelSize: 4, padding: "same" })(sequence), [9, 2]);
  agree(depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 })(image), [6, 4, 8]);
  agree(conv1dTranspose({ filters: 2, kernelSize: 4, padding: "same" })(sequence), [9, 2]);
  agree(conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2 })(image), [17, 13, 2]);
  agree(maxPooling2d()(image), [4, 3, 4]);
  agree(maxPooling2d({ dataFormat: first })(image), [8, 3, 2]);
  agree(averagePooling1d({ poolSize: 3 })(sequence), [3, 4]);
  agree(globalAveragePooling2d()(image), [4]);
  agree(globalAveragePooling2d({ keepDims: true })(image), [1, 1, 4]);
  agree(globalAveragePooling2d({ dataFormat: first })(image), [8]);
  agree(globalAveragePooling2d({ dataFormat: first, keepDims: true })(image), [8, 1, 1]);
  agree(globalMaxPooling1d({ keepDims: true })(sequence), [1, 4]);
  agree(cropping1d()(sequence), [7, 4]);
  agree(cropping2d({ cropping: 1 })(image), [6, 4, 4]);
  agree(zeroPadding1d()(sequence), [11, 4]);
  agree(zeroPadding2d({ dataFormat: first })(image), [8, 8, 6]);
  agree(upSampling1d()(sequence), [18, 4]);
  agree(upSampling2d()(image), [16, 12, 4]);
});

test("types of layers over sequences hold where they run", () => {
  agree(lstm({ units: 3 })(sequence), [3]);
  agree(gru({ units: 3, returnSequences: true })(sequence), [9, 3]);
  agree(simpleRNN({ units: 3, returnSequences: false })(sequence), [3]);
  agree(multiHeadAttention({ numHeads: 2, keyDim: 3 })(sequence, input([5, 7])), [9, 4]);
  agree(multiHeadAttention({ numHeads: 1, keyDim: 3, outputShape: 6 })(sequence), [9, 6]);
  agree(positionEmbedding({ sequenceLength: 9 })(sequence), [9, 4]);
});

test("types of ops and models hold where they run", async () => {
  const a = tensor(new Float32Array(6), [2, 3]);
  const b = tensor(new Float32Array(24), [4, 3, 2]);
  const product = await trace((x, y) => ops.matmul(x, y))(b, a);
  agree(product, [4, 3, 3]);
  const f = trace(
    (x: SymbolicTensor<readonly [2, 3]>, y: SymbolicTensor<readonly [4, 3, 2]>) =>
      [
        ops.matmul(x, x, { transposeB: true }),
        ops.matmul(y, x),
        ops.add(x, ops.sum(x, { axis: 0 })),
        ops.transpose(y),
        ops.transpose(y, { permutation: [2, 0, 1] }),
        ops.reshape(y, { shape: [6, -1] }),
        ops.concat(x, x, { axis: -1 }),
        ops.mean(y, { axis: 1, keepDims: true }),
        ops.sum(y, { axis: -1 }),
        ops.sum(y),
        ops.mean(x, { keepDims: true }),
      ] as const,
  );
  const [square, batches, added, reversed, permuted, reshaped, joined, kept, over, all, ones] =
    await f(a, b);
  agree(square, [2, 2]);
  agree(batches, [4, 3, 3]);
  agree(added, [2, 3]);
  agree(reversed, [2, 3, 4]);
  agree(permuted, [2, 4, 3]);
  agree(reshaped, [6, 4]);
  agree(joined, [2, 6]);
  agree(kept, [4, 1, 2]);
  agree(over, [4, 3]);
  agree(all, []);
  agree(ones, [1, 1]);

  const net = sequential([flatten({ inputShape: [2, 2] }), dense({ units: 3 })]);
  agree(await net.predict(tensor(new Float32Array(20), [5, 2, 2])), [5, 3]);
  agree(net.output, [3]);
  const x = input([4]);
  const two = model({ inputs: [x], outputs: [dense({ units: 2 })(x), x] });
  const [first, second] = await two.predict(tensor(new Float32Array(8), [2, 4]));
  agree(first, [2, 2]);
  agree(second, [2, 4]);
});
