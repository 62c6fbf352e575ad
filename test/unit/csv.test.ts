import { describe, expect, test } from "vitest";
import { DataError, OptionError } from "../../src/errors.ts";
import { type CsvOptions, decodeCsv } from "../../src/io/csv.ts";
import { rowCount, takeRows } from "../../src/io/table.ts";
import { TestRandom, mutate } from "../mutate.ts";
import { sharedFile, testWithShared } from "../shared.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function rows(text: string, options: Partial<CsvOptions> = {}): string[][] {
  const { columns } = decodeCsv(text, options);
  return Array.from(columns[0]!, (_, i) => columns.map((column) => column[i]!));
}

function quoted(cell: string, separator: string): string {
  return cell === "" || /["\r\n]/.test(cell) || cell.includes(separator) || cell.trim() === ""
    ? `"${cell.replaceAll('"', '""')}"`
    : cell;
}

describe("decodeCsv()", () => {
  test.each([",", ";", "\t", "|"])("finds the separator %j", (separator) => {
    const table = decodeCsv(`a${separator}b\n1${separator}2\n`);
    expect(table).toMatchObject({
      separator,
      header: ["a", "b"],
      columns: [["1"], ["2"]],
      hasHeader: true,
    });
  });

  test.each(["\n", "\r\n", "\r"])(
    "reads the line end %j, with or without one at the end",
    (end) => {
      for (const tail of ["", end, end + end + end]) {
        expect(rows(["a,b", "1,2", "3,4"].join(end) + tail)).toEqual([
          ["1", "2"],
          ["3", "4"],
        ]);
      }
    },
  );

  test("reads mixed line ends and blank lines, and keeps the lines' numbers", () => {
    const table = decodeCsv("a,b\r\n\n1,2\r\r\n3,4\n   \n5,6");
    expect(table.columns).toEqual([
      ["1", "3", "5"],
      ["2", "4", "6"],
    ]);
    expect([...table.lines]).toEqual([3, 5, 7]);
  });

  test("keeps separators, line ends and doubled quotes inside quotes", () => {
    expect(rows('a,b\n"x, ""y""\r\nz",2\n"",""""\n')).toEqual([
      ['x, "y"\r\nz', "2"],
      ["", '"'],
    ]);
  });

  test("counts lines inside quoted fields", () => {
    expect([...decodeCsv('a,b\n"1\n2\r\n3",x\n4,y').lines]).toEqual([2, 5]);
  });

  test("takes a quote inside a plain field as it is", () => {
    expect(rows('a,b\n5" disk,x\n')).toEqual([['5" disk', "x"]]);
  });

  test("reads a single column, its quoted empty cells included", () => {
    expect(rows('a\n1\n""\n3\n')).toEqual([["1"], [""], ["3"]]);
    expect(rows("a\n1\n\n3")).toEqual([["1"], ["3"]]);
  });

  test("removes a byte order mark and reads UTF-16 by it", () => {
    const text = "größe,名\n1,日本\n";
    const wide = (little: boolean): Uint8Array => {
      const view = new DataView(new ArrayBuffer(2 * text.length + 2));
      [..."\ufeff", ...text].forEach((c, i) => view.setUint16(2 * i, c.charCodeAt(0), little));
      return new Uint8Array(view.buffer);
    };
    for (const bytes of [utf8(text), utf8(`\ufeff${text}`), wide(true), wide(false)]) {
      expect(decodeCsv(bytes)).toMatchObject({
        header: ["größe", "名"],
        columns: [["1"], ["日本"]],
      });
    }
    expect(decodeCsv(`\ufeff${text}`).header[0]).toBe("größe");
  });

  test("reads another encoding when told, and names the line when not", () => {
    const bytes = Uint8Array.of(97, 44, 98, 10, 49, 44, 0xfc, 10);
    expect(decodeCsv(bytes, { encoding: "windows-1252" }).columns[1]).toEqual(["ü"]);
    expect(() => decodeCsv(bytes, { name: "x.csv" })).toThrow(
      /csv "x.csv": .* valid utf-8, but line 2 is not/,
    );
    expect(() => decodeCsv(bytes, { encoding: "klingon" })).toThrow(OptionError);
  });

  test("names line, expected and found number of fields when a row is short or long", () => {
    expect(() => decodeCsv("a,b,c\n1,2,3\n1,2\n")).toThrow(
      "csv: line 3: every row must have as many fields as the first, expected 3 fields, found 2",
    );
    expect(() => decodeCsv('a,b\n"x\ny",2\n1,2,3\n', { name: "f" })).toThrow(
      /^csv "f": line 4: .*expected 2 fields, found 3/,
    );
    expect(() => decodeCsv("a,b\n1\n2,3")).toThrow(DataError);
  });

  test("names the line when a quote is not closed, or not followed by a separator", () => {
    expect(() => decodeCsv('a,b\n1,2\n"x,3\n4,5\n')).toThrow(
      /line 3: a quoted field must be closed/,
    );
    expect(() => decodeCsv('a,b\n"x"y,3\n')).toThrow(
      /line 2: a closing quote must end the field, but "y" follows/,
    );
  });

  test("refuses an empty file, binary files and repeated names", () => {
    for (const empty of ["", "\ufeff", "\n\r\n\n", "  \n"])
      expect(() => decodeCsv(empty)).toThrow(/at least one row, got an empty file/);
    expect(() => decodeCsv(Uint8Array.of(80, 75, 3, 4, 0))).toThrow(/NUL/);
    expect(() => decodeCsv("a,b,a\n1,2,3\n")).toThrow(/columns 1 and 3 are both "a"/);
  });

  test("refuses options it does not know", () => {
    expect(() => decodeCsv("a", { separator: "::" })).toThrow(OptionError);
    expect(() => decodeCsv("a", { delimiter: "," } as Partial<CsvOptions>)).toThrow(
      /unknown option "delimiter"/,
    );
  });

  test("finds out whether the first row holds names", () => {
    expect(decodeCsv("1,2\n3,4\n")).toMatchObject({
      hasHeader: false,
      header: ["column1", "column2"],
    });
    expect(decodeCsv("name,city\nann,rome\nbob,oslo\n").hasHeader).toBe(true);
    expect(decodeCsv("ann,rome\nbob,oslo\n", { header: false }).columns[0]).toEqual(["ann", "bob"]);
    expect(decodeCsv("1,2\n3,4\n", { header: true }).header).toEqual(["1", "2"]);
    expect(decodeCsv("5,red\n3,red\n").hasHeader).toBe(false);
    expect(decodeCsv(",a\n0,1\n").header).toEqual(["column1", "a"]);
    expect(decodeCsv("a,b")).toMatchObject({ hasHeader: true, columns: [[], []] });
  });

  test("decides on the decimal comma once a file", () => {
    expect(decodeCsv("a;b\n1,5;2\n3;4,25\n")).toMatchObject({ separator: ";", decimal: "," });
    expect(decodeCsv("a\tb\n1,5\t2\n")).toMatchObject({ separator: "\t", decimal: "," });
    expect(decodeCsv("1,5;2,5\n3,5;4,5\n")).toMatchObject({
      separator: ";",
      decimal: ",",
      hasHeader: false,
    });
    expect(decodeCsv("a;b\n1.5;2\n").decimal).toBe(".");
    expect(decodeCsv("a;b\n1.5;x, y\n").decimal).toBe(".");
    expect(decodeCsv("a;b\nhello, you;2\n").decimal).toBe(".");
    expect(decodeCsv('a,b\n"1,5",2\n').decimal).toBe(".");
    expect(decodeCsv("a;b\n1,5;2\nNA;4\n").decimal).toBe(",");
  });

  test("gives back what was written, for any cells, separator and line end", () => {
    const random = new TestRandom(1);
    const alphabet = [
      "a",
      "1",
      '"',
      ",",
      ";",
      "\t",
      "|",
      "\n",
      "\r",
      "\r\n",
      " ",
      "é",
      "😀",
      "",
      "xyz",
      "0.5",
    ];
    for (let round = 0; round < 2000; round++) {
      const separator = [",", ";", "\t", "|"][random.integer(4)]!;
      const end = ["\n", "\r\n", "\r"][random.integer(3)]!;
      const [width, height] = [1 + random.integer(4), 1 + random.integer(5)];
      const cell = (): string =>
        Array.from(
          { length: random.integer(4) },
          () => alphabet[random.integer(alphabet.length)],
        ).join("");
      const cells = Array.from({ length: height }, () => Array.from({ length: width }, cell));
      const text = cells
        .map((row) => row.map((c) => quoted(c, separator)).join(separator))
        .join(end);
      expect(rows(text, { separator, header: false })).toEqual(cells);
      expect(rows(text + end + end, { separator, header: false })).toEqual(cells);
    }
  });

  test("decodes 5,000 mutated files or says what is wrong with them, in bounded space", () => {
    const random = new TestRandom(2);
    const files = [
      'id;größe;note\r\n1;1,5;"a ""b"";\nc"\r\n2;NA;\r\n\r\n3;0,25;"x"\r\n',
      'a,b\n1,2\n"3",4\n',
      '"a"\n"b"\n""\n',
    ].map(utf8);
    let decoded = 0;
    for (let i = 0; i < 5000; i++) {
      const bytes = mutate(files[i % files.length]!, random);
      try {
        const { columns, lines } = decodeCsv(bytes);
        decoded++;
        let characters = 0;
        for (const column of columns) {
          expect(column.length).toBe(lines.length);
          for (const cell of column) characters += 1 + cell.length;
        }
        expect(characters).toBeLessThanOrEqual(2 * bytes.length + 16);
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
        expect(String(error)).not.toMatch(/must parse to/); // udsv and our survey disagree
      }
    }
    expect(decoded).toBeGreaterThan(1000);
  });

  testWithShared(
    "reads the California housing file",
    ["data/california_housing/housing.csv"],
    () => {
      const started = performance.now();
      const table = decodeCsv(sharedFile("data/california_housing/housing.csv"));
      expect(table).toMatchObject({ separator: ",", decimal: ".", hasHeader: true });
      expect(rowCount(table)).toBe(20640);
      expect(table.columns[4]!.filter((cell) => cell === "").length).toBe(207);
      expect(table.columns[9]!.at(-1)).toBe("INLAND");
      expect(table.lines.at(-1)).toBe(20641);
      expect(performance.now() - started).toBeLessThan(5000);
    },
  );

  testWithShared(
    "reads iris.csv, whose names are partly numbers",
    ["data/sklearn/iris.csv"],
    () => {
      const table = decodeCsv(sharedFile("data/sklearn/iris.csv"));
      expect(table.header).toEqual(["150", "4", "setosa", "versicolor", "virginica"]);
      expect(rowCount(table)).toBe(150);
    },
  );
});

describe("takeRows()", () => {
  test("takes rows in the order of the indices, with their lines", () => {
    const part = takeRows(decodeCsv("a,b\n1,x\n2,y\n3,z\n"), [2, 0]);
    expect(part).toMatchObject({
      columns: [
        ["3", "1"],
        ["z", "x"],
      ],
      lines: [4, 2],
      decimal: ".",
    });
  });

  test("refuses an index that is no row", () => {
    expect(() => takeRows(decodeCsv("a\n1\n"), [1])).toThrow(/row in \[0, 1\), got 1/);
  });
});
