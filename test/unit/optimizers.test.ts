import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { adagrad } from "../../src/optim/adagrad.ts";
import { adam } from "../../src/optim/adam.ts";
import { adamW } from "../../src/optim/adamW.ts";
import type { Optimizer } from "../../src/optim/defineOptimizer.ts";
import { nadam } from "../../src/optim/nadam.ts";
import { rmsprop } from "../../src/optim/rmsprop.ts";
import { sgd } from "../../src/optim/sgd.ts";
import type { OptimizerCase } from "../optim/optimizerCase.ts";
import { twinOf } from "../optim/twin.ts";
import { OptimizerRun, Space } from "../support/optimizerRun.ts";

const folder = (path: string): URL => new URL(`../../${path}/`, import.meta.url);

/** Names of the files in src/optim that define an update rule. */
const names: string[] = readdirSync(folder("src/optim"))
  .filter((f) => f !== "defineOptimizer.ts" && f.endsWith(".ts"))
  .filter((f) =>
    /= \/\* @__PURE__ \*\/ defineOptimizer\b/.test(
      readFileSync(new URL(f, folder("src/optim")), "utf8"),
    ),
  )
  .map((f) => f.slice(0, -3));

const cases: OptimizerCase[] = [];
for (const name of names) {
  const file = new URL(`${name}.case.ts`, folder("test/optim"));
  if (existsSync(file)) cases.push(((await import(file.href)) as { cases: OptimizerCase }).cases);
}
const all: [string, Optimizer][] = cases.flatMap(({ name, optimizers }) =>
  optimizers.map((o, i): [string, Optimizer] => [`${name} ${i}`, o]),
);

/** Whole numbers 0 to 2^32 - 1, the same in every run. */
function random(seed: number): () => number {
  let x = seed >>> 0;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 2 ** 32;
  };
}

function normals(n: number, seed: number): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length: n }, () => next() + next() + next() + next() - 2);
}

/** eta .1, w0 1, f = w^2 / 2: the first three w of docs/semantics. */
const TABLE: readonly [string, Optimizer, readonly [number, number, number]][] = [
  [
    "momentum torch",
    sgd({ dialect: "torch", momentum: 0.9, learningRate: 0.1 }),
    [0.9, 0.72, 0.486],
  ],
  [
    "momentum Keras",
    sgd({ dialect: "keras", momentum: 0.9, learningRate: 0.1 }),
    [0.9, 0.72, 0.486],
  ],
  [
    "momentum optax",
    sgd({ dialect: "optax", momentum: 0.9, learningRate: 0.1 }),
    [0.9, 0.72, 0.486],
  ],
  [
    "momentum seed",
    sgd({ dialect: "seed", momentum: 0.9, learningRate: 0.1 }),
    [0.99, 0.9711, 0.944379],
  ],
  [
    "dampening torch",
    sgd({ dialect: "torch", momentum: 0.9, dampening: 0.9, learningRate: 0.1 }),
    [0.9, 0.801, 0.70389],
  ],
  [
    "nesterov torch",
    sgd({ dialect: "torch", momentum: 0.9, nesterov: true, learningRate: 0.1 }),
    [0.81, 0.5751, 0.327321],
  ],
  [
    "nesterov Keras",
    sgd({ dialect: "keras", momentum: 0.9, nesterov: true, learningRate: 0.1 }),
    [0.81, 0.5751, 0.327321],
  ],
  [
    "nesterov optax",
    sgd({ dialect: "optax", momentum: 0.9, nesterov: true, learningRate: 0.1 }),
    [0.81, 0.5751, 0.327321],
  ],
  [
    "nesterov seed",
    sgd({ dialect: "seed", momentum: 0.9, nesterov: true, learningRate: 0.1 }),
    [0.99, 0.972, 0.9477],
  ],
  [
    "adagrad torch",
    adagrad({ dialect: "torch", learningRate: 0.1 }),
    [0.9, 0.833103527, 0.780456181],
  ],
  [
    "adagrad Keras",
    adagrad({ dialect: "keras", learningRate: 0.1 }),
    [0.904653745, 0.839338739, 0.787512775],
  ],
  [
    "adagrad optax",
    adagrad({ dialect: "optax", learningRate: 0.1 }),
    [0.904653745, 0.839338739, 0.787512775],
  ],
  [
    "adagrad seed",
    adagrad({ dialect: "seed", learningRate: 0.1 }),
    [0.900000001, 0.833103528, 0.780456183],
  ],
  ["rmsprop torch", rmsprop({ dialect: "torch", learningRate: 0.1 }), [1e-7, -1e-9, 0]],
  [
    "rmsprop Keras",
    rmsprop({ dialect: "keras", learningRate: 0.1 }),
    [0.683772392, 0.498870804, 0.36918076],
  ],
  [
    "rmsprop optax",
    rmsprop({ dialect: "optax", learningRate: 0.1 }),
    [0.68377225, 0.498870627, 0.369180574],
  ],
  [
    "rmsprop seed 000",
    rmsprop({ dialect: "seed", epsilonMode: "inside", learningRate: 0.1 }),
    [0.68377225, 0.498870627, 0.369180574],
  ],
  [
    "rmsprop seed 002",
    rmsprop({ dialect: "seed", learningRate: 0.1 }),
    [0.683772244, 0.49887062, 0.369180567],
  ],
  [
    "adam torch",
    adam({ dialect: "torch", learningRate: 0.1 }),
    [0.900000001, 0.80041223, 0.701586275],
  ],
  [
    "adam optax",
    adam({ dialect: "optax", learningRate: 0.1 }),
    [0.900000001, 0.80041223, 0.701586275],
  ],
  [
    "adam seeds",
    adam({ dialect: "seed", learningRate: 0.1 }),
    [0.900000001, 0.80041223, 0.701586275],
  ],
  [
    "adam Keras",
    adam({ dialect: "keras", learningRate: 0.1 }),
    [0.900000316, 0.800412776, 0.701587015],
  ],
  ["adamW", adamW({ learningRate: 0.1 }), [0.899000001, 0.798519028, 0.698911185]],
  [
    "adamW seed",
    adamW({ dialect: "seed", learningRate: 0.1 }),
    [0.890000001, 0.781571857, 0.675101223],
  ],
  [
    "nadam torch",
    nadam({ dialect: "torch", learningRate: 0.1 }),
    [0.894354823, 0.819973072, 0.752729268],
  ],
  [
    "nadam Keras",
    nadam({ dialect: "keras", learningRate: 0.1 }),
    [0.89372123, 0.820245047, 0.754674294],
  ],
  [
    "nadam optax",
    nadam({ dialect: "optax", learningRate: 0.1 }),
    [0.85263158, 0.741697161, 0.640611283],
  ],
  [
    "nadam seed",
    nadam({ dialect: "seed", learningRate: 0.1 }),
    [0.810000002, 0.674129966, 0.556829147],
  ],
];

describe("the table of semantics", () => {
  it.each(TABLE)(
    "%s: the f64 twin meets it to 1e-9 and the kernel to 2e-7",
    (_, optimizer, expected) => {
      const twin = twinOf(optimizer, [1]);
      const run = new OptimizerRun(new Space(1), optimizer, [1]);
      for (const w of expected) {
        twin.step(twin.point());
        run.end(run.begin().slice());
        expect(Math.abs(twin.w[0]! - w)).toBeLessThanOrEqual(1e-9);
        expect(Math.abs(run.param[0]! - w)).toBeLessThanOrEqual(2e-7);
      }
    },
  );
});

describe("laws", () => {
  it("every optimizer has a case file", () => {
    expect(names.length).toBeGreaterThanOrEqual(6);
    expect(cases.map((c) => c.name)).toEqual(names);
  });

  it.each(all)("%s: the kernel follows its f64 twin for 30 steps", (_, optimizer) => {
    const w0 = normals(37, 1);
    const twin = twinOf(optimizer, w0);
    const run = new OptimizerRun(new Space(1), optimizer, w0);
    for (let t = 0; t < 30; t++) {
      const learningRate = optimizer.options.learningRate * (t < 15 ? 1 : 0.3);
      const noise = normals(37, 100 + t);
      const at = run.begin(learningRate).slice();
      const point = twin.point();
      expect(Math.max(...at.map((x, i) => Math.abs(x - point[i]!)))).toBeLessThan(1e-5);
      const g = noise.map((x, i) => x + w0[i]!);
      twin.step(g, learningRate);
      run.end(g);
      for (let i = 0; i < w0.length; i++) {
        const e = twin.w[i]!;
        expect(Math.abs(run.param[i]! - e)).toBeLessThanOrEqual(1e-5 * Math.max(0.1, Math.abs(e)));
      }
    }
  });

  it.each(all)("%s: a split at any grain gives the same bits", (_, optimizer) => {
    const w0 = normals(100, 2);
    const whole = new OptimizerRun(new Space(1), optimizer, w0);
    const parts = new OptimizerRun(new Space(1), optimizer, w0, [16, 64, 96]);
    for (let t = 0; t < 5; t++) {
      const g = normals(100, 200 + t);
      whole.step(g);
      parts.step(g);
    }
    expect(new Uint32Array(parts.param.slice().buffer)).toEqual(
      new Uint32Array(whole.param.slice().buffer),
    );
    for (const [name, slot] of Object.entries(whole.slots)) {
      expect(parts.slots[name]!.map(Object)).toEqual(slot.map(Object));
    }
  });

  it.each(all)("%s: zero gradients leave everything finite, and 0 stays 0", (_, optimizer) => {
    const run = new OptimizerRun(new Space(1), optimizer, [1, -2, 0, 3]);
    for (let t = 0; t < 10; t++) run.step([0, 0, 0, t < 5 ? 1 : 0]);
    expect(run.param.every(Number.isFinite)).toBe(true);
    expect(run.param[2]).toBe(0);
    for (const slot of Object.values(run.slots)) expect(slot.every(Number.isFinite)).toBe(true);
  });

  it.each(all)("%s: a NaN gradient stays visible, in its own element", (_, optimizer) => {
    const run = new OptimizerRun(new Space(1), optimizer, [1, 1, 1, 1]);
    run.step([1, NaN, 1, 1]);
    run.step([1, 1, 1, 1]);
    // A norm of the whole parameter takes it everywhere.
    const whole = ["lamb", "lars", "adafactor"].includes(optimizer.name);
    expect([...run.param].map(Number.isNaN)).toEqual([whole, true, whole, whole]);
  });

  // 0.3 s each: of every optimizer the case that keeps the most.
  const fullest = cases.map(({ name, optimizers }): [string, Optimizer] => {
    const count = (o: Optimizer): number => o.definition.slots(o.options).length;
    return [name, optimizers.reduce((a, b) => (count(b) > count(a) ? b : a))];
  });
  it.each(fullest)(
    "%s: 100000 decaying gradients leave no denormal",
    (_, optimizer) => {
      const run = new OptimizerRun(new Space(1), optimizer, [1, 1, 1, 1]);
      let g = 1;
      for (let t = 0; t < 100_000; t++) {
        run.step([g, -g, g * 1e-20, t === 0 ? 1 : 0]);
        g *= 0.999;
      }
      for (const [name, slot] of Object.entries(run.slots)) {
        if (name === "w") continue;
        for (const x of slot) expect(x === 0 || Math.abs(x) >= 2 ** -126).toBe(true);
      }
    },
    60_000,
  );
});

describe("faults of peers", () => {
  it("rmsprop() centered is finite when the gradient is constant, and follows its variance", () => {
    for (const epsilonMode of ["inside", "outside"] as const) {
      const run = new OptimizerRun(
        new Space(1),
        rmsprop({ centered: true, epsilonMode, epsilon: 1e-7 }),
        [1],
      );
      for (let t = 0; t < 500; t++) run.step([3]);
      expect(Number.isFinite(run.param[0])).toBe(true);
      expect(run.slots.v![0]).toBeGreaterThan(0);
      expect(run.slots.v![0]).toBeLessThan(1e-10);
    }
  });

  it("adagrad() steps by 0 where its sum is 0, even with epsilon 0", () => {
    const options = {
      dialect: "optax",
      initialAccumulatorValue: 0,
      epsilon: 0,
      learningRate: 0.1,
    } as const;
    const run = new OptimizerRun(new Space(1), adagrad(options), [1, 1]);
    run.step([0, 2]);
    expect(run.param[0]).toBe(1);
    expect(run.param[1]).toBeCloseTo(0.9, 6);
  });

  it("an option of 0 stays 0", () => {
    expect(adam({ beta1: 0 }).options.beta1).toBe(0);
    expect(adamW({ weightDecay: 0 }).options.weightDecay).toBe(0);
    const run = new OptimizerRun(new Space(1), adam({ beta1: 0 }), [1]);
    run.step([1]);
    run.step([-5]);
    expect(run.slots.m![0]).toBe(-5);
  });
});

describe("look-ahead", () => {
  it("sgd() of the seed shows the true weights between steps, to the bit", () => {
    const optimizer = sgd({ dialect: "seed", nesterov: true, momentum: 0.9, learningRate: 0.1 });
    const w0 = normals(20, 9);
    const run = new OptimizerRun(new Space(1), optimizer, w0);
    run.step(normals(20, 10));
    const before = run.param.slice();
    run.begin();
    expect([...run.param]).not.toEqual([...before]);
    expect([...run.slots.w!]).toEqual([...before]);
    run.end(new Float32Array(20));
    const still = before.map((w, i) => w - Math.fround(Math.fround(0.1) * run.slots.v![i]!));
    expect([...run.param]).toEqual([...still]);
  });
});

describe("options", () => {
  const wrong: [string, () => unknown, string, typeof RangeError | typeof OptionError][] = [
    ["beta1", () => adam({ beta1: 1.5 }), "adam: beta1 must lie in [0, 1), got 1.5", RangeError],
    ["beta2", () => adamW({ beta2: 1 }), "adamW: beta2 must lie in [0, 1), got 1", RangeError],
    ["epsilon", () => nadam({ epsilon: -1 }), "nadam: epsilon must be >= 0, got -1", RangeError],
    [
      "learningRate",
      () => sgd({ learningRate: 0 }),
      "sgd: learningRate must be > 0, got 0",
      RangeError,
    ],
    ["NaN", () => sgd({ momentum: NaN }), "sgd: momentum must lie in [0, 1), got NaN", RangeError],
    ["clipValue", () => sgd({ clipValue: -1 }), "sgd: clipValue must be > 0, got -1", RangeError],
    [
      "dampening",
      () => sgd({ momentum: 0.9, dampening: 0.1, nesterov: true }),
      "dampening must be 0",
      RangeError,
    ],
    [
      "momentumDecay",
      () => nadam({ momentumDecay: -1 }),
      "momentumDecay must lie in [0, Infinity]",
      RangeError,
    ],
    [
      "choice",
      () => rmsprop({ epsilonMode: "hat" as "inside" }),
      'rmsprop: unknown epsilonMode "hat"',
      OptionError,
    ],
    [
      "dialect",
      () => adam({ dialect: "tensorflow" as "torch" }),
      'adam: unknown dialect "tensorflow"',
      OptionError,
    ],
    [
      "prototype",
      () => adam({ dialect: "toString" as "torch" }),
      'adam: unknown dialect "toString"',
      OptionError,
    ],
    [
      "unknown",
      () => adam({ lr: 1 } as object),
      'adam: unknown option "lr"; it is "learningRate" here',
      OptionError,
    ],
  ];
  it.each(wrong)("an option that cannot be is named: %s", (_, make, message, type) => {
    expect(make).toThrow(type);
    expect(make).toThrow(message);
  });
});
