import { chained } from "../../src/optim/schedules/chained.ts";
import { constantFactor } from "../../src/optim/schedules/constantFactor.ts";
import { cosineDecay } from "../../src/optim/schedules/cosineDecay.ts";
import { cosineRestarts } from "../../src/optim/schedules/cosineRestarts.ts";
import { cyclic } from "../../src/optim/schedules/cyclic.ts";
import type { Schedule } from "../../src/optim/schedules/defineSchedule.ts";
import { exponentialDecay } from "../../src/optim/schedules/exponentialDecay.ts";
import { joined } from "../../src/optim/schedules/joined.ts";
import { lambda } from "../../src/optim/schedules/lambda.ts";
import { linearFactor } from "../../src/optim/schedules/linearFactor.ts";
import { multiplicative } from "../../src/optim/schedules/multiplicative.ts";
import { oneCycle } from "../../src/optim/schedules/oneCycle.ts";
import { piecewiseConstant } from "../../src/optim/schedules/piecewiseConstant.ts";
import { polynomialDecay } from "../../src/optim/schedules/polynomialDecay.ts";
import { stepDecay } from "../../src/optim/schedules/stepDecay.ts";
import { pow } from "../../src/math/pow.ts";

/** Options of a scheduler by PyTorch's names. */
export type SchedulerOptions = Readonly<Record<string, unknown>>;

type Part = readonly [string, SchedulerOptions];

/** An option, or PyTorch 1.13's default. */
function number(o: SchedulerOptions, name: string, fallback: number = NaN): number {
  const value = o[name] ?? fallback;
  if (typeof value !== "number" || Number.isNaN(value))
    throw new TypeError(`scheduler: ${name} must be a number, got ${JSON.stringify(o[name])}`);
  return value;
}

/** "0.95^t": the function that it says. */
function powerOf(text: unknown): (t: number) => number {
  const said = /^([\d.]+)\^t$/.exec(String(text));
  if (!said) throw new TypeError(`scheduler: lambda must be "NUMBER^t", got ${String(text)}`);
  return (t) => pow(Number(said[1]), t);
}

const MAKERS: Readonly<Record<string, (o: SchedulerOptions, rate: number) => Schedule>> = {
  StepLR: (o, initialLearningRate) =>
    stepDecay({
      initialLearningRate,
      decaySteps: number(o, "step_size"),
      decayRate: number(o, "gamma", 0.1),
    }),
  MultiStepLR: (o, rate) => {
    const boundaries = o["milestones"] as number[];
    const gamma = number(o, "gamma", 0.1);
    const values = [rate, ...boundaries.map((_, i) => rate * pow(gamma, i + 1))];
    return piecewiseConstant({ boundaries, values, changeAtBoundary: true });
  },
  ExponentialLR: (o, initialLearningRate) =>
    exponentialDecay({ initialLearningRate, decaySteps: 1, decayRate: number(o, "gamma") }),
  ConstantLR: (o, initialLearningRate) =>
    constantFactor({
      initialLearningRate,
      factor: number(o, "factor", 1 / 3),
      steps: number(o, "total_iters", 5),
    }),
  LinearLR: (o, initialLearningRate) =>
    linearFactor({
      initialLearningRate,
      startFactor: number(o, "start_factor", 1 / 3),
      endFactor: number(o, "end_factor", 1),
      steps: number(o, "total_iters", 5),
    }),
  PolynomialLR: (o, initialLearningRate) =>
    polynomialDecay({
      initialLearningRate,
      endLearningRate: 0,
      decaySteps: number(o, "total_iters", 5),
      power: number(o, "power", 1),
    }),
  CosineAnnealingLR: (o, initialLearningRate) =>
    cosineDecay({
      initialLearningRate,
      decaySteps: number(o, "T_max"),
      minimumLearningRate: number(o, "eta_min", 0),
      periodic: true,
    }),
  CosineAnnealingWarmRestarts: (o, initialLearningRate) =>
    cosineRestarts({
      initialLearningRate,
      firstDecaySteps: number(o, "T_0"),
      tMul: number(o, "T_mult", 1),
      minimumLearningRate: number(o, "eta_min", 0),
    }),
  // The case's base_lr is the optimizer's; the cycle's own is its first rate.
  CyclicLR: (o) =>
    cyclic({
      baseLearningRate: (o["lr"] as readonly number[])[0]!,
      maxLearningRate: number(o, "max_lr"),
      stepsUp: number(o, "step_size_up", 2000),
      stepsDown: o["step_size_down"] === undefined ? null : number(o, "step_size_down"),
      mode: (o["mode"] === "exp_range" ? "expRange" : (o["mode"] ?? "triangular")) as "triangular",
      gamma: number(o, "gamma", 1),
      momentum: [number(o, "max_momentum", 0.9), number(o, "base_momentum", 0.8)],
    }),
  OneCycleLR: (o) =>
    oneCycle({
      maxLearningRate: number(o, "max_lr"),
      totalSteps: number(o, "total_steps"),
      riseShare: number(o, "pct_start", 0.3),
      divFactor: number(o, "div_factor", 25),
      finalDivFactor: number(o, "final_div_factor", 1e4),
      anneal: o["anneal_strategy"] === "linear" ? "linear" : "cosine",
      threePhase: o["three_phase"] === true,
      hold: false,
      momentum: [number(o, "max_momentum", 0.95), number(o, "base_momentum", 0.85)],
    }),
  LambdaLR: (o, initialLearningRate) =>
    lambda({ initialLearningRate, factor: powerOf(o["lambda"]) }),
  MultiplicativeLR: (o, initialLearningRate) =>
    multiplicative({ initialLearningRate, factor: Number(o["lambda"]) }),
  SequentialLR: (o, rate) =>
    joined({
      schedules: (o["parts"] as Part[]).map(([name, own]) => torchSchedule(name, own, rate)),
      boundaries: o["milestones"] as number[],
    }),
  ChainedScheduler: (o, rate) =>
    chained({
      schedules: (o["parts"] as Part[]).map(([name, own], i) =>
        torchSchedule(name, own, i === 0 ? rate : 1),
      ),
    }),
};

/** Ours for PyTorch's scheduler. @throws TypeError for one that is not known */
export function torchSchedule(name: string, options: SchedulerOptions, rate: number): Schedule {
  if (!Object.hasOwn(MAKERS, name)) throw new TypeError(`scheduler "${name}" is not known here`);
  return MAKERS[name]!(options, rate);
}
