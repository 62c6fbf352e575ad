import { expect, test } from "vitest";
import * as scores from "../../src/metrics/scores/index.ts";

const truth = [0, 1, 1, 2, 2, 2];
const predicted = [0, 1, 2, 2, 2, 0];

test("scores of classes follow the confusion matrix", () => {
  expect(scores.confusionMatrix(truth, predicted)).toEqual([
    [1, 0, 0],
    [0, 1, 1],
    [1, 0, 2],
  ]);
  expect(scores.precision(truth, predicted)).toBeCloseTo((1 / 2 + 1 + 2 / 3) / 3, 14);
  expect(scores.recall(truth, predicted, { average: "binary", positive: 2 })).toBeCloseTo(
    2 / 3,
    14,
  );
  expect(scores.fBeta(truth, predicted, { beta: 2, average: "binary" })).toBeCloseTo(5 / 9, 14);
  expect(scores.iou(truth, predicted)).toBeCloseTo((1 / 2 + 1 / 2 + 2 / 4) / 3, 14);
});

test("a sample of weight 2 counts like two samples, in every score", () => {
  const twice = [...truth, truth[3]!];
  const twicePredicted = [...predicted, predicted[3]!];
  const probabilities = truth.map((_, i) => [0.2 + 0.05 * i, 0.5 - 0.03 * i, 0.3 - 0.02 * i]);
  const sampleWeight = [1, 1, 1, 2, 1, 1];
  for (const name of [
    "accuracy",
    "balancedAccuracy",
    "precision",
    "recall",
    "f1",
    "iou",
    "matthewsCorrelation",
    "cohenKappa",
    "meanSquaredError",
    "meanAbsoluteError",
    "r2",
    "explainedVariance",
    "meanSquaredLogarithmicError",
  ] as const)
    expect(scores[name](truth, predicted, { sampleWeight }), name).toBeCloseTo(
      scores[name](twice, twicePredicted),
      12,
    );
  for (const name of ["rocAuc", "averagePrecision", "logLoss", "brier", "topKAccuracy"] as const)
    expect(scores[name](truth, probabilities, { sampleWeight, k: 2 } as object), name).toBeCloseTo(
      scores[name](twice, [...probabilities, probabilities[3]!], { k: 2 } as object),
      12,
    );
});

test("rocAuc counts ties as half", () => {
  expect(scores.rocAuc([0, 1], [0.5, 0.5])).toBe(0.5);
  expect(scores.rocAuc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.9])).toBe(0.875);
});

test("quadratic kappa forgives near misses", () => {
  const near = scores.cohenKappa([0, 1, 2, 3], [1, 1, 2, 3], { weights: "quadratic" });
  const far = scores.cohenKappa([0, 1, 2, 3], [3, 1, 2, 3], { weights: "quadratic" });
  expect(near).toBeCloseTo(1 - 1 / (32 / 4), 12);
  expect(far).toBeLessThan(near);
});

test("the report is a table", () => {
  const report = scores.classificationReport(truth, predicted, { classNames: ["a", "b", "c"] });
  expect(report.classes[2]).toMatchObject({ name: "c", support: 3 });
  expect(String(report).split("\n")).toHaveLength(7);
  expect(String(report)).toContain("macro         0.722   0.722  0.667        6");
});

test("what is no class, or of another length, is named", () => {
  expect(() => scores.f1([0, 1], [0.2, 0.7])).toThrow(
    "f1: predictions must hold class numbers >= 0, but element 0 is 0.2; take the argmax",
  );
  expect(() => scores.f1([0, 1], [0])).toThrow("got 2 and 1");
  expect(() => scores.rocAuc([0, 1], [[0.1, 0.2, 0.7]])).toThrow("rocAuc: probabilities must be");
  expect(() => scores.precision([0], [0], { average: "samples" as "macro" })).toThrow("samples");
});
