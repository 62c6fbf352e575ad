import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  type FindingCode,
  type Model,
  type Optimizer,
  type Tensor,
  Random,
  activation,
  adam,
  conv2d,
  dataset,
  dense,
  diagnose,
  doctor,
  dropout,
  flatten,
  globalAveragePooling1d,
  input,
  layerNormalization,
  learningRateRange,
  maxPooling2d,
  model as functional,
  multiHeadAttention,
  add,
  ops,
  reshape,
  sequential,
  sgd,
  tensor,
  tokenAndPositionEmbedding,
  defineLayer,
  batchNormalization,
  constant,
  randomNormal,
} from "../../src/index.ts";
import { judgeHistory } from "../../src/model/doctor/judgeHistory.ts";

const rows = gunzipSync(readFileSync(new URL("../../data/digits.csv.gz", import.meta.url)))
  .toString()
  .trimEnd()
  .split("\n")
  .map((line) => line.split(",").map(Number));
const x = tensor(Float32Array.from(rows.flatMap((r) => r.slice(0, 64).map((v) => v / 16))), [
  rows.length,
  64,
]);
const y = tensor(Int32Array.from(rows.map((r) => r[64]!)));

type Hidden = Parameters<typeof dense>[0];

function digits(hidden: Partial<Hidden> = {}, depth = 1, optimizer: Optimizer = adam()): Model {
  const model = sequential(
    [
      ...Array.from({ length: depth }, () => dense({ units: 32, activation: "relu", ...hidden })),
      dense({ units: 10, activation: "softmax" }),
    ],
    { seed: 3 },
  );
  model.build([64]);
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

/** Codes that a watched training gives. */
async function watched(
  model: Model,
  [inputs, labels]: readonly [Tensor, Tensor],
  epochs = 8,
): Promise<FindingCode[]> {
  const lines: string[] = [];
  const watch = doctor({ every: 10, print: (line) => lines.push(line) });
  await model.fit(inputs, labels, {
    epochs,
    validationSplit: 0.2,
    seed: 1,
    callbacks: [watch],
    onNonFinite: "skip",
  });
  expect(lines).toHaveLength(watch.findings.length);
  return watch.findings.map((f) => f.code);
}

const codes = async (
  ...args: Parameters<typeof diagnose>
): Promise<{ codes: FindingCode[]; text: string; layers: (string | null)[] }> => {
  const found = await diagnose(...args);
  return {
    codes: found.findings.map((f) => f.code),
    layers: found.findings.map((f) => f.layer),
    text: String(found),
  };
};

const random = new Random(7);
const noise = (n: number): Float32Array => Float32Array.from({ length: n }, () => random.normal());

describe("a healthy training gives no finding", () => {
  test("digits with dense layers, by several optimizers", async () => {
    for (const optimizer of [adam(), sgd({ learningRate: 0.1 }), sgd({ momentum: 0.9 })]) {
      const model = digits({}, 2, optimizer);
      const found = await diagnose(model, x, y);
      expect(String(found)).toBe("");
      expect(await watched(model, [x, y], 12)).toEqual([]);
    }
  }, 60_000);

  test("digits with dropout, tanh, batch norm", async () => {
    const model = sequential(
      [
        dense({ units: 48, activation: "tanh", inputShape: [64] }),
        dropout({ rate: 0.3 }),
        dense({ units: 48 }),
        batchNormalization({}),
        activation({ activation: "relu" }),
        dense({ units: 10, activation: "softmax" }),
      ],
      { seed: 5 },
    );
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    expect(String(await diagnose(model, x, y))).toBe("");
    expect(await watched(model, [x, y], 10)).toEqual([]);
  }, 60_000);

  test("digits with convolutions", async () => {
    const model = sequential(
      [
        reshape({ targetShape: [8, 8, 1], inputShape: [64] }),
        conv2d({ filters: 8, kernelSize: 3, activation: "relu" }),
        maxPooling2d({}),
        flatten({}),
        dense({ units: 10, activation: "softmax" }),
      ],
      { seed: 1 },
    );
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    expect(String(await diagnose(model, x, y))).toBe("");
    expect(await watched(model, [x, y], 6)).toEqual([]);
  }, 60_000);

  test("a regression", async () => {
    const inputs = tensor(noise(600 * 6), [600, 6]);
    const target = Float32Array.from({ length: 600 }, (_, i) => {
      const at = (j: number): number => inputs.data[6 * i + j]!;
      return Math.sin(at(0)) + 0.5 * at(1) * at(2) + 0.1 * at(3);
    });
    const model = sequential(
      [dense({ units: 32, activation: "relu", inputShape: [6] }), dense({ units: 1 })],
      { seed: 2 },
    );
    model.compile({ optimizer: "adam", loss: "meanSquaredError" });
    const column = tensor(target, [600, 1]);
    expect(String(await diagnose(model, inputs, column))).toBe("");
    expect(await watched(model, [inputs, column], 20)).toEqual([]);
  }, 60_000);

  test("a small transformer", async () => {
    const [n, length, vocabulary] = [400, 12, 11];
    const tokens = Int32Array.from({ length: n * length }, (_, i) => {
      const row = Math.floor(i / length);
      return (row + (i % length) * (1 + (row % 3))) % vocabulary;
    });
    const at = input([length], { dtype: "int32" });
    const embedded = tokenAndPositionEmbedding({
      vocabularySize: vocabulary,
      sequenceLength: length,
      embeddingDim: 16,
    })(at);
    const seen = multiHeadAttention({ numHeads: 2, keyDim: 8 })(
      layerNormalization({})(embedded),
      layerNormalization({})(embedded),
    );
    const mid = add({})([embedded, seen]);
    const wide = dense({ units: 32, activation: "gelu" })(layerNormalization({})(mid));
    const out = add({})([mid, dense({ units: 16 })(wide)]);
    const model = functional({
      inputs: at,
      outputs: dense({ units: 3, activation: "softmax" })(globalAveragePooling1d({})(out)),
    });
    model.compile({
      optimizer: adam({ learningRate: 3e-3 }),
      loss: "sparseCategoricalCrossentropy",
    });
    const ids = tensor(tokens, [n, length]);
    const labels = tensor(Int32Array.from({ length: n }, (_, i) => i % 3));
    expect(String(await diagnose(model, ids, labels))).toBe("");
    expect(await watched(model as Model, [ids, labels], 10)).toEqual([]);
  }, 60_000);
});

describe("the doctor finds", () => {
  test("dead units, with their layer", async () => {
    const model = digits({ biasInitializer: constant({ value: -20 }), name: "tired" });
    const { codes: got, layers } = await codes(model, x, y, { learningRate: false });
    expect(got).toContain("deadUnits");
    expect(layers[got.indexOf("deadUnits")]).toBe("tired");
    expect(await watched(digits({ biasInitializer: constant({ value: -20 }) }), [x, y])).toContain(
      "deadUnits",
    );
  });

  test("saturated units", async () => {
    const model = digits({ activation: "tanh", kernelInitializer: randomNormal({ stddev: 20 }) });
    expect(await watched(model, [x, y], 2)).toContain("saturatedUnits");
  });

  test("gradients that vanish", async () => {
    const model = digits({ activation: "sigmoid" }, 9, sgd({ learningRate: 0.01 }));
    expect(await watched(model, [x, y], 3)).toContain("vanishingGradients");
  });

  test("steps that are too large and too small", async () => {
    expect(
      await watched(digits({ activation: "linear" }, 1, adam({ learningRate: 1 })), [x, y], 3),
    ).toContain("updatesTooLarge");
    expect(await watched(digits({}, 1, sgd({ learningRate: 1e-7 })), [x, y], 5)).toEqual(
      expect.arrayContaining(["updatesTooSmall", "notLearning"]),
    );
  });

  test("the layer and the op of the first number that is not finite", async () => {
    const rootOf = defineLayer<object>({
      name: "rootOf",
      defaults: {},
      call: ([v]) => ops.add(ops.sqrt(ops.sub(v!, 0.5)), 1),
    });
    const model = sequential([
      dense({ units: 8, activation: "relu", inputShape: [64] }),
      rootOf({ name: "root" }),
      dense({ units: 10, activation: "softmax" }),
    ]);
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    const before = model.getWeights().map((t) => [...t.data]);
    const { codes: got, text } = await codes(model, x, y);
    expect(got).toEqual(["nonFinite"]);
    expect(text).toContain('in "root"');
    expect(text).toContain("from op sqrt on");
    expect(model.getWeights().map((t) => [...t.data])).toEqual(before);
  });

  test("a gradient that is not finite while the loss is", async () => {
    const kink = defineLayer<object>({
      name: "kink",
      defaults: {},
      call: ([v]) => ops.sqrt(ops.mul(v!, 0)),
    });
    const model = sequential([
      dense({ units: 8, inputShape: [64], name: "before" }),
      kink({}),
      dense({ units: 10, activation: "softmax" }),
    ]);
    model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
    const found: FindingCode[] = await watched(model, [x, y], 1);
    expect(found.some((code) => code === "nonFiniteGradient" || code === "nonFinite")).toBe(true);
  });

  test("first values that cannot learn, or do not suit their activation", async () => {
    const quick = { steps: 0, overfitSteps: 0, learningRate: false };
    const of = async (hidden: Partial<Hidden>): Promise<FindingCode[]> =>
      (await codes(digits(hidden), x, y, quick)).codes;
    expect(await of({ kernelInitializer: "zeros" })).toEqual(["symmetricInitializer"]);
    expect(await of({ kernelInitializer: "ones" })).toEqual(["symmetricInitializer"]);
    expect(await of({ kernelInitializer: randomNormal({ stddev: 2 }) })).toEqual(["initializer"]);
    expect(await of({ activation: "selu", kernelInitializer: "heNormal" })).toEqual([
      "initializer",
    ]);
    for (const kind of ["glorotUniform", "heNormal", "lecunNormal", "orthogonal"] as const)
      expect(await of({ kernelInitializer: kind }), kind).toEqual([]);
  });

  test("inputs and targets that are not scaled, or all the same, and classes that are rare", async () => {
    const quick = { steps: 0, overfitSteps: 0, learningRate: false };
    const large = tensor(x.data.map((v) => 255 * v) as Float32Array, x.shape);
    expect((await codes(digits(), large, y, quick)).codes).toEqual(["unscaledInputs"]);
    const same = tensor(new Float32Array(x.size), x.shape);
    expect((await codes(digits(), same, y, quick)).codes).toEqual(["constantInputs"]);
    const rare = tensor(Int32Array.from(y.data, (v, i) => (v === 3 || i % 40 === 0 ? v : 0)));
    expect((await codes(digits(), x, rare, quick)).codes).toEqual(["classImbalance"]);
    const few = tensor(Int32Array.from(y.data, (v) => v % 9));
    expect((await codes(digits(), x, few, quick)).codes).toEqual(["missingClass"]);
    const prices = sequential([dense({ units: 1, inputShape: [64] })]);
    prices.compile({ optimizer: "adam", loss: "meanSquaredError" });
    const target = tensor(
      Float32Array.from(y.data, (v) => 1e5 * v),
      [y.size, 1],
    );
    expect((await codes(prices, x, target, quick)).codes).toEqual(["unscaledTargets"]);
  });

  test("a softmax over one unit, and labels of two classes that are not 0 and 1", async () => {
    const quick = { steps: 0, overfitSteps: 0, learningRate: false };
    const two = (activation: "softmax" | "sigmoid"): Model => {
      const model = sequential([dense({ units: 1, activation, inputShape: [64] })]);
      model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
      return model as Model;
    };
    const odd = tensor(
      Float32Array.from(y.data, (v) => v % 2),
      [y.size, 1],
    );
    expect((await codes(two("sigmoid"), x, odd, quick)).codes).toEqual([]);
    expect((await codes(two("softmax"), x, odd, quick)).codes).toEqual(["constantOutputs"]);
    for (const from of [-1, 1]) {
      const labels = tensor(
        Float32Array.from(odd.data, (v) => (from < 0 ? 2 * v - 1 : v + 1)),
        odd.shape,
      );
      const found = await codes(two("sigmoid"), x, labels, quick);
      expect(found.codes).toEqual(["targetsOutOfRange"]);
    }
  });

  test("that one batch cannot be learnt by heart", async () => {
    const model = digits({}, 1, sgd({ learningRate: 1e-5 }));
    const { codes: got } = await codes(model, x, y, { steps: 0, learningRate: false });
    expect(got).toEqual(["cannotOverfitOneBatch"]);
  });

  test("learning rates far from what the range test suggests", async () => {
    const only = { steps: 0, overfitSteps: 0 };
    expect((await codes(digits({}, 1, adam({ learningRate: 5 })), x, y, only)).codes).toEqual([
      "learningRateTooHigh",
    ]);
    expect((await codes(digits({}, 1, adam({ learningRate: 1e-7 })), x, y, only)).codes).toEqual([
      "learningRateTooLow",
    ]);
  });

  test("overfitting and fluctuation in the losses of epochs", () => {
    const falling = Array.from({ length: 20 }, (_, i) => 1 / (i + 1));
    const smooth = falling.map((v) => v + 0.1);
    expect(judgeHistory(falling, smooth, true)).toEqual([]);
    const rising = falling.map((v, i) => (i < 6 ? v : 0.2 + 0.03 * i));
    expect(judgeHistory(falling, rising, true).map((f) => f.code)).toEqual(["overfitting"]);
    const jumping = smooth.map((v, i) => (i % 2 ? v : 2.2 * v));
    expect(judgeHistory(falling, jumping, true).map((f) => f.code)).toContain(
      "fluctuatingValidation",
    );
    const flat = falling.map(() => 2.3);
    expect(judgeHistory(flat, flat, true).map((f) => f.code)).toEqual(["notLearning"]);
    expect(judgeHistory(flat, flat, false)).toEqual([]);
  });
});

test("learningRateRange suggests a rate that learns, says where the loss explodes, and changes nothing", async () => {
  const model = digits({}, 1, sgd());
  await model.fit(x, y, { epochs: 1, seed: 1 });
  const before = model.getWeights().map((t) => [...t.data]);
  const steps = model.optimizerSnapshot().iterations;
  const { suggested, diverges, rates, losses } = await learningRateRange(model, x, y, {
    from: 1e-5,
    to: 100,
  });
  expect(rates).toHaveLength(losses.length);
  expect(suggested).toBeGreaterThan(0.01);
  expect(suggested).toBeLessThan(2);
  expect(diverges).toBeGreaterThan(suggested);
  expect(model.getWeights().map((t) => [...t.data])).toEqual(before);
  expect(model.optimizerSnapshot().iterations).toBe(steps);
  expect(model.learningRate).toBe(0.01);
});

test("a watched training takes the same steps as one that is not", async () => {
  const [plain, seen] = [digits(), digits()];
  await plain.fit(x, y, { epochs: 2, seed: 1 });
  await seen.fit(x, y, { epochs: 2, seed: 1, callbacks: [doctor({ every: 5, print: null })] });
  expect(seen.getWeights().map((t) => [...t.data])).toEqual(
    plain.getWeights().map((t) => [...t.data]),
  );
});

describe("diagnose and learningRateRange take a dataset as fit does", () => {
  const of = (): dataset.Dataset => dataset.fromArrays(x, y);

  test("and find in it what they find in arrays", async () => {
    expect(String(await diagnose(digits(), of().shuffle(1)))).toBe("");
    const tired = digits({ biasInitializer: constant({ value: -20 }) });
    const found = await diagnose(tired, of().batch(64), { learningRate: false });
    expect(found.findings.map((f) => f.code)).toContain("deadUnits");
    const large = tensor(x.data.map((v) => 255 * v) as Float32Array, x.shape);
    const quick = { steps: 0, overfitSteps: 0, learningRate: false } as const;
    const scaled = await diagnose(digits(), dataset.fromArrays(large, y), quick);
    expect(scaled.findings.map((f) => f.code)).toEqual(["unscaledInputs"]);
  }, 60_000);

  test("reads no more than it needs, and judges no frequencies by the first of a sorted one", async () => {
    let read = 0;
    const sorted = dataset.fromGenerator(function* () {
      for (let i = 0; i < 5000; i++) {
        read++;
        yield {
          x: x.data.subarray(64 * (i % 500), 64 * (i % 500) + 64),
          y: tensor([Math.floor(i / 500)], []),
        };
      }
    });
    const quick = { steps: 0, overfitSteps: 0, learningRate: false, rows: 640 } as const;
    const { findings } = await diagnose(digits(), sorted, quick);
    expect(findings).toEqual([]);
    expect(read).toBeLessThan(700);
  });

  test("with the dataset's own batches, or batchSize", async () => {
    const range = await learningRateRange(digits(), of().batch(50), { steps: 20 });
    expect(range.rates.length).toBeGreaterThan(10);
    await expect(learningRateRange(digits(), of().batch(50), { batchSize: 8 })).rejects.toThrow(
      "learningRateRange: the dataset has batches already; leave out batchSize",
    );
    await expect(diagnose(digits(), of() as never, y, { steps: 1 })).rejects.toThrow(
      "diagnose: a dataset holds its labels",
    );
  });
});
