import { OptionError } from "../errors.ts";
import type { Store } from "../runtime/stores/store.ts";
import {
  type Choice,
  type Distribution,
  type FloatOptions,
  type IntOptions,
  type Space,
  type ValueOf,
  type Values,
  categorical,
  float,
  int,
} from "./space/distribution.ts";
import type { Attribute } from "./trialRecord.ts";

/** What a trial asks of its study, wherever that is. */
export interface TrialHost {
  /** The parameters so far. */
  params(): Readonly<Record<string, Choice>>;
  /** The value of a parameter: what it has already, or one that is sampled now. */
  suggest(name: string, distribution: Distribution): Choice;
  /** Keeps the first value of a step. */
  report(value: number, step: number): void;
  shouldPrune(): boolean;
  note(name: string, value: Attribute): void;
  /** Where the trial may keep what it needs to go on from. */
  readonly checkpoints: Store;
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

  constructor(number: number, seed: number, signal: AbortSignal | null, host: TrialHost) {
    this.number = number;
    this.seed = seed;
    this.signal = signal;
    this.host = host;
  }

  /**
   * A place for checkpoints of this trial: `backupAndRestore(trial.checkpoints)`. Where the trial runs on another machine and
   * that is lost, it is run again with what lies here; in one process it ends with that.
   */
  get checkpoints(): Store {
    return this.host.checkpoints;
  }

  /** The parameters so far. */
  get params(): Readonly<Record<string, Choice>> {
    return this.host.params();
  }

  /**
   * A real number in [low, high].
   *
   * @throws OptionError if the name stands for something else in this study
   */
  suggestFloat(name: string, low: number, high: number, options?: FloatOptions): number {
    return this.host.suggest(name, float(low, high, options)) as number;
  }

  /** A whole number in [low, high]. @throws OptionError as suggestFloat */
  suggestInt(name: string, low: number, high: number, options?: IntOptions): number {
    return this.host.suggest(name, int(low, high, options)) as number;
  }

  /** One of the choices. @throws OptionError as suggestFloat */
  suggestCategorical<const C extends Choice>(name: string, choices: readonly C[]): C {
    return this.host.suggest(name, categorical(choices)) as C;
  }

  /** A value of a distribution. @throws OptionError as suggestFloat */
  suggest<D extends Distribution>(name: string, distribution: D): ValueOf<D> {
    return this.host.suggest(name, distribution) as ValueOf<D>;
  }

  /** The values of a whole space. @throws OptionError as suggestFloat */
  suggestSpace<S extends Space>(space: S): Values<S> {
    return Object.fromEntries(
      Object.entries(space).map(([name, d]) => [name, this.host.suggest(name, d)]),
    ) as Values<S>;
  }

  /** Tells how well the trial does at a step: an epoch, a fold. The first value of a step counts. */
  report(value: number, step: number): void {
    if (typeof value !== "number" || !Number.isSafeInteger(step) || step < 0) {
      throw new OptionError(
        `trial ${this.number}: report takes a number and a whole step >= 0, got ${String(value)} and ${String(step)}`,
      );
    }
    this.host.report(value, step);
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
