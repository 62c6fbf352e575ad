import { DataError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { lookup3 } from "./lookup3.ts";

/** A group to be written: attributes are a text, or a list of texts. */
export interface Hdf5Content {
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
  readonly groups?: ReadonlyMap<string, Hdf5Content>;
  readonly datasets?: ReadonlyMap<string, Hdf5Data>;
}

/** Elements of a dataset: float32 and int32 tensors, or unsigned whole numbers. */
export type Hdf5Data = Tensor | { readonly shape: readonly number[]; readonly data: Uint32Array };

const UNDEFINED = 0xffffffffffffffffn;

/** Message types of an object header. */
const [DATASPACE, LINK_INFO, DATATYPE, LINK, LAYOUT, GROUP_INFO, ATTRIBUTE] = [
  1, 2, 3, 6, 8, 10, 12,
];

/** A message's length is a number of 16 bits. */
const LONGEST_MESSAGE = 65535;

/** Little-endian numbers, one after the other. */
class Bytes {
  private bytes = new Uint8Array(256);
  private view = new DataView(this.bytes.buffer);
  length = 0;

  /** Where so many more bytes begin; bytes and view may be new ones afterwards. */
  private room(more: number): number {
    const at = this.length;
    this.length += more;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, 2 * this.bytes.length));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }

  u8(...values: readonly number[]): this {
    return this.raw(Uint8Array.from(values));
  }

  u16(value: number): this {
    const at = this.room(2);
    this.view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    const at = this.room(4);
    this.view.setUint32(at, value, true);
    return this;
  }

  u64(value: number | bigint): this {
    const at = this.room(8);
    this.view.setBigUint64(at, BigInt(value), true);
    return this;
  }

  raw(bytes: Uint8Array): this {
    const at = this.room(bytes.length);
    this.bytes.set(bytes, at);
    return this;
  }

  zeros(count: number): this {
    this.room(count);
    return this;
  }

  /** Fills up with zeros to a multiple of 8. */
  align(): this {
    return this.zeros((8 - (this.length % 8)) % 8);
  }

  setU64(at: number, value: number): void {
    this.view.setBigUint64(at, BigInt(value), true);
  }

  setU32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }

  get content(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** IEEE 754 of 32 bits; whole numbers of 32 bits; texts of a fixed length; texts of any length. */
const FLOAT32: Uint8Array = new Bytes()
  .u8(0x11, 0x20, 31, 0)
  .u32(4)
  .u16(0)
  .u16(32)
  .u8(23, 8, 0, 23)
  .u32(127).content;
const UINT32: Uint8Array = new Bytes().u8(0x10, 0, 0, 0).u32(4).u16(0).u16(32).content;
const INT32: Uint8Array = new Bytes().u8(0x10, 8, 0, 0).u32(4).u16(0).u16(32).content;
const fixedText = (size: number): Uint8Array => new Bytes().u8(0x13, 1, 0, 0).u32(size).content;
const TEXT: Uint8Array = new Bytes()
  .u8(0x19, 1, 1, 0)
  .u32(16)
  .u8(0x10, 0, 0, 0)
  .u32(1)
  .u16(0)
  .u16(8).content;

/** Lengths of axes; null is a single value. */
function dataspace(shape: readonly number[] | null): Uint8Array {
  const out = new Bytes().u8(2, shape?.length ?? 0, 0, shape === null ? 0 : 1);
  for (const n of shape ?? []) out.u64(n);
  return out.content;
}

function message(out: Bytes, type: number, content: Uint8Array): void {
  if (content.length > LONGEST_MESSAGE)
    throw new DataError(`hdf5: an attribute must have at most ${LONGEST_MESSAGE} bytes; split it`);
  out.u8(type).u16(content.length).u8(0).raw(content);
}

/** An object header of messages, with its checksum. @returns its address */
function header(file: Bytes, messages: Bytes): number {
  file.align();
  const at = file.length;
  // The flags say that the length of the messages has four bytes.
  file.raw(utf8("OHDR")).u8(2, 2).u32(messages.length).raw(messages.content);
  file.u32(lookup3(file.content.subarray(at)));
  return at;
}

/** A text in a heap of its own, of which attributes hold the address. */
function heap(file: Bytes, text: Uint8Array): number {
  file.align();
  const at = file.length;
  const padded = text.length + ((8 - (text.length % 8)) % 8);
  const size = Math.max(4096, 16 + 16 + padded + 16);
  file.raw(utf8("GCOL")).u8(1, 0, 0, 0).u64(size);
  file.u16(1).u16(1).u32(0).u64(text.length).raw(text).align();
  const rest = size - 32 - padded;
  return (
    file
      .u16(0)
      .u16(0)
      .u32(0)
      .u64(rest)
      .zeros(rest - 16),
    at
  );
}

function attribute(file: Bytes, name: string, value: string | readonly string[]): Uint8Array {
  const key = utf8(`${name}\0`);
  let [type, space, data]: [Uint8Array, Uint8Array, Uint8Array] = [
    TEXT,
    dataspace(null),
    new Uint8Array(0),
  ];
  if (typeof value === "string") {
    const text = utf8(value);
    data = new Bytes().u32(text.length).u64(heap(file, text)).u32(1).content;
  } else {
    const texts = value.map(utf8);
    const width = Math.max(1, ...texts.map((text) => text.length));
    data = new Uint8Array(width * texts.length);
    texts.forEach((text, i) => data.set(text, i * width));
    [type, space] = [fixedText(width), dataspace([texts.length])];
  }
  return new Bytes()
    .u8(3, 0)
    .u16(key.length)
    .u16(type.length)
    .u16(space.length)
    .u8(1)
    .raw(key)
    .raw(type)
    .raw(space)
    .raw(data).content;
}

function dataset(file: Bytes, { shape, data }: Hdf5Data): number {
  if (data instanceof Uint8Array)
    throw new DataError("hdf5: a dataset must hold float32, int32 or uint32, got bytes");
  file.align();
  const at = file.length;
  const little = new DataView(new ArrayBuffer(data.byteLength));
  const isFloat = data instanceof Float32Array;
  data.forEach((value: number, i: number) =>
    isFloat ? little.setFloat32(4 * i, value, true) : little.setUint32(4 * i, value, true),
  );
  file.raw(new Uint8Array(little.buffer));
  const messages = new Bytes();
  message(messages, DATASPACE, dataspace(shape));
  message(messages, DATATYPE, isFloat ? FLOAT32 : data instanceof Int32Array ? INT32 : UINT32);
  const address = data.length > 0 ? BigInt(at) : UNDEFINED;
  message(messages, LAYOUT, new Bytes().u8(3, 1).u64(address).u64(data.byteLength).content);
  return header(file, messages);
}

function group(
  file: Bytes,
  { attributes = {}, groups = new Map(), datasets = new Map() }: Hdf5Content,
): number {
  const children: [string, number][] = [
    ...[...datasets].map(([name, data]): [string, number] => [name, dataset(file, data)]),
    ...[...groups].map(([name, content]): [string, number] => [name, group(file, content)]),
  ];
  const messages = new Bytes();
  message(messages, LINK_INFO, new Bytes().u8(0, 0).u64(UNDEFINED).u64(UNDEFINED).content);
  message(messages, GROUP_INFO, new Bytes().u8(0, 0).content);
  for (const [name, address] of children) {
    const key = utf8(name);
    // The flags say that the name's length has two bytes, and that its characters are told.
    message(
      messages,
      LINK,
      new Bytes().u8(1, 0x11, 1).u16(key.length).raw(key).u64(address).content,
    );
  }
  for (const [name, value] of Object.entries(attributes))
    message(messages, ATTRIBUTE, attribute(file, name, value));
  return header(file, messages);
}

/**
 * Writes an HDF5 file as HDF5 1.8 and later read it: groups hold their links themselves, datasets lie in one piece.
 *
 *     | superblock, version 2 | texts, datasets, object headers: children before their groups |
 *
 * Source: The HDF Group, "HDF5 File Format Specification Version 3.0", II.A (version 2), IV.A.1.b, IV.A.2.
 *
 * @throws DataError where an attribute is too long, or a dataset of another kind
 */
export function encodeHdf5(root: Hdf5Content): Uint8Array<ArrayBuffer> {
  const file = new Bytes();
  file.u8(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a).u8(2, 8, 8, 0);
  const ends = file.u64(0).u64(UNDEFINED).length;
  file.zeros(8 + 8 + 4);
  const address = group(file, root);
  file.setU64(ends, file.length);
  file.setU64(ends + 8, address);
  file.setU32(ends + 16, lookup3(file.content.subarray(0, ends + 16)));
  return file.content.slice();
}
