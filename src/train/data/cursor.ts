import { DataError } from "../../errors.ts";

/** Where reading stands, as plain JSON: a checkpoint can hold it. */
export interface Cursor {
  /** Passes over the data that are finished. */
  readonly epoch: number;
  /** Elements of the epoch that were given out: batches after `batch`. */
  readonly position: number;
  /** Seed of the dataset's last shuffle, 0 without one. */
  readonly seed: number;
}

const KEYS: readonly (keyof Cursor)[] = ["epoch", "position", "seed"];

/**
 * A cursor with what was left out filled in.
 *
 * @param seed  the dataset's own, which the cursor's must be
 * @throws DataError
 */
export function checkCursor(given: Partial<Cursor>, seed: number): Cursor {
  const cursor = { epoch: 0, position: 0, seed, ...given };
  for (const key of Object.keys(cursor)) {
    if (!(KEYS as readonly string[]).includes(key))
      throw new DataError(`cursor: must be { epoch, position, seed }, got the key "${key}"`);
  }
  for (const key of KEYS) {
    if (!Number.isSafeInteger(cursor[key]) || cursor[key] < 0)
      throw new DataError(`cursor: ${key} must be a whole number >= 0, got ${String(cursor[key])}`);
  }
  if (cursor.seed !== seed) {
    throw new DataError(
      `cursor: its seed ${cursor.seed} must be the dataset's, ${seed}; the order would be another one`,
    );
  }
  return cursor;
}
