import { expect, test } from "vitest";
import { medianPruner } from "../../src/tune/pruners/percentile.ts";
import { cmaEsSampler } from "../../src/tune/samplers/cmaEs.ts";
import { gaussianProcessSampler } from "../../src/tune/samplers/gaussianProcess.ts";
import { gridSampler } from "../../src/tune/samplers/grid.ts";
import { randomSampler } from "../../src/tune/samplers/random.ts";
import { sobolSampler } from "../../src/tune/samplers/sobol.ts";
import { tpeSampler } from "../../src/tune/samplers/tpe.ts";
import { hypervolume } from "../../src/tune/hypervolume.ts";
import { float, int } from "../../src/tune/space/distribution.ts";
import { memoryStorage } from "../../src/tune/storage/memory.ts";
import { createStudy } from "../../src/tune/study.ts";
import { importance, surrogateOf } from "../../src/tune/surrogate.ts";
import type { Direction, OutcomeOf, TrialRecord } from "../../src/tune/trialRecord.ts";
import type { AnyStudy, Study } from "../../src/tune/study.ts";

const space = { x: float(0, 10), y: float(0, 10) };
const sampler = randomSampler();
type Two = Study<OutcomeOf<readonly [Direction, Direction]>>;

/** A study whose trials have these values. */
function studyOf(
  directions: readonly [Direction, Direction],
  values: readonly (readonly [number, number])[],
): Two {
  const study = createStudy({ directions, sampler });
  for (const each of values) study.tell(study.ask(space), each);
  return study;
}
const numbers = (trials: readonly TrialRecord[]): number[] => trials.map((t) => t.number);
const VALUES = [
  [1, 5],
  [2, 6],
  [3, 9],
  [2, 2],
  [1, 5],
  [4, 9],
] as const;

test("the Pareto front is what nothing beats in each objective, either way round", () => {
  expect(numbers(studyOf(["minimize", "minimize"], VALUES).paretoFront)).toEqual([0, 3, 4]);
  expect(numbers(studyOf(["minimize", "maximize"], VALUES).paretoFront)).toEqual([0, 1, 2, 4]);
  expect(numbers(studyOf(["maximize", "maximize"], VALUES).paretoFront)).toEqual([5]);
  expect(createStudy({ directions: ["minimize", "minimize"] }).paretoFront).toEqual([]);
});

test("the ranking goes front by front, and in a front by the room around a trial", () => {
  const study = studyOf(
    ["minimize", "minimize"],
    [
      [9, 9],
      [0, 4],
      [1, 3],
      [1.1, 2.9],
      [4, 0],
      [5, 5],
    ],
  );
  // The ends of the front have no neighbour beyond them; trial 3 has the wide gap to 4 on one side, 2 the narrow one to 1.
  expect(numbers(study.ranking)).toEqual([1, 4, 3, 2, 5, 0]);
  const narrower = study.narrow({ space, top: 0.5, print: () => {} });
  expect(Object.keys(narrower)).toEqual(["x", "y"]);
});

test("of one objective, the front is the trials with the best value", () => {
  const study = createStudy({ sampler, direction: "maximize" });
  for (const value of [1, 3, 2, 3]) study.tell(study.ask(space), value);
  expect(numbers(study.paretoFront)).toEqual([1, 3]);
  expect(study.trials[0]!.values).toEqual([1]);
  expect(study.directions).toEqual(["maximize"]);
});

test("what is of one objective alone is refused with the cure", () => {
  const study = studyOf(["minimize", "maximize"], VALUES);
  for (const read of [() => study.bestTrial, () => study.bestValue, () => study.bestParams]) {
    expect(read).toThrow(
      'study "study": the best trial must be of one objective, got 2; use paretoFront',
    );
  }
  expect(() => study.direction).toThrow("use directions");
  expect(study.trials[0]!.value).toBe(null);
  const directions = ["minimize", "minimize"] as const;
  for (const one of [tpeSampler(), gaussianProcessSampler(), cmaEsSampler()]) {
    expect(() => createStudy({ directions, sampler: one })).toThrow(
      `the sampler "${one.name}" follows one objective, got 2 directions; use nsga2Sampler()`,
    );
  }
  expect(() => createStudy({ directions, pruner: medianPruner() })).toThrow(
    'the pruner "median" compares one value of a trial, got 2 directions; leave it out',
  );
});

test("directions are checked, and those of a study that is there", () => {
  const made = (options: object) => (): unknown => createStudy(options);
  expect(made({ directions: ["minimize"] })).toThrow("a list of two or more");
  expect(made({ directions: "minimize" })).toThrow("a list of two or more");
  expect(made({ directions: ["minimize", "down"] })).toThrow(
    '"minimize" or "maximize", got "down"',
  );
  expect(made({ directions: ["minimize", "minimize"], direction: "minimize" })).toThrow("exclude");
  const storage = memoryStorage();
  createStudy({ storage, directions: ["minimize", "maximize"] });
  expect(made({ storage, directions: ["minimize", "minimize"] })).toThrow(
    'study "study" is there already, to minimize, maximize',
  );
  expect(made({ storage })).toThrow("is there already");
  expect(made({ storage, directions: ["minimize", "maximize"] })).not.toThrow();
});

test("an objective must return a number for each direction", async () => {
  const two = createStudy({ directions: ["minimize", "minimize"], sampler });
  const run = (result: unknown): Promise<unknown> =>
    two.optimize(space, () => result as readonly [number, number], { trials: 1 });
  await expect(run(1)).rejects.toThrow(
    'study "study": trial 0: what the objective returns must be a list of 2 numbers, got 1',
  );
  await expect(run([1, 2, 3])).rejects.toThrow("a list of 2 numbers, got a list of 3");
  await expect(run([1, "2"])).rejects.toThrow("a list of 2 numbers");
  await expect(run(undefined)).rejects.toThrow("a list of 2 numbers, got undefined");
  expect(two.trials.map((t) => t.state)).toEqual(Array(4).fill("fail"));
  // What is not finite is a failure of the trial alone.
  await run([1, NaN]);
  expect(two.trials[4]!.state).toBe("fail");
  expect(two.trials[4]!.values).toBe(null);
  const one: AnyStudy = createStudy({ sampler });
  const wrong = one.optimize(space, () => [1, 2], { trials: 1 });
  await expect(wrong).rejects.toThrow("must be a number, got a list of 2");
});

test("random, Sobol and grid search go on as with one objective", async () => {
  const grid = { x: int(0, 3), y: int(0, 2) };
  for (const make of [randomSampler, sobolSampler, gridSampler]) {
    const one = createStudy({ sampler: make(), seed: 3 });
    await one.optimize(grid, ({ x }) => x, { trials: 12 });
    const two = createStudy({ sampler: make(), seed: 3, directions: ["minimize", "maximize"] });
    await two.optimize(grid, ({ x, y }) => [x, y], { trials: 12 });
    expect(two.trials.map((t) => t.params)).toEqual(one.trials.map((t) => t.params));
    expect(two.trials.map((t) => t.values)).toEqual(
      two.trials.map(({ params }) => [params["x"], params["y"]]),
    );
  }
});

test("reports are kept, and never stop a trial of several objectives", async () => {
  const study = createStudy({ directions: ["minimize", "minimize"], sampler });
  await study.optimize(
    space,
    ({ x }, trial) => {
      trial.report(x, 0);
      expect(trial.shouldPrune()).toBe(false);
      return [x, -x];
    },
    { trials: 12 },
  );
  expect(study.trials.every((t) => t.intermediate.size === 1)).toBe(true);
});

test("add() takes a value for each direction", () => {
  const study = createStudy({ directions: ["minimize", "maximize"], sampler });
  study.add({ x: 1, y: 2 }, space, [3, 4]);
  expect(study.paretoFront.map((t) => t.values)).toEqual([[3, 4]]);
  expect(() => study.add({ x: 1, y: 2 }, space, [3, NaN])).toThrow("finite values");
  const any: AnyStudy = study;
  expect(() => any.add({ x: 1, y: 2 }, space, 3)).toThrow("a list of 2 numbers, got 3");
});

test("hypervolume() is what the front dominates up to a reference, in the objectives' own units", () => {
  const study = studyOf(
    ["minimize", "maximize"],
    [
      [1, 2],
      [2, 3],
      [5, 1],
    ],
  );
  // Below 4 and above 0: 3 x 2 of the first, and 2 x 1 above that of the second.
  expect(hypervolume(study, [4, 0])).toBe(3 * 2 + 2 * 1);
  expect(hypervolume(createStudy({ sampler }), 1)).toBe(0);
  const any: AnyStudy = study;
  expect(() => hypervolume(any, [4, 0, 1])).toThrow("a list of 2 numbers, got a list of 3");
  expect(() => hypervolume(study, [4, NaN])).toThrow("finite");
});

test("a model of the values, and importance, are of one objective at a time", async () => {
  const study = createStudy({ directions: ["minimize", "minimize"], sampler, seed: 1 });
  await study.optimize(space, ({ x, y }) => [x + 0.01 * y, y], { trials: 30 });
  expect(() => importance(study)).toThrow(
    'study "study": has 2 objectives; say which one, { objective: 0 } to { objective: 1 }',
  );
  expect(importance(study, { objective: 0 })["x"]).toBeGreaterThan(0.9);
  expect(importance(study, { objective: 1 })["y"]).toBeGreaterThan(0.9);
  expect(surrogateOf(study, { objective: 1 }).value({ x: 5, y: 4 })).toBeCloseTo(4, 1);
  expect(() => surrogateOf(study, { objective: 2 })).toThrow("say which one");
});
