import {
  type Layer,
  type LayerTensor,
  type Model,
  type Sequential,
  type Tensor,
  concatenate,
  conv2d,
  dataset,
  dense,
  dropout,
  flatten,
  input,
  maxPooling2d,
  model,
  sequential,
  tensor,
} from "../../src/index.ts";
import type { Equal, Expect } from "./expect.ts";

const rows = new Float32Array(60);
const images = tensor(new Float32Array(7840), [10, 28, 28, 1]);
const vectors = tensor(rows, [3, 20]);
const shape: number[] = [3, 20];
const any = tensor(rows, shape);
const labels = [0, 1, 2];

// Layers one behind the other.
const net = sequential([
  conv2d({ filters: 8, kernelSize: 3, padding: "same", inputShape: [28, 28, 1] }),
  maxPooling2d(),
  flatten(),
  dropout({ rate: 0.5 }),
  dense({ units: 10, activation: "softmax" }),
]);
const open = sequential([dense({ units: 8 }), dense({ units: 3 })]);
const opening = sequential([flatten(), dense({ units: 3 })]);
const listed: Layer[] = [dense({ units: 3 })];
const ofList = sequential(listed);
const empty = sequential();
const emptyList = sequential([]);
const grown = sequential([flatten()]).add(dense({ units: 3 }));
const nested = sequential([net, dense({ units: 2 })], { name: "nested" });
const deep = sequential([
  dense({ units: 1, inputShape: [4] }),
  dense({ units: 2 }),
  dense({ units: 3 }),
  dense({ units: 4 }),
  dense({ units: 5 }),
  dense({ units: 6 }),
  dense({ units: 7 }),
  dense({ units: 8 }),
  dense({ units: 9 }),
  dense({ units: 10 }),
  dense({ units: 11 }),
  dense({ units: 12 }),
]);
// @ts-expect-error -- conv2d needs [rows, columns, channels]; flatten stands too early
sequential([flatten(), conv2d({ filters: 8, kernelSize: 3 })]);
sequential([
  dense({ units: 4, inputShape: [8] }),
  // @ts-expect-error -- maxPooling2d needs [rows, columns, channels]
  maxPooling2d(),
  dense({ units: 4 }),
]);
// @ts-expect-error -- the inner model takes [28, 28, 1]
sequential([dense({ units: 4, inputShape: [8] }), net]);

const predictions = net.predict(images);
const openPredictions = open.predict(vectors);
const openingPredictions = opening.predict(vectors);
const nestedPredictions = nested.predictOnBatch(images);
const emptyPredictions = empty.predict(vectors);
const grownPredictions = grown.predict(vectors);
const synchronous = net.predictSync(images);
const features = net.output;

// Nested arrays, typed arrays, tensors whose shape is not known and datasets are checked when they run.
void net.fit(images, labels, { epochs: 2 });
void net.fit([[[[0]]]], labels);
void net.fit(rows, labels);
void net.fit(any, labels);
void net.fit([images], labels);
void net.fit({ input: images }, labels);
void net.fit(dataset.fromArrays(images, labels));
void net.evaluate(images, labels);
void net.trainOnBatch(images, labels);
void open.fit(vectors, labels);
void empty.fit(vectors, labels);
// @ts-expect-error -- samples of [20] where [28, 28, 1] is taken
void net.fit(vectors, labels);
// @ts-expect-error -- in a list of one as well
void net.fit([vectors], labels);
// @ts-expect-error -- samples of [28, 28, 3]
void net.predict(tensor(new Float32Array(2352), [1, 28, 28, 3]));
// @ts-expect-error -- a sample without the batch axis
void net.predictOnBatch(tensor(new Float32Array(784), [28, 28, 1]));
// @ts-expect-error -- samples of [20]
void net.evaluate(vectors, labels);
// @ts-expect-error -- samples of [20]
void net.trainOnBatch(vectors, labels);

// Graphs of layers.
const image = input([28, 28, 1], { name: "image" });
const numbers = input([20], { name: "numbers" });
const hidden = dense({ units: 12 })(flatten()(image));
const one = model({ inputs: image, outputs: dense({ units: 10 })(hidden) });
const two = model({
  inputs: [image, numbers],
  outputs: { digit: dense({ units: 10 })(hidden), ink: concatenate()(hidden, numbers) },
});
const list = model({ inputs: [image], outputs: [hidden, image] });
const anyTensors: LayerTensor[] = [image];
const untyped = model({ inputs: anyTensors, outputs: anyTensors });
const onePredictions = one.predict(images);
const twoPredictions = two.predict([images, tensor(new Float32Array(200), [10, 20])]);
const listPredictions = list.predict(images);
const untypedPredictions = untyped.predict(images);
const applied = one.apply(image);
void two.predict({ image: images, numbers: vectors });
// @ts-expect-error -- samples of [20]
void one.fit(vectors, labels);
// @ts-expect-error -- the inputs are the wrong way round
void two.fit([vectors, images], labels);

export type Models = [
  Expect<Equal<Awaited<typeof predictions>, Tensor<readonly [number, 10]>>>,
  Expect<Equal<Awaited<typeof openPredictions>, Tensor>>,
  Expect<Equal<Awaited<typeof openingPredictions>, Tensor<readonly [number, 3]>>>,
  Expect<Equal<Awaited<typeof nestedPredictions>, Tensor<readonly [number, 2]>>>,
  Expect<Equal<Awaited<typeof emptyPredictions>, Tensor>>,
  Expect<Equal<Awaited<typeof grownPredictions>, Tensor>>,
  Expect<Equal<typeof synchronous, Tensor<readonly [number, 10]>>>,
  Expect<Equal<typeof features, LayerTensor<readonly [10]>>>,
  Expect<Equal<typeof net.inputs, readonly [LayerTensor<readonly [28, 28, 1]>]>>,
  Expect<Equal<typeof nested, Sequential<readonly [28, 28, 1], readonly [2]>>>,
  Expect<Equal<typeof net, Sequential<readonly [28, 28, 1], readonly [10]>>>,
  Expect<Equal<typeof deep, Sequential<readonly [4], readonly [12]>>>,
  Expect<Equal<typeof ofList, Sequential>>,
  Expect<Equal<typeof emptyList, Sequential>>,
  Expect<Equal<Awaited<typeof onePredictions>, Tensor<readonly [number, 10]>>>,
  Expect<
    Equal<
      Awaited<typeof twoPredictions>,
      { readonly digit: Tensor<readonly [number, 10]>; readonly ink: Tensor<readonly [number, 32]> }
    >
  >,
  Expect<
    Equal<
      Awaited<typeof listPredictions>,
      [Tensor<readonly [number, 12]>, Tensor<readonly [number, 28, 28, 1]>]
    >
  >,
  Expect<Equal<Awaited<typeof untypedPredictions>, Tensor[]>>,
  Expect<Equal<typeof applied, LayerTensor<readonly [10]>>>,
];

// A model of known shapes stands where any may.
export const wide: Model = net;
export const sequence: Sequential = net;
