import { expect, test } from "vitest";
import {
  adam,
  dense,
  huber,
  l2,
  ops,
  sequential,
  sgd,
  tensor,
  trace,
  trainTestSplit,
} from "../../src/index.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import { regionsOf } from "../../src/memory/regions.ts";

const x = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
];
const y = [0, 1, 1, 0];

function net() {
  const model = sequential([
    dense({ units: 3, activation: "relu", name: "hidden" }),
    dense({ units: 2, activation: "softmax" }),
  ]);
  model.compile({ optimizer: sgd(), loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

test("unknown options are named, with what they are called here", () => {
  // @ts-expect-error: PyTorch's name
  expect(() => adam({ lr: 0.1 })).toThrow('adam: unknown option "lr"; it is "learningRate" here');
  // @ts-expect-error: Keras's name
  expect(() => dense({ units: 2, kernel_regularizer: l2() })).toThrow(
    'it is "kernelRegularizer" here',
  );
  // @ts-expect-error: a slip
  expect(() => dense({ units: 2, activaton: "relu" })).toThrow('did you mean "activation"?');
  // @ts-expect-error: a slip
  expect(() => dense({ units: 2, activation: "rellu" })([])).toThrow();
  expect(() => dense({ units: 0 })).toThrow("dense: units must be a whole number >= 1, got 0");
  expect(() => adam({ beta1: 1.5 })).toThrow("adam: beta1 must lie in [0, 1), got 1.5");
});

test("an unknown loss, metric or optimizer names the nearest", () => {
  const model = sequential([dense({ units: 1 })]);
  // @ts-expect-error: a slip
  expect(() => model.compile({ optimizer: "adamm", loss: "meanSquaredError" })).toThrow(
    'did you mean "adam"?',
  );
  // @ts-expect-error: a slip
  expect(() => model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossEntropy" })).toThrow(
    'it is "sparseCategoricalCrossentropy" here',
  );
});

test("fit() names what is wrong with the data, and the cure", async () => {
  await expect(
    net().fit(
      [
        [0, Number.NaN],
        [1, 0],
      ],
      [0, 1],
    ),
  ).rejects.toThrow("fit: x must be finite, but row 0, element 1 is NaN");
  await expect(net().fit([], [])).rejects.toThrow("fit: x is empty; give at least one sample");
  await expect(net().fit(x, [0, 1, 2, 0])).rejects.toThrow(
    "labels must be whole numbers in [0, 2), but row 2 is 2; the last layer has 2 outputs",
  );
  await expect(net().fit(x, [0, 1])).rejects.toThrow(
    "x has 4 samples, but y has 2; give one for each",
  );
  await expect(
    net().fit(x, [
      [1, 0],
      [0, 1],
      [0, 1],
      [1, 0],
    ]),
  ).rejects.toThrow('one-hot labels go with loss: "categoricalCrossentropy"');
  await expect(net().fit(x, y, { batchSize: 0 })).rejects.toThrow(
    'batchSize must be a whole number >= 1 or "all", got 0',
  );
  await expect(net().fit(x, y, { validationSplit: 1 })).rejects.toThrow(
    "validationSplit must lie in [0, 1), got 1",
  );
  // @ts-expect-error: Keras's name
  await expect(net().fit(x, y, { batch_size: 2 })).rejects.toThrow('it is "batchSize" here');
});

test("a model that has learned its shape names another one", async () => {
  const model = net();
  await model.fit(x, y);
  await expect(model.predict([[1, 2, 3]])).rejects.toThrow(
    "predict: x must have shape [batch, 2], got [1, 3]",
  );
  await expect(model.predict(tensor(new Float32Array(3), [1, 3]))).rejects.toThrow("[batch, 2]");
});

test("dense() names itself where it gets a single number a sample", () => {
  // @ts-expect-error -- the compiler knows the shape as well
  expect(() => sequential([dense({ units: 2, name: "head", inputShape: [] })])).toThrow(
    'dense "head": input must have at least 2 axes [batch, features]',
  );
});

test("training or evaluating before compile says so", async () => {
  const model = sequential([dense({ units: 2, inputShape: [2] })]);
  await expect(model.fit(x, y)).rejects.toThrow("call compile({ optimizer, loss })");
});

test("a loss that is not finite stops before the weights are touched, naming epoch, batch and layer", async () => {
  const model = net();
  model.build([2]);
  const big = model.getWeights().map((t) => tensor(new Float32Array(t.size).fill(3e38), t.shape));
  model.setWeights(big);
  await expect(model.fit(x, y, { batchSize: 2, shuffle: false })).rejects.toThrow(
    /fit: the loss is (NaN|Infinity) at epoch 1, batch 1; the output of layer "(hidden|dense)" is the first that is not finite/,
  );
  expect(model.getWeights()[0]!.data[0]).toBe(Math.fround(3e38));
  const history = await model.fit(x, y, { onNonFinite: "skip" });
  expect(history.epoch).toEqual([0]);
});

test("memory beyond the limit is refused before training, with the bytes", async () => {
  const engine = await createEngine({ maximumMemory: 2 ** 20 });
  expect(() => regionsOf(engine).require("fit", { data: 2 ** 21, activations: 64 })).toThrow(
    "fit: needs 2,097,216 bytes (data 2,097,152, activations 64)",
  );
  expect(() => regionsOf(engine).allocate(2 ** 21)).toThrow("the limit is 1048576");
  const model = sequential([dense({ units: 60_000 }), dense({ units: 60_000 })]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  await expect(model.fit(x, y)).rejects.toThrow(
    /model "sequential": needs [\d,]+ bytes \(parameters [\d,]+, gradients/,
  );
});

test("options that are no object are refused: they would be as good as left out", () => {
  // @ts-expect-error: Keras's l2(0.01)
  expect(() => l2(0.5)).toThrow("l2: options must be an object, got 0.5; known: l2");
  // @ts-expect-error: a number
  expect(() => adam(0.1)).toThrow(
    "adam: options must be an object, got 0.1; known: dialect, learningRate",
  );
  // @ts-expect-error: Keras's Dense(64)
  expect(() => dense(64)).toThrow("dense: options must be an object, got 64; known: units");
});

test("compile() refuses a function in a definition's place", () => {
  const model = sequential([dense({ units: 1 })]);
  // @ts-expect-error: not called
  expect(() => model.compile({ optimizer: adam, loss: "huber" })).toThrow(
    "compile: optimizer must be a name or a definition",
  );
  // @ts-expect-error: not called
  expect(() => model.compile({ optimizer: "adam", loss: huber })).toThrow(
    "compile: loss must be a name or a definition",
  );
});

test("an op refuses an array in a tensor's place", async () => {
  // @ts-expect-error: numbers instead of a tensor
  await expect(trace((a) => ops.sub(a, [1, 2]))([1, 2])).rejects.toThrow(
    "sub: inputs must be symbolic tensors or numbers, got an array",
  );
});

test("trainTestSplit() asks for its generator", () => {
  // @ts-expect-error: options where the generator goes
  expect(() => trainTestSplit(10, { testSize: 0.2 })).toThrow("pass new Random(seed)");
});
