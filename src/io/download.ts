import { DataError } from "../errors.ts";
import { fileChunks, fileSize } from "../runtime/files.ts";
import { defaultStore } from "../runtime/stores/defaultStore.ts";
import { fileStore } from "../runtime/stores/fileStore.ts";
import type { Store } from "../runtime/stores/store.ts";
import { addressOf, streamed } from "./chunks.ts";
import { parseIntegrity, sha256 } from "./integrity.ts";

/** How much of a file has been read. */
export interface DownloadProgress {
  /** The file's path, address, or name within a model of several files; "" where it has none. */
  readonly file: string;
  /** Bytes that are there. */
  readonly loaded: number;
  /** Bytes of the whole file; null where nobody says. */
  readonly total: number | null;
  /** Whether it was in the cache. */
  readonly cached: boolean;
}

/** How a file is fetched. */
export interface DownloadOptions {
  /**
   * Where files from the net are kept: a store, a folder, or true for this runtime's own place (a folder of the user's
   * in Node, Deno and Bun; a browser's Cache API). Default null: nowhere.
   */
  readonly cache?: Store | string | URL | boolean | null;
  /** SHA-256 that the file must have: 64 hexadecimal digits, or `sha256-` and base64. Default null. */
  readonly integrity?: string | null;
  /** Called at the beginning, when the size is known, and with every part. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | null;
  /** Ends the download. */
  readonly signal?: AbortSignal | null;
}

/** Where the bytes of one file come from. */
export type DownloadSource =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>;

/** Attempts that bring nothing new, after which a download is given up; the pause before the second of them. */
const ATTEMPTS = 3;
const PAUSE_MS = 200;

/** Bytes: no view of more can be made in some browsers. */
const MOST = 2 ** 31 - 1;

/** Bytes that are set aside at first, whatever the source says of its size. */
const FIRST = 1 << 26;

/** Bytes that arrive in parts. */
class Growing {
  private bytes: Uint8Array<ArrayBuffer>;
  size = 0;
  private readonly subject: string;

  constructor(subject: string, expected: number | null) {
    this.subject = subject;
    this.bytes = new Uint8Array(Math.min(expected ?? 1 << 16, FIRST));
  }

  add(chunk: Uint8Array): void {
    const needed = this.size + chunk.length;
    if (needed > MOST)
      throw new DataError(`${this.subject}: must have at most ${MOST} bytes, but has more`);
    if (needed > this.bytes.length) {
      const larger = new Uint8Array(Math.min(MOST, Math.max(needed, 2 * this.bytes.length)));
      larger.set(this.bytes.subarray(0, this.size));
      this.bytes = larger;
    }
    this.bytes.set(chunk, this.size);
    this.size = needed;
  }

  /** The bytes so far; nothing of them is set aside twice where the size was known. */
  take(): Uint8Array {
    return this.size === this.bytes.length ? this.bytes : this.bytes.slice(0, this.size);
  }
}

type Report = (loaded: number, total: number | null) => void;

/** What a response says of its size: null where it is packed on the way, or says nothing. */
function sizeIn(response: Response): number | null {
  // A foreign server's page may not see how the content was packed: its length may be that of the packing.
  if (response.headers.get("content-encoding") || response.type === "cors") return null;
  const length = response.headers.get("content-length");
  return length !== null && /^\d+$/.test(length) ? Number(length) : null;
}

/** One part of a download: from `at`, or from the beginning where the server knows no parts. */
interface Part {
  readonly response: Response;
  readonly begin: number;
  readonly total: number | null;
}

async function request(
  address: string,
  at: number,
  tag: string | null,
  signal: AbortSignal | null,
): Promise<Part> {
  const headers: Record<string, string> =
    at > 0 && tag !== null ? { range: `bytes=${at}-`, "if-range": tag } : {};
  const response = await fetch(address, { headers, signal });
  if (response.status === 206) {
    const [, begin, total] =
      /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get("content-range") ?? "") ?? [];
    if (Number(begin) === at) return { response, begin: at, total: Number(total) };
    throw new DataError(`${address}: the server sent another part than the one that was asked for`);
  }
  // A server that is busy may be less so in a moment.
  if (response.status === 429 || response.status >= 500)
    throw new Error(`the server says ${response.status}`);
  if (!response.ok)
    throw new DataError(`${address}: cannot be fetched, the server says ${response.status}`);
  return { response, begin: 0, total: sizeIn(response) };
}

/** Fetches a file; what breaks off is gone on with where it ended, if the server can and the file is the same. */
async function fetched(
  address: string,
  signal: AbortSignal | null,
  report: Report,
): Promise<Uint8Array> {
  let content: Growing | null = null;
  let [tag, total]: [string | null, number | null] = [null, null];
  let [most, cause]: [number, unknown] = [0, null];
  for (let attempt = 1; ; attempt++) {
    try {
      // The last attempt begins anew: a page may not ask a foreign server for parts without its leave.
      const from = attempt < ATTEMPTS ? tag : null;
      const part = await request(address, content?.size ?? 0, from, signal);
      if (part.begin === 0) content = new Growing(address, part.total);
      const { headers, body }: Response = part.response;
      total = part.total;
      // A weak tag promises the same meaning, not the same bytes.
      const strong = headers.get("etag")?.startsWith('"') ?? false;
      tag = headers.get(strong ? "etag" : "last-modified");
      report(content!.size, total);
      for await (const chunk of body ? streamed(body) : []) {
        content!.add(chunk);
        report(content!.size, total);
      }
      if (total === null || content!.size === total) return content!.take();
      cause = "the connection ended";
    } catch (error) {
      if (error instanceof DataError || signal?.aborted) throw error;
      cause = error;
    }
    const size: number = content?.size ?? 0;
    if (size > most) [most, attempt] = [size, 1];
    if (attempt >= ATTEMPTS) {
      const so = content ? `, ${size} of ${total ?? "unknown"} bytes came` : "";
      throw new DataError(`${address}: cannot be fetched${so} (${String(cause)}); try again`, {
        cause,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
  }
}

async function collected(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  total: number | null,
  signal: AbortSignal | null,
  report: Report,
): Promise<Uint8Array> {
  const content = new Growing(name, total);
  report(0, total);
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    content.add(chunk);
    report(content.size, total);
  }
  return content.take();
}

/** The store that an option `cache` means; null: none. */
export function storeOf(cache: DownloadOptions["cache"]): Store | null {
  if (cache === undefined || cache === null || cache === false) return null;
  if (cache === true) return defaultStore();
  return typeof cache === "string" || cache instanceof URL ? fileStore(cache) : cache;
}

/**
 * Names of a file in a cache: the address's digest, the content's, and the file's name for those who look. What is
 * read from a cache is checked against its own name, so that a damaged one is fetched again.
 */
function cacheName(addressDigest: string, contentDigest: string, address: string): string {
  const file = address
    .replace(/[?#].*$/s, "")
    .split("/")
    .at(-1)!;
  const plain = file.replaceAll(/[^\w.-]/g, "_").slice(-80) || "file";
  return `${addressDigest.slice(0, 16)}-${contentDigest}-${plain}`;
}

/** The cached bytes of an address that are whole and wanted, or null. Damaged ones are removed. */
async function fromCache(
  store: Store,
  addressDigest: string,
  wanted: string | null,
): Promise<Uint8Array | null> {
  const prefix = `${addressDigest.slice(0, 16)}-`;
  for (const name of await store.list()) {
    if (!name.startsWith(prefix)) continue;
    const digest = name.slice(prefix.length, prefix.length + 64);
    if (wanted !== null && digest !== wanted) continue;
    const bytes = await store.read(name);
    if (bytes && (await sha256(bytes)) === digest) return bytes;
    await store.remove(name);
  }
  return null;
}

function checkDigest(subject: string, wanted: string, got: string, size: number): void {
  if (wanted === got) return;
  throw new DataError(
    `${subject === "" ? "integrity" : subject}: must have the SHA-256 ${wanted}, but its ${size} bytes have ${got}; it is another file, or damaged`,
  );
}

/**
 * All bytes of a file, wherever it is. A download that breaks off is gone on with; what comes in the end has all its
 * bytes, and the SHA-256 that is asked for. Only what comes from the net, and is whole, is cached.
 *
 * @param file  its name in progress and messages, where it is not the source itself
 * @throws DataError where it cannot be read, ends too early, or has another SHA-256; the signal's reason where that ends it
 */
export async function download(
  source: DownloadSource,
  options: DownloadOptions = {},
  file: string = typeof source === "string" || source instanceof URL ? String(source) : "",
): Promise<Uint8Array> {
  const { onProgress = null, signal = null } = options;
  const wanted = typeof options.integrity === "string" ? parseIntegrity(options.integrity) : null;
  signal?.throwIfAborted();
  const report: Report = (loaded, total) => onProgress?.({ file, loaded, total, cached: false });
  const checked = async (bytes: Uint8Array): Promise<Uint8Array> => {
    if (wanted !== null) checkDigest(file, wanted, await sha256(bytes), bytes.length);
    return bytes;
  };
  if (source instanceof ArrayBuffer || source instanceof Uint8Array) {
    const bytes = source instanceof ArrayBuffer ? new Uint8Array(source) : source;
    report(bytes.length, bytes.length);
    return checked(bytes);
  }
  if (source instanceof Blob)
    return checked(await collected(file, streamed(source.stream()), source.size, signal, report));
  if (source instanceof ReadableStream)
    return checked(await collected(file, streamed(source), null, signal, report));
  const address = addressOf(source);
  if (address === null) {
    const size = await fileSize(source);
    return checked(await collected(file, fileChunks(source), size, signal, report));
  }
  const store = storeOf(options.cache);
  if (!store) return checked(await fetched(address, signal, report));
  const addressDigest = await sha256(new TextEncoder().encode(address));
  const kept = await fromCache(store, addressDigest, wanted);
  if (kept) {
    onProgress?.({ file, loaded: kept.length, total: kept.length, cached: true });
    return kept;
  }
  const bytes = await fetched(address, signal, report);
  const digest = await sha256(bytes);
  if (wanted !== null) checkDigest(file, wanted, digest, bytes.length);
  await store.write(cacheName(addressDigest, digest, address), bytes);
  return bytes;
}
