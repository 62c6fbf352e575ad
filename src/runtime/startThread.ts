import { builtin } from "./platform.ts";
import {
  type NodeThreads,
  type NodeWorker,
  type Thread,
  type ThreadEvents,
  nodeThread,
  nodeThreadOf,
  webThread,
} from "./thread.ts";
import type { WorkerLike } from "./workerLike.ts";

/** URLs of scripts, each made once: what one refers to is kept until the page ends. */
const urls = /* @__PURE__ */ new Map<string, string>();

/**
 * A thread with a script that may be large: by its text alone, as a second copy of it in the app's files would be
 * downloaded for nothing where the text works. @throws Error where the runtime has no workers
 */
export function startInline(script: string, events: ThreadEvents): Thread {
  const node = builtin<NodeThreads>("node:worker_threads");
  if (node) return nodeThreadOf(node, script, events);
  if (typeof Worker === "undefined") throw new Error("this runtime has no workers");
  const url =
    urls.get(script) ?? URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  urls.set(script, url);
  return webThread(new Worker(url, { type: "module" }), events);
}

/** A worker that the user started, as a thread. */
export function threadOf(worker: WorkerLike, events: ThreadEvents): Thread {
  return "on" in worker
    ? nodeThread(worker as NodeWorker, events)
    : webThread(worker as Worker, events);
}
