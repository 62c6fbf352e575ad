import { Unzlib } from "fflate";
import { Dataset, File, Filters, Group } from "jsfive";
import { DataError } from "../errors.ts";
import { sizeOf } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type ElementKind, KINDS, readElements } from "./readElements.ts";
import { subjectOf } from "./subject.ts";

/** A group of an HDF5 file: its attributes (texts, numbers, lists of them), and what it holds. */
export interface Hdf5Group {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly groups: ReadonlyMap<string, Hdf5Group>;
  /** Tensors, read when asked for. float64 is rounded. */
  readonly datasets: ReadonlyMap<string, () => Tensor>;
}

const LAYOUT_MESSAGE = 8;
const CONTIGUOUS = 1;
const GZIP = 1;
const DEPTH = 32;
const NODES = 100_000;
/** Seconds for the tree of groups: a real one takes far less, a crafted one may have no end. */
const TREE_SECONDS = 20;
/** Deflate never expands further than this. */
const DEFLATE_RATIO = 1032;

/** Bytes whose every reading of a part is accounted for: jsfive reads the parts that a file names, however often. */
class Guarded extends ArrayBuffer {
  spend: (bytes: number) => void = () => {};
  static override get [Symbol.species](): ArrayBufferConstructor {
    return ArrayBuffer;
  }
  override slice(begin?: number, end?: number): ArrayBuffer {
    const part = super.slice(Number(begin ?? 0), end === undefined ? undefined : Number(end));
    this.spend(part.byteLength);
    return part;
  }
}

/** Most bytes that one chunk may unpack to, while a dataset is read. */
let mostOfChunk = 0;

function inflateChunk(chunk: ArrayBuffer): ArrayBuffer {
  const parts: Uint8Array[] = [];
  let total = 0;
  const stream = new Unzlib((part) => {
    total += part.length;
    if (total > mostOfChunk) throw new DataError("a chunk unpacks to more than it may hold");
    parts.push(part);
  });
  const bytes = new Uint8Array(chunk);
  // In parts, so that a chunk that expands without bound is stopped early.
  for (let at = 0; at < bytes.length; at += 16384) {
    stream.push(bytes.subarray(at, at + 16384), at + 16384 >= bytes.length);
  }
  const out = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out.buffer;
}

const KIND_OF: Readonly<Record<string, ElementKind>> = {
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
};

function readDataset(subject: string, file: Guarded, set: Dataset): Tensor {
  const fail = (message: string): never => {
    throw new DataError(`${subject} ${message}`);
  };
  const objects = set._dataobjects;
  const { dtype } = objects;
  const [, order, code] = /^([<>|=!]?)([fiu]\d)$/.exec(String(dtype)) ?? [];
  const kind = code === undefined ? undefined : KIND_OF[code];
  if (!kind) return fail(`must hold numbers, got ${String(dtype).slice(0, 40)}`);
  const shape = objects.shape.map(Number);
  if (!shape.every((n: number) => Number.isSafeInteger(n) && n >= 0))
    return fail("must have a shape of whole numbers");
  const size = shape.includes(0) ? 0 : sizeOf(shape);
  const bytes = size * KINDS[kind].bytes;
  if (bytes > file.byteLength * DEFLATE_RATIO + 65536)
    return fail(`must fit into the file's ${file.byteLength} bytes, got shape [${shape}]`);
  const at = objects.find_msg_type(LAYOUT_MESSAGE)[0]?.get("offset_to_message");
  if (at === undefined) return fail("has no data");
  const [, , layout, property] = objects._get_data_message_properties(at);
  if (layout === CONTIGUOUS && size > 0) {
    // jsfive makes an array of numbers; whole runs of bytes are read at once.
    const begin = Number(new DataView(file).getBigUint64(property, true));
    if (!(begin + bytes <= file.byteLength))
      return fail("passes the end of the file; it is truncated");
    const elements = readElements(
      subject,
      kind,
      new Uint8Array(file, begin, bytes),
      order !== ">",
      "round",
    );
    return new Tensor(elements, shape, KINDS[kind].dtype);
  }
  const chunk = sizeOf((objects.chunks ?? []).map(Number));
  const limit = 4 * (size + chunk) * KINDS[kind].bytes + 65536;
  if (!(chunk * KINDS[kind].bytes <= 16 * bytes + 65536))
    return fail(`has chunks of ${chunk} elements for ${size}`);
  mostOfChunk = chunk * KINDS[kind].bytes + 65536;
  let spent = 0;
  file.spend = (read) => {
    spent += Math.max(read, chunk * KINDS[kind].bytes);
    if (spent > 2 * limit) fail("has more chunks than it can hold");
  };
  const values = size === 0 ? [] : set.value;
  file.spend = () => {};
  const packed = new DataView(new ArrayBuffer(8 * size));
  // Cells of chunks that were never written are 0, the fill value that all writers of weights leave.
  for (let i = 0; i < size; i++) packed.setFloat64(8 * i, Number(values[i] ?? 0), true);
  const wide = readElements(subject, "f64", new Uint8Array(packed.buffer), true, "round");
  const own = KINDS[kind].dtype;
  return new Tensor(
    own === "float32" ? wide : own === "int32" ? Int32Array.from(wide) : Uint8Array.from(wide),
    shape,
    own,
  );
}

/** jsfive writes what it finds odd to the console, parts of files included: not while it reads for us. */
function silently<T>(read: () => T): T {
  const { log, warn } = console;
  const nothing = (): void => {};
  Object.assign(console, { log: nothing, warn: nothing });
  try {
    return read();
  } finally {
    Object.assign(console, { log, warn });
  }
}

/** Says in our own words that jsfive, which throws texts, could not go on. */
function guarded<T>(subject: string, read: () => T): T {
  try {
    return silently(read);
  } catch (error) {
    if (error instanceof DataError) throw error;
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, 80);
    throw new DataError(`${subject} is damaged, or has a form that is not read (${reason})`, {
      cause: error,
    });
  }
}

/**
 * Opens an HDF5 file and reads its tree of groups and attributes; datasets are read when asked for. jsfive does the
 * reading; what a crafted file could make it do without end is bounded: bytes read, depth, number of objects, the
 * seconds for the tree, and what a compressed chunk may unpack to.
 *
 * @param name  the file's name, for messages
 * @throws DataError
 */
export function openHdf5(bytes: Uint8Array, name: string = ""): Hdf5Group {
  const subject = subjectOf("hdf5", name);
  Filters.set(GZIP, inflateChunk);
  const file = new Guarded(bytes.length);
  new Uint8Array(file).set(bytes);
  const end = Date.now() + 1000 * TREE_SECONDS;
  let spent = 0;
  file.spend = (read) => {
    spent += read + 64;
    if (spent > 64 * bytes.length + 65536 || Date.now() > end)
      throw new DataError(`${subject}: names the same parts again and again; it is damaged`);
  };
  let nodes = 0;
  const walk = (group: Group, path: string, depth: number): Hdf5Group => {
    if (depth > DEPTH)
      throw new DataError(`${subject}: groups must not be nested deeper than ${DEPTH}`);
    const groups = new Map<string, Hdf5Group>();
    const datasets = new Map<string, () => Tensor>();
    for (const key of group.keys) {
      if (++nodes > NODES) throw new DataError(`${subject}: must hold at most ${NODES} objects`);
      const child = group.get(key);
      const own = `${subject}: "${path}${key}"`;
      if (child instanceof Group) groups.set(key, walk(child, `${path}${key}/`, depth + 1));
      else if (child instanceof Dataset)
        datasets.set(key, () => guarded(own, () => readDataset(own, file, child)));
    }
    return { attributes: { ...group.attrs }, groups, datasets };
  };
  const tree = guarded(subject, () => walk(new File(file, name), "", 0));
  file.spend = () => {};
  return tree;
}

/** All tensors of a tree, names joined by "/". */
export function tensorsOf(group: Hdf5Group, path: string = ""): [string, () => Tensor][] {
  return [
    ...[...group.datasets].map(([key, read]): [string, () => Tensor] => [path + key, read]),
    ...[...group.groups].flatMap(([key, child]) => tensorsOf(child, `${path}${key}/`)),
  ];
}
