import type { Store } from "./store.ts";

/** A part of a store: names that begin with `prefix`, without it. */
export function within(store: Store, prefix: string): Store {
  const { rename } = store;
  return {
    name: `${store.name}, "${prefix}"`,
    read: (name) => store.read(prefix + name),
    write: (name, bytes) => store.write(prefix + name, bytes),
    list: async () =>
      (await store.list())
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length)),
    remove: (name) => store.remove(prefix + name),
    ...(rename && { rename: (from, to) => rename.call(store, prefix + from, prefix + to) }),
  };
}
