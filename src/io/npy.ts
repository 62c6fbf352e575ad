import { DataError, withDefaults } from "../errors.ts";
import { type DType, type Elements, allocate, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type ElementKind, KINDS, type Narrowing, readElements } from "./readElements.ts";
import { subjectOf } from "./subject.ts";

export interface NpyOptions {
  /** The file's name, for messages. */
  name: string;
  narrowing: Narrowing;
}

const DEFAULTS: NpyOptions = { name: "", narrowing: "exact" };
const MAGIC = "\x93NUMPY";

const DESCRIPTIONS: Readonly<Record<string, ElementKind>> = {
  f8: "f64",
  f4: "f32",
  f2: "f16",
  i8: "i64",
  i4: "i32",
  i2: "i16",
  i1: "i8",
  u8: "u64",
  u4: "u32",
  u2: "u16",
  u1: "u8",
  b1: "bool",
};

/** Elements whose first axis runs fastest, as elements whose last one does. */
export function rowMajor(data: Elements, shape: readonly number[], dtype: DType): Elements {
  return strided(data, shape, columnStrides(shape), 0, dtype);
}

function columnStrides(shape: readonly number[]): number[] {
  let stride = 1;
  return shape.map((n) => {
    const own = stride;
    stride *= n;
    return own;
  });
}

/** The elements of a strided view, row-major. Offsets and strides in elements; they must lie within the data. */
export function strided(
  data: Elements,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
  dtype: DType,
): Elements {
  const out = allocate(dtype, sizeOf(shape));
  const index = shape.map(() => 0);
  let from = offset;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/**
 * Reads a .npy file, C or Fortran order. Objects are pickles, which are never run: they are refused.
 * Source: NumPy, lib/format.py, versions 1.0 to 3.0.
 *
 * @throws DataError for a header that is none, a dtype that is not numbers, bytes that are not the shape's
 */
export function decodeNpy(bytes: Uint8Array, options: Partial<NpyOptions> = {}): Tensor {
  const { name, narrowing } = withDefaults("decodeNpy", DEFAULTS, options);
  const subject = subjectOf("npy", name);
  const fail = (message: string): never => {
    throw new DataError(`${subject}: ${message}`);
  };
  const latin = new TextDecoder("latin1");
  if (bytes.length < 12) fail(`must be at least 12 bytes, got ${bytes.length}; it is truncated`);
  if (latin.decode(bytes.subarray(1, 6)) !== MAGIC.slice(1) || bytes[0] !== 0x93)
    fail("must begin as a .npy file does; it is another kind of file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! >= 2;
  if (bytes[6]! < 1 || bytes[6]! > 3) fail(`must have version 1 to 3, got ${bytes[6]}`);
  const begin = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (begin + length > bytes.length) fail("has a header that passes its end; it is truncated");
  if (length > 65536) fail(`must have a header of at most 65536 bytes, got ${length}`);
  const header = latin.decode(bytes.subarray(begin, begin + length));
  const form =
    /^\{\s*'descr':\s*'([^']*)',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\(([\d,\s]*)\),?\s*\}\s*$/;
  const [, description, fortran, axes] = form.exec(header) ?? [];
  if (description === undefined || axes === undefined)
    return fail(`must describe plain numbers, got ${JSON.stringify(header.trim().slice(0, 80))}`);
  const [, order, code] = /^([<>|=]?)([a-zA-Z]\d*)$/.exec(description) ?? [];
  if (code?.startsWith("O")) return fail("holds Python objects, which are not read: save numbers");
  const kind = code !== undefined && Object.hasOwn(DESCRIPTIONS, code) ? DESCRIPTIONS[code] : null;
  if (!kind)
    return fail(
      `must have a dtype among ${Object.keys(DESCRIPTIONS).join(" ")}, got ${description}`,
    );
  const shape = axes.split(",").flatMap((n) => (n.trim() === "" ? [] : [Number(n)]));
  const size = shape.includes(0) ? 0 : sizeOf(shape) * KINDS[kind].bytes;
  const data = bytes.subarray(begin + length);
  if (data.length !== size)
    return fail(
      `must have ${size} bytes for ${description}[${shape.join(", ")}], got ${data.length}`,
    );
  const elements = readElements(subject, kind, data, order !== ">", narrowing);
  const { dtype } = KINDS[kind];
  return new Tensor(
    fortran === "True" && shape.length > 1 ? rowMajor(elements, shape, dtype) : elements,
    shape,
    dtype,
  );
}

const CODES: Readonly<Record<DType, string>> = {
  float32: "<f4",
  int32: "<i4",
  uint8: "|u1",
  bool: "|b1",
};

/** Writes a .npy file of version 1.0, C order, little-endian; the data begin at a multiple of 64. */
export function encodeNpy({ data, shape, dtype }: Tensor): Uint8Array<ArrayBuffer> {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${CODES[dtype]}', 'fortran_order': False, 'shape': (${axes}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const out = new Uint8Array(10 + length + data.byteLength);
  const view = new DataView(out.buffer);
  [...MAGIC].forEach((c, i) => (out[i] = c.charCodeAt(0)));
  out[6] = 1;
  view.setUint16(8, length, true);
  out.set(new TextEncoder().encode(text.padEnd(length - 1) + "\n"), 10);
  const wide = data.BYTES_PER_ELEMENT === 4;
  for (let i = 0; i < data.length; i++) {
    const at = 10 + length + i * data.BYTES_PER_ELEMENT;
    if (!wide) out[at] = data[i]!;
    else if (dtype === "int32") view.setInt32(at, data[i]!, true);
    else view.setFloat32(at, data[i]!, true);
  }
  return out;
}
