import type { NewOperation } from "./operation.ts";
import { Replay } from "./replay.ts";
import type { Storage } from "./storage.ts";

/** Keeps studies while the program runs. */
export function memoryStorage(): Storage {
  const worker = "memory";
  const state = new Replay();
  const append = (operations: readonly NewOperation[]): void => {
    for (const op of operations) state.apply({ ...op, worker_id: worker });
  };
  return {
    worker,
    state,
    refresh: () => {},
    append,
    appendIfCurrent: (operations) => {
      append(operations);
      return true;
    },
  };
}
