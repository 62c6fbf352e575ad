import { DataError } from "../errors.ts";
import { type DType, bytesOf, checkShape, printShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Bytes, as in the reference implementation. */
export const MAXIMUM_HEADER = 100_000_000;

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
