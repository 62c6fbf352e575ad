import { describe, expect, test } from "vitest";
import {
  type Model,
  adam,
  dense,
  flatten,
  globalAveragePooling1d,
  input,
  l2,
  layerNormalization,
  loadModel,
  lora,
  mergeLora,
  model,
  multiHeadAttention,
  sequential,
  sgd,
  tensor,
  withLora,
} from "../../src/index.ts";
import { Random } from "../../src/math/random.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

function numbers(shape: readonly number[], seed: number): Tensor {
  const random = new Random(seed, 0);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, () => random.uniform() * 2 - 1),
    shape,
  );
}

const rows = 16;
const x = numbers([rows, 6, 8], 1);
const y = Int32Array.from({ length: rows }, (_, i) => i % 3);

/** A block of a transformer with a head. */
function transformer(): Model {
  const first = input([6, 8], { name: "tokens" });
  const attended = multiHeadAttention({ numHeads: 2, keyDim: 3, valueDim: 5, name: "attention" })(
    first,
  );
  const normal = layerNormalization({ name: "norm" })(attended);
  const wide = dense({ units: 12, activation: "gelu", name: "wide" })(normal);
  const head = dense({ units: 3, activation: "softmax", name: "head" });
  return model({ inputs: first, outputs: head(globalAveragePooling1d()(wide)), seed: 4 });
}

/** Values by the variables' names. */
function values(net: Model): Map<string, number[]> {
  return new Map(net.getWeights().map((t, i) => [net.variables[i]!.name, [...t.data]]));
}

function farthest(a: Tensor, b: Tensor): number {
  return Math.max(...a.data.map((v, i) => Math.abs(v - b.data[i]!)));
}

describe("lora()", () => {
  test("computes activation(x (W + alpha / rank A B) + b) to the rounding of float32", async () => {
    const net = sequential([
      lora({
        layer: dense({ units: 4, activation: "tanh" }),
        rank: 2,
        alpha: 6,
        name: "adapted",
        inputShape: [5],
      }),
    ]);
    expect(net.variables.map((v) => [v.name, v.spec.shape])).toEqual([
      ["adapted/kernel", [5, 4]],
      ["adapted/bias", [4]],
      ["adapted/kernel/loraA", [5, 2]],
      ["adapted/kernel/loraB", [2, 4]],
    ]);
    const [w, b, down, up] = [[5, 4], [4], [5, 2], [2, 4]].map((shape, i) => numbers(shape, 7 + i));
    net.setWeights([w!, b!, down!, up!]);
    const data = numbers([3, 5], 11);
    const got = await net.predict(data);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 4; j++) {
        let sum = b!.data[j]!;
        for (let k = 0; k < 5; k++) {
          let kernel = w!.data[k * 4 + j]!;
          for (let r = 0; r < 2; r++) kernel += 3 * down!.data[k * 2 + r]! * up!.data[r * 4 + j]!;
          sum += data.data[i * 5 + k]! * kernel;
        }
        // Nine terms of size below 6, each rounded once or twice.
        expect(Math.abs(got.data[i * 4 + j]! - Math.tanh(sum))).toBeLessThan(9 * 6 * 2 ** -23);
      }
    }
  });

  test("says what it cannot adapt", () => {
    expect(() => lora({ layer: flatten() })).toThrow(
      "lora: layer must be dense or multiHeadAttention, got flatten; it has no kernel that can be adapted",
    );
    expect(() => lora({ layer: dense({ units: 2 }), rank: 0 })).toThrow(
      "lora: rank must be a whole number >= 1, got 0",
    );
    expect(() => lora({ layer: dense({ units: 2 }), alpha: 0 })).toThrow("alpha must be > 0");
    expect(() => lora({ layer: dense({ units: 2 }), kernels: ["query/kernel"] })).toThrow(
      'lora: kernels must be of kernel, which dense has, got "query/kernel"',
    );
  });
});

describe("withLora()", () => {
  test("gives a model that computes the same bits until it is trained", async () => {
    const net = transformer();
    const tuned = withLora(net, { rank: 2, alpha: 4 });
    expect(await tuned.predict(x)).toEqual(await net.predict(x));
  });

  test("trains the factors alone, and the base to the bit not at all", async () => {
    const net = transformer();
    const before = values(net);
    const tuned = withLora(net, { rank: 2, alpha: 4, layers: /attention|wide/ });
    tuned.compile({
      optimizer: adam({ learningRate: 0.02 }),
      loss: "sparseCategoricalCrossentropy",
    });
    const { history } = await tuned.fit(x, y, { epochs: 30, seed: 2 });
    expect(history["loss"]!.at(-1)).toBeLessThan(0.7 * history["loss"]![0]!);
    const after = values(tuned);
    for (const [name, value] of before) expect(after.get(name), name).toEqual(value);
    expect(values(net)).toEqual(before);
    const factors = [...after.keys()].filter((name) => /lora[AB]$/.test(name));
    expect(factors).toHaveLength(10);
    for (const name of factors) expect(after.get(name)!.some((v) => v !== 0)).toBe(true);
    // Gradients and slots of the factors alone: rank (inputs + units) of each kernel, each on whole cache lines.
    const line = (n: number): number => Math.ceil((4 * n) / 64) * 64;
    const sizes = [
      ...[8, 2 * 3, 8, 2 * 3, 8, 2 * 5, 2 * 5, 8], // query, key, value, attentionOutput: inputs and units
      ...[8, 12], // wide
    ].map((n) => line(2 * n));
    const { memory, explain } = await tuned.plan({ batchSize: rows });
    // Behind the gradients there is a line for the loss.
    const trained = sizes.reduce((a, b) => a + b, 0);
    expect(memory.gradients).toBe(trained + 64);
    expect(memory.slots).toBe(2 * trained);
    const pinned = [...explain().matchAll(/gradient:(\S+)/g)].map(([, name]) => name);
    expect(new Set(pinned)).toEqual(new Set(factors));
  });

  test("makes no gradient as large as a kernel", async () => {
    const wide = sequential([dense({ units: 512, name: "first", inputShape: [512] })]);
    wide.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const tuned = withLora(wide, { rank: 2 });
    tuned.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const [full, thin] = [await wide.plan({ batchSize: 4 }), await tuned.plan({ batchSize: 4 })];
    expect(full.explain()).toContain("[512, 512]");
    expect(thin.explain()).not.toContain("[512, 512]");
    expect(thin.memory.gradients).toBe(2 * 4 * 2 * 512 + 64);
  });

  test("merged, saved and loaded computes the same to the rounding of float32", async () => {
    const tuned = withLora(transformer(), {
      rank: 3,
      alpha: 6,
      layers: /attention/,
      kernels: ["query/kernel", "value/kernel"],
    });
    tuned.getLayer("head").trainable = true;
    tuned.compile({
      optimizer: adam({ learningRate: 0.02 }),
      loss: "sparseCategoricalCrossentropy",
    });
    await tuned.fit(x, y, { epochs: 5, seed: 2 });
    const want = await tuned.predict(x);
    const merged = mergeLora(tuned);
    expect(merged.layers.map((layer) => layer.kind)).toEqual(
      transformer().layers.map((layer) => layer.kind),
    );
    // Probabilities of sums of at most 12 terms below 4.
    expect(farthest(await merged.predict(x), want)).toBeLessThan(12 * 4 * 2 ** -24);
    const loaded = await loadModel(tuned.toBytes());
    expect(await loaded.predict(x)).toEqual(want);
    expect(loaded.variables.map((v) => loaded.isTrained(v))).toEqual(
      tuned.variables.map((v) => tuned.isTrained(v)),
    );
    // It goes on from where it was: slots by name, in the file and out of it.
    for (const one of [tuned, loaded]) await one.fit(x, y, { epochs: 1, seed: 3 });
    expect(loaded.getWeights()).toEqual(tuned.getWeights());
    expect(await mergeLora(loaded).predict(x)).toEqual(await mergeLora(tuned).predict(x));
  });

  test("reaches into a model that is a layer, and takes penalties of what is frozen away", async () => {
    const base = sequential([
      dense({ units: 4, name: "inner", kernelRegularizer: l2({ l2: 1 }), inputShape: [3] }),
    ]);
    const first = input([3]);
    const net = model({ inputs: first, outputs: dense({ units: 1 })(base.apply(first)) });
    const tuned = withLora(net, { layers: /inner/, rank: 1 });
    expect(tuned.variables.map((v) => v.name)).toContain("sequential/inner/kernel/loraA");
    tuned.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "meanSquaredError" });
    const data = numbers([4, 3], 1);
    const { loss } = await tuned.evaluate(data, [[0], [0], [0], [0]]);
    const predicted = await net.predict(data);
    const square = [...predicted.data].reduce((sum, v) => sum + v * v, 0) / 4;
    expect(loss).toBeCloseTo(square, 6);
    await tuned.fit(data, [[0], [0], [0], [0]], { epochs: 2 });
    const want = await tuned.predict(data);
    expect(farthest(await mergeLora(tuned).predict(data), want)).toBeLessThan(1e-6);
  });

  test("says where there is nothing to adapt or to merge", () => {
    const net = sequential([flatten({ inputShape: [2, 2] })]);
    expect(() => withLora(net)).toThrow(
      'withLora: model "sequential" must have a dense or multiHeadAttention layer, it has none',
    );
    expect(() => withLora(transformer(), { layers: /none/ })).toThrow("whose name fits /none/");
    expect(() => mergeLora(net)).toThrow("must have a lora layer, it has none");
  });
});
