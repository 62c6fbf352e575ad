import { cacheFolder } from "../cacheFolder.ts";
import { cacheStorageStore } from "./cacheStorageStore.ts";
import { fileStore } from "./fileStore.ts";
import type { Store } from "./store.ts";

/**
 * Where this runtime keeps downloads: a folder of the user's, or a browser's Cache API, which is wherever its private file
 * system is.
 *
 * @throws DataError where there is neither
 */
export function defaultStore(): Store {
  const folder = cacheFolder();
  return folder !== null ? fileStore(folder) : cacheStorageStore();
}
