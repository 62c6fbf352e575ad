import { builtin } from "./platform.ts";

/**
 * How a page hears that a worker is gone: the web tells of errors, but not of a worker that was terminated or that
 * ran out of memory. A lock is released when its holder ends, however that is. Node, Deno and Bun have an event.
 */
function locks(): LockManager | null {
  if (builtin("node:worker_threads")) return null;
  return globalThis.navigator?.locks ?? null; // only in secure contexts
}

/** Inside a worker: holds a lock until the worker ends. @returns its name; null where it is not needed or not there */
export function holdLifeline(): Promise<string | null> {
  const manager = locks();
  if (!manager) return Promise.resolve(null);
  const name = `thalweg ${crypto.randomUUID()}`;
  return new Promise((resolve) => {
    const held = manager.request(name, () => {
      resolve(name);
      return new Promise<never>(() => {});
    });
    held.catch(() => resolve(null)); // an opaque origin has none
  });
}

/** Calls `gone` once the holder of a lock has ended. */
export function watchLifeline(name: string, gone: () => void): void {
  locks()
    ?.request(name, () => gone())
    .catch(() => {});
}
