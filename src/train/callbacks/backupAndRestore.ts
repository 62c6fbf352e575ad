import { withDefaults } from "../../errors.ts";
import { fileStore } from "../../runtime/stores/fileStore.ts";
import type { Store } from "../../runtime/stores/store.ts";
import type { Callback, TrainingInfo } from "../callbacks.ts";
import { CHECKPOINT, previousOf, readCheckpoint, writeCheckpoint } from "../checkpointStore.ts";
import { type SaveFrequency, checkFrequency } from "./saveFrequency.ts";

/** Options of {@link backupAndRestore}. */
export interface BackupAndRestoreOptions {
  /** At the end of each epoch, or after so many batches. Default "epoch". */
  saveFreq: SaveFrequency;
  /** Whether the checkpoints are removed when training has come to its end. Default true. */
  deleteCheckpoint: boolean;
  /** Resume also where the arithmetic is another one. Default false. */
  allowInexact: boolean;
}

const NAME = "backupAndRestore";

/**
 * Keeps a checkpoint as `checkpoint`, and the one before it as `checkpoint.prev`. When the program is started again
 * with the same data and options, training goes on from there: what comes out is, bit for bit, what would have without
 * the interruption. Where the newest checkpoint is damaged the one before it is taken, with a notice in the history.
 *
 * @param place  a store, or the path of a folder
 *
 * @example
 *     await model.fit(x, y, { epochs: 100, callbacks: [backupAndRestore("run/backup")] });
 *
 * @throws OptionError on unknown options, and in training under another arithmetic
 * @throws DataError in training where both checkpoints are damaged, or they are of another training
 */
export function backupAndRestore(
  place: Store | string,
  given: Partial<BackupAndRestoreOptions> = {},
): Callback {
  const { saveFreq, deleteCheckpoint, allowInexact } = withDefaults<BackupAndRestoreOptions>(
    NAME,
    { saveFreq: "epoch", deleteCheckpoint: true, allowInexact: false },
    given,
  );
  checkFrequency(NAME, saveFreq);
  const store = typeof place === "string" ? fileStore(place) : place;
  let info: TrainingInfo | null = null;
  let batches = 0;
  const save = async (): Promise<void> => {
    if (info!.leads) await writeCheckpoint(store, info!.checkpoint());
  };
  return {
    name: NAME,
    last: true,
    onTrainBegin: async (training) => {
      info = training;
      batches = 0;
      const found = await readCheckpoint(store);
      if (!found) return;
      if (found.notice !== null) info.notice(found.notice);
      info.resume(found.checkpoint, { allowInexact });
    },
    ...(saveFreq === "epoch"
      ? { onEpochEnd: save }
      : {
          hears: () => ++batches % saveFreq === 0,
          onBatchEnd: save,
        }),
    onTrainEnd: async () => {
      if (!deleteCheckpoint || !info!.leads) return;
      await store.remove(CHECKPOINT);
      await store.remove(previousOf(CHECKPOINT));
    },
    state: () => ({ values: { batches } }),
    restore: ({ values }) => void (batches = values["batches"] as number),
  };
}
