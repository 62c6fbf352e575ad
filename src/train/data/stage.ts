import type { Arrays } from "./arrays.ts";
import type { Sample } from "./sample.ts";

/** Samples that can be had in any order. */
export interface Rows {
  readonly count: number;
  /** The rows in the order in which an epoch visits them; null: 0, 1, 2, ..., as without a shuffle. */
  order(epoch: number): Int32Array | null;
  row(row: number, epoch: number): Sample | Promise<Sample>;
  /** All rows at once, where they lie in arrays. */
  readonly arrays: Arrays | null;
}

/** How samples were put together to batches. */
export interface Batching {
  readonly size: number;
  /** The samples, where they can be had in any order. */
  readonly rows: Rows | null;
  /** Samples of an epoch, those of a dropped remainder left out; null where unknown. */
  readonly samples: number | null;
}

/** One step of a dataset's description. It holds no state: every `open` begins anew. */
export interface Stage {
  /** What it is, for messages: `dataset.csv`, `shuffle`, ... */
  readonly name: string;
  /** Elements of an epoch, or null where only reading tells. */
  readonly size: number | null;
  /** Seed of the last shuffle; null while the order is the same in all epochs. */
  readonly seed: number | null;
  /** Random access, where there is any; null for streams, and after `batch`. */
  readonly rows: Rows | null;
  /** Set once samples are in batches. */
  readonly batching: Batching | null;
  /** The elements of an epoch from a position on. `return` closes what was opened. */
  open(epoch: number, from: number): AsyncGenerator<Sample>;
}

/** A stage with random access. */
export function rowsStage(name: string, rows: Rows, seed: number | null = null): Stage {
  return {
    name,
    size: rows.count,
    seed,
    rows,
    batching: null,
    async *open(epoch, from) {
      const order = rows.order(epoch);
      for (let i = from; i < rows.count; i++) yield await rows.row(order ? order[i]! : i, epoch);
    },
  };
}
