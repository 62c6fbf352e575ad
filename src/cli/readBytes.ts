import { gunzip } from "../io/gunzip.ts";
import { readFile } from "../runtime/files.ts";

/** A file's content, unpacked where it is a gzip file. @throws DataError */
export async function readBytes(path: string): Promise<Uint8Array> {
  return gunzip(await readFile(path), { name: path });
}
