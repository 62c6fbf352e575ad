import { OptionError } from "../errors.ts";
import {
  type CategoricalDistribution,
  type Choice,
  type Distribution,
  type FloatOptions,
  type IntOptions,
  type Space,
  categorical,
  describe,
  float,
  int,
  sameDistribution,
} from "./space/distribution.ts";
import { contains, toInternal, toValue } from "./space/internal.ts";
import type { Attribute, TrialRecord } from "./trialRecord.ts";

/** What a trial asks of its study. */
export interface TrialHost {
  /** An internal value for a parameter that has none yet. */
  sample(name: string, distribution: Distribution): number;
  setParameter(name: string, distribution: Distribution, internal: number): void;
  report(value: number, step: number): void;
  shouldPrune(): boolean;
  note(name: string, value: Attribute): void;
  /** A parameter's distribution in an earlier trial. */
  known(name: string): Distribution | undefined;
}

/** One run of the objective: it asks for its parameters, and tells how it is doing. */
export class Trial {
  /** From 0. */
  readonly number: number;
  /** A seed of its own, the same whenever the study is repeated: for weights and the order of samples. */
  readonly seed: number;
  /** Aborted when the study is. */
  readonly signal: AbortSignal | null;
  private readonly host: TrialHost;
  private readonly record: TrialRecord;

  constructor(record: TrialRecord, seed: number, signal: AbortSignal | null, host: TrialHost) {
    this.number = record.number;
    this.record = record;
    this.seed = seed;
    this.signal = signal;
    this.host = host;
  }

  /** The parameters so far. */
  get params(): Readonly<Record<string, Choice>> {
    return this.record.params;
  }

  /**
   * A real number in [low, high].
   *
   * @throws OptionError if the name stands for something else in this study
   */
  suggestFloat(name: string, low: number, high: number, options?: FloatOptions): number {
    return this.suggested(name, float(low, high, options)) as number;
  }

  /** A whole number in [low, high]. @throws OptionError as suggestFloat */
  suggestInt(name: string, low: number, high: number, options?: IntOptions): number {
    return this.suggested(name, int(low, high, options)) as number;
  }

  /** One of the choices. @throws OptionError as suggestFloat */
  suggestCategorical<const C extends Choice>(name: string, choices: readonly C[]): C {
    return this.suggested(name, categorical(choices)) as C;
  }

  /** The values of a whole space. */
  suggestSpace(space: Space): Record<string, Choice> {
    return Object.fromEntries(Object.entries(space).map(([n, d]) => [n, this.suggested(n, d)]));
  }

  private suggested(name: string, d: Distribution): Choice {
    const own = this.record.distributions[name];
    if (own) {
      if (sameDistribution(own, d)) return this.record.params[name]!;
      throw changed(this.number, name, own, d);
    }
    const before = this.host.known(name);
    if (before && !compatible(before, d)) throw changed(this.number, name, before, d);
    const fixed = (this.record.system["fixed_params"] as Record<string, Choice> | undefined)?.[
      name
    ];
    const internal =
      fixed === undefined
        ? this.host.sample(name, d)
        : toInternal(`trial ${this.number}: enqueued "${name}"`, d, fixed);
    if (!contains(d, internal)) {
      throw new OptionError(
        `trial ${this.number}: "${name}" got ${internal}, not of ${describe(d)}`,
      );
    }
    this.host.setParameter(name, d, internal);
    return toValue(d, internal);
  }

  /** Tells how well the trial does at a step: an epoch, a fold. The first value of a step counts. */
  report(value: number, step: number): void {
    if (typeof value !== "number" || !Number.isSafeInteger(step) || step < 0) {
      throw new OptionError(
        `trial ${this.number}: report takes a number and a whole step >= 0, got ${String(value)} and ${String(step)}`,
      );
    }
    if (!this.record.intermediate.has(step)) this.host.report(value, step);
  }

  /** Whether to stop, by what was reported: then `throw new TrialPruned()`. */
  shouldPrune(): boolean {
    return this.host.shouldPrune();
  }

  /** Keeps something about the trial that is neither a parameter nor its value. */
  note(name: string, value: Attribute): void {
    this.host.note(name, value);
  }
}

/** Whether values of both mean the same: ranges may change in a study, kinds, scales and choices may not. */
function compatible(a: Distribution, b: Distribution): boolean {
  if (a.kind === "categorical" || b.kind === "categorical") return sameDistribution(a, b);
  return a.kind === b.kind && a.log === b.log;
}

function changed(number: number, name: string, before: Distribution, d: Distribution): OptionError {
  const cure =
    before.kind === "categorical" && (d as CategoricalDistribution).kind === "categorical"
      ? "choices stay the same in one study; start another, and add() the trials to it"
      : "give it another name";
  return new OptionError(
    `trial ${number}: "${name}" must stay ${describe(before)}, got ${describe(d)}; ${cure}`,
  );
}
