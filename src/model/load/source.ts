import { DataError, OptionError, shown, withDefaults } from "../../errors.ts";
import { isBeside } from "../../io/beside.ts";
import { type DownloadOptions, type DownloadSource, download } from "../../io/download.ts";

/** Where a model file may come from: a path, an address, its bytes, a File or Blob, or a stream. */
export type ModelSource = DownloadSource;

/** Files that belong to one that is not read from a path: by their names in it. */
export type SiblingFiles = Readonly<Record<string, Uint8Array | ArrayBuffer | Blob>>;

/** How a model file, and the files that it names, are read. */
export interface SourceOptions extends Omit<DownloadOptions, "integrity"> {
  /** Files that a model.json names, where it is not read from a path or an address. */
  readonly files?: SiblingFiles;
  /**
   * SHA-256 that the file must have: 64 hexadecimal digits, or `sha256-` and base64. Of a model in several files, an
   * object: by the names of the files. Default null.
   */
  readonly integrity?: string | Readonly<Record<string, string>> | null;
}

const DEFAULTS: Required<SourceOptions> = {
  files: {},
  integrity: null,
  cache: null,
  onProgress: null,
  signal: null,
};

/** The bytes of a file, and a name for messages. */
export interface OpenedSource {
  readonly bytes: Uint8Array;
  readonly name: string;
  /** The bytes of a file beside it. @throws DataError */
  readonly sibling: (path: string) => Promise<Uint8Array>;
}

/** Whether a source is an address, in which `?`, `#` and `%` say something; in a path they stand for themselves. */
function isAddress(source: string | URL): boolean {
  return source instanceof URL || /^(https?|blob|file):/.test(source);
}

/** The address or path of a file beside another one, by the name that one has for it. @throws DataError where it leaves the folder */
function beside(source: string | URL, path: string): string | URL {
  if (!isBeside(path)) {
    throw new DataError(
      `${String(source)}: must name files beside it, got ${JSON.stringify(path).slice(0, 60)}`,
    );
  }
  if (isAddress(source)) return new URL(path.split("/").map(encodeURIComponent).join("/"), source);
  return String(source).replace(/[^/\\]*$/, "") + path;
}

/** The name of the file that a path or an address ends in. */
function baseName(source: string | URL): string {
  const path = isAddress(source) ? String(source).replace(/[?#].*$/s, "") : String(source);
  return path.split(/[/\\]/).at(-1)!;
}

/** Opens a source. @throws DataError where it cannot be read, OptionError for an option that is not there */
export async function openSource(
  subject: string,
  given: ModelSource,
  options: SourceOptions = {},
): Promise<OpenedSource> {
  const isFile = typeof given === "string" && given.startsWith("file:");
  const source = isFile ? new URL(given) : given;
  const { files, integrity, ...how } = withDefaults(subject, DEFAULTS, options);
  const named = typeof source === "string" || source instanceof URL;
  if (!named && (typeof source !== "object" || source === null)) {
    throw new OptionError(
      `${subject}: must be given a path, an address, or the file's bytes, got ${shown(source)}`,
    );
  }
  const name = named ? String(source) : "";
  const main = (named ? baseName(source) : "") || "model.json";
  const wanted = (file: string): string | null => {
    if (integrity === null) return null;
    if (typeof integrity !== "string" && Object.hasOwn(integrity, file)) return integrity[file]!;
    if (typeof integrity === "string" && file === main) return integrity;
    // To check one file of several would promise what is not kept.
    throw new OptionError(
      `${subject}: integrity must have an entry for "${file}"; give { "${file}": its SHA-256, ... }`,
    );
  };
  const read = (from: ModelSource, file: string): Promise<Uint8Array> =>
    download(from, { ...how, integrity: wanted(file) }, file === main ? name : file);
  return {
    bytes: await read(source, main),
    name,
    sibling: async (path) => {
      if (Object.hasOwn(files, path)) return read(files[path]!, path);
      if (named) return read(beside(source, path), path);
      throw new DataError(`"${path}": belongs to the file; give files: { "${path}": its bytes }`);
    },
  };
}
