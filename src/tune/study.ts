import { OptionError, withDefaults } from "../errors.ts";
import { Random } from "../math/random.ts";
import { type AskOptions, beginTrial } from "./beginTrial.ts";
import { signOfLife } from "./heartbeat.ts";
import {
  type Limits,
  type NarrowOptions,
  type Narrowed,
  narrowSpace,
  narrowingText,
} from "./narrow.ts";
import { type Objective, type OptimizeOptions, type SpaceObjective, optimize } from "./optimize.ts";
import { checkFollows, checkedDirections, frontOf, rankingOf, valuesOf } from "./objectives.ts";
import { noPruner, type Pruner } from "./pruners/pruner.ts";
import { nsga2Sampler } from "./samplers/nsga2.ts";
import type { Sampler } from "./samplers/sampler.ts";
import { tpeSampler } from "./samplers/tpe.ts";
import type { Choice, NumberDistribution, Space, Values } from "./space/distribution.ts";
import { toInternal, toValue } from "./space/internal.ts";
import { memoryStorage } from "./storage/memory.ts";
import { type NewOperation, OP } from "./storage/operation.ts";
import type { StudyRecord } from "./storage/replay.ts";
import type { Storage } from "./storage/storage.ts";
import { completeTrial, endOfTrial, timeText, waitingTrial } from "./storage/trialOperations.ts";
import type { Trial } from "./trial.ts";
import {
  type Attribute,
  type Direction,
  type Outcome,
  type OutcomeOf,
  type TrialRecord,
  isFinished,
  lastStep,
} from "./trialRecord.ts";
import { commonSpace } from "./visible.ts";

export interface StudyOptions {
  /** Name in the storage; a study of that name is continued. Default "study". */
  name?: string;
  /** Default "minimize". */
  direction?: Direction;
  /** Default tpeSampler(); of several objectives nsga2Sampler(). */
  sampler?: Sampler;
  /** Default: none. */
  pruner?: Pruner;
  /** Default memoryStorage(). */
  storage?: Storage;
  /** The same study with the same seed has the same trials. Default 0. */
  seed?: number;
}

/** Of a study of several objectives. */
export interface SeveralOptions<D extends readonly Direction[]> extends Omit<
  StudyOptions,
  "direction"
> {
  /** One for each of the values that the objective returns: `["minimize", "maximize"]`. */
  directions: D;
  direction?: never;
}

/** What a study is made of. */
type StudyParts = Required<Omit<StudyOptions, "direction">> & {
  readonly directions: readonly Direction[];
};

/** A study of whatever number of objectives. */
export type AnyStudy = Study<Outcome>;

/** Trials, what they gave, and how the next is chosen. */
export class Study<V extends Outcome = number> {
  readonly name: string;
  /** One for each objective. */
  readonly directions: readonly Direction[];
  readonly storage: Storage;
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  readonly seed: number;

  constructor(options: StudyParts) {
    const { name, directions, storage } = options;
    checkFollows(directions, options.sampler, options.pruner);
    // Also checks the seed.
    void new Random(options.seed);
    this.name = name;
    this.directions = directions;
    this.storage = storage;
    this.sampler = options.sampler;
    this.pruner = options.pruner;
    this.seed = options.seed;
    if (!storage.state.study(name)) {
      storage.append([
        {
          op_code: OP.createStudy,
          study_name: name,
          directions: directions.map((d) => (d === "minimize" ? 1 : 2)),
        },
      ]);
    }
    const before = this.record.directions.join(", ");
    if (before !== directions.join(", ")) {
      throw new OptionError(
        `createStudy: study "${name}" is there already, to ${before}; give it another name`,
      );
    }
  }

  private get record(): StudyRecord {
    return this.storage.state.study(this.name)!;
  }

  /** All trials, in the order of their numbers. */
  get trials(): readonly TrialRecord[] {
    return this.record.trials;
  }

  /** What the one objective is to be. @throws OptionError where there are several */
  get direction(): Direction {
    this.checkSingle("direction", "directions");
    return this.directions[0]!;
  }

  /**
   * Complete trials, the best first: of several objectives the Pareto front, then what only that is better than, and so on; within
   * a front those first that have the most room around them.
   */
  get ranking(): readonly TrialRecord[] {
    return rankingOf(this.trials, this.directions);
  }

  /**
   * The complete trials than which none is better: no other one is as good in each objective and better in one. In the order of
   * their numbers; of one objective, the trials with the best value.
   */
  get paretoFront(): readonly TrialRecord[] {
    return frontOf(this.trials, this.directions);
  }

  private checkSingle(what: string, cure: string): void {
    const count = this.directions.length;
    if (count === 1) return;
    throw new OptionError(
      `study "${this.name}": ${what} must be of one objective, got ${count}; use ${cure}`,
    );
  }

  /** The trial with the best value. @throws OptionError before one is complete, and where there are several objectives */
  get bestTrial(): TrialRecord {
    this.checkSingle("the best trial", "paretoFront");
    const [best] = this.ranking;
    if (best) return best;
    throw new OptionError(`study "${this.name}": no trial is complete yet`);
  }

  /** The best trial's value. @throws OptionError as bestTrial */
  get bestValue(): number {
    return this.bestTrial.value!;
  }

  /** The best trial's parameters. @throws OptionError as bestTrial */
  get bestParams(): Readonly<Record<string, Choice>> {
    return this.bestTrial.params;
  }

  /** Writes operations about a trial. */
  change(number: number, op: Omit<NewOperation, "trial_id">): void {
    this.storage.append([{ ...op, trial_id: this.record.trialIds[number]! }]);
  }

  /** Parameters that a coming trial takes; what is left out is sampled. */
  enqueue(params: Readonly<Record<string, Choice>>, system: Record<string, Attribute> = {}): void {
    this.storage.append([waitingTrial(this.record.id, params, system)]);
  }

  /**
   * Ends running trials that are lost as failed, and enqueues their parameters again: all in one write, so that a process which
   * is killed here leaves none behind, and only where no other process has written since `find` has looked: it might do the same.
   *
   * @param find  the lost ones among the trials as they are known now
   */
  retry(find: (trials: readonly TrialRecord[]) => readonly TrialRecord[]): void {
    let isDone = false;
    while (!isDone) {
      this.storage.refresh();
      const operations = find(this.trials).flatMap(({ number, params, system }) => {
        const again: Record<string, Attribute> = { failed_trial: number };
        if (system["grid_point"] !== undefined) again["grid_point"] = system["grid_point"];
        const { id, trialIds } = this.record;
        // One that was enqueued may have been lost before it had asked for its parameters.
        const own = { ...(system["fixed_params"] as typeof params), ...params };
        return [endOfTrial(trialIds[number]!, "fail", null), waitingTrial(id, own, again)];
      });
      isDone = operations.length === 0 || this.storage.appendIfCurrent(operations);
    }
  }

  /**
   * Adds a trial that was run elsewhere: in another study, by hand.
   *
   * @throws OptionError if a value is not of its parameter's distribution, or not one number for each objective
   */
  add(params: Readonly<Record<string, Choice>>, space: Space, value: V): void {
    const values = valuesOf(`study "${this.name}": what add takes`, value, this.directions);
    if (!values)
      throw new OptionError(`study "${this.name}": add takes finite values, got ${String(value)}`);
    this.storage.append([completeTrial(this.record.id, params, space, values)]);
  }

  /** The next waiting trial, or a new one. */
  private claim(beats: boolean): number {
    const { storage } = this;
    for (const { number, state } of this.trials) {
      if (state !== "waiting") continue;
      this.change(number, {
        op_code: OP.setState,
        state: 0,
        values: null,
        datetime_start: timeText(),
        // In the same record: a process may be killed between two. Optuna does not look at it.
        ...(beats && { system_attr: signOfLife() }),
      });
      if (storage.state.ownerOf(this.record.trialIds[number]!) === storage.worker) return number;
    }
    storage.append([
      {
        op_code: OP.createTrial,
        study_id: this.record.id,
        datetime_start: timeText(),
        ...(beats && { system_attrs: signOfLife() }),
      },
    ]);
    return this.record.trialIds.indexOf(storage.state.lastCreated(storage.worker));
  }

  /** The number that the next trial has, as far as this process knows. */
  get nextNumber(): number {
    const { trials } = this;
    return trials.find((t) => t.state === "waiting")?.number ?? trials.length;
  }

  /**
   * Begins a trial, for loops of one's own; `tell` ends it.
   *
   * @param space  parameters that are chosen together, and set at once
   */
  ask(space: Space | null = null, options: AskOptions = {}): Trial {
    this.storage.refresh();
    return beginTrial(this, this.claim(options.beats ?? false), space, options);
  }

  /**
   * Ends a trial with its value, or as pruned or failed. A value that is not finite is a failure.
   *
   * @param result  the objective's value, of several directions a value for each, "pruned" or "fail"
   * @throws OptionError if the trial does not run, or the result is not one number for each direction
   */
  tell({ number }: Pick<Trial, "number">, result: V | "pruned" | "fail"): TrialRecord {
    this.storage.refresh();
    const record = this.trials[number];
    if (!record || isFinished(record)) {
      throw new OptionError(`study "${this.name}": trial ${number} must be running to be told`);
    }
    let state: "complete" | "pruned" | "fail" = "fail";
    let values: number[] | null = null;
    if (result === "pruned") {
      state = "pruned";
      const step = lastStep(record);
      const last = step === null ? NaN : record.intermediate.get(step)!;
      if (Number.isFinite(last) && this.directions.length === 1) values = [last];
    } else if (result !== "fail") {
      values = valuesOf(
        `study "${this.name}": trial ${number}: what the objective returns`,
        result,
        this.directions,
      );
      if (values) state = "complete";
    }
    this.storage.append([endOfTrial(this.record.trialIds[number]!, state, values)]);
    return record;
  }

  /**
   * Runs trials: the objective gets each, and returns its value or a promise of it.
   *
   * Where a space is given, its parameters are chosen together and are typed in the objective; otherwise the objective asks
   * for them, one by one and as its code decides.
   *
   * An objective may be the URL of a module that exports `objective`: it runs in threads, `jobs` at a time, and gets
   * `options.data` as its last argument.
   *
   * @returns this study
   * @throws what the objective throws, unless `onError` is "fail"
   *
   * @example
   *     await study.optimize((trial) => (trial.suggestFloat("x", -10, 10) - 2) ** 2, { trials: 50 });
   *     await study.optimize({ x: tune.float(-10, 10) }, ({ x }) => (x - 2) ** 2, { trials: 50 });
   *     await study.optimize(space, new URL("./objective.js", import.meta.url), { trials: 50, jobs: "auto", data: { x, y } });
   */
  optimize(objective: Objective<V> | URL, options?: OptimizeOptions<V>): Promise<Study<V>>;
  optimize<const S extends Space>(
    space: S,
    objective: SpaceObjective<S, V> | URL,
    options?: OptimizeOptions<V>,
  ): Promise<Study<V>>;
  async optimize<const S extends Space>(
    first: Objective<V> | URL | S,
    second?: SpaceObjective<S, V> | URL | OptimizeOptions<V>,
    third?: OptimizeOptions<V>,
  ): Promise<Study<V>> {
    if (typeof first === "function" || first instanceof URL) {
      await optimize(this, null, first, (second as OptimizeOptions<V> | undefined) ?? {});
      return this;
    }
    const run = second as SpaceObjective<S, V> | URL;
    const objective =
      run instanceof URL ? run : (trial: Trial) => run(trial.params as Values<S>, trial);
    await optimize(this, first, objective, third ?? {});
    return this;
  }

  /**
   * The part of a space in which the best trials lie (the first of the ranking), for a study that goes on from this one. Prints what changed and why.
   * Nothing in this study changes; ranges may be used in it, fewer choices need another one.
   *
   * @throws OptionError before a trial is complete
   */
  narrow<S extends Space = Space, L extends Limits = Record<never, NumberDistribution>>(
    options: NarrowOptions<S, L> = {},
  ): Narrowed<S, L> {
    const known = ["top", "space", "limits", "print"];
    const unknown = Object.keys(options).find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new OptionError(`narrow: unknown option "${unknown}"; known: ${known.join(", ")}`);
    }
    const changes = narrowSpace(
      options.space ?? commonSpace(this.trials),
      this.ranking,
      options.top ?? 0.2,
      options.limits,
    );
    // oxlint-disable-next-line no-console -- what changed is for people to read
    (options.print ?? console.log)(narrowingText(changes));
    return Object.fromEntries(changes.map(({ name, to }) => [name, to])) as Narrowed<S, L>;
  }

  /** The parameters of a trial's record as a point of a space, or null where it lies outside. */
  within(
    space: Space,
    { params }: Pick<TrialRecord, "params">,
  ): Readonly<Record<string, Choice>> | null {
    try {
      return Object.fromEntries(
        Object.entries(space).map(([name, d]) => [
          name,
          toValue(d, toInternal(name, d, params[name])),
        ]),
      );
    } catch (error) {
      if (error instanceof OptionError) return null;
      throw error;
    }
  }
}

/**
 * A study, new or continued.
 *
 * @example
 *     const study = tune.createStudy({ sampler: tune.tpeSampler(), seed: 1 });
 *     await study.optimize((trial) => (trial.suggestFloat("x", -10, 10) - 2) ** 2, { trials: 50 });
 *     study.bestTrial.params; // { x: 2.0... }
 *
 * With several directions the objective returns as many values, and what is found is a front:
 *
 * @example
 *     const study = tune.createStudy({ directions: ["minimize", "maximize"] });
 *     await study.optimize({ x: tune.float(0, 2) }, ({ x }) => [x * x, x], { trials: 100 });
 *     study.paretoFront.map((t) => t.values);
 *
 * @throws OptionError on unknown options, where the storage has a study of that name with other directions, and where the sampler
 *   or the pruner follows one objective and there are several
 */
export function createStudy<const D extends readonly Direction[]>(
  options: SeveralOptions<D>,
): Study<OutcomeOf<D>>;
export function createStudy(options?: StudyOptions): Study;
export function createStudy(
  options: StudyOptions | SeveralOptions<readonly Direction[]> = {},
): AnyStudy {
  const { direction, directions, ...parts } = withDefaults(
    "createStudy",
    {
      name: "study",
      direction: undefined as Direction | undefined,
      directions: undefined as readonly Direction[] | undefined,
      sampler: undefined as Sampler | undefined,
      pruner: noPruner(),
      storage: memoryStorage(),
      seed: 0,
    },
    options,
  );
  const all = checkedDirections(direction, directions);
  const sampler = parts.sampler ?? (all.length > 1 ? nsga2Sampler() : tpeSampler());
  return new Study<Outcome>({ ...parts, sampler, directions: all });
}
