import { crc32c } from "./crc32c.ts";

/**
 * The log format of TensorBoard. A file is a chain of records:
 *
 *     | u64 length | u32 masked CRC-32C of the length | data | u32 masked CRC-32C of the data |
 *
 * little-endian, and the data is a protocol buffer `Event`.
 * Source: tensorflow/core/lib/io/record_writer.h, core/util/event.proto, core/framework/summary.proto.
 */

/** One value of a summary. */
export type Summary =
  | { readonly tag: string; readonly scalar: number }
  | { readonly tag: string; readonly text: string }
  | { readonly tag: string; readonly histogram: ArrayLike<number> };

/** Buckets of a histogram, as TensorFlow has them by default. */
const BUCKETS = 30;

/** Wire types of protocol buffers. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const utf8 = /* @__PURE__ */ new TextEncoder();

/** A CRC that may be stored beside what it is the CRC of (record_writer.h: `MaskedCrc`). */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A whole number from 0 to 2^53 - 1, seven bits a byte. */
function varint(n: number): Uint8Array {
  const out: number[] = [];
  for (; n >= 128; n = Math.floor(n / 128)) out.push((n % 128) + 128);
  return Uint8Array.of(...out, n);
}

function key(field: number, wire: number): Uint8Array {
  return varint(field * 8 + wire);
}

function whole(field: number, n: number): Uint8Array {
  return concat([key(field, VARINT), varint(n)]);
}

function double(field: number, x: number): Uint8Array {
  return concat([key(field, FIXED64), doubles([x])]);
}

function float(field: number, x: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, x, true);
  return concat([key(field, FIXED32), bytes]);
}

function doubles(list: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 * list.length);
  const view = new DataView(bytes.buffer);
  list.forEach((x, i) => view.setFloat64(8 * i, x, true));
  return bytes;
}

/** A string, a message, or packed numbers. */
function block(field: number, content: string | Uint8Array | readonly Uint8Array[]): Uint8Array {
  const bytes =
    typeof content === "string"
      ? utf8.encode(content)
      : content instanceof Uint8Array
        ? content
        : concat(content);
  return concat([key(field, BYTES), varint(bytes.length), bytes]);
}

/** `HistogramProto` with buckets of equal width. What is not finite is left out. */
function histogram(values: ArrayLike<number>): Uint8Array {
  let [least, most, count, sum, squares] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (!Number.isFinite(x)) continue;
    if (x < least) least = x;
    if (x > most) most = x;
    count++;
    sum += x;
    squares += x * x;
  }
  if (count === 0) [least, most] = [0, 0];
  const width = (most - least) / BUCKETS;
  const buckets = width > 0 ? BUCKETS : 1;
  const limits = Array.from({ length: buckets }, (_, i) => least + width * (i + 1));
  limits[buckets - 1] = most;
  const counts = new Array<number>(buckets).fill(0);
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (!Number.isFinite(x)) continue;
    counts[width > 0 ? Math.min(Math.floor((x - least) / width), buckets - 1) : 0]!++;
  }
  return concat([
    double(1, least),
    double(2, most),
    double(3, count),
    double(4, sum),
    double(5, squares),
    block(6, doubles(limits)),
    block(7, doubles(counts)),
  ]);
}

/** `TensorProto` of one string. */
function textTensor(content: string): Uint8Array {
  const DT_STRING = 7;
  const oneElement = block(2, whole(1, 1));
  return concat([whole(1, DT_STRING), block(2, oneElement), block(8, content)]);
}

function valueOf(summary: Summary): Uint8Array {
  const tag = block(1, summary.tag);
  if ("scalar" in summary) return concat([tag, float(2, summary.scalar)]);
  if ("histogram" in summary) return concat([tag, block(5, histogram(summary.histogram))]);
  const plugin = block(1, block(1, "text"));
  return concat([tag, block(8, textTensor(summary.text)), block(9, plugin)]);
}

/** A record around some data. */
export function encodeRecord(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(16 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(8, maskedCrc32c(out.subarray(0, 8)), true);
  out.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return out;
}

/** The record that a file begins with. @param seconds  wall time since 1970 */
export function encodeFileVersion(seconds: number): Uint8Array<ArrayBuffer> {
  return encodeRecord(concat([double(1, seconds), block(3, "brain.Event:2")]));
}

/** The record of some values at a step. @param seconds  wall time since 1970 */
export function encodeSummary(
  seconds: number,
  step: number,
  values: readonly Summary[],
): Uint8Array<ArrayBuffer> {
  const summary = values.map((value) => block(1, valueOf(value)));
  return encodeRecord(concat([double(1, seconds), whole(2, step), block(5, summary)]));
}
