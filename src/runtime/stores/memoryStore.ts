import type { Store } from "./store.ts";

/** A store in memory, which ends with the program: for tests, and to hand the bytes on. */
export function memoryStore(): Store {
  const kept = new Map<string, Uint8Array>();
  return {
    name: "memory",
    read: async (name) => kept.get(name)?.slice() ?? null,
    write: async (name, bytes) => void kept.set(name, bytes.slice()),
    list: async () => [...kept.keys()].sort(),
    remove: async (name) => void kept.delete(name),
    async rename(from, to) {
      const bytes = kept.get(from);
      if (!bytes) return false;
      kept.delete(from);
      kept.set(to, bytes);
      return true;
    },
  };
}
