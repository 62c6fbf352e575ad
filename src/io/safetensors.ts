import { DataError, withDefaults } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { MAXIMUM_HEADER } from "./encodeSafetensors.ts";
import { KINDS, type Narrowing, readElements } from "./readElements.ts";
import { parseSafetensorsHeader } from "./safetensorsHeader.ts";
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
