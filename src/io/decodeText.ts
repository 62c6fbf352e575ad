import { DataError, OptionError } from "../errors.ts";

/** What a file's first bytes say of its encoding. */
export function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return "utf-8";
}

/** @throws OptionError where the encoding is unknown */
export function decoderOf(subject: string, encoding: string, fatal: boolean): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal });
  } catch {
    throw new OptionError(
      `${subject}: encoding must be one that TextDecoder knows, got "${encoding}"; try "windows-1252"`,
    );
  }
}

/** The 1-based line that holds the first replacement character, which is where decoding went wrong. */
function faultyLine(text: string): number {
  const before = text.slice(0, Math.max(0, text.indexOf("\ufffd")));
  return before.split(/\r\n|\n|\r/).length;
}

/**
 * Text of a file. UTF-16 is known by its byte order mark, all else must be valid UTF-8; the mark is removed.
 *
 * @param subject   what an error message begins with
 * @param encoding  "auto", or a name that TextDecoder knows
 * @throws DataError if the bytes are not valid text, or hold NUL as binary files and unmarked UTF-16 do
 * @throws OptionError if the encoding is unknown
 */
export function decodeText(subject: string, bytes: Uint8Array, encoding: string = "auto"): string {
  const name = encoding === "auto" ? encodingOf(bytes) : encoding;
  let text: string;
  try {
    text = decoderOf(subject, name, true).decode(bytes);
  } catch (error) {
    if (error instanceof OptionError) throw error;
    const line = faultyLine(decoderOf(subject, name, false).decode(bytes));
    throw new DataError(
      `${subject}: the text must be valid ${name}, but line ${line} is not; save it as UTF-8 or name its encoding`,
    );
  }
  const zero = text.indexOf("\0");
  if (zero >= 0) {
    throw new DataError(
      `${subject}: must be text, but character ${zero} is NUL; it is a binary file, or UTF-16 without a byte order mark`,
    );
  }
  return text;
}
