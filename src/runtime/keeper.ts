import { builtin } from "./platform.ts";
import { type NodeThreads, type Thread, nodeThreadOf } from "./thread.ts";

/** What a keeper does when a thread ends: it sets a word of shared memory, and wakes who sleeps on another one. */
export interface Alarm {
  readonly memory: ArrayBufferLike;
  /** Indices of 32-bit words. */
  readonly set: number;
  readonly wake: number;
}

/** What a keeper is sent first. */
export interface KeeperStart {
  /** The script of the threads. */
  readonly keep: string;
  readonly alarm: Alarm;
}

/** What it is sent then, of a thread by its number: to start it, to post to it, to stop it. */
export type Order =
  | { readonly start: number }
  | { readonly post: number; readonly message: unknown }
  | { readonly stop: number };

/** What it answers with. */
export type News = { readonly thread: number } & (
  | { readonly message: unknown }
  | { readonly ended: string }
);

/**
 * Inside a keeper: starts threads, passes messages on, and watches them. The one that waits for them may be asleep in a
 * step, where it hears of no event; a keeper has nothing to do but to hear.
 */
export function keepThreads(
  { keep, alarm: { memory, set, wake } }: KeeperStart,
  post: (news: News) => void,
): (order: Order) => void {
  const node = builtin<NodeThreads>("node:worker_threads")!;
  const words = new Int32Array(memory);
  const threads = new Map<number, Thread>();
  const start = (thread: number): void => {
    const end = (ended: string): void => {
      if (!threads.delete(thread)) return;
      Atomics.store(words, set, 1);
      Atomics.notify(words, wake);
      post({ thread, ended });
    };
    const events = { message: (message: unknown) => post({ thread, message }), end };
    try {
      threads.set(thread, nodeThreadOf(node, keep, events));
    } catch (error) {
      post({ thread, ended: (error as Error).message });
    }
  };
  return (order) => {
    if ("start" in order) start(order.start);
    else if ("post" in order) threads.get(order.post)?.post(order.message);
    else void threads.get(order.stop)?.terminate();
  };
}
