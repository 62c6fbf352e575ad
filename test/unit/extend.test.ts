import { expect, test } from "vitest";
import { createEngine } from "../../src/kernels/engine.ts";
import { dense, init, maxPooling2d, ops, sequential, tensor, trace } from "../../src/index.ts";

const image = tensor(
  Float32Array.from({ length: 16 }, (_, i) => i),
  [1, 4, 4, 1],
);

test("kernels of other networks are loaded when a plan has one, and what lies in memory stays", async () => {
  const engine = await init();
  const plain = sequential([dense({ units: 2, inputShape: [3] })], { seed: 1 });
  plain.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  await plain.fit([[1, 2, 3]], [[1, 2]]);
  expect(engine.complete).toBe(false);
  const weights = plain.getWeights();
  const pooled = sequential([maxPooling2d({ poolSize: 2, inputShape: [4, 4, 1] })]);
  expect(() => pooled.predictSync(image)).toThrow(
    "predictSync: the kernels of this model are being loaded, or a thread was lost; await model.predict(x) once before",
  );
  expect([...(await pooled.predict(image)).data]).toEqual([5, 7, 13, 15]);
  expect(engine.complete).toBe(true);
  expect([...pooled.predictSync(image).data]).toEqual([5, 7, 13, 15]);
  expect(plain.getWeights()).toEqual(weights);
  await plain.fit([[1, 2, 3]], [[1, 2]]);
  expect(plain.getWeights()).not.toEqual(weights);
});

test("trace() loads what its function needs", async () => {
  const rolled = trace((x) => ops.cumsum(x));
  expect([...(await rolled([1, 2, 3])).data]).toEqual([1, 3, 6]);
});

test("an engine with threads starts them again", async () => {
  await using engine = await createEngine({ threads: 2 });
  const before = engine.threads;
  await engine.extend();
  await engine.extend();
  expect([engine.complete, engine.threads]).toEqual([true, before]);
});
