import { expect, test } from "vitest";
import { Random } from "../../src/math/random.ts";
import { type Distribution, categorical, float, int } from "../../src/tune/space/distribution.ts";
import { cardinality, contains, fromUnit, toUnit, valueAt } from "../../src/tune/space/internal.ts";
import { createStudy } from "../../src/tune/study.ts";
import { randomSampler } from "../../src/tune/samplers/random.ts";

const KINDS: Readonly<Record<string, Distribution>> = {
  float: float(-2, 3),
  log: float(1e-5, 1e-1, { log: true }),
  step: float(0.1, 0.75, { step: 0.1 }),
  int: int(-3, 5),
  intStep: int(16, 250, { step: 32 }),
  intLog: int(1, 300, { log: true }),
  choice: categorical(["a", "b", null]),
  point: float(2, 2),
};

test.each(Object.entries(KINDS))("%s: uniform numbers give values of it, and back", (_, d) => {
  const random = new Random(1);
  for (let i = 0; i < 500; i++) {
    const x = fromUnit(d, random.uniform());
    expect(contains(d, x)).toBe(true);
    expect(fromUnit(d, toUnit(d, x))).toBeCloseTo(x, 9);
  }
  expect(contains(d, fromUnit(d, 0))).toBe(true);
  expect(contains(d, fromUnit(d, 1 - 2 ** -53))).toBe(true);
});

test("a float on a logarithmic scale has as many values below as above the geometric mean", () => {
  const random = new Random(2);
  const d = float(1e-5, 1e-1, { log: true });
  const low = Array.from({ length: 4000 }, () => fromUnit(d, random.uniform())).filter(
    (x) => x < 1e-3,
  );
  // Half of 4000, four deviations of sqrt(4000) / 2.
  expect(Math.abs(low.length - 2000)).toBeLessThan(127);
});

test("every step is as likely as every other", () => {
  const random = new Random(3);
  const d = int(0, 9);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) counts[fromUnit(d, random.uniform())]!++;
  for (const n of counts) expect(Math.abs(n - 1000)).toBeLessThan(150);
});

test("a step's last value is the last that fits", () => {
  expect(float(0.1, 0.75, { step: 0.1 }).high).toBeCloseTo(0.7, 12);
  expect(cardinality(float(0, 1, { step: 0.1 }))).toBe(11);
  expect(int(16, 250, { step: 32 }).high).toBe(240);
  expect(valueAt(int(16, 250, { step: 32 }), 7)).toBe(240);
});

test("wrong ranges are refused with a sentence", () => {
  expect(() => float(1, 0)).toThrow("low must be at most high");
  expect(() => float(0, 1, { log: true })).toThrow("low must be above 0");
  expect(() => float(1, 2, { log: true, step: 1 })).toThrow("exclude one another");
  expect(() => int(1.5, 2)).toThrow("must be whole");
  expect(() => categorical([])).toThrow("choices must be different");
  // @ts-expect-error an option of Python's
  expect(() => float(1, 2, { q: 1 })).toThrow('unknown option "q"');
});

test("parameters of a declared space are typed in the objective", async () => {
  const study = createStudy({ sampler: randomSampler(), seed: 1 });
  const space = { rate: float(0, 1), units: int(1, 4), kind: categorical(["relu", "tanh"]) };
  await study.optimize(
    space,
    ({ rate, units, kind }, trial) => {
      const typed: "relu" | "tanh" = kind;
      expect(["relu", "tanh"]).toContain(typed);
      expect(trial.params).toEqual({ rate, units, kind });
      return rate * units;
    },
    { trials: 5 },
  );
  expect(study.trials.map((t) => t.state)).toEqual(new Array(5).fill("complete"));
});

test("plain code may decide which parameters there are", async () => {
  const study = createStudy({ seed: 4 });
  await study.optimize(
    (trial) => {
      const layers = trial.suggestInt("layers", 1, 3);
      let total = 0;
      for (let i = 0; i < layers; i++) total += trial.suggestInt(`units${i}`, 8, 64, { step: 8 });
      return Math.abs(total - 100);
    },
    { trials: 40 },
  );
  expect(study.bestValue).toBeLessThanOrEqual(8);
  expect(Object.keys(study.bestTrial.params).length).toBe(
    1 + (study.bestParams["layers"] as number),
  );
});

test("a name stands for one kind of parameter in a study", async () => {
  const study = createStudy();
  await study.optimize((t) => t.suggestFloat("x", 0, 1), { trials: 1 });
  await expect(study.optimize((t) => t.suggestInt("x", 0, 1), { trials: 1 })).rejects.toThrow(
    '"x" must stay float 0 to 1, got int 0 to 1',
  );
  await study.optimize((t) => t.suggestFloat("x", 0, 2), { trials: 1 });
});

test("enqueued parameters come next, and what they leave out is sampled", async () => {
  const study = createStudy({ seed: 1 });
  study.enqueue({ x: 0.25 });
  const seen: number[][] = [];
  await study.optimize(
    (t) => {
      seen.push([t.suggestFloat("x", 0, 1), t.suggestFloat("y", 0, 1)]);
      return 1;
    },
    { trials: 2 },
  );
  expect(seen[0]![0]).toBe(0.25);
  expect(seen[1]![0]).not.toBe(0.25);
  study.enqueue({ x: 7 });
  await expect(study.optimize((t) => t.suggestFloat("x", 0, 1), { trials: 1 })).rejects.toThrow(
    'enqueued "x": must lie in [0, 1], got 7',
  );
});

test("narrow() keeps where the best trials lie, and says why", async () => {
  const space = {
    rate: float(1e-5, 1, { log: true }),
    units: int(8, 512, { step: 8 }),
    kind: categorical(["good", "bad", "worse"]),
  };
  const study = createStudy({ sampler: randomSampler(), seed: 3 });
  await study.optimize(
    space,
    ({ rate, units, kind }) =>
      (Math.log10(rate) + 3) ** 2 + ((units - 64) / 200) ** 2 + (kind === "good" ? 0 : 9),
    { trials: 100 },
  );
  let said = "";
  const next = study.narrow({ space, top: 0.1, print: (text) => (said = text) });
  expect(next.kind.choices).toEqual(["good"]);
  expect(next.rate.low).toBeGreaterThan(1e-5);
  expect(next.rate.high).toBeLessThan(1);
  expect(next.rate.low).toBeLessThan(1e-3);
  expect(next.rate.high).toBeGreaterThan(1e-3);
  expect((next.units.low - 8) % 8).toBe(0);
  expect(next.units.high).toBeLessThan(512);
  expect(said).toContain(
    'kind: "good" | "bad" | "worse" becomes "good"; the best 10 have good 10 times',
  );
  expect(said.split("\n").length).toBe(3);
  expect(() => createStudy().narrow()).toThrow("must have complete trials, got none");
});

test("with limits, lists become ranges, which go on where the best trials sit on a border", async () => {
  const space = {
    rate: categorical([0.01, 0.001, 0.0001]),
    left: categorical([0.2, 0.3, 0.5]),
    units: int(16, 64),
    kind: categorical(["a", "b"]),
  };
  const study = createStudy({ sampler: randomSampler(), seed: 3 });
  await study.optimize(
    space,
    ({ rate, left, units }) => 9 * Math.abs(Math.log10(rate) + 3) + 4 * left + (64 - units) / 40,
    { trials: 400 },
  );
  const limits = {
    rate: float(1e-6, 1, { log: true }),
    left: float(0, 0.9),
    units: int(1, 100, { log: true }),
  };
  let said = "";
  const next = study.narrow({ space, top: 0.05, limits, print: (text) => (said = text) });
  // In the middle: half the distance to the neighbours.
  expect(next.rate.low).toBeCloseTo(1e-3 / Math.sqrt(10), 9);
  expect(next.rate.high).toBeCloseTo(1e-3 * Math.sqrt(10), 9);
  // At the lowest: as far down as the list was wide, but not below the limit.
  expect(next.left.low).toBe(0);
  expect(next.left.high).toBeLessThan(0.41);
  expect(next.units.high).toBe(100);
  expect(next.units.low).toBeGreaterThan(16);
  expect(next.units).toMatchObject({ kind: "int", log: true, step: 1 });
  expect(said).toMatch(/left: 0\.2 \| 0\.3 \| 0\.5 becomes float 0 to .*lowest.*reaches below it/);
  expect(said).toMatch(/units: int 16 to 64 becomes .*highest.*reaches above it/);
  expect(said).toMatch(/rate: .* becomes float 0\.0003162 to 0\.003162, log; the best 20 lie/);
  const wrong = (limit: object): (() => unknown) => {
    return () => study.narrow({ space, limits: limit as Record<string, never>, print: () => {} });
  };
  expect(wrong({ unit: int(1, 2) })).toThrow('did you mean "units"?');
  expect(wrong({ kind: int(1, 2) })).toThrow('limits of "kind" need numbers');
});
