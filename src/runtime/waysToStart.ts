import type { Alarm } from "./keeper.ts";
import { Keeper } from "./keptThreads.ts";
import { builtin } from "./platform.ts";
import { type NodeThreads, type Thread, type ThreadEvents, webThread } from "./thread.ts";

/** How threads are started here. */
export interface Ways {
  readonly ways: readonly ((events: ThreadEvents) => Thread)[];
  /** Whether the alarm is raised where one of them ends. */
  readonly watched: boolean;
}

/**
 * The ways to start threads with the script of src/kernels/worker.ts, the best one first. Browsers and bundlers disagree
 * on which works: a literal URL is what Content-Security-Policy likes and most bundlers follow, a Blob works where they
 * do not. Node, Deno and Bun tell of a thread that has ended, so that they have a keeper; browsers do not, nor can
 * anything but the page end one there.
 */
export function waysToStart(script: string, alarm: Alarm): Ways {
  const node = builtin<NodeThreads>("node:worker_threads");
  if (node) {
    let keeper: Keeper | null = null;
    const start = (events: ThreadEvents): Thread =>
      (keeper ??= new Keeper(node, script, alarm)).start(events);
    return { ways: [start], watched: true };
  }
  if (typeof Worker === "undefined") return { ways: [], watched: false };
  const ways = [
    (events: ThreadEvents) =>
      webThread(new Worker(new URL("./worker.js", import.meta.url), { type: "module" }), events),
    (events: ThreadEvents) => {
      const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
      return webThread(new Worker(url), events);
    },
  ];
  return { ways, watched: false };
}
