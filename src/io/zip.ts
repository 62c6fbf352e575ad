import { inflateSync } from "fflate";
import { DataError } from "../errors.ts";
import { crc32 } from "./crc32.ts";
import { subjectOf } from "./subject.ts";

/** A zip file: names of its files, in order, and their contents, unpacked when asked for. */
export interface Zip {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** @throws DataError where there is no such file, or its content is damaged */
  read(name: string): Uint8Array<ArrayBuffer>;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly header: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
/** Deflate never expands further than this. */
const DEFLATE_RATIO = 1032;
/** Bytes of all contents together. */
const MAXIMUM_BYTES = 2 ** 31;

/** A name that stays within the folder it is unpacked to. */
function isSafe(name: string): boolean {
  if (name === "" || /[\\\0]/.test(name) || name.startsWith("/") || /^[a-z]:/i.test(name))
    return false;
  return !name.split("/").includes("..");
}

function endOf(view: DataView, fail: (message: string) => never): number {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 65535); at--) {
    if (view.getUint32(at, true) === END && view.getUint16(at + 20, true) === last - at) return at;
  }
  return fail("must end with a directory; it is truncated, or no zip file");
}

function entriesOf(bytes: Uint8Array, fail: (message: string) => never): Entry[] {
  if (bytes.length < 22) fail(`must be at least 22 bytes, got ${bytes.length}; it is truncated`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view, fail);
  const count = view.getUint16(end + 10, true);
  const length = view.getUint32(end + 12, true);
  const begin = view.getUint32(end + 16, true);
  if (count === 0xffff || length === 0xffffffff || begin === 0xffffffff)
    fail("is of the 64 bit form, for files above 4 GB, which is not read");
  if (begin + length > end) fail("has a directory that lies beyond its end; it is damaged");
  const text = new TextDecoder("utf-8", { fatal: true });
  const entries: Entry[] = [];
  let at = begin;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL)
      fail(`has no entry ${i} in its directory of ${count}; it is damaged`);
    const nameLength = view.getUint16(at + 28, true);
    const next =
      at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) fail(`has a directory entry ${i} that passes its end; it is damaged`);
    let name = "";
    try {
      name = text.decode(bytes.subarray(at + 46, at + 46 + nameLength));
    } catch {
      fail(`must have names in UTF-8, entry ${i} has not`);
    }
    if (!isSafe(name)) fail(`must have names within its folder, got ${JSON.stringify(name)}`);
    if (view.getUint16(at + 8, true) & 1) fail(`must not be encrypted, but ${name} is`);
    entries.push({
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      header: view.getUint32(at + 42, true),
    });
    at = next;
  }
  checkEntries(entries, begin, fail);
  return entries;
}

/** No name twice, no content that claims more than it can hold, no bytes that belong to two files. */
function checkEntries(
  entries: readonly Entry[],
  limit: number,
  fail: (message: string) => never,
): void {
  const names = new Set<string>();
  let total = 0;
  for (const { name, method, packed, size } of entries) {
    if (names.has(name)) fail(`must have names that differ, got ${JSON.stringify(name)} twice`);
    names.add(name);
    if (method !== STORED && method !== DEFLATED)
      fail(`must be stored or deflated, but ${name} has method ${method}`);
    const most = method === STORED ? packed : packed * DEFLATE_RATIO + 64;
    if (size > most) fail(`has ${packed} bytes for ${name}, which cannot hold ${size}`);
    total += size;
  }
  if (total > MAXIMUM_BYTES) fail(`must hold at most ${MAXIMUM_BYTES} bytes, got ${total}`);
  const byPlace = [...entries].sort((a, b) => a.header - b.header);
  byPlace.forEach(({ name, header, packed }, i) => {
    const next = byPlace[i + 1]?.header ?? limit;
    if (header + 30 + packed > next)
      fail(`has bytes of ${name} that belong to another file as well`);
  });
}

/**
 * Opens a zip file. Nothing is unpacked before it is asked for, and never more than a file says it holds.
 * Source: PKWARE, APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16; without encryption and 64 bit forms.
 *
 * @param name  the file's name, for messages
 * @throws DataError for a directory that is damaged, names that leave the folder, files that overlap
 */
export function openZip(bytes: Uint8Array, name: string = ""): Zip {
  const subject = subjectOf("zip", name);
  const fail = (message: string): never => {
    throw new DataError(`${subject}: ${message}`);
  };
  const entries = new Map(entriesOf(bytes, fail).map((entry) => [entry.name, entry]));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    names: [...entries.keys()],
    has: (file) => entries.has(file),
    read: (file) => {
      const entry = entries.get(file);
      if (!entry) return fail(`has no file ${JSON.stringify(file)}`);
      const { header, packed, size, method, crc } = entry;
      if (view.getUint32(header, true) !== LOCAL) return fail(`has no content for ${file}`);
      const begin =
        header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
      if (begin + packed > bytes.length) return fail(`has content of ${file} beyond its end`);
      const content = bytes.subarray(begin, begin + packed);
      let out: Uint8Array;
      try {
        out =
          method === STORED ? content.slice() : inflateSync(content, { out: new Uint8Array(size) });
      } catch (error) {
        return fail(`cannot unpack ${file} (${error instanceof Error ? error.message : "?"})`);
      }
      if (out.length !== size || crc32(out) !== crc)
        return fail(`has content of ${file} that is damaged: its checksum differs`);
      return out as Uint8Array<ArrayBuffer>;
    },
  };
}
