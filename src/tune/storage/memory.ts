import { Replay } from "./replay.ts";
import type { Storage } from "./storage.ts";

/** Keeps studies while the program runs. */
export function memoryStorage(): Storage {
  const worker = "memory";
  const state = new Replay();
  return {
    worker,
    state,
    refresh: () => {},
    append: (operations) => {
      for (const op of operations) state.apply({ ...op, worker_id: worker });
    },
  };
}
