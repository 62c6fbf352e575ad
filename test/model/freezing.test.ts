import { describe, expect, test } from "vitest";
import {
  type LayerTensor,
  type Model,
  type Optimizer,
  adam,
  backupAndRestore,
  batchNormalization,
  cacheFeatures,
  conv2d,
  cosineDecay,
  dataset,
  dense,
  globalAveragePooling2d,
  gradualUnfreezing,
  input,
  lambdaCallback,
  loadModel,
  memoryStore,
  model,
  nadam,
  scheduleFree,
  sequential,
  tensor,
} from "../../src/index.ts";
import { Random } from "../../src/math/random.ts";

const ROWS = 20;
const random = new Random(3, 0);
const pixels = Float32Array.from({ length: ROWS * 8 * 8 * 2 }, () => random.uniform() * 2 - 1);
const x = tensor(pixels, [ROWS, 8, 8, 2]);
const y = Int32Array.from({ length: ROWS }, (_, i) => i % 3);
const loss = "sparseCategoricalCrossentropy";

/** Two convolutions with a norm between them, and a head. */
function net(): Model {
  const image = input([8, 8, 2], { name: "image" });
  let t: LayerTensor = conv2d({ name: "low", filters: 4, kernelSize: 3, activation: "relu" })(
    image,
  );
  t = batchNormalization({ name: "norm" })(t);
  t = conv2d({ name: "high", filters: 6, kernelSize: 3, activation: "relu" })(t);
  const features = globalAveragePooling2d({ name: "features" })(t);
  const head = dense({ name: "head", units: 3, activation: "softmax" });
  return model({ inputs: image, outputs: head(features), seed: 2 });
}

function freeze(one: Model, ...names: string[]): void {
  for (const layer of one.layers) layer.trainable = !names.includes(layer.layerName!);
}

/** Values by the variables' names. */
function values(one: Model): Record<string, number[]> {
  const weights = one.getWeights();
  return Object.fromEntries(one.variables.map((v, i) => [v.name, [...weights[i]!.data]]));
}

/** A slot of the optimizer by the variables' names. */
function slot(one: Model, name: string): Record<string, number[]> {
  const held = one.optimizerSnapshot().slots.get(name) ?? new Map<string, Float32Array>();
  return Object.fromEntries([...held].map(([variable, data]) => [variable, [...data]]));
}

const options = { batchSize: 5, seed: 1, epochs: 2 };

describe("frozen layers", () => {
  test("keep every bit, running statistics too, while the others move", async () => {
    const one = net();
    freeze(one, "low", "norm");
    one.compile({ optimizer: "adam", loss });
    const before = values(one);
    await one.fit(x, y, options);
    const after = values(one);
    for (const name of Object.keys(before)) {
      if (/^(low|norm)\//.test(name)) expect(after[name], name).toEqual(before[name]);
      else expect(after[name], name).not.toEqual(before[name]);
    }
  });

  test("are normalized by running statistics, not by those of the batch", async () => {
    const one = net();
    const random = new Random(9, 0);
    one.setWeights(
      one.getWeights().map((w, i) => {
        if (!/moving|gamma/.test(one.variables[i]!.name)) return w;
        return tensor(
          Float32Array.from(w.data, () => 0.5 + random.uniform()),
          w.shape,
        );
      }),
    );
    freeze(one, "low", "norm");
    one.compile({ optimizer: "adam", loss });
    // In inference mode a training step's loss is that of evaluate(), to the rounding of a fused loss.
    const { loss: evaluated } = await one.evaluate(x, y, { batchSize: "all" });
    const { loss: trained } = await one.trainOnBatch(x, y);
    expect(trained).toBeCloseTo(evaluated!, 6);
    freeze(one);
    one.compile({ optimizer: "adam", loss });
    const inference = (await one.evaluate(x, y, { batchSize: "all" }))["loss"]!;
    const batch = (await one.trainOnBatch(x, y))["loss"]!;
    expect(Math.abs(batch - inference)).toBeGreaterThan(1e-3);
  });

  test("have no gradients and slots, and nothing below the lowest trained layer is differentiated", async () => {
    const plans = [];
    for (const frozen of [[], ["low", "norm"], ["low", "norm", "high"]]) {
      const one = net();
      freeze(one, ...frozen);
      one.compile({ optimizer: "adam", loss });
      plans.push(await one.plan({ batchSize: 5 }));
    }
    const line = (elements: number): number => Math.ceil(elements / 16) * 64;
    const sizes = { low: line(72) + line(4), norm: 2 * line(4), high: line(216) + line(6) };
    const head = line(18) + line(3);
    const trained = [sizes.low + sizes.norm + sizes.high + head, sizes.high + head, head];
    plans.forEach(({ memory }, i) => {
      // Behind them a line for the loss, which an all-reduce takes along.
      expect(memory.gradients).toBe(trained[i]! + line(1));
      expect(memory.slots).toBe(2 * trained[i]!);
    });
    const text = plans.map((plan) => plan.explain());
    const gradients = (name: string): number[] => text.map((t) => t.split(` ${name} `).length - 1);
    // By the filter of each trained convolution, by the input of each that stands above a trained layer.
    expect(gradients("convFilterGrad")).toEqual([2, 1, 0]);
    expect(gradients("convInputGrad")).toEqual([1, 0, 0]);
    const nodes = text.map((t) => Number(/: (\d+) nodes/.exec(t)![1]));
    expect(nodes[0]).toBeGreaterThan(nodes[1]!);
    expect(nodes[1]).toBeGreaterThan(nodes[2]!);
    const flops = text.map((t) => Number(/nodes, ([\d,]+) flops/.exec(t)![1]!.replaceAll(",", "")));
    // A forward pass alone, but for the head: a third of the work of all three products of a step.
    expect(flops[2]!).toBeLessThan(0.4 * flops[0]!);
  });
});

describe("optimizer slots", () => {
  test("are kept by name while a layer is frozen, and go on from there", async () => {
    const one = net();
    one.compile({ optimizer: adam({ learningRate: 0.01 }), loss });
    await one.fit(x, y, options);
    const [m, v] = [slot(one, "m"), slot(one, "v")];
    freeze(one, "low", "norm");
    await one.fit(x, y, options);
    for (const [name, before] of [
      ["m", m],
      ["v", v],
    ] as const) {
      const after = slot(one, name);
      for (const variable of Object.keys(before)) {
        const frozen = /^(low|norm)\//.test(variable);
        if (frozen) expect(after[variable], variable).toEqual(before[variable]);
        else expect(after[variable], variable).not.toEqual(before[variable]);
      }
    }
    // Through a file as well, and from both the same bits on.
    const loaded = await loadModel(one.toBytes());
    for (const each of [one, loaded]) {
      freeze(each);
      await each.fit(x, y, { ...options, epochs: 1 });
    }
    expect(slot(loaded, "m")).toEqual(slot(one, "m"));
    expect(values(loaded)).toEqual(values(one));
    expect(slot(one, "m")["low/kernel"]).not.toEqual(m["low/kernel"]);
  });

  /** Largest step of a kernel in one batch. */
  async function step(one: Model, name: string): Promise<number> {
    const before = values(one)[name]!;
    await one.trainOnBatch(x, y);
    return Math.max(...values(one)[name]!.map((w, i) => Math.abs(w - before[i]!)));
  }

  // Adam's first step is the rate, wherever it stands: m / (1 - beta1) = g, v / (1 - beta2) = g^2. With the correction of
  // step 9 in place of that of step 1 it would be 0.1 / (1 - 0.9^9) / sqrt(0.001 / (1 - 0.999^9)) = 0.49 of it.
  test("begin with a step count of their own where a layer is unfrozen", async () => {
    const one = net();
    freeze(one, "low", "norm");
    one.compile({ optimizer: adam({ learningRate: 1e-3 }), loss });
    await one.fit(x, y, options);
    expect(one.optimizerSnapshot().iterations).toBe(8);
    freeze(one);
    expect(await step(one, "low/kernel")).toBeCloseTo(1e-3, 5);
    // Saved and loaded between any two steps it goes on alike.
    const loaded = await loadModel(one.toBytes());
    for (const each of [one, loaded]) await each.fit(x, y, options);
    expect(values(loaded)).toEqual(values(one));
    expect(one.optimizerSnapshot().state["missed low/kernel"]).toBe(8);
  });

  test("do not count the steps of a pause", async () => {
    const steady = net();
    const paused = net();
    const optimizer: Optimizer = adam({ learningRate: 1e-3, beta2: 0.9 });
    for (const one of [steady, paused]) {
      one.compile({ optimizer, loss });
      for (let i = 0; i < 2; i++) await one.trainOnBatch(x, y);
    }
    expect(values(paused)).toEqual(values(steady));
    // Everything but a layer without influence on the others' gradients would move: so freeze all, then go on.
    freeze(paused, "low", "norm", "high");
    const before = values(paused);
    for (let i = 0; i < 3; i++) await paused.trainOnBatch(x, y);
    freeze(paused);
    const head = ["head/kernel", "head/bias"];
    paused.setWeights(paused.variables.map((v) => tensor(before[v.name]!, v.spec.shape)));
    await steady.trainOnBatch(x, y);
    await paused.trainOnBatch(x, y);
    for (const name of Object.keys(before)) {
      if (head.includes(name)) expect(values(paused)[name]).not.toEqual(values(steady)[name]);
      else expect(values(paused)[name], name).toEqual(values(steady)[name]);
    }
  });

  /** Two heads on one input that know nothing of each other. */
  function apart(optimizer: Optimizer): Model {
    const both = input([6]);
    const one = model({
      inputs: both,
      outputs: {
        left: dense({ units: 2, name: "left" })(both),
        right: dense({ units: 2, name: "right" })(both),
      },
    });
    one.compile({ optimizer, loss: { left: "meanSquaredError", right: "meanSquaredError" } });
    return one as never;
  }
  const labels = [...Array(8).keys()].map((i) => [Math.sin(i), Math.cos(i)]);
  const wide = [...Array(8).keys()].map((i) =>
    [...Array(6).keys()].map((j) => Math.sin(i + j * j)),
  );

  // PyTorch's NAdam keeps a step and a product of momenta a parameter. Schedule-free's own code has one count for a group,
  // with which the first steps of a late parameter are 1 / sqrt(1 - beta2) = 31 times too long.
  test.each([
    ["adam", adam({ learningRate: 0.01 })],
    ["nadam", nadam({ learningRate: 0.01 })],
    ["scheduleFree", scheduleFree({ learningRate: 0.01, warmupSteps: 3 })],
    [
      "scheduleFree of a schedule",
      scheduleFree({ learningRate: cosineDecay({ initialLearningRate: 0.01, decaySteps: 9 }) }),
    ],
  ])("move by %s as if nobody had trained without them", async (name, optimizer) => {
    const steps = async (one: Model, count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await one.trainOnBatch(wide, { left: labels, right: labels });
    };
    const right = (one: Model): unknown => [values(one)["right/kernel"], values(one)["right/bias"]];
    const steady = apart(optimizer);
    const late = apart(optimizer);
    const paused = apart(optimizer);
    freeze(late, "right");
    await steps(late, 4);
    freeze(late);
    await steps(paused, 2);
    freeze(paused, "right");
    await steps(paused, 3);
    // What a file holds in the middle of a pause is enough to go on.
    const loaded = await loadModel(paused.toBytes());
    for (const one of [paused, loaded]) {
      freeze(one, "right");
      await steps(one, 1);
      freeze(one);
    }
    const own = name !== "scheduleFree of a schedule";
    if (own) {
      await steps(steady, 5);
      await steps(late, 5);
      expect(right(late)).toEqual(right(steady));
      for (const one of [paused, loaded]) {
        await steps(one, 3);
        expect(right(one)).toEqual(right(steady));
      }
    } else {
      // The rate is that of the model's step; what it has come to is each parameter's own.
      for (const one of [paused, loaded]) await steps(one, 3);
      expect(right(loaded)).toEqual(right(paused));
      expect(values(loaded)).toEqual(values(paused));
    }
    // Two pauses of another length beside each other, saved between.
    freeze(late, "left");
    await steps(late, 2);
    freeze(late);
    const again = await loadModel(late.toBytes());
    for (const one of [late, again]) await steps(one, 2);
    expect(values(again)).toEqual(values(late));
  });
});

describe("gradualUnfreezing()", () => {
  const unfreezing = (one: Model): ReturnType<typeof gradualUnfreezing> =>
    gradualUnfreezing({
      layers: [one.getLayer("high"), [one.getLayer("norm"), one.getLayer("low")]],
      startEpoch: 1,
      every: 2,
    });

  test("unfreezes group after group within one fit", async () => {
    const one = net();
    one.compile({ optimizer: adam({ learningRate: 1e-3 }), loss });
    const seen = [values(one)];
    const keep = lambdaCallback({ onEpochEnd: () => void seen.push(values(one)) });
    await one.fit(x, y, { ...options, epochs: 4, callbacks: [unfreezing(one), keep] });
    const moves = (name: string): boolean[] =>
      [1, 2, 3, 4].map((i) => seen[i]![name]!.some((w, j) => w !== seen[i - 1]![name]![j]));
    expect(moves("head/kernel")).toEqual([true, true, true, true]);
    expect(moves("high/kernel")).toEqual([false, true, true, true]);
    expect(moves("low/kernel")).toEqual([false, false, false, true]);
    expect(moves("norm/movingMean")).toEqual([false, false, false, true]);
  });

  test("is several fits with the same slots", async () => {
    const [one, other] = [net(), net()];
    for (const each of [one, other])
      each.compile({ optimizer: adam({ learningRate: 1e-3 }), loss });
    await one.fit(x, y, { ...options, epochs: 4, shuffle: false, callbacks: [unfreezing(one)] });
    for (const [frozen, epochs] of [
      [["low", "norm", "high"], 1],
      [["low", "norm"], 2],
      [[], 1],
    ] as const) {
      freeze(other, ...frozen);
      await other.fit(x, y, { ...options, epochs, shuffle: false });
    }
    expect(values(other)).toEqual(values(one));
    expect(slot(other, "v")).toEqual(slot(one, "v"));
  });

  test("goes on after an interruption to the same bits", async () => {
    const whole = net();
    whole.compile({ optimizer: adam({ learningRate: 1e-3 }), loss });
    await whole.fit(x, y, { ...options, epochs: 4, callbacks: [unfreezing(whole)] });
    const store = memoryStore();
    const run = async (stopAt: number | null): Promise<Model> => {
      const one = net();
      one.compile({ optimizer: adam({ learningRate: 1e-3 }), loss });
      let batches = 0;
      const stop = lambdaCallback({
        onBatchEnd: () => {
          if (++batches === stopAt) throw new Error("interrupted");
        },
      });
      const callbacks = [unfreezing(one), backupAndRestore(store, { saveFreq: 1 }), stop];
      await one.fit(x, y, { ...options, epochs: 4, callbacks });
      return one;
    };
    // In the middle of the third epoch, and of what is left, of the fourth.
    await expect(run(10)).rejects.toThrow("interrupted");
    await expect(run(5)).rejects.toThrow("interrupted");
    expect(values(await run(null))).toEqual(values(whole));
  });

  test("says what it needs", () => {
    expect(() => gradualUnfreezing({ layers: [] })).toThrow("layers must be layers of the model");
    expect(() => gradualUnfreezing({ layers: [net().layers[0]!], every: 0 })).toThrow(
      "gradualUnfreezing: every must be a whole number >= 1, got 0",
    );
  });
});

describe("learning rates of their own", () => {
  // Adam's first step is the rate: one for each group, chosen by the layers' names.
  test("are groups of the optimizer that match the names of layers", async () => {
    const one = net();
    freeze(one, "norm");
    const groups = [
      { match: /^low\//, learningRateScale: 0.01 },
      { match: /^high\//, learningRateScale: 0.1 },
    ];
    one.compile({ optimizer: adam({ learningRate: 1e-2, groups }), loss });
    const before = values(one);
    await one.trainOnBatch(x, y);
    const after = values(one);
    for (const [name, rate] of [
      ["low/kernel", 1e-4],
      ["high/kernel", 1e-3],
      ["head/kernel", 1e-2],
    ] as const) {
      const steps = after[name]!.map((w, i) => Math.abs(w - before[name]![i]!));
      expect(Math.max(...steps) / rate, name).toBeCloseTo(1, 2);
    }
  });
});

describe("cacheFeatures()", () => {
  const images = (): ReturnType<typeof dataset.fromArrays> => dataset.fromArrays(x, y);

  test("runs the frozen part once a sample, and the head learns the same bits", async () => {
    const whole = net();
    const base = model({ inputs: whole.inputs, outputs: whole.getLayer("features").output });
    base.trainable = false;
    const head = sequential([
      dense({ name: "head", units: 3, activation: "softmax", inputShape: [6] }),
    ]);
    head.setWeights(whole.getWeights().slice(-2));
    let seen = 0;
    const counted = images().map((sample) => (seen++, sample));
    const features = await cacheFeatures(base, counted, { batchSize: 7 });
    expect(seen).toBe(ROWS);
    const optimizer = adam({ learningRate: 0.01 });
    for (const one of [whole, head]) one.compile({ optimizer, loss });
    await head.fit(features.shuffle(4).batch(5), { epochs: 3, seed: 1 });
    expect(seen).toBe(ROWS);
    await whole.fit(images().shuffle(4).batch(5), { epochs: 3, seed: 1 });
    expect(values(head)).toEqual(
      Object.fromEntries(
        Object.entries(values(whole)).filter(([name]) => name.startsWith("head/")),
      ),
    );
    // The whole again, from its parts.
    const joined = model({ inputs: base.inputs, outputs: head.apply(base.output) });
    expect(await joined.predict(x)).toEqual(await whole.predict(x));
  });

  test("keeps labels, weights and class names, and batches that are there", async () => {
    const first = input([8, 8, 2]);
    const base = model({
      inputs: first,
      outputs: {
        mean: globalAveragePooling2d()(first),
        same: conv2d({ filters: 1, kernelSize: 8 })(first),
      },
    });
    const weight = Float32Array.from({ length: ROWS }, (_, i) => i);
    const batches = dataset.fromArrays(x, y, weight).batch(6);
    const features = await cacheFeatures(base, batches);
    expect(features.size).toBe(ROWS);
    let row = 0;
    for await (const sample of features) {
      const { mean, same } = sample.x as Record<string, { shape: readonly number[] }>;
      expect([mean!.shape, same!.shape]).toEqual([[2], [1, 1, 1]]);
      expect((sample.y as { data: ArrayLike<number> }).data[0]).toBe(row % 3);
      expect(sample.sampleWeight!.data[0]).toBe(row++);
    }
  });

  test("says what it cannot take", async () => {
    const base = net();
    await expect(cacheFeatures(base, images().shuffle(1))).rejects.toThrow(
      "cacheFeatures: data must come unshuffled",
    );
    await expect(cacheFeatures(base, x as never)).rejects.toThrow("data must be a dataset");
  });
});
