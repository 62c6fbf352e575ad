import { describe, expect, test } from "vitest";
import {
  type Model,
  adam,
  concatenate,
  conv2d,
  dataset,
  decodeCsv,
  dense,
  dropout,
  earlyStopping,
  embedding,
  flatten,
  gru,
  input,
  loadModel,
  lstm,
  maxPooling2d,
  model,
  reshape,
  sequential,
  sgd,
  tabular,
  tensor,
  tune,
} from "../../src/index.ts";
import { createEngine } from "../../src/kernels/engine.ts";

/**
 * What people do on their first day with the library, and what they read then. Each message must say what is wrong in
 * words of the caller's own code, what was found, and what to write instead.
 */
const x = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
];
const y = [0, 1, 1, 0];

/** Anything, where a type would be asked for: the compiler would say no, JavaScript does not. */
const any = (value: unknown): never => value as never;

function compiled(layers: readonly unknown[], loss: string, optimizer: unknown = "sgd"): Model {
  const net = sequential(any(layers));
  net.compile({ optimizer: any(optimizer), loss: any(loss) });
  return net as Model;
}

function net(loss = "sparseCategoricalCrossentropy", units = 2, activation = "softmax"): Model {
  const layers = [
    dense({ units: 3, activation: "relu" }),
    dense({ units, activation: any(activation) }),
  ];
  return compiled(layers, loss);
}

const regression = (): Model => net("meanSquaredError", 1, "linear");

/** `count` images of zeros. */
const images = (count: number, ...shape: number[]) =>
  tensor(new Float32Array(count * shape.reduce((a, b) => a * b)), [count, ...shape]);

const csv = (text: string, options: object) =>
  dataset.csv(new TextEncoder().encode(text), any(options));

/** Ten samples one after the other, one of which is changed. */
const stream = (at: number, change: object) =>
  dataset
    .fromGenerator(function* () {
      for (let i = 0; i < 10; i++) yield any({ x: [0, 1], y: 0, ...(i === at && change) });
    })
    .batch(2);

async function trained(): Promise<Model> {
  const one = net();
  await one.fit(x, y);
  return one;
}

/** What is done, how, and what is said: the whole message, or a part of it. */
type Row = readonly [string, () => unknown, string | RegExp];

const MODELS: readonly Row[] = [
  [
    "layers one after the other instead of in a list",
    () => sequential(any(dense({ units: 1 })), any(dense({ units: 2 }))),
    "sequential: layers must be an array, got a function; sequential([dense({ ... })])",
  ],
  [
    "a factory that is not called",
    () => sequential(any([dense])),
    'model "sequential": must be made of layers, got a function; call what makes one: dense({ ... })',
  ],
  [
    "a model without layers",
    () => compiled([], "meanSquaredError").fit(x, y),
    'model "sequential": has no layers; add one',
  ],
  [
    "Keras's Dense(10)",
    () => dense(any(10)),
    "dense: options must be an object, got 10; known: units, activation",
  ],
  ["no units", () => dense(any({ activation: "relu" })), "dense: units must be given"],
  ["nothing at all", () => dense(any(undefined)), "dense: units must be given"],
  ["units as a text", () => dense(any({ units: "10" })), 'dense: units must be a number, got "10"'],
  ["no kernel size", () => conv2d(any({ filters: 8 })), "conv2d: kernelSize must be given"],
  [
    "Keras's kernel_size",
    () => conv2d(any({ filters: 8, kernel_size: 3 })),
    'conv2d: unknown option "kernel_size"; it is "kernelSize" here',
  ],
  [
    "PyTorch's padding",
    () => conv2d({ filters: 8, kernelSize: 3, padding: any(1) }),
    'conv2d: padding must be "valid", "same" or [[top, bottom], [left, right]], got 1',
  ],
  [
    "return_sequences",
    () => lstm(any({ units: 2, return_sequences: true })),
    'lstm: unknown option "return_sequences"; it is "returnSequences" here',
  ],
  [
    "a share in percent",
    () => dropout({ rate: 50 }),
    "dropout: rate must lie in [0, 1), got 50; it is the share that is dropped",
  ],
  [
    "an activation that is misspelled",
    () => compiled([dense({ units: 1, activation: any("sofmax") })], "huber").fit(x, y),
    'dense "dense": unknown activation "sofmax"; did you mean "softmax"?',
  ],
  [
    "two layers of one name",
    () => sequential([dense({ units: 2, name: "a" }), dense({ units: 2, name: "a" })]),
    'model "sequential": two layers are named "a"; names must differ',
  ],
  [
    "a layer on data",
    () => dense({ units: 1 })(any([[1, 2]])),
    "dense: is applied to outputs of layers or to input(shape), got an array; for data use model.predict",
  ],
  [
    "a layer on nothing",
    () => dense({ units: 1 })(),
    "dense: is applied to outputs of layers or to input(shape), got undefined",
  ],
  [
    "an input of a number",
    () => input(any(4)),
    "input: the shape must be the lengths of a sample's axes, without the batch, got 4; [28, 28, 1]",
  ],
  [
    "an input of options",
    () => input(any({ shape: [4] })),
    "input: the shape must be the lengths of a sample's axes, without the batch, got an object",
  ],
  [
    "Keras's batch axis in the input",
    () => input(any([null, 4])),
    "input: the shape must be the lengths of a sample's axes, without the batch, got [batch, 4]",
  ],
  [
    "inputs that do not fit each other",
    () => concatenate()(any(input([3, 4])), any(input([2, 5]))),
    'concatenate "concatenate": concat: inputs must agree in dtype and in all axes but 2',
  ],
  [
    "an input that is not among the model's",
    () => model({ inputs: input([4]), outputs: dense({ units: 1 })(input([4])) }),
    'model "model": an output depends on the input of shape [4], which is not among inputs; add it',
  ],
  [
    "Keras's input and output",
    () => model(any({ input: input([4]), output: input([4]) })),
    'model: unknown option "input"; did you mean "inputs"?',
  ],
  [
    "images that are smaller than the kernel",
    () =>
      compiled([conv2d({ filters: 2, kernelSize: 5 }), flatten()], "huber").fit(
        images(4, 4, 4, 1),
        images(4, 1),
      ),
    'conv2d: the kernel must fit, but spans 5 rows where there are 4; use padding: "same"',
  ],
  [
    "pooling that leaves nothing",
    () => sequential(any([maxPooling2d({ poolSize: 3, inputShape: [2, 2, 1], name: "shrink" })])),
    'maxPooling2d "shrink": maxPool: height: a window of 3 must fit into 2 cells',
  ],
  [
    "gray images without a channel",
    () => compiled([conv2d({ filters: 2, kernelSize: 3 })], "huber").fit(images(4, 4, 4), y),
    'conv2d "conv2d": input must have 4 axes [batch, rows, columns, channels], got [batch, 4, 4]; reshape({ targetShape: [4, 4, 1] }) before it',
  ],
  [
    "recurrent layers on each other",
    () => compiled([lstm({ units: 2 }), gru({ units: 2 })], "huber").fit(images(4, 3, 2), y),
    'gru "gru": input must have 3 axes [batch, time, features], got [batch, 2]; a recurrent layer before it needs returnSequences: true',
  ],
  [
    "a shape of other elements",
    () => compiled([reshape({ targetShape: [3, 3] })], "huber").fit(x, y),
    'reshape "reshape": targetShape must hold 2 elements like a sample [2], got [3, 3]',
  ],
];

const COMPILE: readonly Row[] = [
  [
    "no compile",
    () => sequential([dense({ units: 2 })]).fit(x, y),
    'model "sequential": call compile({ optimizer, loss }) before training or evaluation',
  ],
  [
    "no loss",
    () => sequential([dense({ units: 2 })]).compile(any({ optimizer: "adam" })),
    'compile: loss must be a name or a definition, got undefined; "meanSquaredError", or one for each output',
  ],
  [
    "TensorFlow.js's compile of names",
    () => sequential([dense({ units: 2 })]).compile(any("adam")),
    'compile: options must be an object, got "adam"; known: optimizer, loss, lossWeights, metrics',
  ],
  ["mse", () => net("mse"), 'compile: unknown loss "mse"; it is "meanSquaredError" here'],
  [
    "a loss that is misspelled",
    () => net("meanSquareError"),
    'compile: unknown loss "meanSquareError"; did you mean "meanSquaredError"?',
  ],
  [
    "Adam",
    () => compiled([dense({ units: 1 })], "huber", "Adam"),
    'compile: unknown optimizer "Adam"; it is "adam" here',
  ],
  [
    "an optimizer that is not called",
    () => compiled([dense({ units: 1 })], "huber", adam),
    "compile: optimizer must be a name or a definition, got a function; call it if it makes one: adam()",
  ],
  [
    "a learning rate as text",
    () => adam({ learningRate: any("0.1") }),
    /^adam: learningRate must be a number or a schedule, got "0.1"$/,
  ],
  ["lr", () => adam(any({ lr: 0.1 })), 'adam: unknown option "lr"; it is "learningRate" here'],
  [
    "acc",
    () => {
      const one = sequential([dense({ units: 1 })]);
      one.compile({ optimizer: "adam", loss: "huber", metrics: any(["acc"]) });
      return one.fit(x, y);
    },
    'compile: unknown metric "acc"; it is "accuracy" here',
  ],
];

const DATA: readonly Row[] = [
  [
    "samples alone",
    () => net().fit(any(x), any(undefined)),
    "fit: there must be labels, got x without y",
  ],
  [
    "{ x, y } in one",
    () => net().fit(any({ x, y })),
    "fit: there must be labels, got x without y; y comes after x",
  ],
  [
    "texts from a CSV file",
    () => net().fit(any(decodeCsv("a,b\n1,2\n3,4\n").columns), [0, 1]),
    'fit: x: elements must be numbers, got "1"; Number(text) converts',
  ],
  [
    "classes as texts",
    () => net().fit(x, any(["cat", "dog", "dog", "cat"])),
    'fit: y: elements must be numbers, got "cat"; Number(text) converts, classes are numbered from 0',
  ],
  [
    "a gap",
    () =>
      net().fit(
        any([
          [0, 1],
          [undefined, 0],
        ]),
        [0, 1],
      ),
    "fit: x: elements must be numbers, got undefined",
  ],
  [
    "NaN in a table",
    () =>
      net().fit(
        [
          [0, 1],
          [Number.NaN, 0],
        ],
        [0, 1],
      ),
    "fit: x must be finite, but row 1, element 0 is NaN; fill or drop such rows",
  ],
  [
    "NaN in the labels",
    () => regression().fit(x, [0, 1, Number.NaN, 2]),
    "fit: y must be finite, but row 2, element 0 is NaN; fill or drop such rows",
  ],
  [
    "one number a sample without an axis for it",
    () => net().fit([1, 2, 3, 4], y),
    'dense "dense": input must have at least 2 axes [batch, features], got [batch]; reshape it to [batch, 1]',
  ],
  [
    "other features than at first",
    async () => (await trained()).fit([[1, 2, 3]], [0]),
    "fit: x must have shape [batch, 2], got [1, 3]; reshape the data or set inputShape: [3]",
  ],
  [
    "fewer labels than samples",
    () => net().fit(x, [0, 1]),
    "fit: x has 4 samples, but y has 2; give one for each",
  ],
  [
    "classes from 1 on",
    () => net().fit(x, [1, 2, 2, 1]),
    "fit: labels must be whole numbers in [0, 2), but row 1 is 2; the last layer has 2 outputs, one a class from 0",
  ],
  [
    "classes as fractions",
    () => net().fit(x, [0, 1, 1.5, 0]),
    "fit: labels must be whole numbers in [0, 2), but row 2 is 1.5",
  ],
  [
    "one output for two classes",
    () => net("sparseCategoricalCrossentropy", 1, "sigmoid").fit(x, y),
    'the last layer has 1 outputs, which goes with loss: "binaryCrossentropy"',
  ],
  [
    "one-hot labels with a loss of integers",
    () =>
      net().fit(x, [
        [1, 0],
        [0, 1],
        [0, 1],
        [1, 0],
      ]),
    'fit: y must hold one integer a sample [4], got [4, 2]; one-hot labels go with loss: "categoricalCrossentropy"',
  ],
  [
    "integers with a loss of one-hot labels",
    () => net("categoricalCrossentropy").fit(x, y),
    'fit: y must be shaped like the output [4, 2], got [4]; integer labels go with loss: "sparseCategoricalCrossentropy", single numbers with units: 1',
  ],
  [
    "images into dense layers without flatten()",
    () =>
      compiled([dense({ units: 2, activation: "softmax" })], "sparseCategoricalCrossentropy").fit(
        images(4, 4, 4),
        y,
      ),
    "fit: y must hold one integer a sample [4, 4], got [4]; or flatten() before the last layer",
  ],
  [
    "a loss of probabilities without softmax",
    () => net("sparseCategoricalCrossentropy", 2, "linear").fit(x, y),
    'sparseCategoricalCrossentropy takes probabilities, but layer "dense_1" gives others; end in activation: "softmax", or set fromLogits: true in the loss',
  ],
  [
    "values of any size at a large rate",
    () => {
      const one = compiled([dense({ units: 1 })], "meanSquaredError", sgd({ learningRate: 1e10 }));
      return one.fit([[1e6], [2e6]], [1, 2], { epochs: 50 });
    },
    /^fit: the loss is (Infinity|NaN) at epoch \d, batch 1; .*; try a smaller learningRate, globalClipNorm: 1, or scaled inputs$/,
  ],
  [
    "indices beyond an embedding",
    () =>
      compiled(
        [embedding({ inputDim: 5, outputDim: 2 }), flatten(), dense({ units: 1 })],
        "huber",
      ).fit([[5, 1]], [0]),
    'fit: x must hold indices in [0, 5) for embedding "embedding", but row 0, element 0 is 5; raise inputDim',
  ],
  [
    "a word in a column",
    () => regression().fit(csv("a,b,price\n1,red,3\n2,blue,4\n", { target: "price" })),
    'csv: line 2, column "b" must be a number, got "red"; tabular() learns to read such columns',
  ],
  [
    "an empty cell",
    () => regression().fit(csv("a,b,price\n1,,3\n2,3,4\n", { target: "price" })),
    'csv: line 2, column "b" must be a number, got an empty cell',
  ],
  [
    "a column's name that is misspelled",
    () => regression().fit(csv("a,b,price\n1,2,3\n", { target: "Price" })),
    'csv: must have a column "Price"; did you mean "price"?',
  ],
  [
    "rows of different lengths",
    () => regression().fit(csv("a,b,price\n1,2\n2,3,4\n", { target: "price" })),
    "csv: line 2: every row must have as many fields as the first, expected 3 fields, found 2",
  ],
  [
    "a file that is not there",
    () => regression().fit(dataset.csv("nowhere.csv", { target: "price" })),
    "nowhere.csv: no such file",
  ],
  [
    "a table without a target",
    () => tabular().fit(decodeCsv("a,price\n1,2\n"), any({})),
    "tabular.fit: target must be the name of the column to predict; columns: a, price",
  ],
];

const FIT: readonly Row[] = [
  [
    "epoch",
    () => net().fit(x, y, any({ epoch: 3 })),
    'fit: unknown option "epoch"; did you mean "epochs"?',
  ],
  ["nEpochs", () => net().fit(x, y, any({ nEpochs: 3 })), 'it is "epochs" here'],
  [
    "validation_split",
    () => net().fit(x, y, any({ validation_split: 0.2 })),
    'fit: unknown option "validation_split"; it is "validationSplit" here',
  ],
  [
    "epochs as the third argument",
    () => net().fit(x, y, any(5)),
    "fit: options must be an object, got 5; known: epochs",
  ],
  [
    "a batch size as text",
    () => net().fit(x, y, any({ batchSize: "32" })),
    'fit: batchSize must be a whole number >= 1 or "all", got "32"',
  ],
  [
    "a split in percent",
    () => net().fit(x, y, { validationSplit: 20 }),
    "fit: validationSplit must lie in [0, 1), got 20",
  ],
  [
    "no samples to validate with",
    () => net().fit(x, y, { validationData: [[], []] }),
    "fit: validationData: x is empty; give at least one sample",
  ],
  [
    "a dataset of none to validate with",
    () => net().fit(x, y, { validationData: dataset.fromArrays(x, y).take(0) }),
    "fit: validationData: the dataset must give samples",
  ],
  [
    "validation data of another shape",
    () => net().fit(x, y, { validationData: [[[1, 2, 3]], [0]] }),
    "fit: validationData: x must have shape [batch, 2], got [1, 3]",
  ],
  [
    "a class that only validation has",
    () => net().fit(x, y, { validationData: [x, [0, 1, 2, 0]] }),
    "fit: validationData: labels must be whole numbers in [0, 2), but row 2 is 2",
  ],
  [
    "a weight that is NaN",
    () => net().fit(x, y, { sampleWeight: [1, Number.NaN, 1, 1] }),
    "fit: sampleWeight must be finite, but row 1, element 0 is NaN",
  ],
  [
    "too few weights",
    () => net().fit(x, y, { sampleWeight: [1, 1] }),
    "fit: sampleWeight must hold one number a sample [4], got [2]",
  ],
  [
    "weights of a dataset that are too few",
    () => net().fit(dataset.fromArrays(x, y, [1, 1])),
    "dataset.fromArrays: all must have as many samples as x, 4, but sampleWeight is [2]",
  ],
  [
    "a weight for a class that is not there",
    () => net().fit(x, y, { classWeight: { 2: 1 } }),
    'fit: classWeight must hold a number >= 0 for each class in [0, 2), got 1 for "2"',
  ],
  [
    "Keras's balanced",
    () => net().fit(x, y, { classWeight: any("balanced") }),
    'fit: classWeight must be an object: { 0: 1, 1: 5 }, got "balanced"',
  ],
  [
    "a callback that is not in a list",
    () => net().fit(x, y, { callbacks: any(earlyStopping()) }),
    "fit: callbacks must be a list, got an object",
  ],
  [
    "a callback that is not called",
    () => net().fit(x, y, { callbacks: [any(earlyStopping)] }),
    "fit: a callback must be an object with hooks, got a function",
  ],
  [
    "a hook by Keras's name",
    () => net().fit(x, y, { callbacks: [any({ on_epoch_end() {} })] }),
    'fit: callbacks: unknown hook "on_epoch_end"; it is "onEpochEnd" here',
  ],
  [
    "a hook that is misspelled, in a class",
    () => {
      class Mine {
        onEpochsEnd(): void {}
      }
      return net().fit(x, y, { callbacks: [any(new Mine())] });
    },
    'fit: callbacks: unknown hook "onEpochsEnd"; did you mean "onEpochEnd"?',
  ],
  [
    "early stopping without validation",
    () => net().fit(x, y, { epochs: 3, callbacks: [earlyStopping()] }),
    'earlyStopping: there is no "val_loss" to watch; known: loss, learning_rate; validationSplit or validationData makes what begins with val_',
  ],
  [
    "labels beside a dataset",
    () => net().fit(any(dataset.fromArrays(x, y)), y),
    "fit: a dataset holds its labels; call fit(data, options)",
  ],
  [
    "shuffling without a seed",
    () => dataset.fromArrays(x, y).shuffle(any(undefined)),
    "shuffle: seed must be a whole number >= 0, got undefined",
  ],
  [
    "a stream with a class out of range",
    () => net().fit(stream(7, { y: 2 })),
    "fit: epoch 1, batch 4: labels must be whole numbers in [0, 2), but row 1 is 2",
  ],
  [
    "a stream with NaN",
    () => net().fit(stream(7, { x: [0, Number.NaN] })),
    "fit: epoch 1, batch 4: x must be finite, but row 1, element 1 is NaN",
  ],
  [
    "a stream that ends in an error",
    () =>
      net().fit(
        dataset
          .fromArrays(x, y)
          .map((s, { index }) => {
            if (index === 3) throw new Error("disk gone");
            return s;
          })
          .batch(2),
      ),
    "map: the function threw at element 3 of epoch 1: Error: disk gone",
  ],
];

const AFTER: readonly Row[] = [
  [
    "predict() of a text",
    async () => (await trained()).predict(any("hello")),
    'predict: x: elements must be numbers, got "hello"',
  ],
  [
    "predict() of one number",
    async () => (await trained()).predict(any(3)),
    "predict: x must have a batch axis, got a single number",
  ],
  [
    "summary() before there are shapes",
    () => sequential([dense({ units: 2 })]).summary(),
    "has no shapes yet; give the first layer an inputShape, or call fit first",
  ],
  [
    "a layer's name that is misspelled",
    () => sequential([dense({ units: 2, name: "hidden", inputShape: [2] })]).getLayer("hiden"),
    'unknown layer "hiden"; did you mean "hidden"?',
  ],
  [
    "weights of another shape",
    async () => (await trained()).setWeights([[1], [1], [1], [1]].map((v) => tensor(v))),
    '"dense/kernel": must have shape [2, 3], got [1]',
  ],
  [
    "save() without a path",
    async () => (await trained()).save(any(undefined)),
    "save: must be given a path or a file: URL, got undefined",
  ],
  [
    "save() with a slip in an option",
    async () => (await trained()).save("unsaved.keras", any({ includeOptimiser: false })),
    'save: unknown option "includeOptimiser"; did you mean "includeOptimizer"?',
  ],
  [
    "save() with a text for a choice",
    async () => (await trained()).toBytes(any({ includeOptimizer: "no" })),
    'save: includeOptimizer must be true or false, got "no"',
  ],
  [
    "save() with extras that are none",
    async () => (await trained()).toBytes(any({ extras: ["cat", "dog"] })),
    "save: extras must be an object of plain JSON, got an array",
  ],
  [
    "threads as a text",
    () => createEngine(any({ threads: "4" })),
    'init: threads must be a whole number >= 1 or "auto", got "4"',
  ],
  [
    "jobs as a text",
    () =>
      tune.createStudy().optimize(
        any(() => 1),
        any({ trials: 1, jobs: "4" }),
      ),
    'optimize: jobs must be a whole number >= 1 or "auto", got "4"',
  ],
  [
    "save() as PyTorch",
    async () => (await trained()).save("model.pt"),
    'save: models are written as .safetensors, .keras, .h5, .json (TensorFlow.js), .onnx or .npz, got ".pt"',
  ],
  [
    "a model's file that is not there",
    () => loadModel("missing.keras"),
    "missing.keras: no such file",
  ],
  [
    "a file that holds no model",
    () => loadModel(new TextEncoder().encode("hello world, no model")),
    "loadModel: must be safetensors, .h5, .keras, .pt, .npz, .npy, ONNX or a TF.js model.json, but begins with 68 65 6c 6c",
  ],
  [
    "a tensor of another size",
    () => tensor([1, 2, 3], [2, 2]),
    "tensor: shape [2, 2] holds 4 elements, but the data has 3",
  ],
  [
    "evaluate() with Keras's batch_size",
    async () => (await trained()).evaluate(x, y, any({ batch_size: 3 })),
    'evaluate: unknown option "batch_size"; it is "batchSize" here',
  ],
];

describe.each([
  ["a model", MODELS],
  ["compile()", COMPILE],
  ["data", DATA],
  ["fit()", FIT],
  ["what comes after training", AFTER],
])("a newcomer is told what is wrong with %s:", (_, rows) => {
  test.each(rows)("%s", async (_what, act, message) => {
    let said: unknown = null;
    try {
      await act();
    } catch (error) {
      said = error;
    }
    expect(said, "it must be refused").toBeInstanceOf(Error);
    const text = (said as Error).message;
    if (typeof message === "string") expect(text).toContain(message);
    else expect(text).toMatch(message);
    // What JavaScript itself says of a fault inside names nothing of the caller's.
    expect(text).not.toMatch(/Cannot read|is not a function|undefined \(reading|circular/);
    expect((said as Error).name).toMatch(/^(Option|Shape|Data|NonFinite|Range)Error$/);
  });
});

test("what is refused in the middle of a training leaves a model that goes on training", async () => {
  const one = net();
  await one.fit(x, y);
  const before = one.getWeights();
  for (const change of [{ x: [0, Number.NaN] }, { y: 2 }, { x: [1] }])
    await expect(one.fit(stream(1, change))).rejects.toThrow();
  expect(one.getWeights()).toEqual(before);
  await expect(one.fit(stream(7, { y: 2 }))).rejects.toThrow("batch 4");
  expect(one.getWeights()).not.toEqual(before); // three batches were trained on
  const { history } = await one.fit(x, y, { epochs: 20 });
  expect(history["loss"]!.at(-1)!).toBeLessThan(history["loss"]![0]!);
});

test("a batch size beyond the data, and weights below 0, do what is meant", async () => {
  const { notices } = await net().fit(x, y, { batchSize: 100 });
  expect(notices).toEqual(["fit: batchSize 100 is more than the 4 samples; 4 is used"]);
  // Policy gradients weigh with advantages, half of which are negative: examples/policyGradient.mjs.
  const one = net();
  const { history } = await one.fit(x, y, { sampleWeight: [1, -1, 1, 1] });
  expect(Number.isFinite(history["loss"]![0])).toBe(true);
});
