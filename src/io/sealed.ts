import { DataError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { crc32c } from "./crc32c.ts";
import { encodeSafetensors } from "./encodeSafetensors.ts";
import { type SafetensorsContent, decodeSafetensors } from "./safetensors.ts";
import { subjectOf } from "./subject.ts";

/**
 * How the header of a sealed file begins, after the eight bytes of its length: notes are sorted by name, so
 * the checksum is the first of them and stands at a fixed place.
 */
const HEAD = '{"__metadata__":{"crc32c":"';
const EMPTY = "00000000";
const AT = 8 + HEAD.length;

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** CRC-32C of the whole file, with zeros where it stands itself. */
function checksum(bytes: Uint8Array): string {
  const zeros = Uint8Array.from(EMPTY, (c) => c.charCodeAt(0));
  const upTo = crc32c(zeros, crc32c(bytes.subarray(0, AT)));
  const all = crc32c(bytes.subarray(AT + EMPTY.length), upTo);
  return all.toString(16).padStart(EMPTY.length, "0");
}

/**
 * A safetensors file with a checksum of itself in its notes, under `crc32c`. Other readers of safetensors read it.
 *
 * @param metadata  pairs of strings; names must come after "crc32c" by code unit
 */
export function encodeSealed(
  tensors: Iterable<readonly [string, Tensor]>,
  metadata: Iterable<readonly [string, string]>,
): Uint8Array<ArrayBuffer> {
  const bytes = encodeSafetensors(tensors, [["crc32c", EMPTY], ...metadata]);
  if (text(bytes.subarray(8, AT)) !== HEAD)
    throw new DataError('encodeSealed: names of metadata must come after "crc32c"');
  const sum = checksum(bytes);
  bytes.set(
    Uint8Array.from(sum, (c) => c.charCodeAt(0)),
    AT,
  );
  return bytes;
}

/** Reads what `encodeSealed` wrote. @throws DataError where a single bit is another one, or the file is cut off */
export function decodeSealed(bytes: Uint8Array, kind: string, name: string): SafetensorsContent {
  const subject = subjectOf(kind, name);
  if (bytes.length < AT + EMPTY.length)
    throw new DataError(`${subject}: ${bytes.length} bytes are too few; it is truncated`);
  if (text(bytes.subarray(8, AT)) !== HEAD)
    throw new DataError(`${subject}: has no checksum; it is another kind of file, or damaged`);
  const stored = text(bytes.subarray(AT, AT + EMPTY.length));
  const sum = checksum(bytes);
  if (stored !== sum) {
    throw new DataError(
      `${subject}: its bytes have the checksum ${sum}, it says ${JSON.stringify(stored)}; it is damaged or truncated`,
    );
  }
  return decodeSafetensors(bytes, { name });
}
