import { afterAll, describe, expect, it } from "vitest";
import { adagrad } from "../../src/optim/adagrad.ts";
import { adam } from "../../src/optim/adam.ts";
import { adamw } from "../../src/optim/adamw.ts";
import type { Optimizer } from "../../src/optim/defineOptimizer.ts";
import { nadam } from "../../src/optim/nadam.ts";
import { rmsprop } from "../../src/optim/rmsprop.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { clippedRun } from "../support/clippedRun.ts";
import { OptimizerRun, Space } from "../support/optimizerRun.ts";
import { type Encoded, decode, golden, row } from "./golden.ts";
import { TORCH_OPTIMIZERS, type TorchHyper } from "./torchOptions.ts";

interface TorchCase {
  id: string;
  kind: string;
  optimizer: string;
  hyper?: TorchHyper;
  hyper_groups?: TorchHyper[];
  gradients?: string;
  x0?: Encoded;
  lr?: number[];
  trajectory_f64: Encoded | Encoded[];
}

interface TorchFile {
  params0: Encoded[];
  gradient_sequences: Record<string, Encoded[]>;
  cases: TorchCase[];
}

/** The largest error / bound, by what was compared. */
const worst = new Map<string, [number, number]>();

/** |x - e| over 1e-5 max(1e-3, |e|), the largest. */
function ratio(group: string, x: ArrayLike<number>, e: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < e.length; i++) {
    const r = Math.abs(x[i]! - e[i]!) / (1e-5 * Math.max(1e-3, Math.abs(e[i]!)));
    largest = Math.max(largest, Number.isNaN(r) ? Infinity : r);
  }
  const [steps, before] = worst.get(group) ?? [0, 0];
  worst.set(group, [steps + 1, Math.max(before, largest)]);
  return largest;
}

afterAll(() => {
  for (const [group, [steps, largest]] of worst) {
    console.log(`${group}: ${steps} rows, largest error/bound ${largest.toFixed(4)}`);
  }
});

function rosenbrock(x: Float32Array): Float64Array {
  const g = new Float64Array(x.length);
  for (let i = 0; i + 1 < x.length; i++) {
    const [a, b] = [x[i]!, x[i + 1]!];
    g[i]! += -400 * a * (b - a * a) - 2 * (1 - a);
    g[i + 1]! += 200 * (b - a * a);
  }
  return g;
}

const torch = golden<TorchFile>("optim/torch_optimizers.json");

describe.skipIf(torch === null)("PyTorch trajectories", () => {
  const cases = (torch?.cases ?? []).filter((c) => c.optimizer in TORCH_OPTIMIZERS);

  it.each(cases.map((c): [string, TorchCase] => [`${c.id} ${c.kind}`, c]))("%s", (_, c) => {
    const space = new Space(1);
    const group = `torch ${c.optimizer} ${c.kind}`;
    if (c.kind === "rosenbrock") {
      const run = new OptimizerRun(
        space,
        TORCH_OPTIMIZERS[c.optimizer]!(c.hyper!),
        decode(c.x0!),
      );
      const tensor = c.trajectory_f64 as Encoded;
      const expected = decode(tensor);
      for (let t = 0; t < tensor.shape[0]!; t++) {
        run.step(rosenbrock(run.param));
        expect(ratio(group, run.param, row(tensor, expected, t))).toBeLessThanOrEqual(1);
      }
      return;
    }
    (c.trajectory_f64 as Encoded[]).forEach((tensor, p) => {
      const hyper = c.hyper ?? c.hyper_groups![p === 0 ? 0 : 1]!;
      const run = new OptimizerRun(
        space,
        TORCH_OPTIMIZERS[c.optimizer]!(hyper),
        decode(torch!.params0[p]!),
      );
      const expected = decode(tensor);
      const given = torch!.gradient_sequences[c.gradients!]![p]!;
      const gradients = decode(given);
      for (let t = 0; t < tensor.shape[0]!; t++) {
        const missing = c.kind === "missing_gradient" && p === 1 && t % 3 === 1;
        if (!missing) run.step(row(given, gradients, t), c.lr?.[t]);
        expect(ratio(group, run.param, row(tensor, expected, t))).toBeLessThanOrEqual(1);
      }
    });
  });
});

const KERAS_NAMES: Readonly<Record<string, string>> = {
  learning_rate: "learningRate",
  beta_1: "beta1",
  beta_2: "beta2",
  epsilon: "epsilon",
  momentum: "momentum",
  nesterov: "nesterov",
  amsgrad: "amsgrad",
  centered: "centered",
  rho: "rho",
  weight_decay: "weightDecay",
  initial_accumulator_value: "initialAccumulatorValue",
  clipnorm: "clipNorm",
  clipvalue: "clipValue",
};

const KERAS: Readonly<Record<string, (options: object) => Optimizer>> = {
  sgd,
  adam,
  adamw,
  nadam,
  adagrad,
  rmsprop,
};

function keras(name: string, hyper: Readonly<Record<string, unknown>>): Optimizer {
  const options = Object.entries(hyper).map(([key, value]) => {
    if (KERAS_NAMES[key] === undefined)
      throw new TypeError(`keras: unknown hyperparameter "${key}"`);
    return [KERAS_NAMES[key], value];
  });
  return KERAS[name]!({ dialect: "keras", ...Object.fromEntries(options) });
}

interface KerasFile {
  x0: Encoded;
  gradients: Encoded;
  cases: {
    id: string;
    optimizer: string;
    hyper: Record<string, unknown>;
    trajectory_f64: Encoded;
  }[];
}

const trajectories = golden<KerasFile>("optim/keras_trajectories.json");

describe.skipIf(trajectories === null)("Keras trajectories", () => {
  const cases = (trajectories?.cases ?? []).filter((c) => c.optimizer in KERAS);

  it.each(cases.map((c): [string, (typeof cases)[0]] => [c.id, c]))("%s", (_, c) => {
    const { x0, gradients } = trajectories!;
    const run = clippedRun(new Space(1), keras(c.optimizer, c.hyper), decode(x0));
    const given = decode(gradients);
    const expected = decode(c.trajectory_f64);
    for (let t = 0; t < c.trajectory_f64.shape[0]!; t++) {
      run.step(row(gradients, given, t));
      expect(
        ratio(`keras ${c.optimizer}`, run.param, row(c.trajectory_f64, expected, t)),
      ).toBeLessThanOrEqual(1);
    }
  });
});

interface KerasFacts {
  cases: {
    id: string;
    optimizer?: string;
    hyper: Record<string, unknown>;
    x0: number[];
    gradients: number[][];
    expected_after_each_step: number[][];
    tolerance: number;
    gradient?: number[];
    clipnorm?: number;
    clipvalue?: number;
    expected: number[];
  }[];
}

const facts = golden<KerasFacts>("optim/keras_test_numbers.json");

describe.skipIf(facts === null)("numbers of Keras's own tests", () => {
  const cases = (facts?.cases ?? []).filter(
    (c) => c.optimizer !== undefined && c.optimizer in KERAS,
  );

  it.each(cases.map((c): [string, (typeof cases)[0]] => [c.id, c]))("%s", (_, c) => {
    const run = new OptimizerRun(new Space(1), keras(c.optimizer!, c.hyper), c.x0);
    c.gradients.forEach((g, t) => {
      run.step(g);
      c.expected_after_each_step[t]!.forEach((e, i) => {
        expect(Math.abs(run.param[i]! - e)).toBeLessThanOrEqual(c.tolerance * (1 + Math.abs(e)));
      });
    });
  });

  const clips = (facts?.cases ?? []).filter((c) => c.gradient !== undefined);
  it.each(clips.map((c): [string, (typeof clips)[0]] => [c.id, c]))("%s", (_, c) => {
    const optimizer = sgd({
      learningRate: 1,
      clipNorm: c.clipnorm ?? null,
      clipValue: c.clipvalue ?? null,
    });
    const run = clippedRun(
      new Space(1),
      optimizer,
      c.gradient!.map(() => 0),
    );
    run.step(c.gradient!);
    c.expected.forEach((e, i) => expect(-run.param[i]!).toBeCloseTo(e, 4));
  });
});
