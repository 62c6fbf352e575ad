import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { crc32, deflateSync } from "node:zlib";
import { encode as encodePng } from "fast-png";
import jpeg from "jpeg-js";
import { afterAll, describe, expect, test } from "vitest";
import { DataError, ShapeError } from "../../src/errors.ts";
import { dataset, tensor } from "../../src/index.ts";
import { decodeImage } from "../../src/io/image.ts";
import { resizeImage } from "../../src/io/resize.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { sharedFile, testWithShared } from "../shared.ts";

const png = (width: number, height: number, channels: number, data: number[]): Uint8Array =>
  encodePng({ width, height, channels, depth: 8, data: Uint8Array.from(data) });

/** A PNG by hand: rows as the file holds them, each with filter 0. */
function rawPng(
  width: number,
  depth: number,
  colorType: number,
  rows: number[][],
  palette: number[] = [],
): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([depth, colorType, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    chunk("IHDR", header),
    ...(palette.length > 0 ? [chunk("PLTE", Uint8Array.from(palette))] : []),
    chunk("IDAT", deflateSync(Uint8Array.from(rows.flatMap((row) => [0, ...row])))),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

describe("decodeImage()", () => {
  test("reads PNG of every kind that cameras and programs write", async () => {
    const data = async (bytes: Uint8Array, colorMode: "rgb" | "rgba" | "grayscale" = "rgb") => {
      const t = await decodeImage(bytes, { colorMode });
      return { dtype: t.dtype, shape: t.shape, data: [...t.data] };
    };
    const rgb = [10, 20, 30, 250, 240, 230];
    expect(await data(png(2, 1, 3, rgb))).toEqual({ dtype: "uint8", shape: [1, 2, 3], data: rgb });
    expect((await data(png(1, 2, 4, [1, 2, 3, 9, 4, 5, 6, 8]))).data).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await data(png(1, 1, 4, [1, 2, 3, 9]), "rgba")).data).toEqual([1, 2, 3, 9]);
    expect((await data(png(1, 1, 3, [1, 2, 3]), "rgba")).data).toEqual([1, 2, 3, 255]);
    expect((await data(png(2, 1, 1, [7, 200]))).data).toEqual([7, 7, 7, 200, 200, 200]);
    expect((await data(png(2, 1, 2, [7, 0, 200, 128]), "rgba")).data).toEqual([
      7, 7, 7, 0, 200, 200, 200, 128,
    ]);
    expect((await data(png(2, 1, 3, [255, 0, 0, 255, 255, 255]), "grayscale")).data).toEqual([
      76, 255,
    ]);
    expect((await data(rawPng(1, 16, 0, [[0x12, 0x34]]), "grayscale")).data).toEqual([0x12]);
    const bits = rawPng(10, 1, 0, [
      [0b10100000, 0b01000000],
      [0b00000001, 0b10000000],
    ]);
    expect(await data(bits, "grayscale")).toEqual({
      dtype: "uint8",
      shape: [2, 10, 1],
      data: [255, 0, 255, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0],
    });
    const grey4 = rawPng(3, 4, 0, [[0x0f, 0x80]]);
    expect((await data(grey4, "grayscale")).data).toEqual([0, 255, 136]);
    const indexed = rawPng(3, 2, 3, [[0b00100100]], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect((await data(indexed)).data).toEqual([1, 2, 3, 7, 8, 9, 4, 5, 6]);
  });

  test("reads JPEG, close to what was encoded", async () => {
    const [width, height] = [24, 16];
    const rgba = Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return [8 * x + 20, 10 * y + 30, 128, 255];
    }).flat();
    const bytes = jpeg.encode({ width, height, data: Uint8Array.from(rgba) }, 95).data;
    const t = await decodeImage(bytes);
    expect(t.shape).toEqual([16, 24, 3]);
    const worst = Math.max(
      ...[...t.data].map((v, i) => Math.abs(v - rgba[Math.floor(i / 3) * 4 + (i % 3)]!)),
    );
    expect(worst).toBeLessThan(12);
  });

  test("refuses what is no image, is damaged or claims too much, by name", async () => {
    const decode = (bytes: Uint8Array): Promise<Tensor> => decodeImage(bytes, { name: "a.png" });
    await expect(decode(Uint8Array.of(1, 2, 3))).rejects.toThrow(
      'image "a.png": must be a PNG or JPEG file',
    );
    await expect(decode(new Uint8Array(0))).rejects.toThrow(DataError);
    const good = png(
      8,
      8,
      3,
      Array.from({ length: 192 }, (_, i) => (i * 37) % 256),
    );
    for (const length of [10, 30, 60, good.length - 20])
      await expect(decode(good.subarray(0, length))).rejects.toThrow(
        'image "a.png": cannot be decoded',
      );
    const huge = Uint8Array.from(good);
    huge.set([0, 1, 0, 0, 0, 1, 0, 0], 16);
    await expect(decode(huge)).rejects.toThrow(/more than 100 megapixels/);
    const photo = jpeg.encode({ width: 32, height: 32, data: new Uint8Array(4096).fill(90) }, 90);
    for (const length of [3, 100, photo.data.length - 40])
      await expect(decode(photo.data.subarray(0, length))).rejects.toThrow(DataError);
  });

  testWithShared("reads a photograph", ["data/sklearn/china.jpg"], async () => {
    const t = await decodeImage(sharedFile("data/sklearn/china.jpg"));
    expect(t.shape).toEqual([427, 640, 3]);
    // libjpeg's decoder gives 174, 201, 231.
    [174, 201, 231].forEach((v, c) => expect(Math.abs(t.data[c]! - v)).toBeLessThanOrEqual(2));
  });
});

describe("resizeImage()", () => {
  test("keeps an image of that size, doubles and halves by bilinear interpolation", () => {
    const image = tensor(Uint8Array.of(0, 100, 200, 40), [2, 2, 1]);
    expect(resizeImage(image, 2, 2)).toBe(image);
    // tf.image.resize([[0, 100], [200, 40]], [4, 4]), rounded.
    expect([...resizeImage(image, 4, 4).data]).toEqual([
      0, 25, 75, 100, 50, 59, 76, 85, 150, 126, 79, 55, 200, 160, 80, 40,
    ]);
    expect([...resizeImage(image, 1, 1).data]).toEqual([85]);
    expect(resizeImage(tensor(new Uint8Array(45), [3, 5, 3]), 7, 2).shape).toEqual([7, 2, 3]);
  });

  // torch.nn.Upsample(scale_factor=2, mode="bilinear") of [[1, 2], [3, 4]], from its documentation, times 4.
  test("enlarges as PyTorch's bilinear interpolation does, by either filter", () => {
    const image = tensor(Uint8Array.of(4, 8, 12, 16), [2, 2, 1]);
    const want = [4, 5, 7, 8, 6, 7, 9, 10, 10, 11, 13, 14, 12, 13, 15, 16];
    expect([...resizeImage(image, 4, 4).data]).toEqual(want);
    expect([...resizeImage(image, 4, 4, { filter: "antialias" }).data]).toEqual(want);
  });

  test("averages under a triangle where an image shrinks, within a byte of float64", () => {
    const [rows, columns, height, width] = [23, 17, 7, 6];
    const data = Uint8Array.from({ length: rows * columns * 3 }, (_, i) => (i * 53) % 256);
    const got = resizeImage(tensor(data, [rows, columns, 3]), height, width, {
      filter: "antialias",
    });
    // PIL's Resample.c: support and center in pixels of the old grid.
    const weights = (from: number, to: number, i: number): number[] => {
      const center = ((i + 0.5) * from) / to;
      const all = Array.from({ length: from }, (_, j) =>
        Math.max(0, 1 - Math.abs((j + 0.5 - center) / (from / to))),
      );
      const sum = all.reduce((a, b) => a + b, 0);
      return all.map((w) => w / sum);
    };
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [down, across] = [weights(rows, height, y), weights(columns, width, x)];
        let sum = 0;
        down.forEach((wy, r) =>
          across.forEach((wx, c) => (sum += wy * wx * data[(r * columns + c) * 3 + 1]!)),
        );
        expect(Math.abs(got.data[(y * width + x) * 3 + 1]! - sum)).toBeLessThan(1);
      }
    }
    // Stripes of one pixel are grey, not what is under the samples; less so where the border cuts the triangle.
    const stripes = Uint8Array.from({ length: 64 }, (_, i) => (i % 2) * 255);
    const small = resizeImage(tensor(stripes, [1, 64, 1]), 1, 8, { filter: "antialias" });
    for (const v of small.data) expect(Math.abs(v - 127.5)).toBeLessThan(5);
  });

  test("says what it takes", () => {
    expect(() => resizeImage(tensor([[1]]), 2, 2)).toThrow(
      "resizeImage: image must be uint8[rows, columns, channels], got float32[1, 1]",
    );
    const image = tensor(new Uint8Array(3), [1, 1, 3]);
    expect(() => resizeImage(image, 2, 2, { filter: "cubic" as never })).toThrow("cubic");
  });
});

const folder = mkdtempSync(join(tmpdir(), "thalweg-"));
afterAll(() => rmSync(folder, { recursive: true }));

function put(path: string, bytes: Uint8Array): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}

describe("dataset.imageFolder()", () => {
  put("pets/dog/b.png", png(1, 1, 3, [4, 5, 6]));
  put("pets/dog/a.PNG", png(1, 1, 3, [1, 2, 3]));
  put("pets/dog/notes.txt", Uint8Array.of(1));
  put("pets/cat/deep/c.png", png(1, 1, 1, [9]));
  put("mixed/one/small.png", png(1, 1, 3, [1, 2, 3]));
  put("mixed/two/large.png", png(2, 2, 3, new Array<number>(12).fill(50)));
  put("broken/one/x.jpg", Uint8Array.of(0xff, 0xd8, 0xff, 1));

  const read = async (data: Awaited<ReturnType<typeof dataset.imageFolder>>) => {
    const out: [number[], number][] = [];
    for await (const { x, y } of data) out.push([[...(x as Tensor).data], (y as Tensor).item()]);
    return out;
  };
  const expected = [
    [[9, 9, 9], 0],
    [[1, 2, 3], 1],
    [[4, 5, 6], 1],
  ];

  test("labels images by their subfolder, in sorted order", async () => {
    const data = await dataset.imageFolder(join(folder, "pets"));
    expect([data.size, data.classNames]).toEqual([3, ["cat", "dog"]]);
    expect(await read(data)).toEqual(expected);
    expect(await read(await dataset.imageFolder(pathToFileURL(join(folder, "pets/"))))).toEqual(
      expected,
    );
    const batches = data.shuffle(1).batch(2);
    expect(batches.classNames).toEqual(["cat", "dog"]);
    for await (const { x } of batches.take(1))
      expect(x).toMatchObject({ shape: [2, 1, 1, 3], dtype: "uint8" });
  });

  test("takes files by their paths where there is no file system", async () => {
    const files = {
      "pets/dog/b.png": new Blob([new Uint8Array(png(1, 1, 3, [4, 5, 6]))]),
      "pets/dog/a.png": png(1, 1, 3, [1, 2, 3]),
      "pets/cat/c.png": png(1, 1, 1, [9]),
      "pets/readme.md": Uint8Array.of(1),
    };
    expect(await read(await dataset.imageFolder(files))).toEqual(expected);
  });

  test("takes the order of the classes, and refuses an unknown subfolder", async () => {
    const given = await dataset.imageFolder(join(folder, "pets"), { classNames: ["dog", "cat"] });
    expect((await read(given)).map(([, label]) => label)).toEqual([1, 0, 0]);
    await expect(
      dataset.imageFolder(join(folder, "pets"), { classNames: ["dog"] }),
    ).rejects.toThrow('every subfolder must be one of classNames (dog), got "cat"');
  });

  test("resizes, or names the image of another size", async () => {
    const mixed = await dataset.imageFolder(join(folder, "mixed"));
    await expect(read(mixed)).rejects.toThrow(ShapeError);
    await expect(read(mixed)).rejects.toThrow(/large\.png" is \[2, 2, 3\] and another \[1, 1, 3\]/);
    const resized = await dataset.imageFolder(join(folder, "mixed"), { size: [2, 1] });
    expect((await read(resized)).map(([pixels]) => pixels)).toEqual([
      [1, 2, 3, 1, 2, 3],
      [50, 50, 50, 50, 50, 50],
    ]);
  });

  test("names the file that cannot be decoded, and folders without images", async () => {
    await expect(read(await dataset.imageFolder(join(folder, "broken")))).rejects.toThrow(
      "one/x.jpg",
    );
    await expect(dataset.imageFolder(join(folder, "pets/cat/deep"))).rejects.toThrow(
      /a subfolder for each class in ".*deep", got none/,
    );
    await expect(dataset.imageFolder(join(folder, "pets/dog/b.png"))).rejects.toThrow(/no folder/);
    await expect(dataset.imageFolder(join(folder, "none"))).rejects.toThrow(/no such file/);
    await expect(dataset.imageFolder(folder, { size: [0, 2] })).rejects.toThrow(RangeError);
    await expect(dataset.imageFolder(folder, { colorMode: "grey" as "rgb" })).rejects.toThrow(
      /unknown colorMode/,
    );
  });
});
