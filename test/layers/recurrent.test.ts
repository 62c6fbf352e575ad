import { expect, test } from "vitest";
import { gru } from "../../src/layers/gru.ts";
import { input } from "../../src/layers/layerTensor.ts";
import { lstm } from "../../src/layers/lstm.ts";
import { simpleRNN } from "../../src/layers/simpleRNN.ts";
import type { Layer } from "../../src/layers/defineLayer.ts";
import { model as functional } from "../../src/model/functional.ts";
import { fromConfig } from "../../src/model/fromConfig.ts";
import { sequential } from "../../src/model/sequential.ts";
import { sigmoid } from "../../src/ops/activations/sigmoid.ts";
import { tanh } from "../../src/ops/activations/tanh.ts";
import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";

const TIME = 4;
const FEATURES = 3;
const x = [0, 1, 2, 3, 4].map((b) =>
  Array.from({ length: TIME }, (_, t) =>
    Array.from({ length: FEATURES }, (_, f) => (((b * 7 + t * 5 + f * 3) % 11) - 5) / 4),
  ),
);

/** Tanh and sigmoid by functions of the user's: the layer then makes its cell of ops. */
const slowTanh = (t: SymbolicTensor): SymbolicTensor => tanh(t);
const slowSigmoid = (t: SymbolicTensor): SymbolicTensor => sigmoid(t);

type Options = Record<string, unknown>;

const kinds: [string, (options: Options) => Layer, Options][] = [
  [
    "lstm",
    (o) => lstm({ units: 5, ...o }),
    { activation: slowTanh, recurrentActivation: slowSigmoid },
  ],
  [
    "gru",
    (o) => gru({ units: 5, ...o }),
    { activation: slowTanh, recurrentActivation: slowSigmoid },
  ],
  [
    "gru, reset first",
    (o) => gru({ units: 5, resetAfter: false, ...o }),
    { activation: slowTanh, recurrentActivation: slowSigmoid },
  ],
  ["simpleRNN", (o) => simpleRNN({ units: 5, ...o }), { activation: slowTanh }],
];

/** What one layer gives, and what it has learnt after three steps, with drawn biases. */
async function learned(make: (options: Options) => Layer, options: Options): Promise<Tensor[]> {
  const all = { biasInitializer: "randomNormal", inputShape: [TIME, FEATURES], ...options };
  const net = sequential([make(all)], { seed: 3 });
  net.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const y = await net.predict(x);
  // Targets one above the outputs, so that every element has a gradient.
  const target = tensor(
    y.data.map((v) => v + 1),
    y.shape,
  );
  await net.fit(x, target, { epochs: 3, batchSize: 5, shuffle: false, seed: 1 });
  return [y, ...net.getWeights(), await net.predict(x)];
}

/** Largest difference of two lists of tensors. */
function distance(a: readonly Tensor[], b: readonly Tensor[]): number {
  expect(a.map((t) => t.shape)).toEqual(b.map((t) => t.shape));
  return Math.max(
    ...a.map((t, k) => Math.max(...t.data.map((v, i) => Math.abs(v - b[k]!.data[i]!)))),
  );
}

test.each(kinds)(
  "%s() by its kernel computes and learns what its cell made of ops does",
  async (_, make, slow) => {
    for (const options of [
      {},
      { returnSequences: true },
      { returnSequences: true, goBackwards: true, useBias: false },
      { dropout: 0.3, recurrentDropout: 0.4 },
    ]) {
      const fused = await learned(make, options);
      const composed = await learned(make, { ...options, ...slow });
      // A handful of float32 roundings, grown by three steps of training.
      expect(distance(fused, composed)).toBeLessThan(2e-6);
      expect(fused[0]!.shape).toEqual("returnSequences" in options ? [5, TIME, 5] : [5, 5]);
    }
  },
);

test.each(kinds)("%s() with goBackwards runs over the reversed sequence", async (_, make) => {
  const run = async (options: Options, data: number[][][]): Promise<unknown> => {
    const net = sequential([make({ inputShape: [TIME, FEATURES], ...options })], { seed: 3 });
    return (await net.predict(data)).array();
  };
  const reversed = x.map((rows) => rows.toReversed());
  for (const returnSequences of [false, true]) {
    expect(await run({ goBackwards: true, returnSequences }, x)).toEqual(
      await run({ returnSequences }, reversed),
    );
  }
});

test("a recurrent layer drops nothing in prediction", async () => {
  const net = sequential(
    [simpleRNN({ units: 2, dropout: 0.5, recurrentDropout: 0.5, inputShape: [TIME, FEATURES] })],
    { seed: 1 },
  );
  const plain = sequential([simpleRNN({ units: 2, inputShape: [TIME, FEATURES] })], { seed: 1 });
  expect((await net.predict(x)).array()).toEqual((await plain.predict(x)).array());
});

test("returnState gives the last states, and a layer can begin with them", async () => {
  const first = input([TIME, FEATURES]);
  const [y, h, c] = lstm({ units: 2, returnState: true, returnSequences: true })(first);
  const next = lstm({ units: 2 })(first, h!, c!);
  const net = functional({ inputs: first, outputs: [y!, h!, c!, next] });
  const [sequence, last, cell, after] = (await net.predict(x)) as Tensor[];
  expect((sequence!.array() as number[][][]).map((rows) => rows.at(-1))).toEqual(last!.array());
  expect(cell!.shape).toEqual([5, 2]);
  const fresh = functional({ inputs: first, outputs: lstm({ units: 2 })(first) });
  expect(after!.array()).not.toEqual((await fresh.predict(x)).array());
});

test("lstm() begins with a forget bias of 1, unless told otherwise", () => {
  const biasOf = (options: Options): unknown => {
    const net = sequential([lstm({ units: 2, inputShape: [3, 1], ...options })]);
    return net.getWeights()[2]!.array();
  };
  expect(biasOf({})).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
  expect(biasOf({ unitForgetBias: false })).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});

test("recurrent layers have Keras's variables, and come back from their config", async () => {
  const net = sequential([
    lstm({ units: 3, returnSequences: true, inputShape: [TIME, FEATURES] }),
    gru({ units: 2, returnSequences: true }),
    simpleRNN({ units: 4, activation: "relu" }),
  ]);
  expect(net.variables.map((v) => [v.name, v.spec.shape])).toEqual([
    ["lstm/kernel", [3, 12]],
    ["lstm/recurrentKernel", [3, 12]],
    ["lstm/bias", [12]],
    ["gru/kernel", [3, 6]],
    ["gru/recurrentKernel", [2, 6]],
    ["gru/bias", [2, 6]],
    ["simpleRNN/kernel", [2, 4]],
    ["simpleRNN/recurrentKernel", [4, 4]],
    ["simpleRNN/bias", [4]],
  ]);
  const again = fromConfig(JSON.parse(JSON.stringify(net.toConfig())));
  again.setWeights(net.getWeights());
  expect((await again.predict(x)).array()).toEqual((await net.predict(x)).array());
});

test("recurrent layers say what they cannot take", () => {
  expect(() => lstm({ units: 0 })).toThrow("lstm: units must be a whole number >= 1, got 0");
  expect(() => gru({ units: 1, dropout: 1 })).toThrow("gru: dropout must lie in [0, 1), got 1");
  // @ts-expect-error -- the compiler knows the shape as well
  expect(() => sequential([simpleRNN({ units: 1, inputShape: [3] })])).toThrow(
    'simpleRNN "simpleRNN": input must have 3 axes [batch, time, features], got [batch, 3]',
  );
  const at = input([TIME, FEATURES]);
  expect(() => lstm({ units: 2 })(at, input([2]))).toThrow(
    "the initial state must be 2 tensors [batch, 2], got [batch, 2]",
  );
});
