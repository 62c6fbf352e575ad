import { expect, test } from "vitest";
import { dense } from "../../src/layers/dense.ts";
import { activation } from "../../src/layers/activation.ts";
import type { LossName } from "../../src/losses/catalogue.gen.ts";
import { binaryAccuracy } from "../../src/metrics/binaryAccuracy.ts";
import { metrics } from "../../src/metrics/catalogue.gen.ts";
import type { MetricLike } from "../../src/metrics/resolve.ts";
import { sparseTopKCategoricalAccuracy } from "../../src/metrics/sparseTopKCategoricalAccuracy.ts";
import { topKCategoricalAccuracy } from "../../src/metrics/topKCategoricalAccuracy.ts";
import { sequential } from "../../src/model/sequential.ts";
import type { NestedNumbers } from "../../src/tensor/tensor.ts";

/** Results of a model that gives back its input, in batches of 2. */
async function results(
  x: readonly number[][],
  y: NestedNumbers,
  loss: LossName,
  given: readonly MetricLike[],
  sampleWeight?: number[],
): Promise<Record<string, number>> {
  const model = sequential([activation({ activation: "linear", inputShape: [x[0]!.length] })]);
  model.compile({ optimizer: "sgd", loss, metrics: given });
  return model.evaluate(x, y, { batchSize: 2, ...(sampleWeight && { sampleWeight }) });
}

const t = [[1], [2], [4], [7], [-1]];
const x = [[1.5], [2], [3], [7.5], [0]];

test("errors and r2 are those of all samples, whatever the batches", async () => {
  const got = await results(x, t, "meanSquaredError", [
    "meanSquaredError",
    "meanAbsoluteError",
    "rootMeanSquaredError",
    "r2",
  ]);
  const mean = (1 + 2 + 4 + 7 - 1) / 5;
  const spread = t.reduce((a, [v]) => a + (v! - mean) ** 2, 0);
  expect(got["loss"]).toBeCloseTo(2.5 / 5, 6);
  expect(got["meanSquaredError"]).toBeCloseTo(0.5, 6);
  expect(got["meanAbsoluteError"]).toBeCloseTo(0.6, 6);
  expect(got["rootMeanSquaredError"]).toBeCloseTo(Math.sqrt(0.5), 6);
  expect(got["r2"]).toBeCloseTo(1 - 2.5 / spread, 6);
});

test("r2 counts a sample of weight 2 like two samples, and averages outputs", async () => {
  const weighted = await results(x, t, "meanSquaredError", ["r2"], [1, 2, 1, 1, 2]);
  const repeated = await results([...x, x[1]!, x[4]!], [...t, t[1]!, t[4]!], "meanSquaredError", [
    "r2",
  ]);
  expect(weighted["r2"]).toBeCloseTo(repeated["r2"]!, 6);
  const one = (await results(x, t, "meanSquaredError", ["r2"]))["r2"]!;
  // The second output never says more than its mean, 0.
  const two = await results(
    x.map(([v]) => [v!, 0]),
    t.map(([v], i) => [v!, i % 2 ? 1 : i === 4 ? 0 : -1]),
    "meanSquaredError",
    ["r2"],
  );
  expect(two["r2"]).toBeCloseTo(one / 2, 6);
});

test("r2 keeps its stated accuracy where the mean is 100 deviations from 0", async () => {
  const n = 1000;
  const target = Array.from({ length: n }, (_, i) => [100 + (i % 2 ? 1 : -1)]);
  const output = target.map(([v], i) => [v! + (i % 4 < 2 ? 0.5 : -0.5)]);
  const { r2 } = await results(output, target, "meanSquaredError", ["r2"]);
  expect(Math.abs(r2! - 0.75)).toBeLessThan(0.25 * 2 ** -22 * (1 + 100 ** 2));
});

test("r2 of constant targets is 1 where they are met exactly, otherwise 0", async () => {
  const same = [[3], [3], [3]];
  expect((await results(same, same, "meanSquaredError", ["r2"]))["r2"]).toBe(1);
  expect((await results([[3], [3], [2]], same, "meanSquaredError", ["r2"]))["r2"]).toBe(0);
});

test("accuracies count hits: argmax, threshold, top k", async () => {
  const p = [
    [0.1, 0.5, 0.4],
    [0.6, 0.3, 0.1],
    [0.2, 0.3, 0.5],
  ];
  const labels = [1, 1, 0];
  const hot = [
    [0, 1, 0],
    [0, 1, 0],
    [1, 0, 0],
  ];
  const top2 = { k: 2 };
  expect(
    await results(p, labels, "sparseCategoricalCrossentropy", [
      "accuracy",
      sparseTopKCategoricalAccuracy(top2),
    ]),
  ).toMatchObject({
    accuracy: expect.closeTo(1 / 3, 6) as number,
    sparseTopKCategoricalAccuracy: expect.closeTo(2 / 3, 6) as number,
  });
  expect(
    await results(p, hot, "categoricalCrossentropy", ["accuracy", topKCategoricalAccuracy(top2)]),
  ).toMatchObject({
    accuracy: expect.closeTo(1 / 3, 6) as number,
    topKCategoricalAccuracy: expect.closeTo(2 / 3, 6) as number,
  });
  expect(
    await results([[0.2], [0.7], [0.5], [0.6]], [0, 1, 1, 1], "binaryCrossentropy", ["accuracy"]),
  ).toMatchObject({ accuracy: 0.75 });
  const strict = binaryAccuracy({ threshold: 0.65 });
  expect(
    await results([[0.2], [0.7], [0.5], [0.6]], [0, 1, 1, 1], "binaryCrossentropy", [strict]),
  ).toMatchObject({ binaryAccuracy: 0.5 });
});

test("a metric of a loss's name gives the loss, without penalties", async () => {
  for (const name of Object.keys(metrics) as (keyof typeof metrics)[]) {
    if (
      ![
        "binaryCrossentropy",
        "categoricalCrossentropy",
        "hinge",
        "squaredHinge",
        "categoricalHinge",
        "poisson",
        "logCosh",
        "kullbackLeiblerDivergence",
      ].includes(name)
    )
      continue;
    const loss = name as LossName;
    const got = await results(
      [
        [0.2, 0.8],
        [0.5, 0.5],
        [0.9, 0.1],
      ],
      [
        [0, 1],
        [1, 0],
        [1, 0],
      ],
      loss,
      [name],
    );
    expect(got[name]).toBeCloseTo(got["loss"]!, 6);
  }
  const cosine = await results(
    [
      [1, 1],
      [1, 0],
    ],
    [
      [1, 1],
      [1, 0],
    ],
    "cosineSimilarity",
    ["cosineSimilarity"],
  );
  expect(cosine["cosineSimilarity"]).toBeCloseTo(-cosine["loss"]!, 6);
});

test("options that cannot be are named", () => {
  expect(() => topKCategoricalAccuracy({ k: 0 })).toThrow(
    "topKCategoricalAccuracy: k must be a whole number >= 1, got 0",
  );
  expect(() =>
    sequential([dense({ units: 1, inputShape: [1] })]).compile({
      optimizer: "sgd",
      loss: "rmse" as "hinge",
    }),
  ).toThrow('unknown loss "rmse"');
});
