import type { NewOperation } from "./operation.ts";
import type { Replay } from "./replay.ts";

/** Where studies are kept: a list of operations that only grows. */
export interface Storage {
  /** Who writes here: different for every process. */
  readonly worker: string;
  /** What the operations amount to; `refresh` brings in those of others. */
  readonly state: Replay;
  /** Reads what others have written. */
  refresh(): void;
  /** Writes operations behind those of all others, and applies them. */
  append(operations: readonly NewOperation[]): void;
  /**
   * The same, but only where others have written nothing that is not known here; that is brought in instead.
   *
   * @returns whether the operations were written
   */
  appendIfCurrent(operations: readonly NewOperation[]): boolean;
}
