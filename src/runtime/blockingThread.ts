import { DataError } from "../errors.ts";
import { builtin } from "./platform.ts";
import type { NodeThreads } from "./thread.ts";

type Port = InstanceType<NodeThreads["MessagePort"]>;

/** A thread that does what is asynchronous for a caller that is not: who calls sleeps until the answer is there. */
export interface BlockingThread {
  /**
   * Asks, and sleeps until the answer has come.
   *
   * @param ms  milliseconds to sleep at most
   * @throws DataError with what the thread has to say against it, or when the time is over, then for ever
   */
  call(question: unknown, ms: number): unknown;
  /** Ends the thread, in the middle of what it does too. */
  close(): Promise<void>;
}

/** What goes to the thread first, beside what it needs to begin. */
interface Start {
  readonly start: unknown;
  readonly port: Port;
  /** Int32[1], a count of the answers: what the caller sleeps at. */
  readonly answers: Int32Array;
}

type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/**
 * Starts a thread with a module that calls `answerCalls`, and waits until it is ready. It does not keep the process. Node, Deno
 * and Bun.
 *
 * @param start  what the module needs to begin
 * @throws DataError where there are no such threads, or the module's beginning fails
 */
export async function startBlocking(
  subject: string,
  url: URL,
  start: unknown,
): Promise<BlockingThread> {
  const threads = builtin<NodeThreads>("node:worker_threads");
  if (!threads) throw new DataError(`${subject}: needs Node, Deno or Bun, which have such threads`);
  const { port1: port, port2 } = new threads.MessageChannel();
  const answers = new Int32Array(new SharedArrayBuffer(4));
  const worker = new threads.Worker(url);
  let ended = "";
  await new Promise<void>((resolve, reject) => {
    const end = (why: string): void => {
      ended ||= why;
      reject(new DataError(`${subject}: its thread ended: ${why}`));
    };
    worker.on("error", (error) => end(reasonOf(error)));
    worker.on("exit", (code) => end(`exit code ${code}`));
    worker.once("message", (fault: string | null) => {
      if (fault === null) return resolve();
      reject(new DataError(fault));
      void worker.terminate();
    });
    worker.postMessage({ start, port: port2, answers } satisfies Start, [port2]);
  });
  worker.unref();
  let asked = 0;
  return {
    call(question, ms) {
      if (ended !== "") throw new DataError(`${subject}: its thread ended: ${ended}`);
      const id = ++asked;
      const until = performance.now() + ms;
      port.postMessage({ id, question });
      for (;;) {
        const before = Atomics.load(answers, 0);
        const answer = threads.receiveMessageOnPort(port)?.message as Answer | undefined;
        // An answer to a question that was given up may come first.
        if (answer && answer.id !== id) continue;
        if (answer && "error" in answer) throw new DataError(answer.error);
        if (answer) return answer.value;
        const left = until - performance.now();
        if (left <= 0 || Atomics.wait(answers, 0, before, left) === "timed-out") {
          // What it would answer later nobody would hear: it is not asked again.
          ended = `it has not answered for ${ms / 1000} s`;
          throw new DataError(`${subject}: its thread ended: ${ended}`);
        }
      }
    },
    async close() {
      ended ||= "it was closed";
      port.close();
      await worker.terminate();
    },
  };
}

/**
 * Inside of such a thread.
 *
 * @param open  gets what the thread was started with; gives what answers. Their errors are thrown where the thread was started or called
 */
export function answerCalls(
  open: (start: unknown) => Promise<(question: unknown) => Promise<unknown>>,
): void {
  const parent = builtin<NodeThreads>("node:worker_threads")!.parentPort!;
  parent.once("message", ({ start, port, answers }: Start) => {
    const give = (answer: Answer): void => {
      port.postMessage(answer);
      Atomics.add(answers, 0, 1);
      Atomics.notify(answers, 0);
    };
    open(start).then(
      (handler) => {
        port.on("message", ({ id, question }: { id: number; question: unknown }) => {
          handler(question).then(
            (value) => give({ id, value }),
            (error) => give({ id, error: reasonOf(error) }),
          );
        });
        parent.postMessage(null);
      },
      (error) => parent.postMessage(reasonOf(error)),
    );
  });
}
