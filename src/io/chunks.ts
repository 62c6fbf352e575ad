import { DataError } from "../errors.ts";
import { fileChunks, hasFiles, readFile } from "../runtime/files.ts";
import { isGzip } from "./gunzip.ts";

/** Where bytes come from: a path, an address, the bytes themselves, a stream, or a function that opens one anew. */
export type ByteSource =
  | string
  | URL
  | Uint8Array
  | Blob
  | ReadableStream<Uint8Array>
  | (() => ReadableStream<Uint8Array> | Promise<ReadableStream<Uint8Array>>);

/** What a source is called in messages. */
export function nameOfSource(source: ByteSource): string {
  return typeof source === "string" || source instanceof URL ? String(source) : "";
}

/** The address to fetch from, or null where a source is a path of this machine. */
export function addressOf(source: string | URL): string | null {
  const text = String(source);
  if (/^(https?|blob|data):/.test(text)) return text;
  return hasFiles() ? null : text;
}

async function fetched(address: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    throw new DataError(`${address}: cannot be fetched (${String(error)})`, { cause: error });
  }
  if (response.ok) return response;
  throw new DataError(`${address}: cannot be fetched, the server says ${response.status}`);
}

/** Chunks of a stream; it is cancelled where reading ends early. */
export async function* streamed(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let whole = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      whole = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!whole) await reader.cancel().catch(() => undefined);
  }
}

async function* raw(source: ByteSource): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) yield source;
  else if (source instanceof Blob) yield* streamed(source.stream());
  else if (typeof source === "function") yield* streamed(await source());
  else if (typeof source === "string" || source instanceof URL) {
    const address = addressOf(source);
    if (address === null) yield* fileChunks(source);
    else {
      const { body } = await fetched(address);
      if (body) yield* streamed(body);
    }
  } else if (source.locked) {
    throw new DataError(
      "stream: can be read only once; pass a function that opens a new one, for one more epoch",
    );
  } else yield* streamed(source);
}

/** The same chunks, the first ones put together until there are `bytes`. */
export async function* atLeast(
  bytes: number,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | null = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (!head) {
      yield chunk;
      continue;
    }
    const joined: Uint8Array = new Uint8Array(head.length + chunk.length);
    joined.set(head);
    joined.set(chunk, head.length);
    head = joined;
    if (head.length < bytes) continue;
    yield head;
    head = null;
  }
  if (head && head.length > 0) yield head;
}

async function* unpacked(
  name: string,
  packed: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await packed.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    cancel: () => void packed.return(undefined),
  });
  try {
    yield* streamed(source.pipeThrough(new DecompressionStream("gzip")));
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(
      `gzip "${name}": must be a whole gzip file, but it is damaged or truncated (${String(error)}); fetch it again`,
      { cause: error },
    );
  }
}

/**
 * The bytes of a source, a part at a time; gzip is known by its first bytes and unpacked.
 *
 * @throws DataError where there is no such file, or the gzip file is damaged
 */
export async function* byteChunks(source: ByteSource): AsyncGenerator<Uint8Array> {
  const chunks = atLeast(3, raw(source));
  const first = await chunks.next();
  if (first.done) return;
  async function* all(): AsyncGenerator<Uint8Array> {
    yield first.value as Uint8Array;
    yield* chunks;
  }
  try {
    yield* isGzip(first.value) ? unpacked(nameOfSource(source), all()) : all();
  } finally {
    await chunks.return(undefined);
  }
}

/** All bytes of a source that can be read again, gzip not unpacked. @throws DataError */
export async function bytesOfSource(source: string | URL | Uint8Array | Blob): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  const address = addressOf(source);
  if (address === null) return readFile(source);
  return new Uint8Array(await (await fetched(address)).arrayBuffer());
}
