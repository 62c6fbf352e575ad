import { describe, expect, test } from "vitest";
import { crc32c } from "../../src/io/crc32c.ts";
import { decodeJson, encodeJson } from "../../src/io/json.ts";
import { decodeSealed, encodeSealed } from "../../src/io/sealed.ts";
import { encodeFileVersion, encodeSummary, maskedCrc32c } from "../../src/io/tfevents.ts";
import { decodeSafetensors, tensor } from "../../src/index.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("crc32c()", () => {
  test("gives the values of RFC 3720, appendix B.4", () => {
    expect(crc32c(bytesOf("123456789"))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i))).toBe(0x113fdb5c);
    expect(crc32c(new Uint8Array())).toBe(0);
  });

  test("goes on from the checksum of what came before, wherever it is cut", () => {
    const bytes = Uint8Array.from({ length: 41 }, (_, i) => (i * 89) % 256);
    for (let at = 0; at <= bytes.length; at++)
      expect(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at)))).toBe(crc32c(bytes));
  });
});

test("encodeJson() keeps every number to the bit", () => {
  const value = { a: [NaN, Infinity, -Infinity, -0, 0, 0.1, 5e-324], b: { c: null, d: "NaN" } };
  expect(decodeJson(encodeJson(value))).toEqual(value);
});

describe("a sealed file", () => {
  const file = encodeSealed([["w", tensor([1, 2, 3])]], [["note", "n"]]);

  test("is a safetensors file", () => {
    expect(decodeSafetensors(file).tensors.get("w")!.array()).toEqual([1, 2, 3]);
    expect(decodeSealed(file, "checkpoint", "a").metadata.get("note")).toBe("n");
  });

  test("is refused when any bit is another one, or any end is missing", () => {
    for (let at = 0; at < file.length; at++) {
      const flipped = file.slice();
      flipped[at]! ^= 1 << (at % 8);
      expect(() => decodeSealed(flipped, "checkpoint", "a"), `bit of byte ${at}`).toThrow(
        /^checkpoint "a": .*(damaged|truncated)/,
      );
      expect(() => decodeSealed(file.slice(0, at), "checkpoint", "a")).toThrow(
        /^checkpoint "a": .*(damaged|truncated)/,
      );
    }
  });
});

/** The fields of a protocol buffer: number, and its number or bytes. */
function fields(bytes: Uint8Array): [number, number | Uint8Array][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out: [number, number | Uint8Array][] = [];
  let at = 0;
  const varint = (): number => {
    let [n, scale] = [0, 1];
    for (;;) {
      const byte = bytes[at++]!;
      n += (byte & 127) * scale;
      if (byte < 128) return n;
      scale *= 128;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const field = key >> 3;
    switch (key & 7) {
      case 0:
        out.push([field, varint()]);
        break;
      case 1:
        out.push([field, view.getFloat64(at, true)]);
        at += 8;
        break;
      case 2: {
        const length = varint();
        out.push([field, bytes.subarray(at, at + length)]);
        at += length;
        break;
      }
      case 5:
        out.push([field, view.getFloat32(at, true)]);
        at += 4;
        break;
      default:
        throw new Error(`wire type ${key & 7}`);
    }
  }
  return out;
}

/** One field of a message; messages in it are given by their path. */
function at(bytes: Uint8Array, ...path: number[]): number | Uint8Array {
  let now: number | Uint8Array = bytes;
  for (const field of path) now = fields(now as Uint8Array).find(([n]) => n === field)![1];
  return now;
}

const textOf = (value: number | Uint8Array): string =>
  new TextDecoder().decode(value as Uint8Array);
const doublesOf = (value: number | Uint8Array): number[] => [
  ...new Float64Array((value as Uint8Array).slice().buffer),
];

describe("an event file", () => {
  test("begins with the bytes that TensorFlow writes", () => {
    const record = encodeFileVersion(1.5);
    // Length 24, its masked CRC, and the key of wall_time: what every event file of TensorFlow begins with.
    expect([...record.subarray(0, 13)]).toEqual([
      24, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22, 0x09,
    ]);
    const data = record.subarray(12, -4);
    expect(at(data, 1)).toBe(1.5);
    expect(textOf(at(data, 3))).toBe("brain.Event:2");
    const stored = new DataView(record.buffer).getUint32(record.length - 4, true);
    const rotated = (stored - 0xa282ead8) >>> 0;
    expect(((rotated >>> 17) | (rotated << 15)) >>> 0).toBe(crc32c(data));
    expect(maskedCrc32c(data)).toBe(stored);
  });

  test("holds scalars, texts and histograms as summary.proto has them", () => {
    const values = [-1, 0, 0, 2, NaN];
    const data = encodeSummary(2, 300, [
      { tag: "loss", scalar: 0.5 },
      { tag: "note", text: "größer" },
      { tag: "w", histogram: values },
      { tag: "same", histogram: [7, 7] },
    ]).subarray(12, -4);
    expect([at(data, 1), at(data, 2)]).toEqual([2, 300]);
    const [loss, note, w, same] = fields(at(data, 5) as Uint8Array).map(([, v]) => v as Uint8Array);
    expect([textOf(at(loss!, 1)), at(loss!, 2)]).toEqual(["loss", 0.5]);
    expect(textOf(at(note!, 9, 1, 1))).toBe("text");
    expect([at(note!, 8, 1), textOf(at(note!, 8, 8))]).toEqual([7, "größer"]);
    const [least, most, count, sum, squares] = [1, 2, 3, 4, 5].map((n) => at(w!, 5, n));
    expect([least, most, count, sum, squares]).toEqual([-1, 2, 4, 1, 5]);
    const [limits, counts] = [doublesOf(at(w!, 5, 6)), doublesOf(at(w!, 5, 7))];
    expect([limits.length, limits[29]]).toEqual([30, 2]);
    expect([counts[0], counts[10], counts[29]]).toEqual([1, 2, 1]);
    expect([doublesOf(at(same!, 5, 6)), doublesOf(at(same!, 5, 7))]).toEqual([[7], [2]]);
  });
});
