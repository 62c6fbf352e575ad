import { EngineError, NonFiniteError } from "../../errors.ts";
import { runningEngine } from "../../kernels/engine.ts";
import { type Thread, startModule } from "../../runtime/thread.ts";
import { TrialPruned } from "../pruned.ts";
import type { Trial } from "../trial.ts";
import { answerBuffer, giveAnswer } from "./answer.ts";
import type { Ended, FromThread, ThreadStart, ToThread } from "./messages.ts";
import { shared } from "./sharedData.ts";

/** A thread, and the trial that it runs. */
interface Seat {
  readonly thread: Thread;
  readonly ready: Promise<void>;
  readonly answers: SharedArrayBuffer;
  trial: Trial | null;
  ended: ((how: Ended) => void) | null;
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

/** Does what a trial asks for from its thread; the value of an answer, or undefined where none is waited for. */
function served(trial: Trial, message: FromThread): string | number | boolean | null | undefined {
  switch (message.kind) {
    case "suggest":
      return trial.suggest(message.name, message.distribution);
    case "shouldPrune":
      return trial.shouldPrune();
    case "report":
      return void trial.report(message.value, message.step);
    case "note":
      return void trial.note(message.name, message.value);
    default:
      return undefined;
  }
}

/** Threads that run the trials of a study, each with its own engine, on one copy of the data. */
export class TrialThreads {
  private readonly message: Omit<ThreadStart, "answers">;
  /** Those that wait for a trial. */
  private readonly free: Seat[] = [];
  private readonly all = new Set<Seat>();

  /** @throws DataError where there is no shared memory */
  constructor(module: URL, data: unknown) {
    const variant = runningEngine()?.variant;
    this.message = {
      module: module.href,
      data: shared("optimize", data),
      reproducible: variant !== undefined && !variant.startsWith("relaxed"),
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
        this.heard(seat, message);
      },
      end: (why) => {
        failed(new EngineError(`optimize: a thread of trials ended: ${why}`));
        seat.ended?.({ kind: "error", name: "EngineError", message: `its thread ended: ${why}` });
      },
    });
    const seat: Seat = { thread, ready, answers, trial: null, ended: null, lost: "" };
    thread.post({ ...this.message, answers } satisfies ThreadStart);
    this.all.add(seat);
    return seat;
  }

  private heard(seat: Seat, message: FromThread): void {
    const { trial, answers, ended } = seat;
    if (!trial) return;
    if (message.kind === "value" || message.kind === "pruned" || message.kind === "error") {
      return ended?.(message);
    }
    const waits = message.kind === "suggest" || message.kind === "shouldPrune";
    try {
      const value = served(trial, message);
      if (waits) giveAnswer(answers, { value: value! });
    } catch (error) {
      if (waits) giveAnswer(answers, { error: (error as Error).message });
      else
        ended?.({ kind: "error", name: (error as Error).name, message: (error as Error).message });
    }
  }

  /**
   * Runs a trial on a thread that is free, or on a new one.
   *
   * @param declared  whether its parameters are those of a declared space
   * @throws TrialPruned, NonFiniteError, what the objective throws (its name and message), EngineError where the thread ends
   */
  async run(trial: Trial, declared: boolean): Promise<number> {
    const seat = this.free.pop() ?? this.newSeat();
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
      if (seat.lost === "") this.free.push(seat);
    }
  }

  /** Ends all threads, in the middle of their trials too. */
  async close(): Promise<void> {
    await Promise.all([...this.all].map(({ thread }) => thread.terminate()));
  }
}
