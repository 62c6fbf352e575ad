import { OptionError, withDefaults } from "../../errors.ts";

/** A learning rate that changes with training: a pure function of the step, the same bits in every engine. */
export interface Schedule {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** What `at` counts: optimizer steps, or epochs of `fit`. */
  readonly unit: "step" | "epoch";
  /** The rate of step (or epoch) `t`, from 0. */
  at(t: number): number;
  /** The momentum of step `t`, where the schedule cycles momentum against the rate; else null. */
  readonly momentumAt: ((t: number) => number) | null;
}

/** Options that every schedule has. */
export interface CommonScheduleOptions {
  /** What the schedule counts. Default "step"; "epoch" holds a rate through each epoch of `fit`. */
  unit: "step" | "epoch";
}

/** One schedule: its options and its formula. */
export interface ScheduleDefinition<O extends object> {
  /** camelCase; the loader's name for it. */
  name: string;
  /** The options with their defaults; NaN, or an empty list, stands for one that must be given. */
  defaults: O;
  /** Checks the options. Throws RangeError or OptionError. */
  check?(options: O): void;
  /** The rate at step `t`, from 0. Uses + - * / sqrt and src/math only. */
  at(options: O, t: number): number;
  /** The momentum at step `t`, or null where the options do not ask for any. */
  momentum?(options: O): ((t: number) => number) | null;
}

/** A factory of schedules. */
export type ScheduleFactory<O> = (options: Partial<O & CommonScheduleOptions>) => Schedule;

/**
 * A factory of schedules: `cosineDecay({ initialLearningRate: 0.1, decaySteps: 1000 })`.
 *
 * @throws OptionError on unknown options and on those that are missing
 * @throws RangeError on numbers out of their range
 */
export function defineSchedule<O extends object>(
  definition: ScheduleDefinition<O>,
): ScheduleFactory<O> {
  const { name, defaults } = definition;
  return (given) => {
    const options = withDefaults<O & CommonScheduleOptions>(
      name,
      { ...defaults, unit: "step" },
      given,
    );
    for (const [key, value] of Object.entries(options)) {
      const missing = Number.isNaN(value) || (Array.isArray(value) && value.length === 0);
      if (missing) throw new OptionError(`${name}: option "${key}" must be given`);
    }
    if (options.unit !== "step" && options.unit !== "epoch") {
      throw new OptionError(
        `${name}: unit must be "step" or "epoch", got "${String(options.unit)}"`,
      );
    }
    definition.check?.(options);
    return {
      kind: name,
      options: { ...options } as Readonly<Record<string, unknown>>,
      unit: options.unit,
      at: (t) => definition.at(options, t),
      momentumAt: definition.momentum?.(options) ?? null,
    };
  };
}

/** @throws RangeError `cosineDecay: decaySteps must be > 0, got 0` */
export function checkPositive<O>(name: string, options: O, ...keys: (keyof O & string)[]): void {
  for (const key of keys) {
    const value: unknown = options[key];
    if (!(typeof value === "number" && value > 0 && value < Infinity))
      throw new RangeError(`${name}: ${key} must be > 0, got ${String(value)}`);
  }
}

/** @throws RangeError `cosineDecay: alpha must be >= 0, got -1` */
export function checkNotNegative<O>(name: string, options: O, ...keys: (keyof O & string)[]): void {
  for (const key of keys) {
    const value: unknown = options[key];
    if (!(typeof value === "number" && value >= 0 && value < Infinity))
      throw new RangeError(`${name}: ${key} must be >= 0, got ${String(value)}`);
  }
}
