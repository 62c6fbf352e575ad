import { DataError } from "../../errors.ts";
import { listFolder, pathOf, readFile, removeFile, renameFile, writeFile } from "../files.ts";
import type { Store } from "./store.ts";

/** What a file is called while it is being written. */
const PARTIAL = ".partial";

/**
 * A store in a folder, one file a name. A file is written under another name, flushed to the disk and renamed:
 * whatever is interrupted when, a name has all of its old bytes or all of its new ones.
 */
export function fileStore(folder: string | URL): Store {
  const base = pathOf(folder).replace(/[/\\]+$/, "");
  const pathTo = (name: string): string => {
    if (/^[^/\\]+$/.test(name) && !name.startsWith("..") && !name.endsWith(PARTIAL))
      return `${base}/${name}`;
    throw new DataError(`fileStore: a name must be that of a file, got "${name}"`);
  };
  const names = async (): Promise<string[]> => {
    const found = await listFolder(base).catch((error: unknown) => {
      if (error instanceof DataError) return [];
      throw error;
    });
    return found.filter((f) => !f.isFolder && !f.name.endsWith(PARTIAL)).map((f) => f.name);
  };
  return {
    name: base,
    async read(name) {
      const path = pathTo(name);
      return (await names()).includes(name) ? readFile(path) : null;
    },
    write: (name, bytes) => writeFile(pathTo(name), bytes),
    list: names,
    remove: (name) => removeFile(pathTo(name)),
    rename: (from, to) => renameFile(pathTo(from), pathTo(to)),
  };
}
