import { maySleep } from "../runtime/platform.ts";
import type { Thread, ThreadEvents } from "../runtime/thread.ts";
import { waysToStart } from "../runtime/waysToStart.ts";
import { GENERATION, LOST, TEAM, WAIT_ROUNDS, type WorkerStart } from "./control.ts";

/** Milliseconds that a worker has to start, and to end when it is dismissed. */
const LIMIT = 10_000;

/** What workers share with thread 0. */
export type PoolMemory = Omit<WorkerStart, "thread">;

/** A worker that is up. */
interface Member {
  readonly thread: Thread;
  /** Settled when it has left the commands, or has ended. */
  readonly down: Promise<void>;
}

/** The workers of one engine: threads 1, 2, ... that stand in `work` of assembly/threads.ts. */
export class Pool {
  /** Threads that take part, thread 0 included. */
  readonly threads: number;
  private readonly workers: readonly Thread[];
  private readonly down: Promise<unknown>;

  constructor(members: readonly Member[]) {
    this.threads = members.length + 1;
    this.workers = members.map(({ thread }) => thread);
    this.down = Promise.all(members.map(({ down }) => down));
  }

  /**
   * Waits for workers that were dismissed, then stops them. A browser's `terminate` does not wait for its thread,
   * which could still read a control block that the next pool writes.
   *
   * @returns false where they do not leave: nothing may be run with the same control block
   */
  async end(): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    // The timer also keeps the process alive, which the workers do not.
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), LIMIT);
    });
    const left = await Promise.race([this.down.then(() => true), late]);
    clearTimeout(timer);
    await this.terminate();
    return left;
  }

  /** Stops the workers. What they were writing may be half done. */
  async terminate(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

/** One worker that has said "up". Rejects in words why it did not. */
function startWorker(
  start: (events: ThreadEvents) => Thread,
  message: WorkerStart,
  onLost: (why: string) => void,
): Promise<Member> {
  return new Promise((resolve, reject) => {
    let up = false;
    let leave = (): void => {};
    const down = new Promise<void>((settle) => (leave = settle));
    const end = (why: string): void => {
      clearTimeout(timer);
      leave();
      if (up) onLost(why);
      else {
        void thread.terminate();
        reject(new Error(why));
      }
    };
    const onMessage = (value: unknown): void => {
      if (value === "down") return leave();
      if (value !== "up") return end(String(value));
      clearTimeout(timer);
      up = true;
      thread.unref();
      resolve({ thread, down });
    };
    const thread = start({ message: onMessage, end });
    const timer = setTimeout(() => end(`no answer for ${LIMIT / 1000} s`), LIMIT);
    thread.post(message);
  });
}

/**
 * Starts `threads - 1` workers and waits until they are up.
 *
 * @param script  text of the worker's script
 * @param onLost  called where a worker ends later than that: nothing may be run with this pool again
 * @throws Error in words why the workers do not start
 */
export async function startPool(
  threads: number,
  shared: PoolMemory,
  script: string,
  onLost: (why: string) => void,
): Promise<Pool> {
  const { memory, control } = shared;
  const { buffer } = memory;
  const alarm = { memory: buffer, set: (control + LOST) >>> 2, wake: (control + GENERATION) >>> 2 };
  const { ways, watched } = waysToStart(script, alarm);
  const rounds = watched ? WAIT_ROUNDS.watched : WAIT_ROUNDS.sleeping;
  const team = maySleep() ? [threads, 1, rounds] : [threads, 0, WAIT_ROUNDS.spinning];
  new Int32Array(buffer).set(team, (control + TEAM) >>> 2);
  let reason = "this runtime has no workers";
  let pool: Pool | null = null;
  let early = "";
  const lost = (why: string): void => {
    early ||= why;
    if (pool) onLost(why);
  };
  for (const start of ways) {
    const starting = Array.from({ length: threads - 1 }, (_, i) =>
      startWorker(start, { ...shared, thread: i + 1 }, lost),
    );
    const results = await Promise.allSettled(starting);
    const workers = results.flatMap((r) => (r.status === "fulfilled" ? [r.value] : []));
    const failed = results.find((r) => r.status === "rejected");
    if (!failed && early === "") return (pool = new Pool(workers));
    reason = failed ? (failed.reason as Error).message : early;
    // Those that came stand at the barrier already, so there is no second try with this memory.
    await Promise.all(workers.map(({ thread }) => thread.terminate()));
    if (workers.length > 0) break;
  }
  throw new Error(reason);
}
