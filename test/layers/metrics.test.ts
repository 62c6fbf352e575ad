import { expect, test } from "vitest";
import { dense } from "../../src/layers/dense.ts";
import { activation } from "../../src/layers/activation.ts";
import type { LossName } from "../../src/losses/catalogue.gen.ts";
import { auc } from "../../src/metrics/auc.ts";
import { binaryAccuracy } from "../../src/metrics/binaryAccuracy.ts";
import { metrics } from "../../src/metrics/catalogue.gen.ts";
import { fBeta } from "../../src/metrics/fBeta.ts";
import { iou } from "../../src/metrics/iou.ts";
import { recall } from "../../src/metrics/recall.ts";
import type { MetricLike } from "../../src/metrics/resolve.ts";
import * as scores from "../../src/metrics/scores/index.ts";
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

const p3 = [
  [0.7, 0.2, 0.1],
  [0.1, 0.5, 0.4],
  [0.2, 0.3, 0.5],
  [0.1, 0.2, 0.7],
  [0.3, 0.1, 0.6],
  [0.6, 0.1, 0.3],
  [0.1, 0.8, 0.1],
];
const labels3 = [0, 1, 1, 2, 2, 2, 1];

test("metrics of classes are those of the host scores, over batches and with weights", async () => {
  const taken = p3.map((row) => row.indexOf(Math.max(...row)));
  const hot = labels3.map((c) => [0, 1, 2].map((k) => (k === c ? 1 : 0)));
  const sampleWeight = [1, 2, 0.5, 1, 1, 3, 1];
  const given = ["precision", "recall", "f1", "balancedAccuracy", "matthewsCorrelation"] as const;
  for (const weights of [undefined, sampleWeight]) {
    const options = { sampleWeight: weights ?? null };
    const all = [
      ...given,
      "cohenKappa",
      "meanIoU",
      fBeta({ beta: 2, average: "weighted" }),
    ] as const;
    const sparse = await results(p3, labels3, "sparseCategoricalCrossentropy", all, weights);
    const dense3 = await results(p3, hot, "categoricalCrossentropy", all, weights);
    for (const got of [sparse, dense3]) {
      for (const name of [...given, "cohenKappa"] as const)
        expect(got[name], name).toBeCloseTo(scores[name](labels3, taken, options), 5);
      expect(got["meanIoU"]).toBeCloseTo(scores.iou(labels3, taken, options), 5);
      const f2 = scores.fBeta(labels3, taken, { ...options, beta: 2, average: "weighted" });
      expect(got["fBeta"]).toBeCloseTo(f2, 5);
    }
  }
});

test("of one output precision and recall are those of yes, and kappa counts no as well", async () => {
  const y = [[0.2], [0.7], [0.9], [0.4], [0.6]];
  const yes = [0, 1, 1, 1, 0];
  const got = await results(y, yes, "binaryCrossentropy", [
    "precision",
    recall({ threshold: 0.3 }),
    "cohenKappa",
    iou({ classes: [0, 1] }),
  ]);
  const taken = [0, 1, 1, 0, 1];
  expect(got["precision"]).toBeCloseTo(2 / 3, 6);
  expect(got["recall"]).toBeCloseTo(1, 6);
  expect(got["cohenKappa"]).toBeCloseTo(scores.cohenKappa(yes, taken), 6);
  expect(got["iou"]).toBeCloseTo(scores.iou(yes, taken), 6);
});

test("auc comes close to the exact area, and takes integer labels of two classes", async () => {
  const n = 400;
  const at = (i: number): number => ((i * 7919) % 1000) / 1000;
  const yes = Array.from({ length: n }, (_, i) => (at(3 * i + 1) < at(i) ? 1 : 0));
  const y = yes.map((_, i) => [at(i)]);
  const roc = scores.rocAuc(yes, Float64Array.from(y.flat()));
  const pr = scores.averagePrecision(yes, Float64Array.from(y.flat()));
  const one = await results(y, yes, "binaryCrossentropy", ["auc"]);
  const two = await results(
    y.map(([v]) => [1 - v!, v!]),
    yes,
    "sparseCategoricalCrossentropy",
    ["auc"],
  );
  const curve = await results(y, yes, "binaryCrossentropy", [auc({ curve: "PR" })]);
  expect(roc).toBeGreaterThan(0.6);
  expect(Math.abs(one["auc"]! - roc)).toBeLessThan(2e-3);
  expect(two["auc"]).toBeCloseTo(one["auc"]!, 5);
  expect(Math.abs(curve["auc"]! - pr)).toBeLessThan(1e-2);
});

test("auc has Keras's values for the example in its documentation", async () => {
  const y = [[0], [0.5], [0.3], [0.9]];
  const three = auc({ thresholds: 3 });
  expect((await results(y, [0, 0, 1, 1], "binaryCrossentropy", [three]))["auc"]).toBeCloseTo(
    0.75,
    6,
  );
  const weighted = await results(y, [0, 0, 1, 1], "binaryCrossentropy", [three], [1, 0, 0, 1]);
  expect(weighted["auc"]).toBeCloseTo(1, 6);
});

test("relative and logarithmic errors are those of the host", async () => {
  const positive = t.map(([v]) => [v! + 2]);
  const got = await results(x, positive, "meanSquaredError", [
    "meanAbsolutePercentageError",
    "meanSquaredLogarithmicError",
  ]);
  const flat = [positive, x].map((list) => Float64Array.from(list.flat()));
  for (const name of ["meanAbsolutePercentageError", "meanSquaredLogarithmicError"] as const)
    expect(got[name]! / scores[name](flat[0]!, flat[1]!)).toBeCloseTo(1, 5);
});

test("positions within a sample are counted one by one", async () => {
  const model = sequential([activation({ activation: "linear", inputShape: [2, 3] })]);
  model.compile({
    optimizer: "sgd",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["meanIoU", "f1"],
  });
  const got = await model.evaluate(
    [p3.slice(0, 2), p3.slice(2, 4), p3.slice(4, 6)],
    [labels3.slice(0, 2), labels3.slice(2, 4), labels3.slice(4, 6)],
    { batchSize: 2 },
  );
  const taken = p3.slice(0, 6).map((row) => row.indexOf(Math.max(...row)));
  expect(got["meanIoU"]).toBeCloseTo(scores.iou(labels3.slice(0, 6), taken), 6);
  expect(got["f1"]).toBeCloseTo(scores.f1(labels3.slice(0, 6), taken), 6);
});
