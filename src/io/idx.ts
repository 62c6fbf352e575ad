import { DataError, withDefaults } from "../errors.ts";
import { printShape } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { isGzip } from "./gunzip.ts";
import { type ElementKind, KINDS, type Narrowing, readElements } from "./readElements.ts";
import { subjectOf } from "./subject.ts";

export interface IdxOptions {
  /** The file's name, for messages. */
  name: string;
  narrowing: Narrowing;
}

const DEFAULTS: IdxOptions = { name: "", narrowing: "exact" };

/** The third byte of the magic number. */
const CODES: Readonly<Record<number, ElementKind>> = {
  8: "u8",
  9: "i8",
  11: "i16",
  12: "i32",
  13: "f32",
  14: "f64",
};

function hex(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, "0")).join(" ");
}

/**
 * Reads an IDX file, the format of MNIST: two zero bytes, an element code, the number of axes, the lengths of the
 * axes and the elements, all big-endian. Bytes stay uint8, shorter integers become int32, float64 is narrowed.
 *
 * @throws DataError if the magic number is wrong, or the file is shorter or longer than its shape says
 *
 * @example
 *     decodeIdx(await gunzip(bytes), { name: "train-images-idx3-ubyte" }).shape   // [60000, 28, 28]
 */
export function decodeIdx(bytes: Uint8Array, options: Partial<IdxOptions> = {}): Tensor {
  const { name, narrowing } = withDefaults("decodeIdx", DEFAULTS, options);
  const subject = subjectOf("idx", name);
  const kind = CODES[bytes[2] ?? 0];
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || kind === undefined) {
    const cure = isGzip(bytes) ? "; it is compressed, gunzip() it first" : "";
    throw new DataError(
      `${subject}: must begin with 00 00, an element code of 08 to 0e and the number of axes, got ` +
        `${bytes.length === 0 ? "an empty file" : hex(bytes)}${cure}`,
    );
  }
  const rank = bytes[3]!;
  const begin = 4 + 4 * rank;
  if (bytes.length < begin) {
    throw new DataError(
      `${subject}: the header of ${rank} axes must be ${begin} bytes, but the file has ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i, false));
  const size = shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, KINDS[kind].bytes);
  if (bytes.length !== begin + size) {
    const cure =
      bytes.length < begin + size ? "it is truncated, fetch it again" : "bytes are left over";
    throw new DataError(
      `${subject}: ${kind}${printShape(shape)} must be ${begin + size} bytes with its header, ` +
        `but the file has ${bytes.length}; ${cure}`,
    );
  }
  return new Tensor(
    readElements(subject, kind, bytes.subarray(begin), false, narrowing),
    shape,
    KINDS[kind].dtype,
  );
}
