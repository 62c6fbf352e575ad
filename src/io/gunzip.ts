import { DataError, withDefaults } from "../errors.ts";
import { subjectOf } from "./subject.ts";

export interface GunzipOptions {
  /** The file's name, for messages. */
  name: string;
  /** The most bytes that may come out; gzip can expand a thousandfold. */
  maximumBytes: number;
}

const DEFAULTS: GunzipOptions = { name: "", maximumBytes: 2 ** 30 };

/** Whether the bytes begin as a gzip file does: 1f 8b, method 8. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/**
 * The content of a gzip file; bytes that are no gzip file come back as they are. Needs twice the content's bytes
 * for a moment, as the format does not say beforehand how long it will be.
 *
 * @throws DataError if the file is damaged or truncated, or more than `maximumBytes` come out
 */
export async function gunzip(
  bytes: Uint8Array,
  options: Partial<GunzipOptions> = {},
): Promise<Uint8Array> {
  const { name, maximumBytes } = withDefaults("gunzip", DEFAULTS, options);
  if (!isGzip(bytes)) return bytes;
  const subject = subjectOf("gzip", name);
  const source = new Blob([new Uint8Array(bytes)]).stream();
  const reader = source.pipeThrough(new DecompressionStream("gzip")).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    let next: ReadableStreamReadResult<Uint8Array>;
    try {
      next = await reader.read();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new DataError(
        `${subject}: must be a whole gzip file, but it is damaged or truncated (${reason}); fetch it again`,
      );
    }
    if (next.done) return joined(chunks, size);
    size += next.value.length;
    if (size > maximumBytes) {
      await reader.cancel().catch(() => undefined);
      throw new DataError(
        `${subject}: the content must be at most ${maximumBytes} bytes, got more; raise maximumBytes`,
      );
    }
    chunks.push(next.value);
  }
}
