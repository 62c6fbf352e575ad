import {
  type Layer,
  type LayerTensor,
  activation,
  add,
  averagePooling1d,
  batchNormalization,
  bidirectional,
  concatenate,
  conv1d,
  conv2d,
  conv2dTranspose,
  defineLayer,
  dense,
  dropout,
  embedding,
  flatten,
  globalAveragePooling2d,
  globalMaxPooling1d,
  gru,
  input,
  layerNormalization,
  lstm,
  maxPooling2d,
  multiHeadAttention,
  multiply,
  normalization,
  repeatVector,
  reshape,
  separableConv2d,
  upSampling2d,
} from "../../src/index.ts";
import type { Equal, Expect } from "./expect.ts";

type Of<S extends readonly number[]> = LayerTensor<S>;
const features = input([20]);
const image = input([28, 28, 1]);
const channelsFirst = input([3, 28, 28]);
const sequence = input([12, 5]);
const words = input([16], { dtype: "int32" });
const sizes: number[] = [28, 28, 1];
const any = input(sizes);
declare const units: number;
declare const sequences: boolean;

// Dense and what leaves the shape.
const densed = dense({ units: 10, activation: "relu" })(image);
const densedUnits = dense({ units })(image);
const densedAny = dense({ units: 10 })(any);
const same = dropout({ rate: 0.5 })(
  batchNormalization()(activation({ activation: "relu" })(image)),
);
const normed = layerNormalization()(sequence);
const adapted = normalization();
const scaled = adapted(features);
export const adapt: void | object = adapted.adapt([[1]]);
// @ts-expect-error -- dense: there are no features
dense({ units: 3 })(input([]));
// @ts-expect-error -- an option that dense does not have
dense({ units: 3, activaton: "relu" });
// @ts-expect-error -- units are missing
dense({});
// @ts-expect-error -- the rate is missing
dropout();

// Shapes made anew.
const flat = flatten()(image);
const flatAny = flatten()(any);
const flatLarge = flatten()(input([224, 224, 3]));
const reshaped = reshape({ targetShape: [4, 5] })(features);
const reshapedFree = reshape({ targetShape: [4, -1] })(features);
const repeated = repeatVector({ n: 7 })(features);
// @ts-expect-error -- reshape: 20 elements do not fit [3, 7]
reshape({ targetShape: [3, 7] })(features);
// @ts-expect-error -- repeatVector needs [features]
repeatVector({ n: 7 })(sequence);

// Convolutions and pooling.
const conv = conv2d({ filters: 8, kernelSize: 3 })(image);
const convSame = conv2d({ filters: 8, kernelSize: 3, padding: "same" })(image);
const convStrided = conv2d({ filters: 8, kernelSize: 3, padding: "same", strides: 2 })(image);
const convPairs = conv2d({ filters: 8, kernelSize: [3, 3], padding: "same", strides: [1, 1] })(
  image,
);
const convFirst = conv2d({ filters: 8, kernelSize: 3, dataFormat: "channelsFirst" })(channelsFirst);
const convAny = conv2d({ filters: 8, kernelSize: 3 })(any);
const causal = conv1d({ filters: 4, kernelSize: 3, padding: "causal" })(sequence);
const transposed = conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2 })(image);
const separable = separableConv2d({ filters: 4, kernelSize: 3, padding: "same" })(image);
const convDilated = conv2d({ filters: 8, kernelSize: 3, dilationRate: 2 })(image);
const convWide = conv2d({ filters: 8, kernelSize: 7, strides: 2, padding: "same" })(
  input([224, 224, 3]),
);
const convUnequal = conv2d({ filters: 8, kernelSize: [3, 1], strides: [2, 1] })(image);
const size: number = 3;
const convFree = conv2d({ filters: 8, kernelSize: size })(image);
const convPadded = conv2d({
  filters: 8,
  kernelSize: 3,
  padding: [
    [1, 1],
    [1, 1],
  ],
})(image);
const pooledApart = maxPooling2d({ poolSize: 3, strides: 2 })(convSame);
const pooledSame = averagePooling1d({ poolSize: 2, padding: "same" })(sequence);
const lenet = flatten()(
  maxPooling2d()(
    conv2d({ filters: 16, kernelSize: 5 })(
      maxPooling2d()(conv2d({ filters: 6, kernelSize: 5, padding: "same" })(image)),
    ),
  ),
);
const pooled = maxPooling2d()(convSame);
const pooledAny = averagePooling1d({ poolSize: 3 })(any);
const upSampled = upSampling2d({ size: 2 })(convSame);
const globally = globalAveragePooling2d()(convSame);
const globallyKept = globalAveragePooling2d({ keepDims: true })(convSame);
// @ts-expect-error -- conv2d needs [rows, columns, channels]
conv2d({ filters: 8, kernelSize: 3 })(features);
// @ts-expect-error -- conv2d needs [rows, columns, channels]
conv2d({ filters: 8, kernelSize: 3 })(flatten()(any));
// @ts-expect-error -- conv1d needs [steps, channels]
conv1d({ filters: 8, kernelSize: 3 })(image);
// @ts-expect-error -- maxPooling2d needs [rows, columns, channels]
maxPooling2d()(sequence);
// @ts-expect-error -- globalMaxPooling1d needs [steps, channels]
globalMaxPooling1d()(image);

// Sequences.
const embedded = embedding({ inputDim: 100, outputDim: 32 })(words);
const last = lstm({ units: 6 })(sequence);
const each = gru({ units: 6, returnSequences: true })(sequence);
const either = gru({ units: 6, returnSequences: sequences })(sequence);
const withStates = lstm({ units: 6, returnState: true })(sequence);
const attended = multiHeadAttention({ numHeads: 2, keyDim: 4 })(embedded);
const attendedTo = multiHeadAttention({ numHeads: 2, keyDim: 4, outputShape: 9 })(
  sequence,
  embedded,
);
const both = bidirectional({ layer: lstm({ units: 6 }) })(sequence);
// @ts-expect-error -- a recurrent layer needs [time, features]
lstm({ units: 6 })(features);
// @ts-expect-error -- a recurrent layer needs [time, features]
gru({ units: 6 })(image);
// @ts-expect-error -- attention needs [length, features]
multiHeadAttention({ numHeads: 2, keyDim: 4 })(features);

// Several inputs.
const sum = add()(features, dense({ units: 20 })(features));
const sumOfList = add()([features, features]);
const broadcast = multiply()(image, input([28, 1, 4]));
const joined = concatenate()([sequence, input([12, 3]), input([12, 1])]);
const joinedBefore = concatenate({ axis: 1 })(sequence, sequence);
const manyInputs: LayerTensor[] = [features, features];
const sumOfMany = add()(manyInputs);
// @ts-expect-error -- add: [20] and [10] do not broadcast
add()(features, dense({ units: 10 })(features));
// @ts-expect-error -- add: [20] and [10] do not broadcast
add()([features, input([10])]);
// @ts-expect-error -- concatenate: 12 steps and 11
concatenate()(sequence, input([11, 5]));

export type Layers = [
  Expect<Equal<typeof densed, Of<readonly [28, 28, 10]>>>,
  Expect<Equal<typeof densedUnits, Of<readonly [28, 28, number]>>>,
  Expect<Equal<typeof densedAny, LayerTensor>>,
  Expect<Equal<typeof same, Of<readonly [28, 28, 1]>>>,
  Expect<Equal<typeof normed, Of<readonly [12, 5]>>>,
  Expect<Equal<typeof scaled, Of<readonly [20]>>>,
  Expect<Equal<typeof flat, Of<readonly [784]>>>,
  Expect<Equal<typeof flatAny, Of<readonly [number]>>>,
  Expect<Equal<typeof flatLarge, Of<readonly [number]>>>,
  Expect<Equal<typeof reshaped, Of<readonly [4, 5]>>>,
  Expect<Equal<typeof reshapedFree, Of<readonly [4, number]>>>,
  Expect<Equal<typeof repeated, Of<readonly [7, 20]>>>,
  Expect<Equal<typeof conv, Of<readonly [26, 26, 8]>>>,
  Expect<Equal<typeof convSame, Of<readonly [28, 28, 8]>>>,
  Expect<Equal<typeof convStrided, Of<readonly [14, 14, 8]>>>,
  Expect<Equal<typeof convPairs, Of<readonly [28, 28, 8]>>>,
  Expect<Equal<typeof convFirst, Of<readonly [8, 26, 26]>>>,
  Expect<Equal<typeof convAny, Of<readonly [number, number, 8]>>>,
  Expect<Equal<typeof causal, Of<readonly [12, 4]>>>,
  Expect<Equal<typeof transposed, Of<readonly [number, number, 4]>>>,
  Expect<Equal<typeof separable, Of<readonly [28, 28, 4]>>>,
  Expect<Equal<typeof pooled, Of<readonly [14, 14, 8]>>>,
  Expect<Equal<typeof convDilated, Of<readonly [number, number, 8]>>>,
  Expect<Equal<typeof convWide, Of<readonly [112, 112, 8]>>>,
  Expect<Equal<typeof convUnequal, Of<readonly [13, 28, 8]>>>,
  Expect<Equal<typeof convFree, Of<readonly [number, number, 8]>>>,
  Expect<Equal<typeof convPadded, Of<readonly [number, number, 8]>>>,
  Expect<Equal<typeof pooledApart, Of<readonly [13, 13, 8]>>>,
  Expect<Equal<typeof pooledSame, Of<readonly [6, 5]>>>,
  Expect<Equal<typeof lenet, Of<readonly [400]>>>,
  Expect<Equal<typeof pooledAny, Of<readonly [number, number]>>>,
  Expect<Equal<typeof upSampled, Of<readonly [number, number, 8]>>>,
  Expect<Equal<typeof globally, Of<readonly [8]>>>,
  Expect<Equal<typeof globallyKept, Of<readonly [1, 1, 8]>>>,
  Expect<Equal<typeof embedded, Of<readonly [16, 32]>>>,
  Expect<Equal<typeof last, Of<readonly [6]>>>,
  Expect<Equal<typeof each, Of<readonly [12, 6]>>>,
  Expect<Equal<typeof either, LayerTensor>>,
  Expect<Equal<typeof withStates, readonly LayerTensor[]>>,
  Expect<Equal<typeof attended, Of<readonly [16, 32]>>>,
  Expect<Equal<typeof attendedTo, Of<readonly [12, 9]>>>,
  Expect<Equal<typeof both, LayerTensor>>,
  Expect<Equal<typeof sum, Of<readonly [20]>>>,
  Expect<Equal<typeof sumOfList, Of<readonly [20]>>>,
  Expect<Equal<typeof broadcast, Of<readonly [28, 28, 4]>>>,
  Expect<Equal<typeof joined, Of<readonly [12, 9]>>>,
  Expect<Equal<typeof joinedBefore, LayerTensor>>,
  Expect<Equal<typeof sumOfMany, LayerTensor>>,
];

// A layer with a rule stands wherever a layer may, and one without a rule takes anything.
export const plain: Layer = dense({ units: 3 });
export const several: Layer[] = [dense({ units: 3 }), conv2d({ filters: 1, kernelSize: 1 }), add()];
const own = defineLayer<object>({ name: "own", defaults: {}, call: ([x]) => x! })();
const ofOwn = own(image);
const ofPlain = plain(image);
export type Plain = [
  Expect<Equal<typeof ofOwn, LayerTensor>>,
  Expect<Equal<typeof ofPlain, LayerTensor>>,
];

// What is assigned again has to be declared for all shapes.
export let flowing: LayerTensor = image;
flowing = flatten()(flowing);
flowing = dense({ units: 3 })(flowing);
let fixed = image;
// @ts-expect-error -- the variable is for [28, 28, 1]
fixed = flatten()(fixed);
