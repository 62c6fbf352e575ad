import { DataError } from "../../errors.ts";
import { bytesOfSource } from "../../io/chunks.ts";

/** Where a model file may come from: a path, an address, its bytes, a File or Blob, or a stream. */
export type ModelSource =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>;

/** Files that belong to one that is not read from a path: by their names in it. */
export type SiblingFiles = Readonly<Record<string, Uint8Array | ArrayBuffer | Blob>>;

/** The bytes of a file, and a name for messages. */
export interface OpenedSource {
  readonly bytes: Uint8Array;
  readonly name: string;
  /** The bytes of a file beside it. @throws DataError */
  readonly sibling: (path: string) => Promise<Uint8Array>;
}

async function bytesOfAny(source: ModelSource): Promise<Uint8Array> {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof ReadableStream)
    return new Uint8Array(
      await new Response(source as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
    );
  return bytesOfSource(source);
}

/** The address or path of a file beside another one. */
function beside(source: string | URL, path: string): string | URL {
  if (source instanceof URL) return new URL(path, source);
  if (/^(https?|blob|file):/.test(source)) return new URL(path, source);
  return source.replace(/[^/\\]*$/, "") + path;
}

/** Opens a source. @throws DataError where it cannot be read */
export async function openSource(
  source: ModelSource,
  files: SiblingFiles = {},
): Promise<OpenedSource> {
  const named = typeof source === "string" || source instanceof URL;
  return {
    bytes: await bytesOfAny(source),
    name: named ? String(source) : "",
    sibling: async (path) => {
      if (Object.hasOwn(files, path)) return bytesOfAny(files[path]!);
      if (named) return bytesOfAny(beside(source, path));
      throw new DataError(`"${path}": belongs to the file; give files: { "${path}": its bytes }`);
    },
  };
}
