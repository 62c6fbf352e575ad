import { expect, test } from "vitest";
import { bidirectional } from "../../src/layers/bidirectional.ts";
import type { Layer } from "../../src/layers/defineLayer.ts";
import { dense } from "../../src/layers/dense.ts";
import { dropout } from "../../src/layers/dropout.ts";
import { gru } from "../../src/layers/gru.ts";
import { input } from "../../src/layers/layerTensor.ts";
import { lstm } from "../../src/layers/lstm.ts";
import { timeDistributed } from "../../src/layers/timeDistributed.ts";
import { fromConfig } from "../../src/model/fromConfig.ts";
import { model as functional } from "../../src/model/functional.ts";
import { sequential } from "../../src/model/sequential.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

const x = [0, 1, 2, 3].map((b) =>
  [0, 1, 2].map((t) => [0, 1].map((f) => (((b * 7 + t * 5 + f * 3) % 11) - 5) / 4)),
);
const inputShape = [3, 2];

test.each([
  ["concat", false, (a: number, b: number) => [a, b]],
  ["sum", true, (a: number, b: number) => [a + b]],
  ["mul", false, (a: number, b: number) => [a * b]],
  ["ave", true, (a: number, b: number) => [(a + b) / 2]],
] as const)(
  "bidirectional() with mergeMode %s joins a layer forwards and one backwards",
  async (mergeMode, returnSequences, join) => {
    const net = sequential([
      bidirectional({ layer: gru({ units: 1, returnSequences }), mergeMode, inputShape }),
    ]);
    const weights = net.getWeights();
    const run = async (own: readonly Tensor[], data: number[][][]): Promise<Tensor> => {
      const one = sequential([gru({ units: 1, returnSequences, inputShape })]);
      one.setWeights(own);
      return one.predict(data);
    };
    const forward = await run(weights.slice(0, 3), x);
    const backward = await run(
      weights.slice(3),
      x.map((rows) => rows.toReversed()),
    );
    const steps = returnSequences ? 3 : 1;
    const expected = [...forward.data].flatMap((v, i) => {
      const step = i % steps;
      const turned = backward.data[i - step + (steps - 1 - step)]!;
      return join(v, turned).map(Math.fround);
    });
    expect([...(await net.predict(x)).data]).toEqual(expected);
  },
);

test("bidirectional() has variables for both directions, and trains and freezes both", async () => {
  const inner = lstm({ units: 2 });
  const net = sequential([bidirectional({ layer: inner, inputShape }), dense({ units: 1 })]);
  expect(net.variables.map((v) => v.name)).toEqual([
    ...["forward_lstm", "backward_lstm"].flatMap((part) =>
      ["kernel", "recurrentKernel", "bias"].map((name) => `bidirectional/${part}/${name}`),
    ),
    "dense/kernel",
    "dense/bias",
  ]);
  net.compile({ optimizer: "adam", loss: "meanSquaredError" });
  const moved = async (): Promise<boolean[]> => {
    const before = net.getWeights().map((t) => JSON.stringify(t.array()));
    await net.fit(x, [1, 2, 3, 4], { epochs: 1 });
    return net.getWeights().map((t, i) => JSON.stringify(t.array()) !== before[i]);
  };
  expect(await moved()).toEqual(new Array(8).fill(true));
  inner.trainable = false;
  expect(await moved()).toEqual([...new Array<boolean>(6).fill(false), true, true]);
});

test("bidirectional() gives the states of both directions, and takes them", async () => {
  const at = input(inputShape);
  const layer = bidirectional({ layer: lstm({ units: 2, returnState: true }) });
  const [y, ...states] = layer(at);
  const next = bidirectional({ layer: lstm({ units: 2 }) })(at, ...states);
  const net = functional({ inputs: at, outputs: [y!, ...states, next] });
  const out = (await net.predict(x)) as Tensor[];
  expect(out.map((t) => t.shape)).toEqual([
    [4, 4],
    [4, 2],
    [4, 2],
    [4, 2],
    [4, 2],
    [4, 4],
  ]);
  const both = (a: Tensor, b: Tensor) =>
    (a.array() as number[][]).map((row, i) => [...row, ...(b.array() as number[][])[i]!]);
  expect(both(out[1]!, out[3]!)).toEqual(out[0]!.array());
});

test("timeDistributed() applies a layer at every step", async () => {
  const net = sequential([
    timeDistributed({ layer: dense({ units: 2, activation: "relu" }), inputShape }),
  ]);
  const one = sequential([dense({ units: 2, activation: "relu", inputShape: [2] })]);
  one.setWeights(net.getWeights());
  const steps = (await one.predict(x.flat())).array() as number[][];
  expect((await net.predict(x)).array()).toEqual(x.map((_, b) => steps.slice(3 * b, 3 * b + 3)));
  expect(net.variables.map((v) => v.name)).toEqual([
    "timeDistributed/dense/kernel",
    "timeDistributed/dense/bias",
  ]);
});

test("wrappers come back from their config with their layers, frozen ones frozen", async () => {
  const inner = dense({ units: 2, name: "own" });
  inner.trainable = false;
  const head = sequential([dense({ units: 3, inputShape: [2] }), dropout({ rate: 0.5 })], {
    name: "head",
  });
  const net = sequential([
    bidirectional({
      layer: gru({ units: 1, returnSequences: true, recurrentActivation: "hardSigmoid" }),
      inputShape,
    }),
    timeDistributed({ layer: inner }),
    timeDistributed({ layer: head.asLayer() as Layer }),
  ]);
  const again = fromConfig(JSON.parse(JSON.stringify(net.toConfig())));
  expect(again.variables.map((v) => v.name)).toEqual(net.variables.map((v) => v.name));
  expect(again.variables.map((v) => v.layers.every((one) => one.trainable))).toEqual(
    net.variables.map((v) => v.layers.every((one) => one.trainable)),
  );
  again.setWeights(net.getWeights());
  expect((await again.predict(x)).array()).toEqual((await net.predict(x)).array());
});

test("wrappers say what they hold", () => {
  expect(() => bidirectional({ layer: dense({ units: 1 }) })).toThrow(
    "bidirectional: layer must be a recurrent layer, lstm, gru or simpleRNN, got dense",
  );
  expect(() => bidirectional({ layer: lstm({ units: 1 }), mergeMode: "avg" as "ave" })).toThrow(
    'bidirectional: mergeMode must be one of concat, sum, mul, ave, got "avg"',
  );
  expect(() => timeDistributed({ layer: null as never })).toThrow(
    "timeDistributed: layer must be a layer, got none",
  );
});
