import { DataError, OptionError, shown } from "../errors.ts";
import { fileStore } from "../runtime/stores/fileStore.ts";
import type { Store } from "../runtime/stores/store.ts";
import { type Checkpoint, decodeCheckpoint } from "./checkpoint.ts";

/** What a checkpoint is called in a store, unless told otherwise. */
export const CHECKPOINT = "checkpoint";

/** What the one before is called. */
export function previousOf(name: string): string {
  return `${name}.prev`;
}

/** Keeps a checkpoint and the one before it: at every moment one of them is whole. */
export async function writeCheckpoint(
  store: Store,
  bytes: Uint8Array,
  name: string = CHECKPOINT,
): Promise<void> {
  const previous = previousOf(name);
  if (store.rename) await store.rename(name, previous);
  else {
    const before = await store.read(name);
    if (before) await store.write(previous, before);
  }
  await store.write(name, bytes);
}

/** A checkpoint that is whole, and a sentence where it is not the newest one. */
export interface FoundCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly notice: string | null;
}

/**
 * The newest checkpoint that is whole; null where the store has none.
 *
 * @throws DataError where there are some, and all are damaged
 */
export async function readCheckpoint(
  store: Store,
  name: string = CHECKPOINT,
): Promise<FoundCheckpoint | null> {
  const faults: string[] = [];
  for (const candidate of [name, previousOf(name)]) {
    const bytes = await store.read(candidate);
    if (!bytes) continue;
    try {
      const checkpoint = decodeCheckpoint(bytes, candidate);
      const notice = faults.length > 0 ? `resumed from "${candidate}": ${faults[0]!}` : null;
      return { checkpoint, notice };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      faults.push(error.message);
    }
  }
  if (faults.length === 0) return null;
  throw new DataError(
    `${store.name}: no checkpoint is whole; remove them to begin anew. ${faults.join("; ")}`,
  );
}

/** What training may resume from: a store, the path of a file, or the bytes of one. */
export type CheckpointSource = Store | string | Uint8Array;

/** The checkpoint of a source. @throws DataError where there is none, or none that is whole */
export async function openCheckpoint(source: CheckpointSource): Promise<FoundCheckpoint> {
  if (source instanceof Uint8Array) return { checkpoint: decodeCheckpoint(source), notice: null };
  let store: Store;
  let name = CHECKPOINT;
  if (typeof source === "string") {
    const [, folder, file] = /^(.*?)([^/\\]+)$/.exec(source) ?? [];
    if (file === undefined)
      throw new DataError(`resumeFrom: must be the path of a file, got "${source}"`);
    store = fileStore(folder === "" ? "." : folder!);
    name = file;
  } else {
    if (typeof source.read !== "function") {
      throw new OptionError(`resumeFrom: must be a path, a store or bytes, got ${shown(source)}`);
    }
    store = source;
  }
  const found = await readCheckpoint(store, name);
  if (!found) throw new DataError(`resumeFrom: ${store.name} has no checkpoint "${name}"`);
  return found;
}
