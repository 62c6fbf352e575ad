import { DataError } from "../errors.ts";
import { builtin } from "./platform.ts";

/** A thread that runs a script: what Node's worker_threads and the web's Worker have in common. */
export interface Thread {
  /** @param moved  buffers in the message that are handed over and not copied */
  post(message: unknown, moved?: readonly ArrayBuffer[]): void;
  /** Keeps the process while the thread lives, as it does from the beginning. */
  ref(): void;
  /** Lets the process exit while the thread lives, where the runtime can. */
  unref(): void;
  /** Stops the thread, wherever it is. */
  terminate(): Promise<void>;
}

/** What a thread tells the one that started it. */
export interface ThreadEvents {
  message(value: unknown): void;
  /** It has ended, or could not be started. May be called more than once. */
  end(why: string): void;
}

export type NodeThreads = typeof import("node:worker_threads");

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export type NodeWorker = InstanceType<NodeThreads["Worker"]>;

/** A worker of node:worker_threads. */
export function nodeThread(worker: NodeWorker, events: ThreadEvents): Thread {
  worker.on("message", events.message);
  worker.on("error", (error) => events.end(reasonOf(error)));
  worker.on("exit", (code) => events.end(`exit code ${code}`));
  return {
    post: (message, moved = []) => worker.postMessage(message, [...moved]),
    ref: () => worker.ref(),
    unref: () => worker.unref(),
    terminate: async () => void (await worker.terminate()),
  };
}

/** A worker of node:worker_threads with the text of a script. */
export function nodeThreadOf(
  { Worker }: NodeThreads,
  script: string,
  events: ThreadEvents,
): Thread {
  // By its text, not its file: there is no file in an app that was bundled.
  return nodeThread(new Worker(script, { eval: true, execArgv: [] }), events);
}

/** A worker of the web. */
export function webThread(worker: Worker, events: ThreadEvents): Thread {
  worker.onmessage = (event) => events.message(event.data);
  worker.onmessageerror = () => events.end("the worker could not read its message");
  worker.onerror = (event) => {
    event.preventDefault?.();
    events.end(event.message || "the script could not be loaded");
  };
  return {
    post: (message, moved = []) => worker.postMessage(message, [...moved]),
    ref: () => {},
    unref: () => {},
    terminate: () => Promise.resolve(worker.terminate()),
  };
}

/**
 * Starts a thread that runs a module.
 *
 * @throws DataError where the runtime has no workers
 */
export function startModule(url: URL, events: ThreadEvents): Thread {
  const node = builtin<NodeThreads>("node:worker_threads");
  if (node) return nodeThread(new node.Worker(url), events);
  if (typeof Worker === "undefined") {
    throw new DataError("threads: this runtime has no workers; give the objective as a function");
  }
  return webThread(new Worker(url, { type: "module" }), events);
}
