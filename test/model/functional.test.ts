import { describe, expect, test } from "vitest";
import {
  type LayerTensor,
  type SymbolicTensor,
  adam,
  defineLayer,
  dense,
  dropout,
  flatten,
  fromConfig,
  input,
  loadModel,
  model,
  ops,
  sequential,
  sgd,
  tensor,
  zeros,
} from "../../src/index.ts";
import { Random } from "../../src/math/random.ts";

/** A layer of the user's own: the sum of its inputs times a factor that is trained. */
const scaledSum = defineLayer<{ factor: number }>({
  name: "scaledSum",
  defaults: { factor: 1 },
  params: () => ({ scale: { shape: [1], initializer: zeros() } }),
  call: (xs, { params, options }) =>
    ops.mul(
      xs.reduce((a, b) => ops.add(a, b)),
      ops.add(params["scale"]!, options.factor),
    ),
});

/** A layer with two outputs. */
const bothSigns = defineLayer<Record<never, never>, readonly LayerTensor[]>({
  name: "bothSigns",
  defaults: {},
  call: ([x]) => [x!, ops.neg(x!)] as readonly SymbolicTensor[],
});

function numbers(rows: number, width: number, seed: number): Float32Array {
  const random = new Random(seed, 0);
  return Float32Array.from({ length: rows * width }, () => random.uniform() * 2 - 1);
}

const rows = 24;
const x = tensor(numbers(rows, 3, 1), [rows, 3]);
const y = tensor(numbers(rows, 1, 2), [rows, 1]);

describe("model()", () => {
  test("trains a chain of layers to the same bits as sequential()", async () => {
    const layers = () => [dense({ units: 5, activation: "tanh" }), dense({ units: 1 })] as const;
    const chain = sequential([...layers()], { seed: 3 });
    const first = input([3]);
    const [a, b] = layers();
    const graph = model({ inputs: first, outputs: b(a(first)), seed: 3 });
    for (const net of [chain, graph]) net.compile({ optimizer: "adam", loss: "meanSquaredError" });
    const options = { epochs: 3, batchSize: 7, seed: 3 };
    const histories = [await chain.fit(x, y, options), await graph.fit(x, y, options)];
    expect(histories[1]!.history["loss"]).toEqual(histories[0]!.history["loss"]);
    expect(graph.getWeights()).toEqual(chain.getWeights());
    expect(graph.variables.map((v) => v.name)).toEqual(chain.variables.map((v) => v.name));
  });

  test("takes several inputs and gives several named outputs, in lists or by name", async () => {
    const left = input([3], { name: "left" });
    const right = input([2], { name: "right" });
    const sum = scaledSum()(dense({ units: 4 })(left), dense({ units: 4 })(right));
    const net = model({
      inputs: [left, right],
      outputs: {
        kind: dense({ units: 3, activation: "softmax" })(sum),
        size: dense({ units: 1 })(sum),
      },
      seed: 1,
    });
    net.compile({
      optimizer: adam({ learningRate: 0.05 }),
      loss: { kind: "sparseCategoricalCrossentropy", size: "meanSquaredError" },
      lossWeights: { size: 0.5 },
      metrics: { kind: ["accuracy"], size: ["meanAbsoluteError"] },
    });
    const x2 = tensor(numbers(rows, 2, 3), [rows, 2]);
    const kind = Int32Array.from({ length: rows }, (_, i) => i % 3);
    const byName = await net.fit(
      { left: x, right: x2 },
      { kind, size: y },
      { epochs: 40, seed: 1 },
    );
    expect(Object.keys(byName.history)).toEqual([
      "loss",
      "kind_loss",
      "size_loss",
      "kind_accuracy",
      "size_meanAbsoluteError",
      "learning_rate",
    ]);
    for (const [i, loss] of byName.history["loss"]!.entries()) {
      const { kind_loss: a, size_loss: b } = byName.history as Record<string, number[]>;
      expect(loss).toBeCloseTo(a![i]! + 0.5 * b![i]!, 6);
    }
    expect(byName.last("loss")).toBeLessThan(0.8 * byName.history["loss"]![0]!);
    const listed = await net.evaluate([x, x2], [kind, y]);
    expect(listed).toEqual(await net.evaluate({ right: x2, left: x }, { size: y, kind }));
    const predicted = await net.predict([x, x2]);
    expect(predicted.kind.shape).toEqual([rows, 3]);
    expect(predicted.size.shape).toEqual([rows, 1]);
    const copy = await loadModel(net.toBytes(), { customObjects: { scaledSum } });
    expect(await copy.evaluate([x, x2], [kind, y])).toEqual(listed);
    expect(copy.toConfig()).toEqual(net.toConfig());
  });

  test("adds the gradients of a layer that is applied twice", async () => {
    const shared = dense({ units: 1, useBias: false });
    const [a, b] = [input([3], { name: "a" }), input([3], { name: "b" })];
    const net = model({ inputs: [a, b], outputs: scaledSum({ factor: 1 })(shared(a), shared(b)) });
    expect(net.variables.map((v) => [v.name, v.size])).toEqual([
      ["dense/kernel", 3],
      ["scaledSum/scale", 1],
    ]);
    net.getLayer("scaledSum").trainable = false;
    net.setWeights([[[1], [1], [1]], [0]]);
    net.compile({ optimizer: sgd({ learningRate: 1 }), loss: "meanSquaredError" });
    await net.fit([[[1, 2, 3]], [[10, 20, 30]]], [[65]], { epochs: 1 });
    // The output is 66, so the gradient is 2 (66 - 65) (a + b).
    expect(net.getWeights()[0]!.array()).toEqual([[1 - 22], [1 - 44], [1 - 66]]);
  });

  test("takes layers with several outputs apart", async () => {
    const first = input([3]);
    const [plus, minus] = bothSigns()(first);
    const net = model({ inputs: first, outputs: [minus!, plus!] });
    const [m, p] = await net.predict([[1, -2, 3]]);
    expect(m!.array()).toEqual([[-1, 2, -3]]);
    expect(p!.array()).toEqual([[1, -2, 3]]);
    expect(net.topology.outputNames).toEqual(["bothSigns", "bothSigns_1"]);
  });

  test("ends in the middle of another model and shares its weights", async () => {
    const whole = sequential(
      [dense({ units: 4, activation: "relu", name: "features" }), dense({ units: 1 })],
      { seed: 5 },
    );
    whole.build([3]);
    const part = model({ inputs: whole.inputs, outputs: whole.getLayer("features").output });
    const before = await part.predict(x);
    whole.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "meanSquaredError" });
    await whole.fit(x, y, { epochs: 2, seed: 1 });
    const after = await part.predict(x);
    expect(after.data).not.toEqual(before.data);
    const [kernel, bias] = whole.getWeights();
    expect(part.getWeights()).toEqual([kernel, bias]);
    whole.release();
    expect((await part.predict(x)).data).toEqual(after.data);
  });

  test("passes an input through, and gives one tensor twice", async () => {
    const first = input([2]);
    const y1 = dense({ units: 2 })(first);
    const net = model({ inputs: first, outputs: [first, y1, y1], seed: 1 });
    const [same, a, b] = await net.predict([[3, 4]]);
    expect(same!.array()).toEqual([[3, 4]]);
    expect(a!.data).toEqual(b!.data);
  });
});

describe("a model inside a model", () => {
  const inner = () =>
    sequential(
      [dense({ units: 4, activation: "relu" }), dropout({ rate: 0.5 }), dense({ units: 2 })],
      {
        name: "body",
        seed: 7,
      },
    );

  test("computes what its layers compute, and saves and loads as one layer", async () => {
    const body = inner();
    body.build([3]);
    const net = sequential([body, dense({ units: 1 })], { seed: 8 });
    const direct = await body.predict(x);
    const head = net.getWeights().slice(4);
    const expected = direct.array() as number[][];
    const kernel = head[0]!.data;
    const out = await net.predict(x);
    expected.forEach((row, i) =>
      expect(out.data[i]).toBeCloseTo(row[0]! * kernel[0]! + row[1]! * kernel[1]!, 5),
    );
    expect(net.variables.map((v) => v.name)).toEqual([
      "body/dense/kernel",
      "body/dense/bias",
      "body/dense_1/kernel",
      "body/dense_1/bias",
      "dense/kernel",
      "dense/bias",
    ]);
    const copy = fromConfig(net.toConfig());
    copy.setWeights(net.getWeights());
    expect((await copy.predict(x)).data).toEqual(out.data);
    expect((await (await loadModel(net.toBytes())).predict(x)).data).toEqual(out.data);
  });

  test("shares its weights: what one trains the other has, in turns", async () => {
    const critic = sequential([dense({ units: 4, activation: "tanh" }), dense({ units: 1 })], {
      name: "critic",
      seed: 1,
    });
    critic.build([2]);
    const maker = sequential([dense({ units: 2 })], { name: "maker", seed: 2 });
    maker.build([3]);
    critic.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "meanSquaredError" });
    critic.trainable = true;
    const first = input([3]);
    const both = model({ inputs: first, outputs: critic.apply(maker.apply(first)) });
    both.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "meanSquaredError" });
    for (let round = 0; round < 3; round++) {
      critic.trainable = true;
      const made = await maker.predict(x);
      await critic.trainOnBatch(made, y);
      const weights = critic.getWeights();
      critic.trainable = false;
      const makerBefore = maker.getWeights();
      await both.trainOnBatch(x, y);
      expect(critic.getWeights()).toEqual(weights);
      expect(maker.getWeights()).not.toEqual(makerBefore);
      // The whole sees what the parts are.
      const whole = await both.predict(x);
      expect(whole.data).toEqual((await critic.predict(await maker.predict(x))).data);
    }
  });

  test("frozen as a whole or layer by layer", () => {
    const body = inner();
    body.build([3]);
    const net = sequential([body, dense({ units: 1 })]);
    body.trainable = false;
    const trained = () => net.variables.filter((v) => net.isTrained(v)).map((v) => v.name);
    expect(trained()).toEqual(["dense/kernel", "dense/bias"]);
    for (const layer of body.layers.slice(-1)) layer.trainable = true;
    expect(trained()).toEqual([
      "body/dense_1/kernel",
      "body/dense_1/bias",
      "dense/kernel",
      "dense/bias",
    ]);
  });
});

describe("mistakes are named", () => {
  const first = input([3], { name: "first" });
  const second = input([3], { name: "second" });
  const net = () =>
    model({
      inputs: [first, second],
      outputs: { a: dense({ units: 1 })(first), b: dense({ units: 2 })(second) },
    });

  test("in the graph", () => {
    const other = dense({ units: 1 })(second);
    expect(() => model({ inputs: first, outputs: other })).toThrow(
      'an output depends on the input "second", which is not among inputs; add it',
    );
    const layer = dense({ units: 1, name: "same" });
    layer(input([3]));
    expect(() => layer(input([4]))).toThrow(
      'dense "same": "kernel" has shape [3, 1] from its first application, but this input needs [4, 1]; make a second layer',
    );
    expect(() =>
      model({
        inputs: first,
        outputs: [
          dense({ units: 1, name: "same" })(first),
          dense({ units: 1, name: "same" })(first),
        ],
      }),
    ).toThrow('two layers are named "same"');
    expect(() => dense({ units: 1 })([[1, 2]] as never)).toThrow(
      "dense: is applied to outputs of layers or to input(shape), got an array",
    );
    expect(() => flatten().output).toThrow("it has 0");
    expect(() => model({ inputs: first, outputs: [] as never })).toThrow("model: outputs must be");
  });

  test("in compile", () => {
    expect(() => net().compile({ optimizer: "sgd", loss: "meanSquaredError" })).toThrow(
      "loss must name one for each output of a model with several: { a: ..., b: ... }",
    );
    expect(() =>
      net().compile({ optimizer: "sgd", loss: { a: "meanSquaredError", c: "hinge" } }),
    ).toThrow('unknown output in loss "c"');
    expect(() =>
      net().compile({
        optimizer: "sgd",
        loss: { a: "meanSquaredError" },
        metrics: { b: ["meanAbsoluteError"] },
      }),
    ).toThrow('output "b" has metrics but no loss');
  });

  test("in the data", async () => {
    const both = net();
    both.compile({ optimizer: "sgd", loss: { a: "meanSquaredError" } });
    await expect(both.fit(x, y)).rejects.toThrow("x must hold one array for each of first, second");
    await expect(both.fit({ first: x }, y)).rejects.toThrow('x must hold "second"');
    await expect(both.fit({ first: x, third: x }, y)).rejects.toThrow('unknown name in x "third"');
    await expect(both.fit([x, tensor(numbers(5, 3, 1), [5, 3])], y)).rejects.toThrow(
      'all inputs must have as many samples, but "first" has 24 and "second" 5',
    );
    await both.fit([x, x], y); // b has no loss, so it needs no labels
  });

  test("of an integer input", async () => {
    const whole = input([2], { dtype: "int32" });
    const cast = defineLayer<Record<never, never>>({
      name: "toFloat",
      defaults: {},
      call: ([t]) => ops.cast(t!, { dtype: "float32" }),
    });
    const identity = model({ inputs: whole, outputs: cast()(whole) });
    for (const data of [
      [[1, 2]],
      tensor(new Uint8Array([1, 2]), [1, 2]),
      tensor(new Int32Array([1, 2]), [1, 2]),
    ])
      expect((await identity.predict(data)).array()).toEqual([[1, 2]]);
    await expect(identity.predict([[1, 2.5]])).rejects.toThrow(
      "x must hold whole numbers for this layer, but row 0, element 1 is 2.5",
    );
  });
});

test("integer data is what it says in a model of floats", async () => {
  const net = sequential([dense({ units: 1, useBias: false, inputShape: [2] })]);
  net.setWeights([[[1], [10]]]);
  expect((await net.predict(tensor(new Int32Array([3, 4]), [1, 2]))).array()).toEqual([[43]]);
});
