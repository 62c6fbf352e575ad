import { DataError } from "../../errors.ts";
import type { Store } from "./store.ts";

function isMissing(error: unknown): boolean {
  return error instanceof DOMException && error.name === "NotFoundError";
}

/**
 * A store in a browser's private file system. Bytes go to a file of the browser's own, which takes the name's
 * place when it is closed.
 *
 * @param folder  a folder at the root of the file system; it is made at the first use
 * @throws DataError where there is no such file system
 */
export function opfsStore(folder: string = "thalweg"): Store {
  const open = async (): Promise<FileSystemDirectoryHandle> => {
    const storage = globalThis.navigator?.storage;
    if (!storage?.getDirectory) {
      throw new DataError(
        "opfsStore: this runtime has no private file system; use fileStore, indexedDBStore or memoryStore",
      );
    }
    return (await storage.getDirectory()).getDirectoryHandle(folder, { create: true });
  };
  return {
    name: `opfs ${folder}`,
    async read(name) {
      try {
        const file = await (await (await open()).getFileHandle(name)).getFile();
        return new Uint8Array(await file.arrayBuffer());
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async write(name, bytes) {
      const handle = await (await open()).getFileHandle(name, { create: true });
      const file = await handle.createWritable();
      // A view of shared memory is refused: the bytes are copied.
      await file.write(new Uint8Array(bytes));
      await file.close();
    },
    async list() {
      const names: string[] = [];
      // Types of the DOM leave the iterator out in some versions of them.
      const entries = (await open()) as FileSystemDirectoryHandle & {
        keys(): AsyncIterable<string>;
      };
      for await (const name of entries.keys()) names.push(name);
      return names.filter((name) => !name.endsWith(".crswap")).sort();
    },
    async remove(name) {
      await (await open()).removeEntry(name).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    },
  };
}
