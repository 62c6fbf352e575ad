import { type ScheduleName, schedules } from "../../src/optim/schedules/catalogue.gen.ts";
import type { Schedule } from "../../src/optim/schedules/defineSchedule.ts";
import { plateauStart, plateauStep } from "../../src/train/callbacks/plateau.ts";
import { closeBound, worstRatio } from "./bounds.ts";
import { type Check, casesOf } from "./check.ts";
import type { GoldenFile } from "./golden.ts";
import { type SchedulerOptions, torchSchedule } from "./torchSchedules.ts";

/** Float64 throughout: roundings of formulas that are equal in exact arithmetic. */
const BOUND = closeBound(1e-16, 1e-13);

function follow(at: (t: number) => number, expected: unknown): number {
  if (!Array.isArray(expected) || expected.length === 0) throw new TypeError(`"lr" is missing`);
  return worstRatio(
    expected.map((_, t) => at(t)),
    expected as number[],
    BOUND,
  );
}

function plateau(o: SchedulerOptions): number {
  const rule = {
    mode: o["mode"] === "max" ? "max" : "min",
    factor: Number(o["factor"] ?? 0.1),
    patience: Number(o["patience"] ?? 10),
    minDelta: Number(o["threshold"] ?? 1e-4),
    thresholdMode: o["threshold_mode"] === "abs" ? "abs" : "rel",
    cooldown: Number(o["cooldown"] ?? 0),
    minLearningRate: Number(o["min_lr"] ?? 0),
    dialect: "torch",
  } as const;
  let state = plateauStart(rule);
  let rate = Number(o["base_lr"]);
  const rates = (o["metrics"] as number[]).map((value) => {
    ({ state, rate } = plateauStep(rule, state, value, rate));
    return rate;
  });
  return follow((t) => rates[t]!, o["lr_after"]);
}

/** The checks of a file of format golden-sched/1. */
export function torchScheduleChecks({ path, content }: GoldenFile): Check[] {
  return casesOf(content).map(({ id, value }) => {
    const o = value as SchedulerOptions;
    const name = String(o["scheduler"]);
    const run = async (): Promise<number> => {
      if (name === "ReduceLROnPlateau") return plateau(o);
      const schedule = torchSchedule(name, o, Number(o["base_lr"]));
      const rates = follow(schedule.at, o["lr"]);
      return o["momentum"] === undefined
        ? rates
        : Math.max(rates, follow(schedule.momentumAt!, o["momentum"]));
    };
    return { file: path, group: name, id, run };
  });
}

/** Keras's schedules and ours. */
const KERAS: Readonly<Record<string, ScheduleName>> = {
  ExponentialDecay: "exponentialDecay",
  InverseTimeDecay: "inverseTimeDecay",
  PiecewiseConstantDecay: "piecewiseConstant",
  PolynomialDecay: "polynomialDecay",
  CosineDecay: "cosineDecay",
  CosineDecayRestarts: "cosineRestarts",
};

/** Keras's options whose names differ in more than underscores. */
const KERAS_OPTIONS: Readonly<Record<string, string>> = { t_mul: "tMul", m_mul: "mMul" };

const camel = (name: string): string =>
  KERAS_OPTIONS[name] ?? name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function kerasSchedule(name: string, hyper: Readonly<Record<string, unknown>>): Schedule {
  const own = KERAS[name];
  if (own === undefined) throw new TypeError(`schedule "${name}" is not known here`);
  const { warmup_steps: steps, warmup_target: target, ...rest } = hyper;
  if (steps !== undefined || target !== undefined)
    throw new TypeError(`schedule "${name}": warm-up is a schedule of its own here`);
  const options = Object.fromEntries(Object.entries(rest).map(([key, v]) => [camel(key), v]));
  return (schedules[own] as (options: object) => Schedule)(options);
}

/** The checks of a file of format golden-keras-sched/1. */
export function kerasScheduleChecks({ path, content }: GoldenFile): Check[] {
  return casesOf(content).map(({ id, value }) => {
    const { schedule, hyper, lr } = value as {
      schedule: string;
      hyper: Readonly<Record<string, unknown>>;
      lr: unknown;
    };
    const run = async (): Promise<number> => follow(kerasSchedule(schedule, hyper).at, lr);
    return { file: path, group: schedule, id, run };
  });
}
