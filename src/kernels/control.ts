/** Bytes of the control block of assembly/threads.ts: one cache line for each word that threads share. */
export const CONTROL_BYTES = 448;

/** Offset of the word that thread 0 sleeps on. */
export const GENERATION = 64;

/** Offset of the word that says that a worker has failed. */
export const LOST = 192;

/** Offset of the number of threads; behind it, whether thread 0 may sleep, and the rounds that it waits. */
export const TEAM = 384;

/**
 * Rounds that thread 0 waits for a worker: a minute in sleeps of a second, or in spins alone. Where a keeper watches it
 * is woken at once, and no kernel is too slow: an hour, for a keeper that is gone itself.
 */
export const WAIT_ROUNDS = { watched: 3600, sleeping: 60, spinning: 4_000_000 };

/** What a worker is sent. Its answers: "up", or in words why it is not; "down" when it was dismissed. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the control block. */
  readonly control: number;
  /** Number of the thread, from 1. */
  readonly thread: number;
}
