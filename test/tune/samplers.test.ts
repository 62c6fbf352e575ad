import { expect, test } from "vitest";
import { cmaEsSampler } from "../../src/tune/samplers/cmaEs.ts";
import { eigen } from "../../src/tune/samplers/eigen.ts";
import { gaussianProcessSampler } from "../../src/tune/samplers/gaussianProcess.ts";
import { gridSampler } from "../../src/tune/samplers/grid.ts";
import { nsga2Sampler } from "../../src/tune/samplers/nsga2.ts";
import { randomSampler } from "../../src/tune/samplers/random.ts";
import type { Sampler } from "../../src/tune/samplers/sampler.ts";
import { Sobol, sobolSampler } from "../../src/tune/samplers/sobol.ts";
import { tpeSampler } from "../../src/tune/samplers/tpe.ts";
import { categorical, float, int } from "../../src/tune/space/distribution.ts";
import { memoryStorage } from "../../src/tune/storage/memory.ts";
import { createStudy } from "../../src/tune/study.ts";
import { testFunctions } from "../support/testFunctions.ts";

const SAMPLERS: Readonly<Record<string, () => Sampler>> = {
  random: randomSampler,
  sobol: sobolSampler,
  tpe: tpeSampler,
  gaussianProcess: gaussianProcessSampler,
  cmaEs: cmaEsSampler,
  nsga2: () => nsga2Sampler({ population: 5 }),
};

const MIXED = {
  rate: float(1e-4, 1, { log: true }),
  share: float(0, 1, { step: 0.25 }),
  units: int(1, 64, { log: true }),
  depth: int(1, 5),
  kind: categorical(["a", "b", "c"]),
  fixed: float(2, 2),
};
const mixedValue = (p: {
  rate: number;
  share: number;
  units: number;
  depth: number;
  kind: string;
}): number =>
  (Math.log10(p.rate) + 2) ** 2 +
  Math.abs(p.share - 0.5) +
  Math.abs(Math.log2(p.units) - 4) / 3 +
  Math.abs(p.depth - 2) +
  (p.kind === "b" ? 0 : 1);

test.each(Object.entries(SAMPLERS))("%s: the same study gives the same trials", async (_, make) => {
  const run = async (seed: number): Promise<unknown> => {
    const study = createStudy({ sampler: make(), seed });
    await study.optimize(MIXED, mixedValue, { trials: 20 });
    return study.trials.map((t) => t.params);
  };
  const first = await run(5);
  expect(await run(5)).toEqual(first);
  expect(await run(6)).not.toEqual(first);
});

test.each(Object.entries(SAMPLERS))(
  "%s: a study in two parts is the study in one",
  async (_, make) => {
    const whole = createStudy({ sampler: make(), seed: 2 });
    await whole.optimize(MIXED, mixedValue, { trials: 24 });
    const storage = memoryStorage();
    await createStudy({ sampler: make(), seed: 2, storage }).optimize(MIXED, mixedValue, {
      trials: 13,
    });
    const second = createStudy({ sampler: make(), seed: 2, storage });
    await second.optimize(MIXED, mixedValue, { trials: 11 });
    expect(second.trials.map((t) => t.params)).toEqual(whole.trials.map((t) => t.params));
  },
);

test.each([
  ["tpe", tpeSampler],
  ["gaussianProcess", gaussianProcessSampler],
] as const)("%s beats random search on a mixed space, either way round", async (_, make) => {
  for (const direction of ["minimize", "maximize"] as const) {
    const sign = direction === "minimize" ? 1 : -1;
    let wins = 0;
    for (let seed = 0; seed < 3; seed++) {
      const best = async (sampler: Sampler): Promise<number> => {
        const study = createStudy({ sampler, seed, direction });
        await study.optimize(MIXED, (p) => sign * mixedValue(p), { trials: 30 });
        return sign * study.bestValue;
      };
      if ((await best(make())) < (await best(randomSampler()))) wins++;
    }
    expect(wins).toBeGreaterThanOrEqual(2);
  }
});

test("the Gaussian process finds Hartmann's valley in 40 trials", async () => {
  const study = createStudy({ sampler: gaussianProcessSampler(), seed: 1 });
  const f = testFunctions["hartmann3"]!;
  const axis = float(0, 1);
  await study.optimize({ a: axis, b: axis, c: axis }, ({ a, b, c }) => f([a, b, c]), {
    trials: 40,
  });
  // The 90 % quantile of the reference's regret is 0.005.
  expect(study.bestValue + 3.86277978).toBeLessThan(0.02);
});

test("running trials keep the next ones away", () => {
  for (const make of [tpeSampler, gaussianProcessSampler]) {
    const study = createStudy({ sampler: make(), seed: 3 });
    const space = { x: float(0, 1), y: float(0, 1) };
    for (let i = 0; i < 20; i++) {
      const trial = study.ask(space);
      const { x, y } = trial.params as { x: number; y: number };
      study.tell(trial, (x - 0.3) ** 2 + (y - 0.6) ** 2);
    }
    const asked = Array.from(
      { length: 4 },
      () => study.ask(space).params as { x: number; y: number },
    );
    const keys = new Set(asked.map(({ x, y }) => `${x.toFixed(3)} ${y.toFixed(3)}`));
    expect(keys.size).toBe(4);
  }
});

test("a grid is complete, ends by itself, and goes on with what is missing", async () => {
  const storage = memoryStorage();
  const values = { a: [1, 2, 3], b: ["x", "y"] };
  const objective = (t: import("../../src/tune/trial.ts").Trial): number => {
    const b = t.suggestCategorical("b", ["x", "y"]);
    // Asked for in half of the cases only.
    return b === "x" ? t.suggestInt("a", 1, 3) : 0;
  };
  const first = createStudy({ sampler: gridSampler(values), storage });
  await first.optimize(objective, { trials: 4 });
  const second = createStudy({ sampler: gridSampler(values), storage });
  await second.optimize(objective);
  expect(second.trials.length).toBe(6);
  const points = second.trials.map((t) => JSON.stringify(t.system["grid_point"]));
  expect(new Set(points).size).toBe(6);
});

test("a grid over a declared space takes all of its values, in parallel too", async () => {
  const space = { a: int(1, 3), b: float(0, 0.2, { step: 0.1 }), c: categorical([true, false]) };
  const study = createStudy({ sampler: gridSampler() });
  await study.optimize(space, async ({ a }) => a, { jobs: 5 });
  expect(study.trials.length).toBe(18);
  expect(new Set(study.trials.map((t) => JSON.stringify(t.params))).size).toBe(18);
  await expect(
    createStudy({ sampler: gridSampler() }).optimize({ x: float(0, 1) }, ({ x }) => x),
  ).rejects.toThrow('"x" must have finitely many values');
});

test("a Sobol sequence has one point in every cell of an elementary interval", () => {
  for (const [i, j] of [
    [0, 1],
    [2, 7],
    [5, 20],
  ] as const) {
    const sobol = new Sobol(24, 9, 1);
    const points = Array.from({ length: 256 }, (_, k) => sobol.point(k));
    const first = new Set(points.map((p) => Math.floor(256 * p[i]!)));
    const second = new Set(points.map((p) => Math.floor(256 * p[j]!)));
    expect(first.size).toBe(256);
    expect(second.size).toBe(256);
  }
  const sobol = new Sobol(2, 9, 1);
  const cells = Array.from({ length: 256 }, (_, k) => sobol.point(k)).map(
    (p) => `${Math.floor(16 * p[0]!)} ${Math.floor(16 * p[1]!)}`,
  );
  expect(new Set(cells).size).toBe(256);
});

test("a Sobol sequence of more axes than the table stays uniform", () => {
  const sobol = new Sobol(70, 3, 2);
  const points = Array.from({ length: 64 }, (_, k) => sobol.point(k));
  for (const axis of [32, 50, 69]) {
    expect(new Set(points.map((p) => Math.floor(64 * p[axis]!))).size).toBe(64);
    // Axes that share direction numbers must not be equal.
    expect(points.some((p) => Math.abs(p[axis]! - p[axis - 32]!) > 0.1)).toBe(true);
  }
});

test("eigen() takes a symmetric matrix apart: vectors are orthonormal, and give it back", () => {
  for (const n of [1, 2, 3, 7]) {
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) a[i * n + j] = 1 / (1 + i + j) + (i === j ? 0.1 * i : 0);
    const { values, vectors } = eigen(a, n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let [product, back] = [0, 0];
        for (let k = 0; k < n; k++) {
          product += vectors[k * n + i]! * vectors[k * n + j]!;
          back += vectors[i * n + k]! * values[k]! * vectors[j * n + k]!;
        }
        expect(product).toBeCloseTo(i === j ? 1 : 0, 13);
        expect(back).toBeCloseTo(a[i * n + j]!, 13);
      }
    }
  }
});

// Optuna's CmaEsSampler ends at 4e-9 to 1.2e-3 in eight runs, its median 6.1e-6; ours at 1.4e-9 to 2.5e-4, median 6.9e-6.
test("cmaEs finds the bottom of a narrow valley that lies askew, where random search does not", async () => {
  const space = { a: float(-2, 2), b: float(-2, 2), c: float(-2, 2) };
  // Long in the direction (1, 1, 1), a hundred times steeper across it.
  const valley = ({ a, b, c }: { a: number; b: number; c: number }): number => {
    const [x, y, z] = [a - 0.7, b - 0.7, c - 0.7];
    const along = (x + y + z) / 3;
    return along * along + 1e4 * ((x - along) ** 2 + (y - along) ** 2 + (z - along) ** 2);
  };
  for (const [sampler, solves] of [
    [cmaEsSampler(), true],
    [randomSampler(), false],
  ] as const) {
    const study = createStudy({ sampler, seed: 4 });
    await study.optimize(space, valley, { trials: 500 });
    expect(study.bestValue < 1e-3, `${sampler.name}: ${study.bestValue}`).toBe(solves);
  }
});

test.each(Object.entries(SAMPLERS))(
  "%s: a range that becomes narrower in a study is kept to, whatever was planned",
  async (_, make) => {
    const study = createStudy({ sampler: make(), seed: 1 });
    await study.optimize((t) => t.suggestFloat("x", 0, 1) ** 2 + t.suggestInt("n", 0, 9), {
      trials: 15,
    });
    await study.optimize((t) => t.suggestFloat("x", 0.7, 0.75) ** 2 + t.suggestInt("n", 5, 6), {
      trials: 10,
    });
    for (const { params } of study.trials.slice(15)) {
      expect(params["x"]).toBeGreaterThanOrEqual(0.7);
      expect(params["x"]).toBeLessThanOrEqual(0.75);
      expect([5, 6]).toContain(params["n"]);
    }
  },
);
