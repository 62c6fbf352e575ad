import { DataError } from "../errors.ts";
import { atLeast } from "./chunks.ts";
import { decoderOf, encodingOf } from "./decodeText.ts";

/**
 * Text of a file as its bytes come, under the rules of `decodeText`.
 *
 * @throws DataError where the bytes are no valid text, naming the byte near which they are not
 */
export async function* decodeChunks(
  subject: string,
  chunks: AsyncIterable<Uint8Array>,
  encoding: string,
): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let at = 0;
  const decoded = (bytes: Uint8Array, isLast: boolean): string => {
    let text: string;
    try {
      text = decoder!.decode(bytes, { stream: !isLast });
    } catch {
      throw new DataError(
        `${subject}: the text must be valid ${decoder!.encoding}, but bytes ${at} to ${at + bytes.length} are not; save it as UTF-8 or name its encoding`,
      );
    }
    const zero = text.indexOf("\0");
    if (zero >= 0) {
      throw new DataError(
        `${subject}: must be text, but a character in bytes ${at} to ${at + bytes.length} is NUL; it is a binary file, or UTF-16 without a byte order mark`,
      );
    }
    at += bytes.length;
    return text;
  };
  for await (const bytes of atLeast(2, chunks)) {
    decoder ??= decoderOf(subject, encoding === "auto" ? encodingOf(bytes) : encoding, true);
    yield decoded(bytes, false);
  }
  if (decoder) yield decoded(new Uint8Array(0), true);
}
