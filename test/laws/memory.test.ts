import { expect, test } from "vitest";
import { dense, dropout, init, sequential } from "../../src/index.ts";
import { padded, regionsOf } from "../../src/memory/regions.ts";

/** Regions that a model needs hold what `plan` says, and nothing else appears in a step. */
test("the bytes that plan() states before training are the bytes that training takes", async () => {
  const regions = regionsOf(await init());
  for (const optimizer of ["sgd", "adam", "rmsprop"] as const) {
    const model = sequential([
      dense({ units: 37, activation: "relu", inputShape: [13] }),
      dropout({ rate: 0.3 }),
      dense({ units: 5, activation: "softmax" }),
    ]);
    model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
    const before = regions.used;
    const { memory } = await model.plan({ batchSize: 8 });
    const { total, ...parts } = memory;
    expect(Object.values(parts).reduce((a, b) => a + b, 0)).toBe(total);
    expect(regions.used - before).toBe(total);

    const x = Array.from({ length: 16 }, (_, i) =>
      Array.from({ length: 13 }, (_, j) => (i * j) % 7),
    );
    const y = x.map((_, i) => i % 5);
    let peak = 0;
    const onBatchEnd = (): void => void (peak = Math.max(peak, regions.used));
    await model.fit(x, y, { batchSize: 8, epochs: 3, callbacks: [{ onBatchEnd }] });
    const data = padded(16 * 13 * 4) + padded(16 * 4) + padded(16 * 4);
    expect(peak - before).toBe(total + data);
    expect(regions.used - before).toBe(total);
    model.release();
    expect(regions.used).toBe(before);
  }
});

test("explain() prints every op with its shape, place, bytes and flops", async () => {
  const model = sequential([
    dense({ units: 4, activation: "relu", inputShape: [3] }),
    dense({ units: 2, activation: "softmax" }),
  ]);
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
  const text = (await model.plan({ batchSize: 8 })).explain();
  expect(text).toContain('plan "train 8"');
  expect(text).toMatch(/matmul\+relu +\[8, 4\] +float32 +arena \+ [\d,]+ +128 +192/);
  expect(text).toMatch(/gradient:dense\/kernel +48/);
  expect(text).toMatch(/arena [\d,]+ bytes/);
});
