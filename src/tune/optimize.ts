import { NonFiniteError, OptionError, shown, withDefaults } from "../errors.ts";
import { hardwareThreads, yieldToLoop } from "../runtime/platform.ts";
import { TrialPruned } from "./pruned.ts";
import type { Space, Values } from "./space/distribution.ts";
import { OP } from "./storage/operation.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { AnyStudy, Study } from "./study.ts";
import type { Trial } from "./trial.ts";
import { type Outcome, type TrialRecord, isFinished } from "./trialRecord.ts";

/** What is tuned: gives the value of a trial, or of a study of several directions a value for each. */
export type Objective<V extends Outcome = number> = (trial: Trial) => V | Promise<V>;

/** The same with the parameters of a declared space. */
export type SpaceObjective<S extends Space, V extends Outcome = number> = (
  params: Values<S>,
  trial: Trial,
) => V | Promise<V>;

export interface OptimizeOptions<V extends Outcome = number> {
  /** Trials to run now, in whatever way they end. Default: until the timeout, the signal, or the end of a grid. */
  trials?: number;
  /** Seconds after which no further trial begins. Default Infinity. */
  timeout?: number;
  /** Aborting it begins no further trial, and aborts `trial.signal`. What then runs counts as failed. */
  signal?: AbortSignal | null;
  /**
   * Trials that run at a time; "auto": as many as there are cores. An objective that is a module's URL runs in so many
   * threads; a function runs in this one, so that more than one job serves functions that wait for something. Default 1.
   */
  jobs?: number | "auto";
  /**
   * Trial n is chosen and pruned by what the trials up to n - lag have given, even where more is known: the study then has
   * the same trials and values for any number of jobs up to `lag`, in whatever order they end. Null: by all that is known,
   * so that with more than one job the order in which trials end decides as well. Default null.
   */
  lag?: number | null;
  /** What an objective that is a module gets as its last argument; tensors and typed arrays lie in memory that all threads share. */
  data?: unknown;
  /** What an error of the objective does: ends the study ("throw"), or the trial alone ("fail"). Default "throw". */
  onError?: "throw" | "fail";
  /** Called after each trial. */
  onTrial?: ((trial: TrialRecord, study: Study<V>) => void | Promise<void>) | null;
  /** Seconds between two signs of life of a running trial in the storage, and after which it counts as lost. */
  heartbeat?: { readonly interval: number; readonly grace: number };
}

type AllOptions = Required<Omit<OptimizeOptions<Outcome>, "data">> &
  Pick<OptimizeOptions<Outcome>, "data">;

const DEFAULTS: AllOptions = {
  trials: Infinity,
  timeout: Infinity,
  signal: null,
  jobs: 1,
  lag: null,
  data: undefined,
  onError: "throw",
  onTrial: null,
  heartbeat: { interval: 20, grace: 120 },
};

/** Begins a trial at once; it ends later, in whatever way. */
function begin(
  study: AnyStudy,
  space: Space | null,
  objective: Objective<Outcome>,
  options: AllOptions,
  heartbeat: Heartbeat,
): { number: number; ended: Promise<void> } {
  const { signal, lag } = options;
  const trial = study.ask(space, { signal, lag, beats: true });
  heartbeat.begin(trial.number);
  return { number: trial.number, ended: runTrial(study, trial, objective, options, heartbeat) };
}

async function runTrial(
  study: AnyStudy,
  trial: Trial,
  objective: Objective<Outcome>,
  { onError, onTrial }: AllOptions,
  heartbeat: Heartbeat,
): Promise<void> {
  let record: TrialRecord;
  const tell = (result: Outcome | "pruned" | "fail"): TrialRecord => {
    try {
      return study.tell(trial, result);
    } catch (error) {
      // This process was held up for so long that another one took its trial for lost, and runs it again.
      const taken = study.trials[trial.number]!;
      if (isFinished(taken)) return taken;
      throw error;
    }
  };
  try {
    record = tell(await objective(trial));
  } catch (error) {
    if (error instanceof TrialPruned) record = tell("pruned");
    else {
      // What diverges is a bad choice of parameters, not a fault.
      study.change(trial.number, {
        op_code: OP.trialSystemAttribute,
        system_attr: { fail_reason: error instanceof Error ? error.message : String(error) },
      });
      record = tell("fail");
      if (!(error instanceof NonFiniteError) && onError === "throw") throw error;
    }
  } finally {
    heartbeat.end(trial.number);
  }
  await onTrial?.(record, study);
}

/** Options with the defaults, checked. @throws OptionError */
function checkedOptions(
  given: OptimizeOptions<Outcome>,
  isModule: boolean,
): AllOptions & { jobs: number } {
  const options = withDefaults<AllOptions>("optimize", DEFAULTS, given, ["jobs"]);
  const { trials, timeout, lag, data } = options;
  const jobs = options.jobs === "auto" ? hardwareThreads() : options.jobs;
  if (!(trials >= 0) || !(timeout >= 0)) {
    throw new OptionError(
      `optimize: trials and timeout must be at least 0, got ${trials} and ${timeout}`,
    );
  }
  if (!Number.isInteger(jobs) || jobs < 1) {
    throw new OptionError(
      `optimize: jobs must be a whole number >= 1 or "auto", got ${shown(options.jobs)}`,
    );
  }
  if (lag !== null && (!Number.isInteger(lag) || lag < jobs)) {
    throw new OptionError(
      `optimize: lag must be null or a whole number >= jobs, ${jobs}, got ${String(lag)}`,
    );
  }
  if (data !== undefined && !isModule) {
    throw new OptionError(
      "optimize: data goes to an objective that is a module; a function has its own scope",
    );
  }
  return { ...options, jobs };
}

/**
 * See `Study.optimize`.
 *
 * @param objective  a function, or the URL of a module, which is run in threads
 */
export async function optimize(
  study: AnyStudy,
  space: Space | null,
  objective: Objective<Outcome> | URL,
  given: OptimizeOptions<Outcome>,
): Promise<void> {
  const isModule = objective instanceof URL;
  const options = checkedOptions(given, isModule);
  const { trials, timeout, signal, jobs, lag, heartbeat: beat } = options;
  const { sampler } = study;
  const endless = trials === Infinity && timeout === Infinity && !signal && !sampler.isExhausted;
  if (endless) throw new OptionError("optimize: must end somehow; give trials, timeout or signal");
  const threads = isModule
    ? new (await import("./parallel/trialThreads.ts")).TrialThreads(objective, options.data)
    : null;
  const run: Objective<Outcome> = isModule
    ? (trial) => threads!.run(trial, space !== null)
    : objective;
  const heartbeat = new Heartbeat(study, beat.interval, beat.grace);
  const until = performance.now() + 1000 * timeout;
  /** Trials that run here, by number. */
  const running = new Map<number, Promise<void>>();
  let left = trials;

  /** Whether another trial may begin: not before those are at an end that it must know of. */
  const mayBegin = (): boolean => {
    if (running.size >= jobs) return false;
    const known = lag === null ? -1 : study.nextNumber - lag;
    return [...running.keys()].every((number) => number > known);
  };
  const isOver = (): boolean => {
    if (left <= 0 || performance.now() >= until || signal?.aborted) return true;
    const waiting = study.trials.some((t) => t.state === "waiting");
    return !waiting && sampler.isExhausted?.(study.trials, space) === true;
  };

  try {
    for (;;) {
      heartbeat.retryLost();
      while (!isOver() && mayBegin()) {
        left--;
        const { number, ended } = begin(study, space, run, options, heartbeat);
        running.set(
          number,
          ended.finally(() => running.delete(number)),
        );
      }
      if (running.size === 0) break;
      await Promise.race(running.values());
      // An objective without a pause would let no timer and no signal through.
      await yieldToLoop();
    }
  } finally {
    // After an error: threads are stopped, and their trials have failed; functions come to their end.
    await threads?.close();
    await Promise.allSettled(running.values());
    heartbeat.close();
  }
}
