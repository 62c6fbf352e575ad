import { EngineError, NonFiniteError } from "../../errors.ts";
import { runningEngine } from "../../kernels/engine.ts";
import { type Thread, startModule } from "../../runtime/thread.ts";
import { TrialPruned } from "../pruned.ts";
import type { Store } from "../../runtime/stores/store.ts";
import type { Choice, Distribution } from "../space/distribution.ts";
import type { Trial } from "../trial.ts";
import type { Attribute, Outcome } from "../trialRecord.ts";
import { answerBuffer, giveAnswer } from "./answer.ts";
import type { Ended, FromThread, StoreCall, ThreadStart, ToThread } from "./messages.ts";
import { shared } from "./sharedData.ts";

/** A trial whose study is here or elsewhere: what a thread asks is answered at once, or when the answer has come. */
export interface SeatedTrial extends Pick<
  Trial,
  "number" | "seed" | "signal" | "params" | "checkpoints"
> {
  suggest(name: string, distribution: Distribution): Choice | Promise<Choice>;
  shouldPrune(): boolean | Promise<boolean>;
  report(value: number, step: number): void | Promise<void>;
  note(name: string, value: Attribute): void | Promise<void>;
}

/** A thread, and the trial that it runs. */
interface Seat {
  readonly thread: Thread;
  readonly ready: Promise<void>;
  readonly answers: SharedArrayBuffer;
  trial: SeatedTrial | null;
  ended: ((how: Ended) => void) | null;
  /** What this side could not do for its trial: the trial fails with that, however it ends. */
  fault: Ended | null;
  /** Why it is no more; "" while it lives. */
  lost: string;
}

function errorOf({ name, message }: Extract<Ended, { kind: "error" }>): Error {
  // Training that diverges fails its trial alone, wherever it ran.
  if (name === "NonFiniteError") return new NonFiniteError(message);
  const error = new Error(message);
  error.name = name;
  return error;
}

/** Whether this thread's engine may fuse multiply-add: one that has not started would. */
function fuses(): boolean {
  return runningEngine()?.variant.startsWith("relaxed") ?? true;
}

/** Does what a trial asks for from its thread; the value of an answer, where one is waited for. */
function served(trial: SeatedTrial, message: FromThread): Choice | void | Promise<Choice | void> {
  switch (message.kind) {
    case "suggest":
      return trial.suggest(message.name, message.distribution);
    case "shouldPrune":
      return trial.shouldPrune();
    case "report":
      return trial.report(message.value, message.step);
    case "note":
      return trial.note(message.name, message.value);
    default:
      return undefined;
  }
}

/** What a store answers. */
async function stored(
  store: Store,
  { call, name, bytes }: StoreCall,
): Promise<Uint8Array | string[] | null> {
  if (call === "read") return store.read(name);
  if (call === "list") return store.list();
  await (call === "write" ? store.write(name, bytes!) : store.remove(name));
  return null;
}

/** Threads that run the trials of a study, each with its own engine, on one copy of the data. */
export class TrialThreads {
  private readonly message: Omit<ThreadStart, "answers">;
  /** Those that wait for a trial. */
  private readonly free: Seat[] = [];
  private readonly all = new Set<Seat>();

  /**
   * @param reproducible  whether they leave out fused multiply-add; by default as the engine of this thread, if it runs
   * @throws DataError where there is no shared memory
   */
  constructor(module: URL, data: unknown, reproducible: boolean = !fuses()) {
    this.message = {
      module: module.href,
      data: shared("optimize", data),
      reproducible,
    };
  }

  private newSeat(): Seat {
    let up: () => void;
    let down: (error: Error) => void;
    const ready = new Promise<void>((resolve, reject) => ([up, down] = [resolve, reject]));
    // It is awaited where a trial begins; until then nobody listens.
    ready.catch(() => {});
    const failed = (error: Error): void => {
      seat.lost ||= error.message;
      down(error);
    };
    const answers = answerBuffer();
    const thread = startModule(new URL("./trialThread.js", import.meta.url), {
      message: (value) => {
        const message = value as FromThread;
        if (message.kind === "ready") return up();
        if (message.kind === "error" && !seat.trial) return failed(errorOf(message));
        void this.heard(seat, message);
      },
      end: (why) => {
        failed(new EngineError(`optimize: a thread of trials ended: ${why}`));
        seat.ended?.({ kind: "error", name: "EngineError", message: `its thread ended: ${why}` });
      },
    });
    const seat: Seat = { thread, ready, answers, trial: null, ended: null, fault: null, lost: "" };
    thread.post({ ...this.message, answers } satisfies ThreadStart);
    this.all.add(seat);
    return seat;
  }

  private async heard(seat: Seat, message: FromThread): Promise<void> {
    const { trial, answers, ended } = seat;
    if (!trial) return;
    if (message.kind === "value" || message.kind === "pruned" || message.kind === "error") {
      return ended?.(seat.fault ?? message);
    }
    if (message.kind === "store") return this.keep(seat, trial, message);
    const waits = message.kind === "suggest" || message.kind === "shouldPrune";
    try {
      const value = await served(trial, message);
      if (waits) giveAnswer(answers, { value: value! });
    } catch (fault) {
      const { name, message: text } = fault as Error;
      if (waits) giveAnswer(answers, { error: text });
      else if (seat.trial === trial) {
        // The thread is at it until it says so: no other trial may sit down before.
        seat.fault ??= { kind: "error", name, message: text };
        seat.thread.post({ kind: "abort", reason: text } satisfies ToThread);
      }
    }
  }

  private async keep(
    { thread }: Seat,
    trial: SeatedTrial,
    { id, ...call }: Extract<FromThread, { kind: "store" }>,
  ): Promise<void> {
    const answer = await stored(trial.checkpoints, call).then(
      (value) => ({ value }),
      (error: unknown) => ({ error: (error as Error).message }),
    );
    thread.post({ kind: "stored", id, ...answer } satisfies ToThread);
  }

  /** One that has not ended while it waited. */
  private freeSeat(): Seat | undefined {
    for (;;) {
      const seat = this.free.pop();
      if (!seat || seat.lost === "") return seat;
    }
  }

  /**
   * Runs a trial on a thread that is free, or on a new one.
   *
   * @param declared  whether its parameters are those of a declared space
   * @throws TrialPruned, NonFiniteError, what the objective throws (its name and message), EngineError where the thread ends
   */
  async run(trial: SeatedTrial, declared: boolean): Promise<Outcome> {
    const seat = this.freeSeat() ?? this.newSeat();
    const abort = (): void =>
      seat.thread.post({ kind: "abort", reason: String(trial.signal?.reason) } satisfies ToThread);
    try {
      await seat.ready;
      seat.trial = trial;
      const how = await new Promise<Ended>((resolve) => {
        seat.ended = resolve;
        trial.signal?.addEventListener("abort", abort);
        const { number, seed, params } = trial;
        seat.thread.post({ kind: "run", number, seed, params, declared } satisfies ToThread);
        if (trial.signal?.aborted) abort();
      });
      if (how.kind === "value") return how.value;
      throw how.kind === "pruned" ? new TrialPruned() : errorOf(how);
    } finally {
      trial.signal?.removeEventListener("abort", abort);
      seat.trial = null;
      seat.ended = null;
      seat.fault = null;
      if (seat.lost === "") this.free.push(seat);
    }
  }

  /** Ends all threads, in the middle of their trials too. */
  async close(): Promise<void> {
    await Promise.all([...this.all].map(({ thread }) => thread.terminate()));
  }
}
