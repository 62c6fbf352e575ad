import { gzipSync } from "node:zlib";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { DataError, OptionError } from "../../src/errors.ts";
import { dataset, decodeCsv, tabular } from "../../src/index.ts";
import { csvTables } from "../../src/io/csvStream.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import type { Dataset } from "../../src/train/data/index.ts";

const encoder = new TextEncoder();

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** All parts of a text, put together as one table. */
async function joined(text: string | Uint8Array, size: number, block: number, options = {}) {
  const bytes = typeof text === "string" ? encoder.encode(text) : text;
  const [columns, lines]: [string[][], number[]] = [[], []];
  let header: readonly string[] = [];
  let parts = 0;
  for await (const table of csvTables(chunks(bytes, size), options, block)) {
    parts++;
    header = table.header;
    table.columns.forEach((column, i) => (columns[i] ??= []).push(...column));
    lines.push(...table.lines);
  }
  return { header, columns, lines, parts };
}

const TEXTS = {
  plain: "a,b,c\n1,2,3\n4,5,6\n7,8,9\n10,11,12\n",
  "without a last line end": "a,b\n1,2\n3,4",
  "with CRLF and blank lines": "a;b\r\n\r\n1;2\r\n\r\n3;4\r\n5;6\r\n\r\n",
  "with CR alone": "a,b\r1,2\r3,4\r5,6\r",
  "with quotes": 'name,note\n"x, y","line 1\nline 2"\nz,"say ""hi"""\n"","a\r\nb"\nlast,5" pipe\n',
  "of one column": "a\n1\n2\n3\n4\n",
  "with umlauts": "größe,wert\näöü,1\n日本語,2\n🎉🎉,3\n",
};

describe("csvTables()", () => {
  for (const [kind, text] of Object.entries(TEXTS)) {
    test(`reads a text ${kind} in any parts as decodeCsv reads the whole`, async () => {
      const whole = decodeCsv(text, { header: true });
      for (const size of [1, 2, 3, 7, 1000]) {
        for (const block of [1, 8, 20, 1000]) {
          const { header, columns, lines } = await joined(text, size, block, {
            header: true,
            separator: whole.separator,
          });
          expect({ header, columns, lines }).toEqual({
            header: whole.header,
            columns: whole.columns,
            lines: [...whole.lines],
          });
        }
      }
    });
  }

  test("reads UTF-16 by its byte order mark, whatever the parts", async () => {
    const bytes = new Uint8Array(Buffer.from("\ufeffa;b\n1;2\n3;4\n", "utf16le"));
    for (const size of [1, 3, 100]) {
      const { header, columns } = await joined(bytes, size, 4, { separator: ";", header: true });
      expect([header, columns]).toEqual([
        ["a", "b"],
        [
          ["1", "3"],
          ["2", "4"],
        ],
      ]);
    }
  });

  test("finds faults in later parts, with their line", async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `${i},${i}`).join("\n");
    const fault = (text: string | Uint8Array): Promise<unknown> => joined(text, 16, 32);
    await expect(fault(`a,b\n${rows}\n1,2,3\n`)).rejects.toThrow(
      "csv: line 52: every row must have as many fields as the first, expected 2 fields, found 3",
    );
    await expect(fault(`a,b\n${rows}\n1,"2\n${rows}`)).rejects.toThrow(
      "csv: line 52: a quoted field must be closed",
    );
    await expect(fault(`a,b\n${rows}\n1,"2"x\n`)).rejects.toThrow("csv: line 52: a closing quote");
    await expect(fault("")).rejects.toThrow("must hold at least one row, got an empty file");
    await expect(fault("\n\n \n")).rejects.toThrow("must hold at least one row");
    await expect(fault(Uint8Array.of(97, 44, 98, 10, 255, 255))).rejects.toThrow(/valid utf-8/);
    await expect(fault(`a,b\n${rows}\n\0,1\n`)).rejects.toThrow(/is NUL/);
  });
});

const folder = mkdtempSync(join(tmpdir(), "thalweg-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function rows(data: Dataset): Promise<[number[], number[] | undefined][]> {
  const out: [number[], number[] | undefined][] = [];
  for await (const { x, y } of data)
    out.push([[...(x as Tensor).data], y && [...(y as Tensor).data]]);
  return out;
}

describe("dataset.csv()", () => {
  const text = "size,age,price\n1,10,100\n2,20,200\n3,30,300\n";
  const expected = [
    [[1, 10], [100]],
    [[2, 20], [200]],
    [[3, 30], [300]],
  ];

  test("reads a file, a gzip file, a URL, bytes, a Blob and streams", async () => {
    const path = join(folder, "houses.csv");
    writeFileSync(path, text);
    writeFileSync(`${path}.gz`, gzipSync(text));
    const bytes = encoder.encode(text);
    for (const source of [
      path,
      `${path}.gz`,
      pathToFileURL(path),
      bytes,
      gzipSync(bytes),
      new Blob([bytes]),
      new Blob([bytes]).stream(),
      () => new Blob([bytes]).stream(),
      `data:text/csv;base64,${Buffer.from(bytes).toString("base64")}`,
    ])
      expect(await rows(dataset.csv(source, { target: "price" }))).toEqual(expected);
  });

  test("a stream lasts for one epoch, a function that opens one for all", async () => {
    const once = dataset.csv(new Blob([text]).stream());
    await rows(once);
    await expect(rows(once)).rejects.toThrow(/can be read only once; pass a function/);
    const often = dataset.csv(() => new Blob([text]).stream(), { columns: ["age"] });
    expect(await rows(often)).toEqual(await rows(often));
  });

  test("chooses columns, and continues from a cursor", async () => {
    const data = dataset.csv(encoder.encode(text), { columns: ["price", "size"] });
    expect(await rows(data)).toEqual([
      [[100, 1], undefined],
      [[200, 2], undefined],
      [[300, 3], undefined],
    ]);
    expect((await data.iterator({ position: 2 }).next()).value).toMatchObject({
      x: { data: Float32Array.of(300, 3) },
    });
    expect(await rows(data.skip(1).take(1))).toEqual([[[200, 2], undefined]]);
  });

  test("names file, line, column and cell that is no number, and columns that are not there", async () => {
    const path = join(folder, "bad.csv");
    writeFileSync(path, "a,b\n1,2\n3,four\n");
    await expect(rows(dataset.csv(path))).rejects.toThrow(
      `csv "${path}": line 3, column "b" must be a number, got "four"; tabular() learns to read such columns`,
    );
    await expect(rows(dataset.csv(encoder.encode("a,b\n1,\n"), { header: true }))).rejects.toThrow(
      "an empty cell",
    );
    await expect(rows(dataset.csv(path, { target: "c" }))).rejects.toThrow('a column "c"');
    await expect(rows(dataset.csv(join(folder, "none.csv")))).rejects.toThrow("no such file");
    await expect(rows(dataset.csv(folder))).rejects.toThrow(/is a folder/);
    expect(() => dataset.csv(path, { label: "a" } as never)).toThrow(OptionError);
    const damaged = gzipSync(text).subarray(0, 30);
    await expect(rows(dataset.csv(damaged))).rejects.toThrow(DataError);
  });

  test("a fitted tabular makes x and y of rows as transform does", async () => {
    const table = "colour,size,price\nred,1,5\nblue,,7\nred,3,9\ngreen,4,1\nblue,5,2\n";
    const fitted = tabular().fit(decodeCsv(table), { target: "price", task: "regression" });
    const { x, y } = fitted.transform(decodeCsv(table));
    const data = dataset.csv(encoder.encode(table), { tabular: fitted });
    const read = await rows(data);
    expect(read.flatMap(([own]) => own)).toEqual([...x.data]);
    expect(read.flatMap(([, own]) => own)).toEqual([...y!.data]);
    expect(() => dataset.csv("f.csv", { tabular: fitted, target: "price" })).toThrow(/leave/);
  });

  test("reads a large file in parts, and lets go of what was read", async () => {
    const path = join(folder, "large.csv");
    const line = (i: number): string => `${i},${i % 7},${i / 4}\n`;
    writeFileSync(path, `a,b,c\n${Array.from({ length: 200_000 }, (_, i) => line(i)).join("")}`);
    let [count, sum] = [0, 0];
    for await (const { x } of dataset.csv(path).batch(1000)) {
      const { data } = x as Tensor;
      count += data.length / 3;
      for (let i = 0; i < data.length; i += 3) sum += data[i]! - 4 * data[i + 2]!;
    }
    expect([count, sum]).toEqual([200_000, 0]);
  });
});
