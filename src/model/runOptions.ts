import { OptionError, shown } from "../errors.ts";
import type { Engine } from "../kernels/engine.ts";
import type { WorkerLike } from "../runtime/workerLike.ts";
import { type Turns, turnsUntil } from "../train/turns.ts";
import type { AnyModel } from "./model.ts";

/** Where a call runs, and what ends it. */
export interface RunOptions {
  /** Runs in a worker thread, so that this one stays free; results are the same, bit for bit. As in `fit`. Default false. */
  worker?: boolean | (() => WorkerLike);
  /** Aborting it ends the call after the running batch with the signal's reason. Default null. */
  signal?: AbortSignal | null;
}

/** What a call does unless told otherwise. */
export const RUN_DEFAULTS: Required<RunOptions> = { worker: false, signal: null };

/** @throws OptionError */
export function checkSignal(subject: string, signal: AbortSignal | null): void {
  if (signal === null || typeof signal?.throwIfAborted === "function") return;
  throw new OptionError(`${subject}: signal must be an AbortSignal, got ${shown(signal)}`);
}

/** How a pass over samples shares its thread with others. */
export interface Running {
  readonly turns: Turns;
  /** The engine; asked for when the samples are there and the model is built. */
  readonly start: (model: AnyModel) => Promise<Engine>;
}

/** A pass that a signal ends. @throws OptionError; or the signal's reason, where it is aborted already */
export function runningUntil(subject: string, signal: AbortSignal | null): Running {
  checkSignal(subject, signal);
  return { turns: turnsUntil(signal), start: (model) => model.start() };
}
