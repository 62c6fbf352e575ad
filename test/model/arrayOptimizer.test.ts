import { expect, test } from "vitest";
import { adam, init, nadam, sgd, valueAndGrad } from "../../src/index.ts";
import { mul } from "../../src/ops/binary.ts";
import { sum } from "../../src/ops/sum.ts";
import { minimize } from "../../src/train/minimize.ts";

const halfSquare = (w: Parameters<Parameters<typeof minimize>[0]>[0]) => mul(sum(mul(w, w)), 0.5);

test("minimize() follows the published first steps of Adam and of Nesterov's look-ahead", async () => {
  const adamPath = await minimize(halfSquare, [1], {
    optimizer: adam({ learningRate: 0.1 }),
    steps: 3,
  });
  // semantics: f = w^2 / 2, w0 = 1, rate 0.1, as torch and optax compute it
  const expected = [1, 0.900000001, 0.80041223, 0.701586275];
  adamPath.path.forEach((w, i) => expect(Math.abs(w.data[0]! - expected[i]!)).toBeLessThan(2e-7));
  const seed = sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, dialect: "seed" });
  const ahead = await minimize(halfSquare, [1], { optimizer: seed, steps: 3 });
  [1, 0.99, 0.972, 0.9477].forEach((w, i) =>
    expect(Math.abs(ahead.path[i]!.data[0]! - w)).toBeLessThan(2e-7),
  );
});

test("ArrayOptimizer.step() names the lengths that differ", async () => {
  const run = adam().init([new Float32Array(3)]);
  await expect(run.step([new Float32Array(3)], [new Float32Array(2)])).rejects.toThrow(
    "grads must be arrays of 3 numbers, got 2",
  );
});

test("clipping by value, by norm and by the common norm changes the step as the formulas say", async () => {
  const step = async (options: Parameters<typeof sgd>[0]): Promise<number[]> => {
    const [a, b] = [Float32Array.of(0, 0), Float32Array.of(0, 0, 0)];
    await sgd({ learningRate: 1, ...options })
      .init([a, b])
      .step([a, b], [Float32Array.of(3, 4), Float32Array.of(0, 0, 12)]);
    return [...a, ...b].map((v) => 0 - v);
  };
  expect(await step({ clipValue: 3.5 })).toEqual([3, 3.5, 0, 0, 3.5]);
  const norm = await step({ clipNorm: 1 });
  [0.6, 0.8, 0, 0, 1].forEach((v, i) => expect(norm[i]).toBeCloseTo(v, 6));
  const common = await step({ globalClipNorm: 6.5 });
  [1.5, 2, 0, 0, 6].forEach((v, i) => expect(common[i]).toBeCloseTo(v, 6));
  // Together, in this order: 3, 3.5 and 3.5; then norms of 2; then a common norm of 1, of 2 sqrt(2).
  const all = await step({ clipValue: 3.5, clipNorm: 2, globalClipNorm: 1 });
  const scale = 2 / Math.hypot(3, 3.5) / Math.hypot(2, 2);
  [3 * scale, 3.5 * scale, 0, 0, 2 / Math.hypot(2, 2)].forEach((v, i) =>
    expect(all[i]).toBeCloseTo(v, 6),
  );
});

test("clipNorm changes no byte of the constants below the first region", async () => {
  const engine = await init();
  const before = engine.u8.slice(0, engine.base);
  const weights = new Float32Array(37);
  await sgd({ clipNorm: 1 })
    .init([weights])
    .step([weights], [new Float32Array(37).fill(3)]);
  expect(engine.u8.slice(0, engine.base)).toEqual(before);
});

test("minimize() takes each step of Nadam once: its momenta are multiplied from step to step", async () => {
  const { path } = await minimize(halfSquare, [1], {
    optimizer: nadam({ learningRate: 0.1 }),
    steps: 3,
  });
  [1, 0.894354823, 0.819973072, 0.752729268].forEach((w, i) =>
    expect(Math.abs(path[i]!.data[0]! - w)).toBeLessThan(2e-7),
  );
});

test("an optimizer that looks ahead refuses a step without lookAhead, and two of them", async () => {
  const w = Float32Array.of(1);
  const run = sgd({ momentum: 0.9, nesterov: true, dialect: "seed" }).init([w]);
  await expect(run.step([w], [w.slice()])).rejects.toThrow("sgd: step needs lookAhead before it");
  await run.lookAhead([w]);
  await expect(run.lookAhead([w])).rejects.toThrow("sgd: lookAhead needs a step before it");
  await run.step([w], [Float32Array.of(1)]);
  expect(w[0]).toBeCloseTo(1 - 0.01 * 0.1, 6);
});

test("ArrayOptimizer.step() takes gradients as valueAndGrad() gives them", async () => {
  const w = Float32Array.of(1, 2);
  const { gradients } = await valueAndGrad((x) => halfSquare(x))(w);
  await sgd({ learningRate: 0.5 }).init([w]).step([w], gradients);
  expect([...w]).toEqual([0.5, 1]);
});
