import { DataError } from "../../errors.ts";
import type { Store } from "./store.ts";

/** Where names stand in a cache, whose keys are addresses; nobody can own this host (RFC 2606). */
const BASE = "https://thalweg.invalid/";

/**
 * A store in a browser's Cache API (Deno and edge workers have one too). A name gets its bytes at once, or keeps what it had.
 *
 * @param cacheName  name of the cache; it is made at the first use
 * @throws DataError where there is none: pages have it over https and from localhost
 */
export function cacheStorageStore(cacheName: string = "thalweg"): Store {
  const open = (): Promise<Cache> => {
    if (!globalThis.caches) {
      throw new DataError(
        "cacheStorageStore: this runtime has no Cache API; give another store, such as memoryStore()",
      );
    }
    return caches.open(cacheName);
  };
  const keyOf = (name: string): string => BASE + encodeURIComponent(name);
  return {
    name: `cache ${cacheName}`,
    async read(name) {
      const response = await (await open()).match(keyOf(name));
      return response ? new Uint8Array(await response.arrayBuffer()) : null;
    },
    // A view of shared memory cannot be a body: the bytes are copied.
    write: async (name, bytes) =>
      (await open()).put(keyOf(name), new Response(new Uint8Array(bytes))),
    async list() {
      const keys = await (await open()).keys();
      return keys.map(({ url }) => decodeURIComponent(url.slice(BASE.length))).sort();
    },
    remove: async (name) => void (await (await open()).delete(keyOf(name))),
  };
}
