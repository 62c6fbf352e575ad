import { describe, expect, test } from "vitest";
import {
  type Layer,
  type Model,
  activation,
  add,
  attention,
  bidirectional,
  concatenate,
  dense,
  dropout,
  embedding,
  flatten,
  fromConfig,
  globalAveragePooling1d,
  gru,
  input,
  layerNormalization,
  lstm,
  masking,
  model as functional,
  multiHeadAttention,
  sequential,
  sgd,
  simpleRNN,
  timeDistributed,
} from "../../src/index.ts";
import { Random } from "../../src/math/random.ts";
import { tanh } from "../../src/ops/activations/tanh.ts";
import type { SymbolicTensor } from "../../src/graph/symbolic.ts";

const [TIME, FEATURES, PAD] = [6, 3, -9];
const random = new Random(4, 0);
const steps = (count: number): number[][] =>
  Array.from({ length: count }, () => Array.from({ length: FEATURES }, () => random.normal()));

/** Sequences of several lengths, and where each of their steps stands among padding: in front, behind, between. */
const places = [[0, 1, 2, 3, 4, 5], [0, 1, 2], [3, 4, 5], [1, 4], [2]];
const alone = places.map((at) => steps(at.length));
const padded = alone.map((sequence, b) =>
  Array.from({ length: TIME }, (_, t) => {
    const i = places[b]!.indexOf(t);
    return i === -1 ? Array<number>(FEATURES).fill(PAD) : sequence[i]!;
  }),
);

/** Products of other batch sizes and lengths add in another order. */
const close = (a: readonly number[], b: readonly number[], tolerance = 2e-6): void => {
  expect(a.length).toBe(b.length);
  a.forEach((v, i) => expect(Math.abs(v - b[i]!)).toBeLessThan(tolerance));
};

const slowTanh = (t: SymbolicTensor): SymbolicTensor => tanh(t);

type Make = (options: object) => Layer;
const KINDS: readonly (readonly [string, Make])[] = [
  ["lstm", (o) => lstm({ units: 5, ...o })],
  ["lstm of ops", (o) => lstm({ units: 5, activation: slowTanh, ...o })],
  ["gru", (o) => gru({ units: 5, ...o })],
  [
    "gru of ops, reset first",
    (o) => gru({ units: 5, resetAfter: false, activation: slowTanh, ...o }),
  ],
  ["simpleRNN", (o) => simpleRNN({ units: 5, ...o })],
  ["simpleRNN, relu", (o) => simpleRNN({ units: 5, activation: "relu", ...o })],
  ["simpleRNN of ops", (o) => simpleRNN({ units: 5, activation: slowTanh, ...o })],
  ["bidirectional", (o) => bidirectional({ layer: lstm({ units: 5, ...o }) })],
];

/** Two models of one layer with equal weights: over padded sequences, and over any as they are. */
function pair(make: Make, options: object): [Model, (sequence: number[][]) => Promise<number[]>] {
  const over = sequential(
    [masking({ maskValue: PAD, inputShape: [TIME, FEATURES] }), make(options)],
    { seed: 3 },
  );
  const predict = async (sequence: number[][]): Promise<number[]> => {
    const one = sequential([make({ ...options, inputShape: [sequence.length, FEATURES] })], {
      seed: 3,
    });
    one.build([sequence.length, FEATURES]);
    one.setWeights(over.getWeights());
    return [...(await one.predict([sequence])).data];
  };
  return [over, predict];
}

describe.each(KINDS)("%s passes over masked steps", (kind, make) => {
  test.each([false, true])(
    "and its last state is that of the sequence alone, goBackwards %s",
    async (goBackwards) => {
      if (kind === "bidirectional" && goBackwards) return;
      const [over, predict] = pair(make, { goBackwards });
      const y = (await over.predict(padded)).array() as number[][];
      for (const [b, sequence] of alone.entries()) close(y[b]!, await predict(sequence));
    },
  );

  test("and gives at each the output of the step before, as Keras does", async () => {
    const [over, predict] = pair(make, { returnSequences: true });
    const y = (await over.predict(padded)).array() as number[][][];
    for (const [b, sequence] of alone.entries()) {
      const expected = await predict(sequence);
      const width = expected.length / sequence.length;
      places[b]!.forEach((t, i) => close(y[b]![t]!, expected.slice(i * width, (i + 1) * width)));
      if (kind === "bidirectional") continue;
      let before = Array<number>(width).fill(0);
      for (let t = 0; t < TIME; t++) {
        if (!places[b]!.includes(t)) expect(y[b]![t]).toEqual(before);
        before = y[b]![t]!;
      }
    }
  });
});

test("an lstm over nothing but padding keeps its first states, and gives them", async () => {
  const x = input([TIME, FEATURES]);
  const [h, c] = [input([4]), input([4])];
  const layer = lstm({ units: 4, returnState: true });
  const net = functional({
    inputs: [x, h, c],
    outputs: [...layer(masking({ maskValue: PAD })(x), h, c)],
  });
  const states = [[[1, 2, 3, 4]], [[5, -6, 7, -8]]];
  const nothing = [Array.from({ length: TIME }, () => Array<number>(FEATURES).fill(PAD))];
  const [y, h1, c1] = await net.predict([nothing, ...states]);
  expect([y!.array(), h1!.array(), c1!.array()]).toEqual([states[0], states[0], states[1]]);
});

/** One step of training with padding in front of and behind all samples, and without, from equal weights. */
async function trainedAlike(
  layers: () => Layer[],
  width: number,
  ids: boolean,
  sequences: boolean,
): Promise<void> {
  const [batch, length] = [4, 3];
  const draw = new Random(8, 0);
  const tokens = Array.from({ length: batch }, () =>
    Array.from({ length }, () =>
      ids ? 1 + draw.integer(6) : Array.from({ length: FEATURES }, () => draw.normal()),
    ),
  );
  const pad = ids ? 0 : Array<number>(FEATURES).fill(PAD);
  const wide = tokens.map((row) => [pad, ...row, pad, pad]);
  const labels = tokens.map((row) =>
    row.map(() => Array.from({ length: width }, () => draw.normal())),
  );
  const out = labels.map((row) => [
    Array<number>(width).fill(Number.NaN),
    ...row,
    ...[1, 2].map((v) => Array<number>(width).fill(v)),
  ]);
  const run = async (x: unknown, y: unknown, time: number): Promise<[number, number[]]> => {
    const net = sequential(layers(), { seed: 5 });
    net.build(ids ? [time] : [time, FEATURES]);
    net.compile({
      optimizer: sgd({ learningRate: 0.1 }),
      loss: "meanSquaredError",
      metrics: ["meanAbsoluteError"],
    });
    const { loss, meanAbsoluteError } = await net.trainOnBatch(x as never, y as never);
    return [loss! + meanAbsoluteError!, net.getWeights().flatMap((t) => [...t.data])];
  };
  // NaN is no label; the large number shows whether it counts.
  const finite = out.map((row) => row.map((v) => v.map((w) => (Number.isNaN(w) ? 1e3 : w))));
  const means = labels.map((row) => row[0]!);
  const [a, weightsA] = await run(tokens, sequences ? labels : means, length);
  const [b, weightsB] = await run(wide, sequences ? finite : means, length + 3);
  expect(Math.abs(a - b)).toBeLessThan(2e-6 * Math.max(1, a));
  close(weightsA, weightsB);
}

describe("a step of training is the same with padding and without", () => {
  const table = (): Layer =>
    embedding({ inputDim: 7, outputDim: FEATURES, maskZero: true }) as Layer;
  const masked = (): Layer => masking({ maskValue: PAD }) as Layer;
  test.each(KINDS)("%s, its last state", async (_, make) => {
    await trainedAlike(() => [masked(), make({}), dense({ units: 2 })], 2, false, false);
  });
  test.each(KINDS)("%s, two on each other, a loss over sequences", async (_, make) => {
    const sequences = { returnSequences: true };
    await trainedAlike(
      () => [table(), make(sequences), dropout({ rate: 0 }), make(sequences), dense({ units: 2 })],
      2,
      true,
      true,
    );
  });
  test("timeDistributed, norms and activations pass the mask on to the loss", async () => {
    await trainedAlike(
      () => [
        table(),
        timeDistributed({ layer: dense({ units: 4 }) }),
        layerNormalization(),
        activation({ activation: "tanh" }),
        dense({ units: 3 }),
      ],
      3,
      true,
      true,
    );
  });
  test("globalAveragePooling1d leaves padding out of the mean", async () => {
    await trainedAlike(
      () => [table(), dense({ units: 4 }), globalAveragePooling1d(), dense({ units: 2 })],
      2,
      true,
      false,
    );
  });
});

describe("attention does not look at padding", () => {
  const net = (time: number, kind: "multiHeadAttention" | "attention"): Model => {
    const x = input([time], { dtype: "int32" });
    const h = embedding({ inputDim: 9, outputDim: 4, maskZero: true })(x);
    const seen =
      kind === "attention"
        ? attention({ useScale: true })(h, h)
        : multiHeadAttention({ numHeads: 2, keyDim: 3 })(h, h);
    const both = concatenate()([add()([h, seen]), h]);
    return functional({ inputs: x, outputs: dense({ units: 2 })(both), seed: 6 }) as Model;
  };
  test.each(["multiHeadAttention", "attention"] as const)("%s", async (kind) => {
    const [short, long] = [net(3, kind), net(6, kind)];
    long.setWeights(short.getWeights());
    const a = (
      await short.predict([
        [3, 1, 7],
        [2, 2, 8],
      ])
    ).array() as number[][][];
    const b = (
      await long.predict([
        [0, 3, 1, 7, 0, 0],
        [2, 0, 2, 0, 0, 8],
      ])
    ).array() as number[][][];
    [1, 2, 3].forEach((t, i) => close(b[0]![t]!, a[0]![i]!));
    [0, 2, 5].forEach((t, i) => close(b[1]![t]!, a[1]![i]!));
    for (const one of [short, long])
      one.compile({
        optimizer: sgd({ learningRate: 0.1 }),
        loss: "meanSquaredError",
        metrics: ["meanAbsoluteError"],
      });
    const target = [
      [
        [1, 0],
        [0, 1],
        [2, 1],
      ],
    ];
    const first = await short.trainOnBatch([[3, 1, 7]], target);
    const second = await long.trainOnBatch(
      [[0, 3, 1, 7, 0, 0]],
      [[[9, 9], ...target[0]!, [9, 9], [9, 9]]],
    );
    expect(second["loss"]).toBeCloseTo(first["loss"]!, 5);
    expect(second["meanAbsoluteError"]).toBeCloseTo(first["meanAbsoluteError"]!, 5);
    close(
      long.getWeights().flatMap((t) => [...t.data]),
      short.getWeights().flatMap((t) => [...t.data]),
    );
  });
});

test("losses and metrics are means over the steps that count, weighted by their samples", async () => {
  const net = sequential(
    [
      embedding({ inputDim: 5, outputDim: 3, maskZero: true, inputShape: [4] }),
      dense({ units: 3, activation: "softmax" }),
    ],
    { seed: 2 },
  );
  net.compile({
    optimizer: "sgd",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy", "f1"],
  });
  const x = [
    [1, 2, 0, 0],
    [3, 0, 4, 1],
  ];
  const y = [
    [0, 1, 2, 2],
    [2, 1, 0, 0],
  ];
  const sampleWeight = [1, 3];
  const p = (await net.predict(x)).array() as number[][][];
  let [loss, hits, count] = [0, 0, 0];
  x.forEach((row, b) =>
    row.forEach((token, t) => {
      if (token === 0) return;
      count++;
      loss -= sampleWeight[b]! * Math.log(p[b]![t]![y[b]![t]!]!);
      const best = p[b]![t]!.indexOf(Math.max(...p[b]![t]!));
      hits += best === y[b]![t]! ? sampleWeight[b]! : 0;
    }),
  );
  expect(count).toBe(5);
  // fit and evaluate divide by the sum of the samples' weights, 4 for 2 samples.
  const result = await net.evaluate(x, y, { sampleWeight });
  expect(result["loss"]).toBeCloseTo(((loss / count) * 2) / 4, 5);
  expect(result["accuracy"]).toBeCloseTo(((hits / count) * 2) / 4, 5);
  const plain = await net.evaluate(x, y);
  expect(plain["f1"]).toBeGreaterThanOrEqual(0);
});

test("a layer that is no sequence's ends the mask, and padding is predicted as anything else", async () => {
  const layers = (maskZero: boolean): Layer[] => [
    embedding({ inputDim: 5, outputDim: 2, maskZero }) as Layer,
    flatten() as Layer,
    dense({ units: 1 }) as Layer,
  ];
  const [a, b] = [true, false].map((maskZero) => sequential(layers(maskZero), { seed: 1 }));
  const x = [[1, 0, 2]];
  expect((await a!.predict(x)).array()).toEqual((await b!.predict(x)).array());
});

test("masking() asks for a time axis, and its options are read back", () => {
  const net = sequential([masking({ maskValue: 2, inputShape: [3, 1] }), lstm({ units: 1 })]);
  expect(fromConfig(net.toConfig()).layers[0]!.options["maskValue"]).toBe(2);
  expect(() => sequential([masking({ inputShape: [3] })])).toThrow(
    'masking "masking": input must have at least 3 axes [batch, time, features], got [batch, 3]',
  );
});
