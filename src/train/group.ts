/**
 * Processes that train one model together, each on its share of every batch. Every member calls the same functions in
 * the same order: each waits for the others.
 */
export interface Group {
  /** Number of this process, from 0; the first one writes files and prints. */
  readonly rank: number;
  /** How many processes there are. */
  readonly size: number;
  /** Puts the sum over all processes into `block`, of each. */
  allReduce(block: Float32Array | Float64Array): void;
  /** Puts the first process's bytes into `block`, of each. */
  broadcast(block: Uint8Array): void;
}

/** Rows [from, to) of a batch of `count` that a member trains on: shares differ by at most one row. */
export function shareOf(
  count: number,
  { rank, size }: Pick<Group, "rank" | "size">,
): [number, number] {
  return [Math.floor((count * rank) / size), Math.floor((count * (rank + 1)) / size)];
}
