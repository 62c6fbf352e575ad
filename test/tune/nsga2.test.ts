import { expect, test } from "vitest";
import { Random } from "../../src/math/random.ts";
import { hypervolume } from "../../src/tune/hypervolume.ts";
import { firstFront } from "../../src/tune/pareto/fronts.ts";
import { type Nsga2Options, nsga2Sampler } from "../../src/tune/samplers/nsga2.ts";
import { randomSampler } from "../../src/tune/samplers/random.ts";
import { crossed, mutated } from "../../src/tune/samplers/variation.ts";
import { type Distribution, categorical, float, int } from "../../src/tune/space/distribution.ts";
import { contains, toUnit } from "../../src/tune/space/internal.ts";
import { memoryStorage } from "../../src/tune/storage/memory.ts";
import type { Storage } from "../../src/tune/storage/storage.ts";
import { type Study, createStudy } from "../../src/tune/study.ts";
import type { Trial } from "../../src/tune/trial.ts";

type Two = Study<readonly [number, number]>;
const DIRECTIONS = ["minimize", "minimize"] as const;

function studyOf(seed: number, options: Nsga2Options = {}, storage?: Storage): Two {
  const sampler = nsga2Sampler(options);
  return createStudy({ directions: DIRECTIONS, seed, sampler, ...(storage && { storage }) });
}

/** One of two kinds, each with parameters of its own: near and cheap, or far and dear. */
function conditional(trial: Trial): [number, number] {
  const x = trial.suggestFloat("x", 0, 1);
  if (trial.suggestCategorical("kind", ["line", "net"]) === "line") {
    return [1 - x + Math.abs(trial.suggestFloat("slope", -2, 2) - 1), x];
  }
  const layers = trial.suggestInt("layers", 1, 3);
  let size = 0;
  for (let i = 0; i < layers; i++) size += trial.suggestInt(`units${i}`, 1, 64, { log: true });
  return [0.5 * (1 - x) + 4 / size, x + size / 50];
}

const outcome = (study: Two): unknown => study.trials.map((t) => [t.params, t.values, t.system]);
/** Without the times of the signs of life. */
const chosen = (study: Two): (readonly [unknown, unknown])[] =>
  study.trials.map((t) => [t.params, t.values]);

test("the same study gives the same trials, in two parts as well, from parents that are noted", async () => {
  const whole = studyOf(3, { population: 8 });
  await whole.optimize(conditional, { trials: 60 });
  const storage = memoryStorage();
  await studyOf(3, { population: 8 }, storage).optimize(conditional, { trials: 37 });
  const second = studyOf(3, { population: 8 }, storage);
  await second.optimize(conditional, { trials: 23 });
  expect(chosen(second)).toEqual(chosen(whole));
  const other = studyOf(4, { population: 8 });
  await other.optimize(conditional, { trials: 60 });
  expect(outcome(other)).not.toEqual(outcome(whole));

  const generations = whole.trials.map((t) => t.system["nsga2:generation"]);
  expect(generations).toEqual(Array.from({ length: 60 }, (_, i) => Math.floor(i / 8)));
  for (const { number, system } of whole.trials) {
    const parents = system["nsga2:parents"] as number[] | undefined;
    expect(parents?.length).toBe(number < 8 ? undefined : new Set(parents).size);
    for (const p of parents ?? []) expect(Math.floor(p / 8)).toBeLessThan(Math.floor(number / 8));
  }
});

test("with a lag it is the same study for any number of jobs up to it, whatever ends first", async () => {
  const run = async (jobs: number, chance: number): Promise<unknown> => {
    const random = new Random(chance);
    const study = studyOf(1, { population: 6 });
    await study.optimize(
      async (trial) => {
        await new Promise((resolve) => setTimeout(resolve, 3 * random.uniform()));
        return conditional(trial);
      },
      { trials: 50, jobs, lag: 4 },
    );
    return chosen(study);
  };
  const one = await run(1, 1);
  expect(await run(3, 2)).toEqual(one);
  expect(await run(4, 3)).toEqual(one);
});

test("parents are the best so far: elites of a generation and of those before", async () => {
  const study = studyOf(5, { population: 10 });
  await study.optimize({ x: float(0, 1), y: float(0, 1) }, ({ x, y }) => [x + y, 1 - x + y], {
    trials: 60,
  });
  for (let generation = 1; generation < 6; generation++) {
    const before = study.trials.slice(0, 10 * generation);
    const front = firstFront(before.map((t) => t.values!)).map((i) => before[i]!.number);
    const children = study.trials.slice(10 * generation, 10 * generation + 10);
    const parents = new Set(children.flatMap((t) => t.system["nsga2:parents"] as number[]));
    // A front of more than a population would not all be there, one of fewer is, and is not all that is.
    if (front.length >= 10) for (const p of parents) expect(front).toContain(p);
    expect(front.filter((p) => parents.has(p)).length).toBeGreaterThan(0);
  }
});

test("trials that fail have no children", async () => {
  const study = studyOf(2, { population: 5 });
  await study.optimize({ x: float(0, 1) }, ({ x }) => (x < 0.5 ? [NaN, 0] : [x, 1 - x]), {
    trials: 60,
  });
  const failed = new Set(study.trials.filter((t) => t.state === "fail").map((t) => t.number));
  expect(failed.size).toBeGreaterThan(0);
  const parents = study.trials.flatMap((t) => (t.system["nsga2:parents"] as number[]) ?? []);
  expect(parents.length).toBeGreaterThan(0);
  expect(parents.some((p) => failed.has(p))).toBe(false);
});

test("parameters that only some trials have are inherited, and what was done is not done again", async () => {
  // Of two parameters one would be mutated in each child: of two kinds, to the other.
  const study = studyOf(1, { population: 10, mutation: 0.1 });
  const kinds = ["a", "b"] as const;
  await study.optimize(
    (trial) => {
      const kind = trial.suggestCategorical("kind", kinds);
      const at = trial.suggestInt(kind, 0, 99);
      return kind === "a" ? [at / 99, 1 - at / 99] : [2, at];
    },
    { trials: 60 },
  );
  const key = (t: { params: object }): string => JSON.stringify(t.params);
  const different = new Set(study.trials.map(key));
  // Of 200 points; those that were drawn at random may meet.
  expect(different.size).toBeGreaterThanOrEqual(54);
  // All that is in the front is of the first kind, and so are most of the later children.
  expect(study.trials.slice(30).filter((t) => t.params["kind"] === "a").length).toBeGreaterThan(15);
});

test("a finite space is not tried twice while there is more of it", async () => {
  const study = studyOf(1, { population: 10 });
  const space = { a: int(0, 9), b: categorical(["p", "q", "r"]), c: float(0, 1, { step: 0.25 }) };
  await study.optimize(space, ({ a, c }) => [a, c - a], { trials: 75 });
  const different = new Set(study.trials.map((t) => JSON.stringify(t.params)));
  // Of 150 points; ten that were drawn at random may meet.
  expect(different.size).toBeGreaterThanOrEqual(73);
});

/** The same with four more parameters, far from whose best values both objectives are worse. */
function harder(trial: Trial): [number, number] {
  const far = [0, 1, 2, 3].map((i) => (trial.suggestFloat(`w${i}`, 0, 1) - 0.2 * i) ** 2);
  const sum = far.reduce((a, b) => a + b, 0);
  const [a, b] = conditional(trial);
  return [a + sum, b + sum];
}

test("it beats random search on conditional parameters, and either way round", async () => {
  for (let seed = 0; seed < 5; seed++) {
    const own = studyOf(seed, { population: 20 });
    await own.optimize(harder, { trials: 200 });
    const other = createStudy({ directions: DIRECTIONS, seed, sampler: randomSampler() });
    await other.optimize(harder, { trials: 200 });
    expect(hypervolume(own, [3, 4])).toBeGreaterThan(hypervolume(other, [3, 4]));
    const up = createStudy({
      directions: ["maximize", "minimize"],
      seed,
      sampler: nsga2Sampler({ population: 20 }),
    });
    await up.optimize(
      (trial) => {
        const [a, b] = harder(trial);
        return [-a, b];
      },
      { trials: 200 },
    );
    // The same values with the other sign: the same search.
    expect(chosen(up).map(([params]) => params)).toEqual(chosen(own).map(([params]) => params));
  }
});

const KINDS: Readonly<Record<string, Distribution>> = {
  float: float(-2, 3),
  log: float(1e-5, 1e-1, { log: true }),
  step: float(0.1, 0.75, { step: 0.1 }),
  two: int(0, 1),
  int: int(-3, 5),
  intLog: int(1, 300, { log: true }),
  choice: categorical(["a", "b", null]),
  point: float(2, 2),
};

test.each(Object.entries(KINDS))("%s: children and mutants are values of it", (_, d) => {
  const random = new Random(4);
  const draw = randomSampler();
  const value = (): number =>
    draw.single(
      { directions: [], trials: [], number: 0, seed: 0, random, system: {}, note: () => {} },
      "",
      d,
    );
  let moved = 0;
  for (let i = 0; i < 400; i++) {
    const [a, b] = [value(), value()];
    const child = crossed(random, d, a, b);
    expect(contains(d, child)).toBe(true);
    expect(crossed(random, d, a, a)).toBeCloseTo(a, 12);
    if (d.kind === "categorical") expect([a, b]).toContain(child);
    const mutant = mutated(random, d, a);
    expect(contains(d, mutant)).toBe(true);
    if (mutant !== a) moved++;
  }
  // Of what has steps or choices, every mutant is another value; of a point none.
  if (d.kind === "categorical" || d.step !== null) expect(moved).toBe(400);
  else expect(moved).toBe(d.low === d.high ? 0 : 400);
});

test("children lie about their parents: on both sides alike, and within the range", () => {
  const d = float(0, 1);
  const random = new Random(6);
  const children = Array.from({ length: 4000 }, () => crossed(random, d, 0.3, 0.5));
  const mean = children.reduce((a, b) => a + b, 0) / children.length;
  // The spread of a half of them is 0.1: three deviations of the mean of 4000.
  expect(Math.abs(mean - 0.4)).toBeLessThan((3 * 0.1) / Math.sqrt(4000));
  expect(children.filter((x) => Math.abs(x - 0.4) > 0.1 + 1e-12).length).toBeGreaterThan(500);
  const mutants = Array.from({ length: 4000 }, () => toUnit(d, mutated(random, d, 0.02)));
  expect(Math.min(...mutants)).toBeGreaterThanOrEqual(0);
  expect(mutants.filter((x) => x < 0.02).length).toBeGreaterThan(1800);
});

test("options are checked", () => {
  expect(() => nsga2Sampler({ population: 1 })).toThrow("population must be a whole number >= 2");
  expect(() => nsga2Sampler({ crossover: 1.5 })).toThrow("crossover must lie in [0, 1], got 1.5");
  expect(() => nsga2Sampler({ mutation: -1 })).toThrow("mutation must lie in [0, 1]");
});
