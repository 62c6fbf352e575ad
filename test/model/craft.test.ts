import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type Callback,
  type Model,
  type Optimizer,
  adam,
  batchNormalization,
  chained,
  constantFactor,
  cosineDecay,
  dense,
  exponentialDecay,
  learningRateScheduler,
  loadModel,
  maxNorm,
  muon,
  nonNeg,
  reduceLROnPlateau,
  scheduleFree,
  sequential,
  sgd,
  stepDecay,
  unitNorm,
  warmup,
} from "../../src/index.ts";

const X = Array.from({ length: 24 }, (_, i) => [
  ((i * 7) % 11) / 11 - 0.5,
  ((i * 5) % 13) / 13 - 0.5,
  (i % 3) - 1,
]);
const Y = X.map(([a, b, c]) => [2 * a! - b! + 0.5 * c!, a! * b!]);

/** One layer of 3 inputs and 2 outputs, the same at first in every test. */
function modelWith(optimizer: Optimizer, options: object = {}): Model {
  const model = sequential([dense({ units: 2, inputShape: [3], ...options })], { seed: 5 });
  model.compile({ optimizer, loss: "meanSquaredError" });
  return model;
}

const values = (model: Model): number[] => model.getWeights().flatMap((t) => [...t.data]);
const plain = { batchSize: 8, shuffle: false, seed: 1 } as const;

/** Largest difference of two lists. */
function apart(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((x, i) => Math.abs(x - b[i]!)));
}

afterEach(() => vi.restoreAllMocks());

describe("schedules", () => {
  test("a scheduled rate is that of each step, and history has the rate at each epoch's end", async () => {
    const schedule = exponentialDecay({ initialLearningRate: 0.2, decaySteps: 1, decayRate: 0.5 });
    const model = modelWith(sgd({ learningRate: schedule }));
    const { history } = await model.fit(X, Y, { ...plain, epochs: 2 });
    expect(history["learning_rate"]).toEqual([0.025, 0.003125]);

    const other = modelWith(sgd({ learningRate: 1 }));
    for (let t = 0; t < 6; t++) {
      other.learningRate = 0.2 * 0.5 ** t;
      const from = (t % 3) * 8;
      await other.trainOnBatch(X.slice(from, from + 8), Y.slice(from, from + 8));
    }
    expect(values(other)).toEqual(values(model));
  });

  test("a saved model goes on along its schedule, to the bit", async () => {
    const after = cosineDecay({ initialLearningRate: 0.1, decaySteps: 12, alpha: 0.1 });
    const make = (): Model => modelWith(adam({ learningRate: warmup({ after, steps: 4 }) }));
    const whole = make();
    await whole.fit(X, Y, { ...plain, epochs: 4 });
    const half = make();
    await half.fit(X, Y, { ...plain, epochs: 2 });
    const rest = await loadModel(half.toBytes());
    expect(rest.learningRate).toBe(half.learningRate);
    await rest.fit(X, Y, { ...plain, epochs: 2 });
    expect(values(rest)).toEqual(values(whole));
  });

  test("a schedule of epochs holds its rate through each, also over two calls of fit", async () => {
    const schedule = stepDecay({ initialLearningRate: 0.1, decaySteps: 2, unit: "epoch" });
    const model = modelWith(sgd({ learningRate: schedule }));
    const rates = async (): Promise<number[]> =>
      (await model.fit(X, Y, { ...plain, epochs: 3 })).history["learning_rate"]!;
    expect([...(await rates()), ...(await rates())]).toEqual([0.1, 0.1, 0.05, 0.05, 0.025, 0.025]);
  });

  test("lists of schedules are saved", async () => {
    const schedules = [
      constantFactor({ initialLearningRate: 0.1, factor: 0.1, steps: 2 }),
      exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.9 }),
    ];
    const model = modelWith(sgd({ learningRate: chained({ schedules }) }));
    const again = await loadModel(model.toBytes());
    const { schedule } = again.compiled.optimizer;
    expect([0, 1, 2, 3].map(schedule!.at)).toEqual(
      [0, 1, 2, 3].map(model.compiled.optimizer.schedule!.at),
    );
  });

  test("what is missing or mistaken is named", () => {
    expect(() => cosineDecay({})).toThrow(
      'cosineDecay: option "initialLearningRate" must be given',
    );
    expect(() => warmup({ steps: 3 })).toThrow("warmup: schedules must be schedules, got null");
    expect(() => sgd({ learningRate: cosineDecay as never })).toThrow("call what makes one");
    expect(() => sgd({ learningRate: "cosine" as never })).toThrow(
      'learningRate must be a number or a schedule, got "cosine"',
    );
  });

  test("reduceLROnPlateau() multiplies what the schedule gives", async () => {
    const schedule = exponentialDecay({ initialLearningRate: 1e-9, decaySteps: 3, decayRate: 0.5 });
    const model = modelWith(sgd({ learningRate: schedule }));
    const callbacks = [reduceLROnPlateau({ monitor: "loss", factor: 0.1, patience: 1 })];
    const { history } = await model.fit(X, Y, { ...plain, epochs: 4, callbacks });
    // The loss hardly moves: the first epoch is the best, each later one lowers the factor.
    const expected = [0.5, 0.25, 0.0125, 0.000625].map((x) => x * 1e-9);
    history["learning_rate"]!.forEach((rate, i) => expect(rate / expected[i]!).toBeCloseTo(1, 12));
    await expect(model.fit(X, Y, { ...plain, callbacks: [reduceLROnPlateau()] })).rejects.toThrow(
      'there is no "val_loss" to watch',
    );
  });

  test("learningRateScheduler() sets the rate of an epoch from the one before", async () => {
    const model = modelWith(sgd({ learningRate: 0.1 }));
    const callbacks = [learningRateScheduler((epoch, rate) => (epoch === 0 ? rate : rate / 2))];
    const { history } = await model.fit(X, Y, { ...plain, epochs: 3, callbacks });
    expect(history["learning_rate"]).toEqual([0.1, 0.05, 0.025]);
  });
});

describe("gradients", () => {
  test("accumulated batches make the step of one batch of all", async () => {
    const parts = modelWith(adam({ learningRate: 0.1, gradientAccumulationSteps: 3 }));
    const one = modelWith(adam({ learningRate: 0.1 }));
    await parts.fit(X, Y, { ...plain, epochs: 5 });
    await one.fit(X, Y, { ...plain, batchSize: 24, epochs: 5 });
    expect(apart(values(parts), values(one))).toBeLessThan(2e-6);
  });

  test("an accumulation that was begun is saved", async () => {
    const make = (): Model => modelWith(sgd({ learningRate: 0.1, gradientAccumulationSteps: 2 }));
    const whole = make();
    await whole.fit(X, Y, { ...plain, epochs: 2 });
    const half = make();
    await half.fit(X, Y, { ...plain, epochs: 1 });
    const rest = await loadModel(half.toBytes());
    await rest.fit(X, Y, { ...plain, epochs: 1 });
    expect(values(rest)).toEqual(values(whole));
  });

  test("groups have rates and decays of their own", async () => {
    const groups = [
      { match: /bias$/, learningRateScale: 0 },
      { match: (name: string) => name.endsWith("kernel"), weightDecay: 0.5 },
    ];
    const grouped = modelWith(sgd({ learningRate: 0.1, groups }), { biasInitializer: "ones" });
    const decayed = modelWith(sgd({ learningRate: 0.1, weightDecay: 0.5 }), {
      biasInitializer: "ones",
    });
    await grouped.trainOnBatch(X, Y);
    await decayed.trainOnBatch(X, Y);
    const [kernel, bias] = grouped.getWeights();
    expect([...bias!.data]).toEqual([1, 1]);
    expect([...kernel!.data]).toEqual([...decayed.getWeights()[0]!.data]);
    const saved = modelWith(sgd({ groups: [{ match: /bias$/, weightDecay: 1 }] }));
    const [group] = (await loadModel(saved.toBytes())).compiled.optimizer.options.groups;
    expect(group).toEqual({ match: /bias$/, weightDecay: 1 });
    expect(() => sgd({ groups: [{ match: /x/, lr: 1 } as never] })).toThrow('unknown option "lr"');
  });

  test("a group leaves the state that a rule carries as it is", async () => {
    const { nadam } = await import("../../src/optim/nadam.ts");
    const one = modelWith(nadam({ learningRate: 0.05 }));
    const two = modelWith(nadam({ learningRate: 0.05, groups: [{ match: /bias/ }] }));
    for (const model of [one, two]) await model.fit(X, Y, { ...plain, epochs: 3 });
    expect(values(two)).toEqual(values(one));
  });

  test("gradientNorm is the norm before clipping", async () => {
    const model = modelWith(sgd({ learningRate: 0.1, gradientNorm: true, globalClipNorm: 0.01 }));
    const before = values(model);
    const { history } = await model.fit(X, Y, { ...plain, batchSize: 24 });
    const free = modelWith(sgd({ learningRate: 0.1 }));
    await free.fit(X, Y, { ...plain, batchSize: 24 });
    const moved = values(free).map((w, i) => (w - before[i]!) / 0.1);
    const norm = Math.sqrt(moved.reduce((sum, x) => sum + x * x, 0));
    expect(history["gradientNorm"]![0]! / norm).toBeCloseTo(1, 5);
    const clipped = values(model).map((w, i) => (w - before[i]!) / 0.1);
    expect(Math.sqrt(clipped.reduce((sum, x) => sum + x * x, 0)) / 0.01).toBeCloseTo(1, 4);
  });

  test("adaptiveClip bounds the gradient of each unit by its weights", async () => {
    const model = modelWith(sgd({ learningRate: 1, adaptiveClip: 0.01 }), { useBias: false });
    const before = values(model);
    await model.trainOnBatch(X, Y);
    const after = values(model);
    for (const unit of [0, 1]) {
      const column = (v: readonly number[]): number[] => [0, 2, 4].map((i) => v[i + unit]!);
      const norm = (v: readonly number[]): number => Math.sqrt(v.reduce((s, x) => s + x * x, 0));
      const [w, u] = [column(before), column(after)];
      expect(norm(u.map((x, i) => x - w[i]!)) / (0.01 * norm(w))).toBeCloseTo(1, 4);
    }
  });

  test("samRadius takes the gradient uphill, and steps from the weights", async () => {
    const rho = 0.3;
    const model = modelWith(sgd({ learningRate: 0.1, samRadius: rho }));
    const free = modelWith(sgd({ learningRate: 1 }));
    const w = values(free);
    const gradientAt = async (point: readonly number[]): Promise<number[]> => {
      free.setWeights([
        [
          [point[0]!, point[1]!],
          [point[2]!, point[3]!],
          [point[4]!, point[5]!],
        ],
        [point[6]!, point[7]!],
      ]);
      const from = values(free);
      await free.trainOnBatch(X, Y);
      return values(free).map((x, i) => from[i]! - x);
    };
    const g = await gradientAt(w);
    const norm = Math.sqrt(g.reduce((sum, x) => sum + x * x, 0));
    const up = await gradientAt(w.map((x, i) => x + (rho * g[i]!) / norm));
    await model.trainOnBatch(X, Y);
    expect(
      apart(
        values(model),
        w.map((x, i) => x - 0.1 * up[i]!),
      ),
    ).toBeLessThan(2e-6);
  });

  test("samRadius leaves the weights as they were where the loss is not finite", async () => {
    const model = modelWith(sgd({ learningRate: 0.1, samRadius: 0.1 }));
    const before = values(model);
    await expect(
      model.trainOnBatch(
        X,
        Y.map(() => [NaN, 0]),
      ),
    ).rejects.toThrow("trainOnBatch");
    expect(values(model)).toEqual(before);
  });
});

describe("weights", () => {
  /** The weights after every batch of a training. */
  async function course(optimizer: Optimizer, epochs: number): Promise<number[][]> {
    const model = modelWith(optimizer);
    const points: number[][] = [];
    const look: Callback = { onBatchEnd: () => void points.push(values(model)) };
    await model.fit(X, Y, { ...plain, epochs, callbacks: [look] });
    return points;
  }

  test("useEma evaluates the moving average and leaves it behind", async () => {
    const points = await course(sgd({ learningRate: 0.1 }), 2);
    let ema = points[0]!;
    for (const p of points.slice(1)) ema = ema.map((x, i) => 0.8 * x + 0.2 * p[i]!);
    const model = modelWith(sgd({ learningRate: 0.1, useEma: true, emaMomentum: 0.8 }));
    const { history } = await model.fit(X, Y, { ...plain, epochs: 2, validationData: [X, Y] });
    expect(apart(values(model), ema)).toBeLessThan(1e-6);
    const { loss } = await model.evaluate(X, Y, { batchSize: 8 });
    expect(history["val_loss"]!.at(-1)).toBe(loss);
  });

  test("emaOverwriteFrequency puts the average in the weights' place", async () => {
    const [first] = await course(sgd({ learningRate: 0.1 }), 1);
    const points = await course(
      sgd({ learningRate: 0.1, useEma: true, emaMomentum: 0.9, emaOverwriteFrequency: 1 }),
      1,
    );
    expect(apart(points[0]!, first!)).toBeLessThan(1e-7);
    expect(apart(points[1]!, points[0]!)).toBeGreaterThan(0);
  });

  test("swaStart leaves the mean of the weights behind", async () => {
    const points = await course(sgd({ learningRate: 0.1 }), 2);
    const taken = [1, 3, 5].map((i) => points[i]!);
    const mean = taken[0]!.map((_, i) => taken.reduce((sum, p) => sum + p[i]!, 0) / 3);
    const model = modelWith(sgd({ learningRate: 0.1, swaStart: 2, swaFrequency: 2 }));
    await model.fit(X, Y, { ...plain, epochs: 2 });
    expect(apart(values(model), mean)).toBeLessThan(1e-6);
  });

  test("swaStart makes running statistics anew, as torch's update_bn: the mean over the batches of one pass", async () => {
    const rows = 21;
    const x = Array.from({ length: rows }, (_, i) => [
      Math.sin(3 * i),
      Math.cos(5 * i),
      (i % 4) - 1,
    ]);
    const y = x.map(([a, b, c]) => [a! * b! + c!]);
    const batchSize = 8; // 8, 8 and 5 rows: each batch counts alike
    for (const unbiasedRunningVariance of [false, true]) {
      const model = sequential(
        [
          dense({ units: 4, inputShape: [3] }),
          batchNormalization({ unbiasedRunningVariance }),
          dense({ units: 1 }),
        ],
        { seed: 2 },
      );
      model.compile({
        optimizer: sgd({ learningRate: 0.1, swaStart: 4 }),
        loss: "meanSquaredError",
      });
      const { history } = await model.fit(x, y, {
        epochs: 5,
        batchSize,
        shuffle: false,
        validationData: [x, y],
      });
      const [kernel, bias, , , mean, variance] = model.getWeights().map((t) => t.data);
      const want = { mean: [0, 0, 0, 0], variance: [0, 0, 0, 0] };
      for (let from = 0; from < rows; from += batchSize) {
        const batch = x.slice(from, from + batchSize);
        for (let j = 0; j < 4; j++) {
          const out = batch.map(
            (row) => row.reduce((sum, v, k) => sum + v * kernel![4 * k + j]!, 0) + bias![j]!,
          );
          const m = out.reduce((a, b) => a + b, 0) / out.length;
          const squares = out.reduce((sum, v) => sum + (v - m) ** 2, 0);
          want.mean[j]! += m / 3;
          want.variance[j]! += squares / (out.length - Number(unbiasedRunningVariance)) / 3;
        }
      }
      // Statistics of float32 outputs of size 1.
      want.mean.forEach((v, j) => expect(Math.abs(mean![j]! - v)).toBeLessThan(1e-6));
      want.variance.forEach((v, j) => expect(Math.abs(variance![j]! - v)).toBeLessThan(2e-6));
      const { loss } = await model.evaluate(x, y, { batchSize });
      expect(Math.abs(loss! - history["val_loss"]!.at(-1)!)).toBeLessThan(1e-6);
      model.release();
    }
  });

  test("lookaheadSteps goes back half of the way", async () => {
    const start = values(modelWith(sgd({ learningRate: 0.1 })));
    const points = await course(sgd({ learningRate: 0.1 }), 1);
    const ahead = await course(sgd({ learningRate: 0.1, lookaheadSteps: 3 }), 1);
    expect(ahead[1]).toEqual(points[1]);
    const half = start.map((x, i) => (x + points[2]![i]!) / 2);
    expect(apart(ahead[2]!, half)).toBeLessThan(1e-6);
  });

  test("scheduleFree() trains, and between steps the weights are the mean", async () => {
    const model = modelWith(scheduleFree({ learningRate: 0.05 }));
    const { history } = await model.fit(X, Y, { ...plain, epochs: 60 });
    expect(history["loss"]!.at(-1)!).toBeLessThan(0.1 * history["loss"]![0]!);
    const { loss } = await model.evaluate(X, Y);
    expect(loss!).toBeLessThan(0.1 * history["loss"]![0]!);
  });

  test("muon() makes the momentum of a matrix nearly orthogonal", async () => {
    for (const units of [2, 3, 5]) {
      const model = sequential([dense({ units, inputShape: [3], useBias: false })], { seed: 5 });
      model.compile({
        optimizer: muon({ learningRate: 1, weightDecay: 0, momentum: 0, nesterov: false }),
        loss: "meanSquaredError",
      });
      const before = values(model);
      const y = X.map((row) => Array.from({ length: units }, (_, j) => row[j % 3]! * (j + 1)));
      await model.trainOnBatch(X, y);
      const scale = Math.sqrt(Math.max(1, units / 3));
      const u = values(model).map((w, i) => (before[i]! - w) / scale);
      const side = Math.min(3, units);
      let trace = 0;
      for (let i = 0; i < 3 * units; i++) trace += u[i]! ** 2;
      // Five steps bring every singular value between .7 and 1.2.
      expect(Math.sqrt(trace / side)).toBeGreaterThan(0.65);
      expect(Math.sqrt(trace / side)).toBeLessThan(1.25);
      model.release();
    }
  });

  test("constraints hold after every step", async () => {
    const norms = (kernel: ArrayLike<number>): number[] =>
      [0, 1].map((j) => Math.hypot(kernel[j]!, kernel[2 + j]!, kernel[4 + j]!));
    const kernelOf = async (constraint: object | string): Promise<ArrayLike<number>> => {
      const model = modelWith(sgd({ learningRate: 0.5 }), { kernelConstraint: constraint });
      await model.fit(X, Y, { ...plain, epochs: 3 });
      const again = await loadModel(model.toBytes());
      await again.fit(X, Y, { ...plain, epochs: 1 });
      return again.getWeights()[0]!.data;
    };
    for (const norm of norms(await kernelOf(maxNorm({ maxValue: 0.5 }))))
      expect(norm).toBeLessThanOrEqual(0.5 + 1e-6);
    for (const norm of norms(await kernelOf(unitNorm()))) expect(norm).toBeCloseTo(1, 5);
    for (const w of Array.from(await kernelOf(nonNeg()))) expect(w).toBeGreaterThanOrEqual(0);
    for (const w of Array.from(await kernelOf("nonNeg"))) expect(w).toBeGreaterThanOrEqual(0);
  });
});
