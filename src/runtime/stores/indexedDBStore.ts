import { DataError } from "../../errors.ts";
import type { Store } from "./store.ts";

/** The one table of the data base: names, and their bytes. */
const TABLE = "bytes";

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = (): void => resolve(request.result);
    request.onerror = (): void => reject(request.error ?? new DataError("indexedDB: failed"));
  });
}

function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void =>
      reject(transaction.error ?? new DataError("indexedDB: the transaction was aborted"));
    transaction.oncomplete = (): void => resolve();
    transaction.onabort = fail;
    transaction.onerror = fail;
  });
}

/**
 * A store in a browser's IndexedDB. What is written is on the disk when the promise is fulfilled.
 *
 * @param database  name of the data base; it is made at the first use
 * @throws DataError where there is no IndexedDB
 */
export function indexedDBStore(database: string = "thalweg"): Store {
  let opened: Promise<IDBDatabase> | null = null;
  const open = (): Promise<IDBDatabase> => {
    if (!globalThis.indexedDB) {
      throw new DataError(
        "indexedDBStore: this runtime has no IndexedDB; use fileStore or memoryStore",
      );
    }
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = (): void => void request.result.createObjectStore(TABLE);
    return settled(request);
  };
  const within = async <T>(
    mode: IDBTransactionMode,
    act: (table: IDBObjectStore) => T | Promise<T>,
  ): Promise<T> => {
    const db = await (opened ??= open());
    const transaction = db.transaction(TABLE, mode, { durability: "strict" });
    const done = completed(transaction);
    const [result] = await Promise.all([act(transaction.objectStore(TABLE)), done]);
    return result;
  };
  const take = async (table: IDBObjectStore, name: string): Promise<Uint8Array | null> => {
    const bytes = await settled(table.get(name) as IDBRequest<Uint8Array | undefined>);
    return bytes ?? null;
  };
  return {
    name: `indexedDB ${database}`,
    read: async (name) => within("readonly", (table) => take(table, name)),
    // A view of shared memory cannot be cloned: the bytes are copied.
    write: async (name, bytes) =>
      within("readwrite", (table) => void table.put(new Uint8Array(bytes), name)),
    list: async () =>
      within("readonly", async (table) => (await settled(table.getAllKeys())).map(String).sort()),
    remove: async (name) => within("readwrite", (table) => void table.delete(name)),
    rename: async (from, to) =>
      within("readwrite", async (table) => {
        const bytes = await take(table, from);
        if (!bytes) return false;
        table.put(bytes, to);
        table.delete(from);
        return true;
      }),
  };
}
