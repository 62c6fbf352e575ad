import { NonFiniteError, OptionError, withDefaults } from "../errors.ts";
import { yieldToLoop } from "../runtime/platform.ts";
import { TrialPruned } from "./pruned.ts";
import type { Space, Values } from "./space/distribution.ts";
import { OP } from "./storage/operation.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Study } from "./study.ts";
import type { Trial } from "./trial.ts";
import type { TrialRecord } from "./trialRecord.ts";

/** What is tuned: gives the value of a trial. */
export type Objective = (trial: Trial) => number | Promise<number>;

/** The same with the parameters of a declared space. */
export type SpaceObjective<S extends Space> = (
  params: Values<S>,
  trial: Trial,
) => number | Promise<number>;

export interface OptimizeOptions {
  /** Trials to run now, in whatever way they end. Default: until the timeout, the signal, or the end of a grid. */
  trials?: number;
  /** Seconds after which no further trial begins. Default Infinity. */
  timeout?: number;
  /** Aborting it begins no further trial, and aborts `trial.signal`. What then runs counts as failed. */
  signal?: AbortSignal | null;
  /** Objectives that run at a time: for those that wait for worker threads or other machines. Default 1. */
  jobs?: number;
  /** What an error of the objective does: ends the study ("throw"), or the trial alone ("fail"). Default "throw". */
  onError?: "throw" | "fail";
  /** Called after each trial. */
  onTrial?: ((trial: TrialRecord, study: Study) => void | Promise<void>) | null;
  /** Seconds between two signs of life of a running trial in the storage, and after which it counts as lost. */
  heartbeat?: { readonly interval: number; readonly grace: number };
}

const DEFAULTS: Required<OptimizeOptions> = {
  trials: Infinity,
  timeout: Infinity,
  signal: null,
  jobs: 1,
  onError: "throw",
  onTrial: null,
  heartbeat: { interval: 20, grace: 120 },
};

/** Runs one trial to its end, whatever that is. */
async function runTrial(
  study: Study,
  space: Space | null,
  objective: Objective,
  { signal, onError, onTrial }: Required<OptimizeOptions>,
  heartbeat: Heartbeat,
): Promise<void> {
  const trial = study.ask(space, signal);
  heartbeat.begin(trial.number);
  let record: TrialRecord;
  try {
    record = study.tell(trial, await objective(trial));
  } catch (error) {
    if (error instanceof TrialPruned) record = study.tell(trial, "pruned");
    else {
      // What diverges is a bad choice of parameters, not a fault.
      study.change(trial.number, {
        op_code: OP.trialSystemAttribute,
        system_attr: { fail_reason: error instanceof Error ? error.message : String(error) },
      });
      record = study.tell(trial, "fail");
      if (!(error instanceof NonFiniteError) && onError === "throw") throw error;
    }
  } finally {
    heartbeat.end(trial.number);
  }
  await onTrial?.(record, study);
}

/** See `Study.optimize`. */
export async function optimize(
  study: Study,
  space: Space | null,
  objective: Objective,
  given: OptimizeOptions,
): Promise<void> {
  const options = withDefaults("optimize", DEFAULTS, given);
  const { trials, timeout, signal, jobs, heartbeat: beat } = options;
  if (!(trials >= 0) || !(timeout >= 0) || !Number.isInteger(jobs) || jobs < 1) {
    throw new OptionError(
      `optimize: trials and timeout must be at least 0, jobs a whole number >= 1, got ${trials}, ${timeout} and ${jobs}`,
    );
  }
  const { sampler } = study;
  const endless = trials === Infinity && timeout === Infinity && !signal && !sampler.isExhausted;
  if (endless) throw new OptionError("optimize: must end somehow; give trials, timeout or signal");
  const heartbeat = new Heartbeat(study, beat.interval, beat.grace);
  const until = performance.now() + 1000 * timeout;
  let left = trials;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (left > 0 && !failed && performance.now() < until && !signal?.aborted) {
      heartbeat.retryLost();
      const waiting = study.trials.some((t) => t.state === "waiting");
      if (!waiting && sampler.isExhausted?.(study.trials, space)) return;
      left--;
      try {
        await runTrial(study, space, objective, options, heartbeat);
      } catch (error) {
        failed = true;
        throw error;
      }
      // An objective without a pause would let no timer and no signal through.
      await yieldToLoop();
    }
  };
  try {
    const ended = await Promise.allSettled(Array.from({ length: jobs }, worker));
    const fault = ended.find((e) => e.status === "rejected");
    if (fault) throw fault.reason;
  } finally {
    heartbeat.close();
  }
}
