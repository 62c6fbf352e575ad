import { describe, expect, test } from "vitest";
import {
  type Layer,
  adam,
  attention,
  fromConfig,
  input,
  model,
  multiHeadAttention,
  sequential,
  tensor,
} from "../../src/index.ts";
import { Random } from "../../src/math/random.ts";

function numbers(seed: number, ...shape: number[]) {
  const random = new Random(seed, 0);
  const length = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length }, () => random.uniform() * 2 - 1),
    shape,
  );
}

describe("multiHeadAttention()", () => {
  test("has Keras's parameters, by name and shape", () => {
    const layer = multiHeadAttention({ numHeads: 3, keyDim: 4, valueDim: 5, outputShape: 7 });
    const shapes = Object.entries(
      layer.params([
        [6, 2],
        [9, 8],
      ]),
    ).map(([name, spec]) => [name, spec.shape, spec.decay !== false]);
    expect(shapes).toEqual([
      ["query/kernel", [2, 3, 4], true],
      ["query/bias", [3, 4], false],
      ["key/kernel", [8, 3, 4], true],
      ["key/bias", [3, 4], false],
      ["value/kernel", [8, 3, 5], true],
      ["value/bias", [3, 5], false],
      ["attentionOutput/kernel", [3, 5, 7], true],
      ["attentionOutput/bias", [7], false],
    ]);
    const plain = multiHeadAttention({ numHeads: 1, keyDim: 1, useBias: false });
    expect(Object.keys(plain.params([[6, 2]]))).toEqual([
      "query/kernel",
      "key/kernel",
      "value/kernel",
      "attentionOutput/kernel",
    ]);
  });

  test("attends to itself in a chain, and only backwards under a causal mask", async () => {
    const zero = [[[0, 0]], [[0, 0]]];
    const passValues = [[[1, 0]], [[0, 1]]];
    const passHead = [
      [
        [1, 0],
        [0, 1],
      ],
    ];
    const build = (useCausalMask: boolean) => {
      const net = sequential([
        multiHeadAttention({
          numHeads: 1,
          keyDim: 2,
          useBias: false,
          useCausalMask,
          inputShape: [3, 2],
        }),
      ]);
      // Queries of 0 weigh all keys alike: each position gets the mean of what it sees.
      net.setWeights([zero, zero, passValues, passHead]);
      return net;
    };
    const x = [
      [
        [3, 0],
        [1, 2],
        [2, -8],
      ],
    ];
    const close = async (causal: boolean, expected: number[]) => {
      const { data } = await build(causal).predict(x);
      data.forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, 6));
    };
    await close(false, [2, -2, 2, -2, 2, -2]);
    await close(true, [3, 0, 2, 1, 2, -2]);
  });

  test("hides keys by the fourth input, as [batch, keys] and as [batch, queries, keys]", async () => {
    const layer = multiHeadAttention({ numHeads: 2, keyDim: 3 });
    const q = input([2, 4]);
    const v = input([3, 4]);
    for (const shape of [[3], [2, 3]]) {
      const mask = input(shape);
      const net = model({ inputs: [q, v, mask], outputs: layer(q, v, v, mask) });
      const kept =
        shape.length === 1
          ? [[1, 1, 0]]
          : [
              [
                [1, 1, 0],
                [1, 1, 0],
              ],
            ];
      const value = numbers(2, 1, 3, 4);
      const a = await net.predict([numbers(1, 1, 2, 4), value, tensor(kept)]);
      value.data.fill(9, 8);
      const b = await net.predict([numbers(1, 1, 2, 4), value, tensor(kept)]);
      expect(a.array()).toEqual(b.array());
      const all = tensor(new Float32Array(shape.length === 1 ? 3 : 6).fill(1), [1, ...shape]);
      const open = await net.predict([numbers(1, 1, 2, 4), value, all]);
      expect(open.array()).not.toEqual(b.array());
    }
  });

  test("drops weights in training only, and trains", async () => {
    const build = (dropout: number) => {
      const net = sequential(
        [multiHeadAttention({ numHeads: 2, keyDim: 3, dropout, inputShape: [5, 4] })],
        { seed: 7 },
      );
      net.compile({ optimizer: adam({ learningRate: 0.02 }), loss: "meanSquaredError" });
      return net;
    };
    const [x, y] = [numbers(3, 16, 5, 4), numbers(4, 16, 5, 4)];
    const [plain, dropping] = [build(0), build(0.5)];
    expect((await plain.predict(x)).array()).toEqual((await dropping.predict(x)).array());
    const losses = async (net: typeof plain) =>
      (await net.fit(x, y, { epochs: 40, batchSize: 16, seed: 1 })).history["loss"]!;
    const [a, b] = [await losses(plain), await losses(dropping)];
    expect(a[0]).not.toBe(b[0]);
    expect(a.at(-1)).toBeLessThan(0.9 * a[0]!);
  });

  test("is saved and made again with its options", () => {
    const net = sequential([
      multiHeadAttention({
        name: "heads",
        numHeads: 2,
        keyDim: 3,
        useCausalMask: true,
        inputShape: [5, 4],
      }),
    ]);
    const again = fromConfig(net.toConfig());
    expect(again.layers[0]!.options).toEqual(net.layers[0]!.options);
  });

  test("names options and shapes that cannot be", () => {
    const error = (make: () => unknown, text: string) => expect(make).toThrow(text);
    error(
      () => multiHeadAttention({ numHeads: 0, keyDim: 1 }),
      "multiHeadAttention: numHeads must be a whole number >= 1, got 0",
    );
    error(
      () => multiHeadAttention({ numHeads: 1, keyDim: 1, dropout: 1 }),
      "multiHeadAttention: dropout must lie in [0, 1), got 1",
    );
    error(
      () =>
        // @ts-expect-error -- the compiler knows the shape as well
        sequential([multiHeadAttention({ numHeads: 1, keyDim: 1, inputShape: [5] })]).build([5]),
      "inputs must have 3 axes [batch, length, features], got [batch, 5]",
    );
  });
});

describe("attention()", () => {
  const apply = (layer: Layer, ...shapes: number[][]) => {
    const inputs = shapes.map((shape) => input(shape));
    return model({ inputs, outputs: layer(...inputs) });
  };

  test("weighs values by the products of query and key", async () => {
    const net = apply(attention(), [1, 1], [2, 2], [2, 1]);
    const value = [
      [
        [4, 0],
        [8, -4],
      ],
    ];
    const y = await net.predict([tensor([[[1]]]), tensor(value), tensor([[[0], [Math.log(3)]]])]);
    expect(y.data[0]).toBeCloseTo(7, 5);
    expect(y.data[1]).toBeCloseTo(-3, 5);
  });

  test("multiplies the scores by a number that is learned", async () => {
    const net = apply(attention({ useScale: true }), [1, 1], [2, 1]);
    const x = [tensor([[[1]]]), tensor([[[0], [Math.log(3)]]])];
    expect((await net.predict(x)).item()).toBeCloseTo(0.75 * Math.log(3), 5);
    net.setWeights([0]);
    expect((await net.predict(x)).item()).toBeCloseTo(0.5 * Math.log(3), 5);
  });
});
