import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DataError } from "../../src/errors.ts";
import { gunzip } from "../../src/io/gunzip.ts";
import { decodeIdx } from "../../src/io/idx.ts";
import { TestRandom, mutate } from "../mutate.ts";
import { sharedFile, testWithShared } from "../shared.ts";

function idx(code: number, shape: number[], data: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  view.setUint8(2, code);
  view.setUint8(3, shape.length);
  shape.forEach((n, i) => view.setUint32(4 + 4 * i, n));
  return Uint8Array.from([...new Uint8Array(view.buffer), ...data]);
}

function bigEndian(
  values: number[],
  write: (view: DataView, at: number, value: number) => void,
  bytes: number,
): number[] {
  const view = new DataView(new ArrayBuffer(values.length * bytes));
  values.forEach((value, i) => write(view, i * bytes, value));
  return [...new Uint8Array(view.buffer)];
}

describe("decodeIdx()", () => {
  test("keeps bytes as uint8, in their shape, in memory of its own", () => {
    const bytes = idx(8, [2, 3], [0, 1, 2, 253, 254, 255]);
    const t = decodeIdx(bytes);
    expect(t).toMatchObject({
      dtype: "uint8",
      shape: [2, 3],
      data: Uint8Array.of(0, 1, 2, 253, 254, 255),
    });
    bytes.fill(9);
    expect(t.data[0]).toBe(0);
  });

  test("does not share memory when given a Node Buffer", () => {
    const buffer = Buffer.from(idx(8, [2], [1, 2]));
    const t = decodeIdx(buffer);
    buffer.fill(0);
    expect(t.data).toEqual(Uint8Array.of(1, 2));
  });

  test("reads every element code", () => {
    expect(decodeIdx(idx(9, [2], [255, 127]))).toMatchObject({
      dtype: "int32",
      data: Int32Array.of(-1, 127),
    });
    expect(
      decodeIdx(
        idx(
          11,
          [2],
          bigEndian([-2, 3e4], (v, at, x) => v.setInt16(at, x), 2),
        ),
      ).data,
    ).toEqual(Int32Array.of(-2, 3e4));
    expect(
      decodeIdx(
        idx(
          12,
          [2],
          bigEndian([-2, 2e9], (v, at, x) => v.setInt32(at, x), 4),
        ),
      ).data,
    ).toEqual(Int32Array.of(-2, 2e9));
    expect(
      decodeIdx(
        idx(
          13,
          [2],
          bigEndian([-0.5, NaN], (v, at, x) => v.setFloat32(at, x), 4),
        ),
      ).data,
    ).toEqual(Float32Array.of(-0.5, NaN));
    expect(
      decodeIdx(
        idx(
          14,
          [2],
          bigEndian([0.25, -3], (v, at, x) => v.setFloat64(at, x), 8),
        ),
      ).data,
    ).toEqual(Float32Array.of(0.25, -3));
  });

  test("rounds float64 only when told", () => {
    const bytes = idx(
      14,
      [1],
      bigEndian([0.1], (v, at, x) => v.setFloat64(at, x), 8),
    );
    expect(() => decodeIdx(bytes, { name: "w" })).toThrow(
      /^idx "w": float32 must hold every element, but element 0 is 0.1; pass narrowing: "round"/,
    );
    expect(decodeIdx(bytes, { narrowing: "round" }).data[0]).toBe(Math.fround(0.1));
    const huge = idx(
      14,
      [1],
      bigEndian([1e300], (v, at, x) => v.setFloat64(at, x), 8),
    );
    expect(() => decodeIdx(huge, { narrowing: "round" })).toThrow(/1e\+300/);
  });

  test("reads a scalar and an empty array", () => {
    expect(decodeIdx(idx(8, [], [7])).shape).toEqual([]);
    expect(decodeIdx(idx(8, [0, 28], [])).shape).toEqual([0, 28]);
  });

  test("names the file, and the bytes expected and found, when it is truncated or too long", () => {
    expect(() => decodeIdx(idx(8, [2, 2], [1, 2, 3]), { name: "t10k" })).toThrow(
      /^idx "t10k": u8\[2, 2\] must be 16 bytes with its header, but the file has 15; it is truncated/,
    );
    expect(() => decodeIdx(idx(8, [2], [1, 2, 3]))).toThrow(
      /must be 10 bytes .* has 11; bytes are left over/,
    );
    expect(() => decodeIdx(idx(8, [2], []).subarray(0, 6))).toThrow(
      /header of 1 axes must be 8 bytes, but the file has 6/,
    );
    expect(() => decodeIdx(idx(8, [2 ** 31, 2 ** 31, 2 ** 31], [1]))).toThrow(DataError);
  });

  test("refuses a wrong magic number, and says when the file is compressed", () => {
    expect(() => decodeIdx(Uint8Array.of(1, 0, 8, 1))).toThrow(/got 01 00 08 01/);
    expect(() => decodeIdx(idx(10, [], []))).toThrow(/got 00 00 0a 00/);
    expect(() => decodeIdx(new Uint8Array())).toThrow(/an empty file/);
    expect(() => decodeIdx(gzipSync(idx(8, [1], [1])))).toThrow(/gunzip\(\) it first/);
  });

  test("decodes 5,000 mutated files or says what is wrong with them, in bounded space", () => {
    const random = new TestRandom(3);
    const files = [
      idx(8, [3, 4], [...Array(12).keys()]),
      idx(13, [2], [0, 0, 0, 1, 0, 0, 0, 2]),
      idx(14, [2], Array(16).fill(64)),
    ];
    let decoded = 0;
    for (let i = 0; i < 5000; i++) {
      const bytes = mutate(files[i % files.length]!, random);
      try {
        expect(decodeIdx(bytes).data.byteLength).toBeLessThanOrEqual(4 * bytes.length);
        decoded++;
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
      }
    }
    expect(decoded).toBeGreaterThan(100); // most changes break the promised size
  });

  const mnist = (part: string): string => `data/mnist/${part}-ubyte.gz`;
  testWithShared(
    "reads MNIST",
    [mnist("t10k-images-idx3"), mnist("t10k-labels-idx1")],
    async () => {
      const images = decodeIdx(await gunzip(sharedFile(mnist("t10k-images-idx3"))), {
        name: "t10k-images",
      });
      const labels = decodeIdx(await gunzip(sharedFile(mnist("t10k-labels-idx1"))));
      expect(images).toMatchObject({ dtype: "uint8", shape: [10000, 28, 28] });
      expect([...labels.data.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
    },
  );
});

describe("gunzip()", () => {
  test("gives back what was compressed, and leaves other bytes alone", async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251);
    expect(Buffer.compare(await gunzip(gzipSync(bytes)), bytes)).toBe(0);
    expect(await gunzip(bytes)).toBe(bytes);
    expect((await gunzip(gzipSync(new Uint8Array()))).length).toBe(0);
  });

  test("stops when more comes out than allowed", async () => {
    const bomb = gzipSync(new Uint8Array(5_000_000));
    await expect(gunzip(bomb, { maximumBytes: 1_000_000, name: "b.gz" })).rejects.toThrow(
      /^gzip "b.gz": the content must be at most 1000000 bytes/,
    );
    expect((await gunzip(bomb, { maximumBytes: 5_000_000 })).length).toBe(5_000_000);
  });

  test("says so when the file is damaged or truncated", async () => {
    const bytes = gzipSync(Uint8Array.from({ length: 1000 }, (_, i) => i * 7));
    const flipped = Uint8Array.from(bytes);
    flipped[bytes.length >> 1]! ^= 255;
    for (const bad of [bytes.subarray(0, bytes.length - 9), flipped, bytes.subarray(0, 5)]) {
      await expect(gunzip(bad)).rejects.toThrow(DataError);
    }
  });

  test("opens 1,000 mutated files or throws a DataError", async () => {
    const random = new TestRandom(4);
    const file = gzipSync(Uint8Array.from({ length: 300 }, (_, i) => i * 7));
    for (let i = 0; i < 1000; i++) {
      try {
        await gunzip(mutate(file, random), { maximumBytes: 100_000 });
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
      }
    }
  });
});
