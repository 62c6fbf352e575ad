import type { Peer } from "../../runtime/peer.ts";
import type { Description } from "../../train/data/described.ts";
import type { Sample } from "../../train/data/sample.ts";
import { type Parcel, tensorOf, unpack } from "./parcel.ts";

/** A dataset that stays with the caller, as the worker knows it. */
export interface FarDataset {
  /** Number of the stage at the caller. */
  readonly stage: number;
  readonly name: string;
  readonly size: number | null;
  readonly seed: number | null;
  readonly batching: { readonly size: number; readonly samples: number | null };
}

/** A batch in a message; null after the last. */
export type PackedBatch = { readonly sample: unknown; readonly tensors: readonly Parcel[] } | null;

/** The worker's side: a dataset whose batches are asked for. */
export function farDescription(peer: Peer, { stage, batching, ...known }: FarDataset): Description {
  return {
    memoryBudget: 0,
    classNames: null,
    stage: {
      ...known,
      rows: null,
      batching: { ...batching, rows: null },
      async *open(epoch, from) {
        const pass = await peer.call<number>("openPass", { stage, epoch, from });
        try {
          for (;;) {
            const batch = await peer.call<PackedBatch>("nextBatch", pass);
            if (!batch) return;
            yield unpack(batch.sample, batch.tensors.map(tensorOf)) as Sample;
          }
        } finally {
          await peer.call("closePass", pass);
        }
      },
    },
  };
}
