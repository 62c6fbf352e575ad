import { expect, test } from "vitest";
import { NonFiniteError } from "../../src/errors.ts";
import { randomSampler } from "../../src/tune/samplers/random.ts";
import { float } from "../../src/tune/space/distribution.ts";
import { memoryStorage } from "../../src/tune/storage/memory.ts";
import { createStudy } from "../../src/tune/study.ts";

const sampler = randomSampler();
const space = { x: float(0, 1) };

test("an error ends the study, and the trial has failed", async () => {
  const study = createStudy({ sampler });
  const run = study.optimize(space, () => Promise.reject(new Error("no data")), { trials: 5 });
  await expect(run).rejects.toThrow("no data");
  expect(study.trials.map((t) => t.state)).toEqual(["fail"]);
  expect(study.trials[0]!.system["fail_reason"]).toBe("no data");
  await study.optimize(space, () => Promise.reject(new Error("no data")), {
    trials: 2,
    onError: "fail",
  });
  expect(study.trials.length).toBe(3);
});

test("a training that diverges fails its trial alone", async () => {
  const study = createStudy({ sampler });
  let calls = 0;
  await study.optimize(
    space,
    ({ x }) => {
      calls++;
      if (calls === 1) throw new NonFiniteError("loss is NaN");
      return calls === 2 ? NaN : calls === 3 ? Infinity : x;
    },
    { trials: 5 },
  );
  expect(study.trials.map((t) => t.state)).toEqual([
    "fail",
    "fail",
    "fail",
    "complete",
    "complete",
  ]);
});

test("timeout and signal begin no further trial", async () => {
  const study = createStudy({ sampler });
  await study.optimize(space, () => new Promise((resolve) => setTimeout(() => resolve(1), 30)), {
    timeout: 0.05,
  });
  expect(study.trials.length).toBeGreaterThan(0);
  expect(study.trials.length).toBeLessThan(5);
  const controller = new AbortController();
  const second = createStudy({ sampler });
  await second.optimize(
    space,
    ({ x }, trial) => {
      expect(trial.signal).toBe(controller.signal);
      if (trial.number === 2) controller.abort();
      return x;
    },
    { signal: controller.signal },
  );
  expect(second.trials.length).toBe(3);
  await expect(createStudy().optimize(space, () => 1)).rejects.toThrow("must end somehow");
});

test("trials have seeds of their own, which the study's seed decides", async () => {
  const seeds = async (seed: number): Promise<number[]> => {
    const list: number[] = [];
    const study = createStudy({ sampler, seed });
    await study.optimize(space, (_, trial) => list.push(trial.seed), { trials: 4 });
    return list;
  };
  const first = await seeds(1);
  expect(new Set(first).size).toBe(4);
  expect(await seeds(1)).toEqual(first);
  expect(await seeds(2)).not.toEqual(first);
});

test("jobs run objectives at a time", async () => {
  let [running, most] = [0, 0];
  const study = createStudy({ sampler });
  await study.optimize(
    space,
    async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return --running;
    },
    { trials: 9, jobs: 3 },
  );
  expect(most).toBe(3);
  expect(study.trials.length).toBe(9);
});

test("trials of another study can be added, and inform the sampler", () => {
  const study = createStudy({ direction: "maximize" });
  study.add({ x: 0.5 }, space, 3);
  study.add({ x: 0.7 }, space, 9);
  expect(study.bestParams).toEqual({ x: 0.7 });
  expect(() => study.add({ x: 2 }, space, 1)).toThrow('add: "x": must lie in [0, 1], got 2');
});

test("a study is found again by its name, with its direction", () => {
  const storage = memoryStorage();
  createStudy({ name: "a", storage }).tell(createStudy({ name: "a", storage }).ask(space), 4);
  expect(createStudy({ name: "a", storage }).bestValue).toBe(4);
  expect(createStudy({ name: "b", storage }).trials).toEqual([]);
  expect(() => createStudy({ name: "a", storage, direction: "maximize" })).toThrow(
    "is there already",
  );
  // @ts-expect-error Optuna's name
  expect(() => createStudy({ study_name: "a" })).toThrow("unknown option");
});
