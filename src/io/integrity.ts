import { DataError, OptionError } from "../errors.ts";

/** SHA-256 of bytes, as 64 hexadecimal digits. @throws DataError on a page without https, which has no SHA-256 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle)
    throw new DataError(
      "sha-256: this page has no crypto.subtle; serve it by https, or from localhost",
    );
  // A view of shared memory is refused: such bytes are copied.
  const own =
    bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
  const digest = new Uint8Array(await subtle.digest("SHA-256", own as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A SHA-256 as 64 hexadecimal digits, from those (with or without `sha256-` before them) or from the form of
 * subresource integrity, `sha256-<base64>`.
 *
 * @throws OptionError
 */
export function parseIntegrity(text: string): string {
  const value = text.replace(/^sha-?256[-:]/i, "");
  if (/^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase();
  if (/^[A-Za-z0-9+/]{43}=$/.test(value))
    return Array.from(atob(value), (c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  throw new OptionError(
    `integrity: must be a SHA-256 of 64 hexadecimal digits, or "sha256-" and base64, got ${JSON.stringify(text)}`,
  );
}
