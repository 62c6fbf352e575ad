import { DataError } from "../../errors.ts";
import { type DownloadOptions, download, storeOf } from "../../io/download.ts";
import { sha256 } from "../../io/integrity.ts";
import { md5 } from "../../io/md5.ts";
import { printLine } from "../../runtime/output.ts";
import type { Store } from "../../runtime/stores/store.ts";

/** A file of weights that a network's publisher offers. */
export interface PublishedFile {
  readonly url: string;
  /** Its size, where it is known: what is said where the server does not say. */
  readonly bytes: number | null;
  /** The publisher's digest: 32 hexadecimal digits of MD5 or 64 of SHA-256; null where none is published. */
  readonly digest: string | null;
}

/** @throws DataError where the bytes have not the digest */
async function check({ url, digest }: PublishedFile, bytes: Uint8Array): Promise<void> {
  if (digest === null) return;
  const short = digest.length === 32;
  const got = short ? md5(bytes) : await sha256(bytes);
  if (got === digest) return;
  throw new DataError(
    `${url}: must have the ${short ? "MD5" : "SHA-256"} ${digest}, but its ${bytes.length} bytes have ${got}; it is another file, or damaged`,
  );
}

/** A store that keeps nothing but the file. */
function guarded(store: Store, file: PublishedFile): Store {
  return {
    name: store.name,
    read: (name) => store.read(name),
    list: () => store.list(),
    remove: (name) => store.remove(name),
    write: async (name, bytes) => {
      await check(file, bytes);
      await store.write(name, bytes);
    },
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * A publisher's file: from the cache, or downloaded after a line that says how large it is and where it comes from.
 * What has not the publisher's digest is neither used nor kept.
 *
 * @throws DataError
 */
export async function publishedFile(
  subject: string,
  file: PublishedFile,
  options: DownloadOptions,
): Promise<Uint8Array> {
  const { cache = true, onProgress, ...how } = options;
  const store = storeOf(cache);
  let said = false;
  const bytes = await download(file.url, {
    ...how,
    cache: store && guarded(store, file),
    onProgress: (progress) => {
      if (!said && !progress.cached) {
        const size = progress.total ?? file.bytes;
        const { host, pathname } = new URL(file.url);
        printLine(
          [
            `${subject}: downloading ${pathname.split("/").at(-1)}, ${size === null ? "of unknown size" : megabytes(size)}, from ${host}`,
            store ? `once; it is kept in ${store.name}` : "it is not kept",
            ...(file.digest === null ? ["its publisher gives no digest to check it by"] : []),
          ].join("; "),
        );
      }
      said = true;
      onProgress?.(progress);
    },
  });
  await check(file, bytes);
  return bytes;
}
