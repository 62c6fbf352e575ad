import { describe, expect, test } from "vitest";
import {
  type FitOptions,
  type Model,
  adam,
  cloneModel,
  dataset,
  dense,
  dropout,
  embedding,
  flatten,
  loadModel,
  sequential,
  sgd,
  tensor,
} from "../../src/index.ts";

/** What no compiler would let through, but JavaScript does: each is refused in words, or does what is meant. */
const x = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
];
const y = [0, 1, 1, 0];

function net(loss = "sparseCategoricalCrossentropy"): Model {
  const model = sequential([
    dense({ units: 3, activation: "relu" }),
    dense({ units: 2, activation: "softmax" }),
  ]);
  model.compile({ optimizer: "sgd", loss: loss as "huber" });
  return model as Model;
}

/** Anything, where a type would be asked for. */
const any = (value: unknown): never => value as never;

const sparse = [[0, 1], undefined, [1, 1], [0, 0]];
delete sparse[1];

/** Data in x's place, and what is said. */
const DATA: readonly (readonly [string, unknown, string | RegExp])[] = [
  ["nothing", undefined, "fit: x: elements must be numbers, got undefined"],
  ["null", null, "fit: x: elements must be numbers, got null"],
  ["a number", 5, "fit: x must have a batch axis, got a single number"],
  ["a text", "abc", 'fit: x: elements must be numbers, got "abc"'],
  ["a function", () => x, "fit: x: elements must be numbers, got a function"],
  ["a promise", Promise.resolve(x), "fit: x: elements must be numbers, got a promise; await it"],
  ["a Map", new Map(), "fit: x: elements must be numbers, got an object (Map)"],
  ["another object", { a: 1 }, 'fit: unknown name in x "a"'],
  ["an ArrayBuffer", new ArrayBuffer(32), "got an object (ArrayBuffer)"],
  [
    "a DataView",
    new DataView(new ArrayBuffer(32)),
    "fit: x: elements must be numbers, got an object (DataView)",
  ],
  ["an empty list", [], "fit: x is empty; give at least one sample"],
  [
    "samples without numbers",
    [[], []],
    "fit: x must hold numbers, got samples without any: [2, 0]",
  ],
  ["texts", [["0", "1"]], 'fit: x: elements must be numbers, got "0"'],
  ["null inside", [[0, null]], "fit: x: elements must be numbers, got null"],
  ["bigints", [[0n, 1n]], "fit: x: elements must be numbers, got the bigint 0n"],
  [
    "a BigInt64Array",
    new BigInt64Array(8),
    "got an object (BigInt64Array); convert them: Float64Array.from(data, Number)",
  ],
  [
    "rows of typed arrays",
    x.map((row) => Float32Array.from(row)),
    "fit: x: elements must be numbers, got an object (Float32Array)",
  ],
  [
    "ragged rows",
    [[0, 1], [1]],
    "fit: x: nested arrays must be rectangular [2, 2], but axis 1 holds one of length 1",
  ],
  ["rows and numbers", [[0, 1], 2], "nested arrays must be rectangular [2, 2], but axis 1 holds 2"],
  ["a sparse list", sparse, "nested arrays must be rectangular [4, 2], but axis 1 holds undefined"],
  ["an unfilled list", new Array(4), "fit: x: elements must be numbers, got undefined"],
  ["NaN", [[0, Number.NaN]], "fit: x must be finite, but row 0, element 1 is NaN"],
  [
    "what float32 cannot hold",
    [[0, 1e39]],
    "fit: x must be finite, but row 0, element 1 is Infinity",
  ],
];

/** Options of `fit`, and what is said. */
const OPTIONS: readonly (readonly [string, unknown, string])[] = [
  ...[0, -1, Number.NaN, 1.5, Infinity, null, "ALL", {}].map(
    (value) =>
      ["batchSize", value, 'fit: batchSize must be a whole number >= 1 or "all", got'] as const,
  ),
  ["batchSize", "32", 'fit: batchSize must be a whole number >= 1 or "all", got "32"'],
  ...[-1, Number.NaN, 1.5, Infinity, null].map(
    (value) => ["epochs", value, "fit: epochs must be a whole number >= 0, got"] as const,
  ),
  ["epochs", "3", 'fit: epochs must be a number, got "3"'],
  ...[1, -0.1, Number.NaN, 1.5, null].map(
    (value) => ["validationSplit", value, "fit: validationSplit must lie in [0, 1), got"] as const,
  ),
  ["validationSplit", "0.2", 'fit: validationSplit must be a number, got "0.2"'],
  ["validationSplit", 0.99, "fit: validationSplit 0.99 of 4 samples leaves one part empty"],
  ["seed", 1.5, "fit: seed must be a whole number, got 1.5"],
  ["seed", "a", 'fit: seed must be a whole number, got "a"'],
  ["shuffle", "yes", 'fit: shuffle must be true or false, got "yes"'],
  ["shuffle", null, "fit: shuffle must be true or false, got null"],
  ["verbose", 2, "fit: verbose must be 0 or 1, got 2"],
  ["verbose", true, "fit: verbose must be a number, got true"],
  ["callbacks", null, "fit: callbacks must be a list, got null"],
  ["callbacks", { onEpochEnd: () => {} }, "fit: callbacks must be a list, got an object"],
  ["callbacks", ["progress"], 'fit: a callback must be an object with hooks, got "progress"'],
  ["callbacks", [() => {}], "fit: a callback must be an object with hooks, got a function"],
  ["signal", {}, "fit: signal must be an AbortSignal, got an object"],
  ["onNonFinite", "ignore", 'fit: onNonFinite must be "throw", "skip" or "stop", got "ignore"'],
  ["worker", "yes", 'fit: worker must be true or false, got "yes"'],
  ["worker", {}, "fit: worker must be true, or a function that starts a worker, got an object"],
  ["classWeight", 5, "fit: classWeight must be an object"],
  [
    "classWeight",
    { a: 1 },
    'fit: classWeight must hold a number >= 0 for each class in [0, 2), got 1 for "a"',
  ],
  ["classWeight", { 0: Number.NaN }, 'got NaN for "0"'],
  ["classWeight", { 0: -1 }, 'got -1 for "0"'],
  ["classWeight", { 0: 0, 1: 0 }, "fit: the weights of samples must not all be 0"],
  ["sampleWeight", [1], "fit: sampleWeight must hold one number a sample [4], got [1]"],
  ["sampleWeight", [1, 2, 3, Number.NaN], "fit: sampleWeight must be finite, but row 3"],
  ["sampleWeight", "x", 'fit: sampleWeight: elements must be numbers, got "x"'],
  ["sampleWeight", [0, 0, 0, 0], "fit: the weights of samples must not all be 0"],
  ["validationData", [x], "fit: validationData: there must be labels, got x without y"],
  ["validationData", "x", 'fit: validationData must be [x, y] or a dataset, got "x"'],
  [
    "validationData",
    { x, y },
    "fit: validationData must be [x, y], [x, y, sampleWeight] or a dataset, got an object",
  ],
  ["validationData", [x, [0, 1]], "fit: validationData: x has 4 samples, but y has 2"],
  ["resumeFrom", 5, "fit: resumeFrom must be a path, a store or bytes, got 5"],
  ["resumeFrom", "nowhere.bin", 'resumeFrom: . has no checkpoint "nowhere.bin"'],
  ["batch_size", 1, 'fit: unknown option "batch_size"; it is "batchSize" here'],
];

describe("fit()", () => {
  test.each(DATA)("refuses %s as x", async (_, data, message) => {
    const model = net();
    await expect(model.fit(any(data), y)).rejects.toThrow(message);
    await model.fit(x, y);
  });

  test.each(OPTIONS)("refuses %s: %j", async (name, value, message) => {
    const model = net();
    await expect(model.fit(x, y, { [name]: value } as FitOptions)).rejects.toThrow(message);
    await model.fit(x, y); // nothing was broken
  });

  test.each([
    ["missing", undefined, "fit: there must be labels, got x without y"],
    ["null", null, "fit: there must be labels, got x without y"],
    ["too few", [0, 1], "fit: x has 4 samples, but y has 2"],
    ["out of range", [0, 1, 2, 0], "fit: labels must be whole numbers in [0, 2), but row 2 is 2"],
    ["negative", [0, 1, -1, 0], "but row 2 is -1"],
    ["fractions", [0, 1, 0.5, 0], "but row 2 is 0.5"],
    ["NaN", [0, 1, Number.NaN, 0], "but row 2 is NaN"],
    ["texts", ["a", "b", "a", "b"], 'fit: y: elements must be numbers, got "a"'],
    [
      "bigints",
      new BigInt64Array(4),
      "fit: y: elements must be numbers, got an object (BigInt64Array)",
    ],
  ])("refuses labels that are %s", async (_, labels, message) => {
    await expect(net().fit(x, any(labels))).rejects.toThrow(message);
  });

  test("takes typed arrays of every kind that hold numbers, and says the same with each", async () => {
    const model = net();
    await model.fit(x, y);
    const expected = await model.predict(x);
    const kinds = [
      Float32Array,
      Float64Array,
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
    ];
    for (const kind of kinds) {
      expect((await model.predict(any(kind.from(x.flat())))).data).toEqual(expected.data);
      await net().fit(x, any(kind.from(y)));
    }
    await model.fit(x, any([true, false, true, false]));
    await model.fit(x, y, { epochs: 0, batchSize: 1e20 });
  });

  test("a learning rate that is far too large ends in words, and is refused where it is none", async () => {
    for (const learningRate of [0, -1, Number.NaN, Infinity])
      expect(() => sgd({ learningRate })).toThrow("sgd: learningRate must be > 0, got");
    for (const learningRate of ["0.1", null, {}])
      expect(() => adam({ learningRate: any(learningRate) })).toThrow(
        /adam: learningRate must be a number/,
      );
    const model = sequential([dense({ units: 2, activation: "softmax" })]);
    model.compile({
      optimizer: sgd({ learningRate: 1e300 }),
      loss: "sparseCategoricalCrossentropy",
    });
    await expect(model.fit(x, y, { epochs: 3 })).rejects.toThrow(
      /fit: the loss is NaN at epoch \d, batch 1; .* try a smaller learningRate/,
    );
    expect(() => (model.learningRate = any("0.1"))).toThrow('learningRate must be >= 0, got "0.1"');
  });

  test("indices of an embedding are checked", async () => {
    const model = sequential([
      embedding({ inputDim: 5, outputDim: 2 }),
      flatten(),
      dense({ units: 2, activation: "softmax" }),
    ]);
    model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
    await expect(model.fit([[0, 5]], [0])).rejects.toThrow("must hold indices in [0, 5)");
    await expect(model.fit([[0, 0.5]], [0])).rejects.toThrow("must hold whole numbers");
  });
});

describe("other calls", () => {
  test("predict(), evaluate() and trainOnBatch() refuse what fit() refuses", async () => {
    const model = net();
    await model.fit(x, y);
    await expect(model.predict([])).rejects.toThrow("predict: x is empty");
    await expect(model.predict(any(undefined))).rejects.toThrow(
      "predict: x: elements must be numbers",
    );
    await expect(model.predict(x, { batchSize: 0 })).rejects.toThrow(
      "batchSize must be a whole number",
    );
    await expect(model.predict(x, any({ batch_size: 1 }))).rejects.toThrow(
      'it is "batchSize" here',
    );
    await expect(model.predict(x, any(8))).rejects.toThrow(
      "predict: options must be an object, got 8",
    );
    await expect(model.evaluate(any(x), any(undefined))).rejects.toThrow(
      "evaluate: there must be labels",
    );
    await expect(model.evaluate(any(x), any(null))).rejects.toThrow(
      "evaluate: there must be labels",
    );
    await expect(model.evaluate(x, y, { batchSize: -1 })).rejects.toThrow("batchSize must be");
    await expect(model.evaluate(x, y, { sampleWeight: [0, 0, 0, 0] })).rejects.toThrow(
      "must not all be 0",
    );
    await expect(model.trainOnBatch([], [])).rejects.toThrow("trainOnBatch: x is empty");
    await expect(model.trainOnBatch(x, y, any({ lr: 1 }))).rejects.toThrow(
      'trainOnBatch: unknown option "lr"',
    );
    expect(() => model.predictSync([[1]])).toThrow(
      "predict: x must have shape [batch, 2], got [1, 1]",
    );
    expect(() => model.setWeights([])).toThrow("setWeights needs 4 tensors");
    expect(() => model.setWeights(any(null))).toThrow("setWeights needs 4 tensors (dense/kernel");
    await expect(model.fit(any(dataset.fromArrays(x, y)), y, { epochs: 1 })).rejects.toThrow(
      "fit: a dataset holds its labels; call fit(data, options)",
    );
  });

  test.each([
    [undefined, "compile: options must be an object, got undefined"],
    [{}, "compile: optimizer must be a name or a definition, got undefined"],
    [{ optimizer: "sgd" }, "compile: loss must be a name or a definition, got undefined"],
    [{ loss: "huber" }, "compile: optimizer must be a name or a definition, got undefined"],
    [
      { optimizer: {}, loss: "huber" },
      "compile: optimizer must be a name or a definition, got an object",
    ],
    [
      { optimizer: null, loss: "huber" },
      "compile: optimizer must be a name or a definition, got null",
    ],
    [{ optimizer: "sgd", loss: 5 }, "compile: loss must be a name or a definition, got 5"],
    [{ optimizer: "sgd", loss: null }, "compile: loss must be a name or a definition, got null"],
    [
      { optimizer: "sgd", loss: "huber", metrics: "accuracy" },
      'compile: metrics must be a list, got "accuracy"',
    ],
    [
      { optimizer: "sgd", loss: "huber", metrics: [5] },
      "compile: a metric must be a name or a definition, got 5",
    ],
  ])("compile() refuses %j", (options, message) => {
    const model = sequential([dense({ units: 1, inputShape: [2] })]);
    expect(() => model.compile(any(options))).toThrow(message);
  });

  test("sequential() and layers refuse what is none of theirs", () => {
    expect(() => sequential(any(5))).toThrow("sequential: layers must be an array, got 5");
    expect(() => sequential(any([5]))).toThrow('model "sequential": must be made of layers, got 5');
    expect(() => sequential(any([dense]))).toThrow(
      "must be made of layers, got a function; call what makes one",
    );
    expect(() => dense(any({ units: "3" }))).toThrow('dense: units must be a number, got "3"');
    expect(() => dropout(any({ rate: "0.5" }))).toThrow(
      'dropout: rate must be a number, got "0.5"',
    );
    for (const inputShape of ["2", 2, [null], [0], [-1], [2.5]])
      expect(() => dense(any({ units: 1, inputShape }))).toThrow(
        "dense: inputShape must be the lengths of a sample's axes, without the batch, got",
      );
  });

  test("tensor() refuses what holds no numbers, and shapes and dtypes that are none", () => {
    for (const shape of [[-1], [Number.NaN], [1.5], ["2"]])
      expect(() => tensor([1, 2], any(shape))).toThrow(
        "tensor: every axis must be a whole number >= 0",
      );
    expect(() => tensor([1, 2], any(2))).toThrow(
      "tensor: a shape must be an array of lengths, got 2",
    );
    expect(() => tensor([1, 2], [2], any("float16"))).toThrow(
      'tensor: dtype must be one of float32, int32, uint8, bool, got "float16"',
    );
    expect(() => tensor(any(new BigUint64Array(2)))).toThrow("got an object (BigUint64Array)");
  });

  test("files and models that are none are refused", async () => {
    for (const source of [null, 5, undefined])
      await expect(loadModel(any(source))).rejects.toThrow(
        "loadModel: must be given a path, an address, or the file's bytes, got",
      );
    await expect(loadModel(new Uint8Array())).rejects.toThrow("it is truncated");
    expect(() => cloneModel(any(null))).toThrow("cloneModel: must be given a model, got null");
  });

  test("datasets of nothing, of junk and of empty batches are refused", async () => {
    const of = (...elements: unknown[]) =>
      dataset.fromGenerator(function* () {
        for (const element of elements) yield any(element);
      });
    const cases = [
      [of(), "the dataset must give samples, batch gave none in epoch 1"],
      [of(5), "element 0: must be an object { x, y?, sampleWeight? }, got number"],
      [of(null), "element 0: must be an object { x, y?, sampleWeight? }, got null"],
      [
        of({ x: [1, 2], y: 0 }, { x: [1], y: 0 }),
        "element 1: x must be float32[2] as in the first sample",
      ],
      [
        of({ x: tensor(new Float32Array(0), [0]), y: 0 }),
        "x must hold numbers, got samples without any",
      ],
      [dataset.fromArrays(x, y).take(0), "the dataset must give samples"],
      [dataset.fromArrays(x), "there must be labels, got x without y"],
      [
        dataset.fromArrays(x, y).map(() => any(undefined)),
        "the function's result for element 0: must be an object",
      ],
    ] as const;
    for (const [data, message] of cases) await expect(net().fit(data)).rejects.toThrow(message);
    expect(() => dataset.fromArrays(any(undefined))).toThrow("without x");
    expect(() => dataset.fromArrays(x, y).batch(0)).toThrow(
      "batch: size must be a whole number >= 1, got 0",
    );
  });
});
