import { DataError } from "../errors.ts";
import { builtin } from "./platform.ts";

type FileSystem = typeof import("node:fs/promises");

function fileSystem(what: string): FileSystem {
  const fs = builtin<FileSystem>("node:fs/promises");
  if (!fs) {
    throw new DataError(`${what}: this runtime has no file system; pass bytes instead of a path`);
  }
  return fs;
}

/** Says in our own words what a file system's error means. */
function told(path: string | URL, error: unknown): unknown {
  const { code } = error as { code?: string };
  if (code === "ENOENT") return new DataError(`${String(path)}: no such file`);
  if (code === "EISDIR") return new DataError(`${String(path)}: is a folder, not a file`);
  return code === "ENOTDIR" ? new DataError(`${String(path)}: is no folder`) : error;
}

/** The bytes of a file. @throws DataError where there is no such file, naming it */
export async function readFile(path: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await fileSystem(String(path)).readFile(path);
    return new Uint8Array(bytes);
  } catch (error) {
    throw told(path, error);
  }
}

/** Bytes of a file; null where it is none that has a size, such as a pipe. @throws DataError where there is no such file */
export async function fileSize(path: string | URL): Promise<number | null> {
  const found = await fileSystem(String(path))
    .stat(path)
    .catch((error: unknown) => Promise.reject(told(path, error)));
  return found.isFile() ? found.size : null;
}

/** Whether this runtime has files. */
export function hasFiles(): boolean {
  return builtin<FileSystem>("node:fs/promises") !== undefined;
}

/** Bytes that are read from a file at a time. */
const CHUNK = 1 << 18;

/** The bytes of a file, a part at a time; the file is closed when reading ends, however it ends. */
export async function* fileChunks(path: string | URL): AsyncGenerator<Uint8Array> {
  const opened = fileSystem(String(path)).open(path, "r");
  const file = await opened.catch((error: unknown) => Promise.reject(told(path, error)));
  try {
    for (;;) {
      const buffer = new Uint8Array(CHUNK);
      const { bytesRead } = await file.read(buffer, 0, CHUNK).catch((error: unknown) => {
        throw told(path, error);
      });
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Names in a folder, in the order of their code units, and which of them are folders. @throws DataError */
export async function listFolder(
  path: string | URL,
): Promise<{ readonly name: string; readonly isFolder: boolean }[]> {
  const fs = fileSystem(String(path));
  try {
    const names = (await fs.readdir(path)).sort();
    const base = pathOf(path).replace(/[/\\]+$/, "");
    return await Promise.all(
      // stat follows links, which readdir's own types do not.
      names.map(async (name) => ({
        name,
        isFolder: (await fs.stat(`${base}/${name}`)).isDirectory(),
      })),
    );
  } catch (error) {
    throw told(path, error);
  }
}

/** A path in the file system's own form. */
export function pathOf(path: string | URL): string {
  return path instanceof URL
    ? builtin<typeof import("node:url")>("node:url")!.fileURLToPath(path)
    : path;
}

/** Appends to a file, which is made where there is none, with the folders that lead to it. */
export async function appendFile(path: string | URL, content: string | Uint8Array): Promise<void> {
  const fs = fileSystem(String(path));
  await makeFolderOf(fs, pathOf(path));
  await fs.appendFile(path, content);
}

/** Cuts a file off after so many bytes. @returns false where it has fewer, or is not there */
export async function truncateFile(path: string | URL, bytes: number): Promise<boolean> {
  const fs = fileSystem(String(path));
  const found = await fs.stat(path).catch(() => null);
  if (found === null || found.size < bytes) return false;
  await fs.truncate(path, bytes);
  return true;
}

/** Removes a file, if it is there. */
export async function removeFile(path: string | URL): Promise<void> {
  await fileSystem(String(path)).rm(path, { force: true });
}

/** Gives a file another name, in place of the file that has it. @returns false where there is no such file */
export async function renameFile(from: string | URL, to: string | URL): Promise<boolean> {
  try {
    await fileSystem(String(from)).rename(from, to);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return false;
    throw told(from, error);
  }
}

async function makeFolderOf(fs: FileSystem, path: string): Promise<void> {
  const folder = path.replace(/[^/\\]*$/, "");
  if (folder !== "") await fs.mkdir(folder, { recursive: true });
}

/** Makes names in a folder outlive a loss of power, where the system can: POSIX flushes a folder as a file. */
async function flushFolderOf(fs: FileSystem, path: string): Promise<void> {
  const folder = path.replace(/[^/\\]*$/, "");
  const opened = await fs.open(folder === "" ? "." : folder, "r").catch(() => null);
  if (!opened) return;
  await opened.sync().catch(() => undefined);
  await opened.close();
}

/** Writes a file under a temporary name, flushes it, and renames it: never half a file. */
export async function writeFile(path: string | URL, bytes: Uint8Array): Promise<void> {
  const fs = fileSystem(String(path));
  const final = pathOf(path);
  await makeFolderOf(fs, final);
  const temporary = `${final}.partial`;
  const file = await fs.open(temporary, "w");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await fs.rename(temporary, final);
  await flushFolderOf(fs, final);
}
