import { expect, test } from "vitest";
import { decodeCsv } from "../../src/io/csv.ts";
import { dense } from "../../src/layers/dense.ts";
import { sequential } from "../../src/model/sequential.ts";
import type { Sequential } from "../../src/model/sequential.ts";
import { adam } from "../../src/optim/adam.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { type FoldInfo, crossValidate, foldSamples } from "../../src/tune/folds/crossValidate.ts";
import {
  type Fold,
  groupedKFold,
  kFold,
  repeated,
  stratifiedKFold,
  timeSeriesFolds,
} from "../../src/tune/folds/folds.ts";
import { nsga2Sampler } from "../../src/tune/samplers/nsga2.ts";
import { int } from "../../src/tune/space/distribution.ts";
import { TrialPruned } from "../../src/tune/pruned.ts";
import { createStudy } from "../../src/tune/study.ts";

function isPartition(folds: readonly Fold[], n: number): void {
  const tested = folds.flatMap((f) => [...f.test]).sort((a, b) => a - b);
  expect(tested).toEqual(Array.from({ length: n }, (_, i) => i));
  for (const { train, test } of folds) {
    expect(train.length + test.length).toBe(n);
    expect(new Set([...train, ...test]).size).toBe(n);
  }
}

test("every row is tested once, and folds are of one size but for a row", () => {
  for (const n of [5, 17, 100]) {
    const folds = kFold(n, { folds: 5, seed: 3 });
    isPartition(folds, n);
    const sizes = folds.map((f) => f.test.length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  }
  expect(kFold(20, { seed: 1 })).toEqual(kFold(20, { seed: 1 }));
  expect(kFold(20, { seed: 1 })).not.toEqual(kFold(20, { seed: 2 }));
  expect([...kFold(6, { folds: 3, shuffle: false })[1]!.test]).toEqual([2, 3]);
  expect(() => kFold(4)).toThrow("needs at least 5 rows, got 4");
  expect(() => kFold(9, { folds: 1 })).toThrow("folds must be a whole number >= 2");
});

test("stratified folds keep the classes' shares to a row", () => {
  const labels = Array.from({ length: 103 }, (_, i) => (i % 10 === 0 ? "rare" : i % 3 ? "a" : "b"));
  const folds = stratifiedKFold(labels, { folds: 4, seed: 2 });
  isPartition(folds, 103);
  for (const label of ["rare", "a", "b"]) {
    const counts = folds.map((f) => [...f.test].filter((i) => labels[i] === label).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  }
});

test("groups are never torn apart", () => {
  const groups = Array.from({ length: 60 }, (_, i) => Math.floor(Math.sqrt(i * 4)));
  const folds = groupedKFold(groups, { folds: 3 });
  isPartition(folds, 60);
  for (const { train, test } of folds) {
    const tested = new Set([...test].map((i) => groups[i]));
    expect([...train].some((i) => tested.has(groups[i]))).toBe(false);
  }
  expect(() => groupedKFold([1, 1, 2], { folds: 3 })).toThrow("needs at least 3 groups, got 2");
});

test("time goes on: a test lies behind what is trained on", () => {
  const folds = timeSeriesFolds(12, { folds: 3, gap: 1, maximumTrain: 4 });
  expect(folds.map((f) => [[...f.train], [...f.test]])).toEqual([
    [
      [0, 1],
      [3, 4, 5],
    ],
    [
      [1, 2, 3, 4],
      [6, 7, 8],
    ],
    [
      [4, 5, 6, 7],
      [9, 10, 11],
    ],
  ]);
  expect(() => timeSeriesFolds(5, { folds: 5 })).toThrow("must leave a row to train on");
});

test("repeated folds are shuffled anew each time", () => {
  const folds = repeated(2, (seed) => kFold(10, { seed }));
  expect(folds.length).toBe(10);
  expect(folds[0]).not.toEqual(folds[5]);
});

const x = tensor(Array.from({ length: 60 }, (_, i) => [((i * 7) % 60) / 30 - 1]));
const y = tensor(Array.from(x.data, (v) => [2 * v + 0.5]));
const build = ({ inputShape }: FoldInfo): Sequential => {
  const model = sequential([dense({ units: 1, inputShape: [...inputShape] })]);
  model.compile({ optimizer: adam({ learningRate: 0.1 }), loss: "meanSquaredError" });
  return model;
};

test("crossValidate() tests each fold with a model of its own", async () => {
  const folds = kFold(60, { folds: 3 });
  const result = await crossValidate(build, { x, y }, folds, { epochs: 60, batchSize: 10 });
  expect(result.folds.length).toBe(3);
  expect(result.score).toBe(result.mean["loss"]);
  expect(result.score).toBeLessThan(1e-3);
  const again = await crossValidate(build, { x, y }, folds, { epochs: 60, batchSize: 10 });
  expect(again).toEqual(result);
  const untrained = await crossValidate(build, { x, y }, folds, { epochs: 0 });
  expect(untrained.score).toBeGreaterThan(0.01);
  expect(untrained.std["loss"]).toBeGreaterThan(0);
});

test("a table's preprocessing comes from the rows that are trained on alone", async () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => `${i < 20 ? i : i + 1000},${i < 20 ? i : i + 1000}`,
  );
  const table = decodeCsv(new TextEncoder().encode(["a,b", ...rows].join("\n")));
  const folds = kFold(40, { folds: 2, shuffle: false });
  const means: number[] = [];
  const stds: number[] = [];
  const result = await crossValidate(
    (info) => {
      means.push(info.fitted!.target!.mean);
      stds.push(info.fitted!.target!.std);
      return build(info);
    },
    { table, target: "b", task: "regression" },
    folds,
    { epochs: 3, batchSize: 20 },
  );
  // Rows 20 to 39 alone, then rows 0 to 19: never all of them.
  expect(means).toEqual([1029.5, 9.5]);
  expect(result.score).toBe(result.mean["rmse"]);
  // The loss is of a target with deviation 1; the error is in the target's own unit.
  result.folds.forEach((f, i) =>
    expect(f["rmse"]).toBeCloseTo(stds[i]! * Math.sqrt(f["loss"]!), 4),
  );
});

test("a trial is told after each fold, and can be stopped there", async () => {
  const study = createStudy({ pruner: { name: "always", shouldPrune: () => true } });
  const trial = study.ask();
  const run = crossValidate(build, { x, y }, kFold(60), { epochs: 1, trial });
  await expect(run).rejects.toThrow(TrialPruned);
  expect(study.trials[0]!.intermediate.size).toBe(1);
});

test("cross-validation gives a study of two objectives what it needs: a score, and another one or the model's size", async () => {
  const study = createStudy({
    directions: ["minimize", "minimize"],
    sampler: nsga2Sampler({ population: 3 }),
    seed: 1,
  });
  const folds = kFold(60, { folds: 3, seed: 1 });
  await study.optimize(
    { units: int(1, 8) },
    async ({ units }, trial) => {
      let parameters = 0;
      const sized = (): Sequential => {
        const model = sequential([dense({ units, inputShape: [1] }), dense({ units: 1 })]);
        model.compile({
          optimizer: adam(),
          loss: "meanSquaredError",
          metrics: ["meanAbsoluteError"],
        });
        parameters = model.variables.reduce((sum, v) => sum + v.size, 0);
        return model;
      };
      const { mean } = await crossValidate(sized, { x, y }, folds, { epochs: 1, trial });
      return [mean["meanAbsoluteError"]!, parameters];
    },
    { trials: 7 },
  );
  for (const { values, params, intermediate } of study.trials) {
    const units = params["units"] as number;
    expect(values![1]).toBe(2 * units + units + 1);
    expect(values![0]).toBeGreaterThan(0);
    expect(intermediate.size).toBe(3);
  }
  expect(study.paretoFront.length).toBeGreaterThan(0);
});

test("a trial may be told after each epoch of the first fold, and after each fold", async () => {
  const study = createStudy();
  const trial = study.ask();
  await crossValidate(build, { x, y }, kFold(60, { folds: 3 }), {
    epochs: 4,
    trial,
    reportEvery: "epoch",
  });
  const { intermediate } = study.trials[0]!;
  expect([...intermediate.keys()]).toEqual([0, 1, 2, 3, 7, 11]);
  // In the middle of a fold as after it: the loss of the rows that are held out.
  const plain = study.ask();
  await crossValidate(build, { x, y }, kFold(60, { folds: 3 }), {
    epochs: 4,
    trial: plain,
    seed: trial.seed,
  });
  expect([...study.trials[1]!.intermediate.values()]).toEqual(
    [3, 7, 11].map((step) => intermediate.get(step)),
  );
  const stopped = createStudy({
    pruner: { name: "third", shouldPrune: (_, t) => t.intermediate.size === 3 },
  });
  const run = crossValidate(build, { x, y }, kFold(60), {
    epochs: 4,
    trial: stopped.ask(),
    reportEvery: "epoch",
  });
  await expect(run).rejects.toThrow(TrialPruned);
  expect([...stopped.trials[0]!.intermediate.keys()]).toEqual([0, 1, 2]);
});

test("folds that were prepared give what the data gives", async () => {
  const folds = kFold(60, { folds: 3 });
  const samples = folds.map((fold) => foldSamples({ x, y }, fold));
  expect(samples[0]!.train.x.shape).toEqual([40, 1]);
  expect(await crossValidate(build, samples, { epochs: 3 })).toEqual(
    await crossValidate(build, { x, y }, folds, { epochs: 3 }),
  );
  await expect(crossValidate(build, [], {})).rejects.toThrow("must have folds, got none");
});

test("folds of rows that are not there are refused", async () => {
  await expect(crossValidate(build, { x, y }, kFold(61))).rejects.toThrow(
    "must have rows in [0, 60)",
  );
  await expect(crossValidate(build, { x, y }, [])).rejects.toThrow("must have folds, got none");
  await expect(crossValidate(build, { x, y }, kFold(60), { score: "accuracy" })).rejects.toThrow(
    'score must be one of loss, got "accuracy"',
  );
});
