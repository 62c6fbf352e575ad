import { DataError } from "../errors.ts";
import { type DType, type Elements, allocate } from "../shape.ts";
import { bfloat16, float16, float8E4M3, float8E5M2 } from "./smallFloats.ts";

/** Number kinds that occur in files. */
export type ElementKind =
  | "f64"
  | "f32"
  | "f16"
  | "bf16"
  | "f8e5m2"
  | "f8e4m3"
  | "i64"
  | "i32"
  | "i16"
  | "i8"
  | "u64"
  | "u32"
  | "u16"
  | "u8"
  | "bool";

interface Kind {
  readonly bytes: number;
  readonly dtype: DType;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}

/** Bytes of an element in the file, the dtype it becomes, and how one is read. */
export const KINDS: Readonly<Record<ElementKind, Kind>> = {
  f64: { bytes: 8, dtype: "float32", read: (v, at, little) => v.getFloat64(at, little) },
  f32: { bytes: 4, dtype: "float32", read: (v, at, little) => v.getFloat32(at, little) },
  f16: { bytes: 2, dtype: "float32", read: (v, at, little) => float16(v.getUint16(at, little)) },
  bf16: { bytes: 2, dtype: "float32", read: (v, at, little) => bfloat16(v.getUint16(at, little)) },
  f8e5m2: { bytes: 1, dtype: "float32", read: (v, at) => float8E5M2(v.getUint8(at)) },
  f8e4m3: { bytes: 1, dtype: "float32", read: (v, at) => float8E4M3(v.getUint8(at)) },
  i64: { bytes: 8, dtype: "int32", read: (v, at, little) => Number(v.getBigInt64(at, little)) },
  i32: { bytes: 4, dtype: "int32", read: (v, at, little) => v.getInt32(at, little) },
  i16: { bytes: 2, dtype: "int32", read: (v, at, little) => v.getInt16(at, little) },
  i8: { bytes: 1, dtype: "int32", read: (v, at) => v.getInt8(at) },
  u64: { bytes: 8, dtype: "int32", read: (v, at, little) => Number(v.getBigUint64(at, little)) },
  u32: { bytes: 4, dtype: "int32", read: (v, at, little) => v.getUint32(at, little) },
  u16: { bytes: 2, dtype: "int32", read: (v, at, little) => v.getUint16(at, little) },
  u8: { bytes: 1, dtype: "uint8", read: (v, at) => v.getUint8(at) },
  bool: { bytes: 1, dtype: "bool", read: (v, at) => v.getUint8(at) },
};

/** "exact" throws where a float64 is no float32; "round" takes the nearest float32. Integers must always fit. */
export type Narrowing = "exact" | "round";

const LITTLE_ENDIAN_HOST: boolean =
  /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ new Uint16Array([1]).buffer)[0] === 1;

/** A copy, at an aligned address. (A Node Buffer's own slice() would share its memory.) */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}

/**
 * Numbers out of bytes, narrowed to the dtype that a tensor holds. The result never shares memory with the file.
 *
 * @param subject  what an error message begins with
 * @param bytes    u8[n * bytes of the kind], exactly the elements
 * @param little   byte order
 * @throws DataError if an element does not fit, or a bool is neither 0 nor 1
 */
export function readElements(
  subject: string,
  kind: ElementKind,
  bytes: Uint8Array,
  little: boolean,
  narrowing: Narrowing = "exact",
): Elements {
  const { bytes: size, dtype, read } = KINDS[kind];
  if (kind === "u8") return copyOf(bytes);
  if (little === LITTLE_ENDIAN_HOST && kind === "f32")
    return new Float32Array(copyOf(bytes).buffer);
  if (little === LITTLE_ENDIAN_HOST && kind === "i32") return new Int32Array(copyOf(bytes).buffer);

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = allocate(dtype, bytes.length / size);
  for (let i = 0; i < out.length; i++) {
    const value = read(view, i * size, little);
    out[i] = value;
    if (out[i] === value || value !== value) {
      if (kind !== "bool" || value <= 1) continue;
      throw new DataError(`${subject}: a bool must be 0 or 1, but element ${i} is ${value}`);
    }
    if (kind === "f64" && narrowing === "round" && Number.isFinite(out[i])) continue;
    const cure = kind === "f64" && Number.isFinite(out[i]) ? `; pass narrowing: "round"` : "";
    throw new DataError(
      `${subject}: ${dtype} must hold every element, but element ${i} is ${value}${cure}`,
    );
  }
  return out;
}
