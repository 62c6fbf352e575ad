import { DataError, withDefaults } from "../errors.ts";
import { type DType, bytesOf, checkShape, printShape, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { KINDS, type Narrowing, readElements } from "./readElements.ts";
import { MAXIMUM_HEADER, parseSafetensorsHeader } from "./safetensorsHeader.ts";
import { subjectOf } from "./subject.ts";

export interface SafetensorsOptions {
  /** The file's name, for messages. */
  name: string;
  narrowing: Narrowing;
}

const DEFAULTS: SafetensorsOptions = { name: "", narrowing: "exact" };

/** Named tensors, in the order of their bytes, and the file's own notes. */
export interface SafetensorsContent {
  readonly tensors: Map<string, Tensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads a safetensors file:
 *
 *     | u64 n, little-endian | n bytes of JSON, padded with spaces | tensors, little-endian, without gaps |
 *
 * F32, I32, U8 and BOOL come back as they are; F16, BF16 and F8 become float32; other integers become int32 and F64
 * float32, where exact. Tensors are copies, so they may begin at any address in the file.
 * Source: huggingface/safetensors, README "Format" and `Metadata::validate`.
 *
 * @throws DataError naming the tensor: offsets that overlap, leave gaps or pass the end, a size that is not the
 *   shape's, an unknown dtype, an element that does not fit; or the header: too long, truncated, not JSON, a name
 *   twice, metadata that are not strings
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  options: Partial<SafetensorsOptions> = {},
): SafetensorsContent {
  const { name, narrowing } = withDefaults("decodeSafetensors", DEFAULTS, options);
  const subject = subjectOf("safetensors", name);
  if (bytes.length < 8)
    throw new DataError(
      `${subject}: must be at least 8 bytes, got ${bytes.length}; it is truncated`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > MAXIMUM_HEADER) {
    throw new DataError(
      `${subject}: the header must be at most ${MAXIMUM_HEADER} bytes, got ${length}; it is no safetensors file`,
    );
  }
  if (8 + length > bytes.length) {
    throw new DataError(
      `${subject}: the header must end at byte ${8 + length}, but the file has ${bytes.length}; it is truncated`,
    );
  }
  let json: string;
  try {
    json = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      bytes.subarray(8, 8 + length),
    );
  } catch {
    throw new DataError(
      `${subject}: the header must be UTF-8; it is no safetensors file, or damaged`,
    );
  }
  const data = bytes.subarray(8 + length);
  const { entries, metadata } = parseSafetensorsHeader(subject, json, data.length);
  const tensors = new Map<string, Tensor>();
  for (const { name: key, kind, shape, begin, end } of entries) {
    const elements = readElements(
      `${subject}: tensor "${key}"`,
      kind,
      data.subarray(begin, end),
      true,
      narrowing,
    );
    tensors.set(key, new Tensor(elements, shape, KINDS[kind].dtype));
  }
  return { tensors, metadata };
}

const DTYPE_NAMES: Readonly<Record<DType, string>> = {
  float32: "F32",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
};

function before(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function checkNames(kind: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    const fault =
      kind === "tensor" && name === "__metadata__"
        ? "must not have the reserved name"
        : /\p{Surrogate}/u.test(name)
          ? "must have a well-formed name"
          : seen.has(name)
            ? "must have a name of its own"
            : null;
    if (fault !== null)
      throw new DataError(`encodeSafetensors: every ${kind} ${fault}, got ${JSON.stringify(name)}`);
    seen.add(name);
  }
}

function checkTensor(name: string, { shape, data, dtype }: Tensor): void {
  checkShape(`encodeSafetensors: tensor "${name}"`, shape);
  if (sizeOf(shape) !== data.length || data.BYTES_PER_ELEMENT !== bytesOf(dtype)) {
    throw new DataError(
      `encodeSafetensors: tensor "${name}" must hold ${sizeOf(shape)} elements for ${dtype}${printShape(shape)}, ` +
        `got ${data.length} of ${data.BYTES_PER_ELEMENT} bytes`,
    );
  }
}

function writeLittleEndian(target: DataView, begin: number, { data, dtype }: Tensor): void {
  const out = new Uint8Array(target.buffer, begin, data.byteLength);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 || bytesOf(dtype) === 1) return;
  for (let i = 0; i < out.length; i += 4) out.subarray(i, i + 4).reverse();
}

/**
 * Writes a safetensors file. The bytes depend on the names and tensors alone, not on their order: wider elements
 * come first, which keeps them aligned, then names by code unit; the header is padded to 8 bytes with spaces.
 *
 * @param tensors   pairs of name and tensor, such as a Map
 * @param metadata  pairs of strings
 * @throws DataError if a name is taken twice, reserved or not well-formed, a shape disagrees with its data, a note
 *   is not a string, or the header would be too long to be read again
 */
export function encodeSafetensors(
  tensors: Iterable<readonly [string, Tensor]>,
  metadata: Iterable<readonly [string, string]> = [],
): Uint8Array<ArrayBuffer> {
  const notes = [...metadata].sort(([a], [b]) => before(a, b));
  const entries = [...tensors].sort(
    ([a, x], [b, y]) => y.data.BYTES_PER_ELEMENT - x.data.BYTES_PER_ELEMENT || before(a, b),
  );
  checkNames(
    "tensor",
    entries.map(([name]) => name),
  );
  checkNames(
    "metadata key",
    notes.map(([key]) => key),
  );

  const parts: string[] = [];
  if (notes.length > 0) {
    const pairs = notes.map(([key, text]) => {
      if (typeof text === "string") return `${JSON.stringify(key)}:${JSON.stringify(text)}`;
      throw new DataError(
        `encodeSafetensors: metadata must be strings, but "${key}" is ${JSON.stringify(text)}`,
      );
    });
    parts.push(`"__metadata__":{${pairs.join(",")}}`);
  }
  let size = 0;
  for (const [name, t] of entries) {
    checkTensor(name, t);
    const description = {
      dtype: DTYPE_NAMES[t.dtype],
      shape: t.shape,
      data_offsets: [size, size + t.data.byteLength],
    };
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(description)}`);
    size += t.data.byteLength;
  }
  const json = new TextEncoder().encode(`{${parts.join(",")}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > MAXIMUM_HEADER) {
    throw new DataError(
      `encodeSafetensors: the header must be at most ${MAXIMUM_HEADER} bytes, got ${length}`,
    );
  }
  const out = new Uint8Array(8 + length + size).fill(32, 8, 8 + length);
  const view = new DataView(out.buffer);
  view.setUint32(0, length, true);
  out.set(json, 8);
  let at = 8 + length;
  for (const [, t] of entries) {
    writeLittleEndian(view, at, t);
    at += t.data.byteLength;
  }
  return out;
}
