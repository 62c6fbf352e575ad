import { expect, test } from "vitest";
import { hyperbandPruner } from "../../src/tune/pruners/hyperband.ts";
import { patientPruner } from "../../src/tune/pruners/patient.ts";
import { medianPruner, percentilePruner } from "../../src/tune/pruners/percentile.ts";
import { type Pruner, noPruner } from "../../src/tune/pruners/pruner.ts";
import { successiveHalvingPruner } from "../../src/tune/pruners/successiveHalving.ts";
import { thresholdPruner } from "../../src/tune/pruners/threshold.ts";
import { TrialPruned } from "../../src/tune/pruned.ts";
import { randomSampler } from "../../src/tune/samplers/random.ts";
import { createStudy } from "../../src/tune/study.ts";
import type { Direction, TrialRecord, TrialState } from "../../src/tune/trialRecord.ts";

/** A trial that reported these values at steps 0, 1, ... (or at the steps given). */
function trialOf(
  number: number,
  values: readonly number[],
  state: TrialState = "complete",
  steps: readonly number[] = values.map((_, i) => i),
): TrialRecord {
  const value = state === "complete" ? (values.at(-1) ?? 0) : null;
  return {
    number,
    state,
    value,
    values: value === null ? null : [value],
    params: {},
    internal: {},
    distributions: {},
    intermediate: new Map(values.map((v, i) => [steps[i]!, v])),
    notes: {},
    system: {},
    started: null,
    ended: null,
  };
}

function prunes(
  pruner: Pruner,
  others: readonly TrialRecord[],
  own: TrialRecord,
  direction: Direction = "minimize",
): boolean {
  return pruner.shouldPrune({ direction, study: "s", trials: [...others, own] }, own);
}

const own = (values: readonly number[], steps?: readonly number[]): TrialRecord =>
  trialOf(99, values, "running", steps);
const five = [1, 2, 3, 4, 5].map((v, i) => trialOf(i, [9, v]));

test("the median stops what is worse than half of the others at that step", () => {
  expect(prunes(medianPruner(), five, own([9, 3.1]))).toBe(true);
  expect(prunes(medianPruner(), five, own([9, 3]))).toBe(false);
  expect(prunes(medianPruner(), five, own([2, 8]))).toBe(false); // its best so far counts
  expect(prunes(medianPruner(), five, own([0, 2.9]), "maximize")).toBe(true);
  expect(prunes(medianPruner(), five, own([0, 3]), "maximize")).toBe(false);
  expect(prunes(medianPruner(), five.slice(1), own([9, 99]))).toBe(false); // startup
  expect(prunes(medianPruner({ warmup: 2 }), five, own([9, 99]))).toBe(false);
  expect(prunes(medianPruner({ minimumTrials: 6 }), five, own([9, 99]))).toBe(false);
  expect(prunes(medianPruner(), five, own([NaN, NaN]))).toBe(true);
  expect(prunes(medianPruner(), five, own([]))).toBe(false);
});

test("a pruner with an interval looks once in each", () => {
  const others = Array.from({ length: 5 }, (_, i) => trialOf(i, new Array<number>(7).fill(1)));
  const pruner = medianPruner({ warmup: 1, interval: 3 });
  const looks = Array.from({ length: 7 }, (_, last) =>
    prunes(pruner, others, own(new Array<number>(last + 1).fill(2))),
  );
  expect(looks).toEqual([false, true, false, false, true, false, false]);
});

test("a percentile is interpolated as numpy's", () => {
  // 25 % of 1..5 is 2.
  expect(prunes(percentilePruner(25), five, own([9, 2]))).toBe(false);
  expect(prunes(percentilePruner(25), five, own([9, 2.01]))).toBe(true);
  expect(prunes(percentilePruner(30), five, own([9, 2.2]))).toBe(false);
  expect(prunes(percentilePruner(30), five, own([9, 2.21]))).toBe(true);
  expect(() => percentilePruner(101)).toThrow("must lie in [0, 100]");
});

test("successive halving lets one in four pass a rung", () => {
  const pruner = successiveHalvingPruner({ minimumResource: 1 });
  const others = [1, 2, 3, 4, 5, 6, 7].map((v, i) => trialOf(i, [v], "pruned", [1]));
  expect(prunes(pruner, others, own([2], [1]))).toBe(false);
  expect(prunes(pruner, others, own([2.5], [1]))).toBe(true);
  expect(prunes(pruner, others, own([0.5], [1]))).toBe(false);
  expect(prunes(pruner, others, own([9], [0]))).toBe(false); // below the first rung
  expect(prunes(pruner, [], own([5], [1]))).toBe(false); // the first to come is the best
  expect(prunes(pruner, others, own([6.5], [1]), "maximize")).toBe(false);
  expect(prunes(pruner, others, own([NaN], [1]))).toBe(true);
  // Rung 1 at step 4: only those that came there compete.
  const long = [trialOf(8, [0.1, 0.3], "complete", [1, 4])];
  expect(prunes(pruner, [...others, ...long], own([0.2, 0.4], [1, 4]))).toBe(true);
  expect(prunes(pruner, [...others, ...long], own([0.2, 0.2], [1, 4]))).toBe(false);
  expect(
    prunes(successiveHalvingPruner({ minimumResource: 1, bootstrap: 9 }), others, own([0], [1])),
  ).toBe(true);
});

test("Hyperband has bold brackets and one that stops nobody", () => {
  const pruner = hyperbandPruner({ minimumResource: 1, maximumResource: 27, reductionFactor: 3 });
  const others = Array.from({ length: 60 }, (_, i) => trialOf(i, [1], "pruned", [1]));
  const stopped = Array.from({ length: 60 }, (_, i) =>
    prunes(pruner, others, trialOf(100 + i, [2], "running", [1])),
  );
  // Shares 27, 12, 6, 4 of 49: only the first bracket looks at step 1.
  const share = stopped.filter(Boolean).length / 60;
  expect(share).toBeGreaterThan(0.35);
  expect(share).toBeLessThan(0.75);
});

test("patience waits for a trial to stop getting better", () => {
  const always: Pruner = { name: "always", shouldPrune: () => true };
  expect(prunes(patientPruner(always, 1), [], own([3, 2, 1]))).toBe(false);
  expect(prunes(patientPruner(always, 1), [], own([3, 1, 2]))).toBe(false);
  expect(prunes(patientPruner(always, 1), [], own([3, 1, 2, 2]))).toBe(true);
  expect(prunes(patientPruner(always, 1, 2), [], own([3, 1, 2, 2]))).toBe(false);
  expect(prunes(patientPruner(null, 1), [], own([3, 1, 2, 2]))).toBe(true);
  expect(prunes(patientPruner(noPruner(), 1), [], own([3, 1, 2, 2]))).toBe(false);
});

test("a threshold stops what lies outside", () => {
  const pruner = thresholdPruner({ lower: 0, upper: 10, warmup: 1 });
  expect([5, 11, -1, NaN].map((v) => prunes(pruner, [], own([5, v])))).toEqual([
    false,
    true,
    true,
    true,
  ]);
  expect(prunes(pruner, [], own([11]))).toBe(false);
  expect(() => thresholdPruner({})).toThrow("lower or an upper bound");
});

test("a study stops bad trials early and keeps the good ones", async () => {
  const study = createStudy({
    sampler: randomSampler(),
    pruner: medianPruner({ startup: 4 }),
    seed: 2,
  });
  let steps = 0;
  await study.optimize(
    (trial) => {
      const x = trial.suggestFloat("x", 0, 1);
      for (let step = 0; step < 10; step++) {
        steps++;
        trial.report(x + 1 / (step + 1), step);
        if (trial.shouldPrune()) throw new TrialPruned();
      }
      return x;
    },
    { trials: 40 },
  );
  const pruned = study.trials.filter((t) => t.state === "pruned");
  expect(pruned.length).toBeGreaterThan(10);
  expect(steps).toBeLessThan(300);
  const best = Math.min(...study.trials.map((t) => t.params["x"] as number));
  expect(study.bestParams["x"]).toBe(best);
});

test("a report of NaN, which no journal holds, is seen by the pruner", async () => {
  const study = createStudy({ pruner: medianPruner({ startup: 1 }) });
  study.tell(study.ask(), 1);
  const trial = study.ask();
  trial.report(NaN, 0);
  expect(trial.shouldPrune()).toBe(true);
  study.tell(trial, NaN);
  expect(study.trials[1]!.state).toBe("fail");
});
