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

/** The bytes of a file. @throws DataError where there is no such file, naming it */
export async function readFile(path: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await fileSystem(String(path)).readFile(path);
    return new Uint8Array(bytes);
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT")
      throw new DataError(`${String(path)}: no such file`);
    if ((error as { code?: string }).code === "EISDIR")
      throw new DataError(`${String(path)}: is a folder, not a file`);
    throw error;
  }
}

/** Writes a file under a temporary name, flushes it, and renames it: never half a file. */
export async function writeFile(path: string | URL, bytes: Uint8Array): Promise<void> {
  const fs = fileSystem(String(path));
  const final =
    path instanceof URL
      ? builtin<typeof import("node:url")>("node:url")!.fileURLToPath(path)
      : path;
  const folder = final.replace(/[^/\\]*$/, "");
  if (folder !== "") await fs.mkdir(folder, { recursive: true });
  const temporary = `${final}.partial`;
  const file = await fs.open(temporary, "w");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await fs.rename(temporary, final);
}
