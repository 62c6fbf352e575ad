import { OptionError, withDefaults } from "../../errors.ts";

/** What a categorical parameter may be: what JSON can hold, so that a journal can. */
export type Choice = string | number | boolean | null;

/** Real numbers in [low, high], on a logarithmic scale with `log`, multiples of `step` from low on with `step`. */
export interface FloatDistribution {
  readonly kind: "float";
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly step: number | null;
}

/** Whole numbers low, low + step, ..., at most high. */
export interface IntDistribution {
  readonly kind: "int";
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly step: number;
}

/** One of some choices, which have no order. */
export interface CategoricalDistribution<C extends Choice = Choice> {
  readonly kind: "categorical";
  readonly choices: readonly C[];
}

/** Numbers in a range. */
export type NumberDistribution = FloatDistribution | IntDistribution;

/** What a parameter may be. */
export type Distribution = FloatDistribution | IntDistribution | CategoricalDistribution;

/** Parameters by name. */
export type Space = Readonly<Record<string, Distribution>>;

/** The value of a parameter: a choice, or a number. */
export type ValueOf<D extends Distribution> =
  D extends CategoricalDistribution<infer C> ? C : number;

/** The values of a space's parameters, by name. */
export type Values<S extends Space> = { readonly [K in keyof S]: ValueOf<S[K]> };

export interface FloatOptions {
  /** Whether factors count, not differences: learning rates. Default false. */
  log?: boolean;
  /** Distance of neighbouring values; null for any real number. Default null. */
  step?: number | null;
}

export interface IntOptions {
  log?: boolean;
  /** Default 1. */
  step?: number;
}

/** The last value low + k step that is not above high; a float's rounding must not lose it. */
function lastStep(low: number, high: number, step: number): number {
  return low + Math.floor((high - low) / step + 1e-9) * step;
}

function checkRange(subject: string, low: number, high: number, log: boolean, step: unknown): void {
  if (!Number.isFinite(low) || !Number.isFinite(high) || low > high) {
    throw new OptionError(`${subject}: low must be at most high, got ${low} and ${high}`);
  }
  if (log && !(low > 0)) {
    throw new OptionError(`${subject}: with log, low must be above 0, got ${low}`);
  }
  if (step !== null && !(typeof step === "number" && step > 0 && step < Infinity)) {
    throw new OptionError(`${subject}: step must be a number above 0, got ${String(step)}`);
  }
}

/**
 * A real parameter: `float(1e-5, 1e-1, { log: true })`.
 *
 * @throws OptionError if the range is empty, or `log` stands with `step` or a low of 0 or less
 */
export function float(low: number, high: number, options: FloatOptions = {}): FloatDistribution {
  const { log, step } = withDefaults<Required<FloatOptions>>(
    "float",
    { log: false, step: null },
    options,
  );
  checkRange("float", low, high, log, step);
  if (log && step !== null) throw new OptionError("float: log and step exclude one another");
  return { kind: "float", low, high: step === null ? high : lastStep(low, high, step), log, step };
}

/** A whole number: `int(16, 256, { log: true })`. @throws OptionError as `float` */
export function int(low: number, high: number, options: IntOptions = {}): IntDistribution {
  const { log, step } = withDefaults<Required<IntOptions>>("int", { log: false, step: 1 }, options);
  checkRange("int", low, high, log, step);
  if (![low, high, step].every(Number.isSafeInteger)) {
    throw new OptionError(`int: low, high and step must be whole, got ${low}, ${high}, ${step}`);
  }
  if (log && step !== 1) throw new OptionError("int: log and step exclude one another");
  return { kind: "int", low, high: lastStep(low, high, step), log, step };
}

/** One of some choices: `categorical(["relu", "tanh"])`. @throws OptionError if there is none, or one twice */
export function categorical<const C extends Choice>(
  choices: readonly C[],
): CategoricalDistribution<C> {
  const held = choices.every(
    (c) => c === null || ["string", "number", "boolean"].includes(typeof c),
  );
  if (choices.length === 0 || !held || new Set(choices).size < choices.length) {
    throw new OptionError(
      `categorical: choices must be different texts, numbers, booleans or null, got ${JSON.stringify(choices)}`,
    );
  }
  return { kind: "categorical", choices };
}

/** Whether two distributions hold the same values in the same way. */
export function sameDistribution(a: Distribution, b: Distribution): boolean {
  return describe(a) === describe(b);
}

/** `float 1e-5 to 0.1, log`. */
export function describe(d: Distribution): string {
  if (d.kind === "categorical") return d.choices.map((c) => JSON.stringify(c)).join(" | ");
  const step = d.step === null || (d.kind === "int" && d.step === 1) ? "" : `, step ${d.step}`;
  return `${d.kind} ${d.low} to ${d.high}${d.log ? ", log" : ""}${step}`;
}
