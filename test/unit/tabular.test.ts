import { describe, expect, test } from "vitest";
import { DataError, OptionError } from "../../src/errors.ts";
import { decodeCsv } from "../../src/io/csv.ts";
import { type Table, rowCount, takeRows } from "../../src/io/table.ts";
import { tabular } from "../../src/train/tabular.ts";
import { parseBoolean, parseNumber } from "../../src/train/tabular/cell.ts";
import { monthCosine, monthSine, parseDate } from "../../src/train/tabular/date.ts";
import { TestRandom } from "../mutate.ts";
import { sharedFile, testWithShared } from "../shared.ts";

/** A table of columns given by name. */
function table(columns: Record<string, readonly (string | number)[]>): Table {
  return {
    header: Object.keys(columns),
    columns: Object.values(columns).map((column) => column.map(String)),
  };
}

const y4 = [1.5, 2.5, 3.5, 5.5];
const fractions = (n: number): number[] => Array.from({ length: n }, (_, i) => i * i + 0.5);

function column(x: { data: ArrayLike<number>; shape: readonly number[] }, at: number): number[] {
  return Array.from({ length: x.shape[0]! }, (_, i) => x.data[i * x.shape[1]! + at]!);
}

describe("tabular().fit()", () => {
  test("standardises numbers with mean and population deviation", () => {
    const t = table({ a: [1.5, 2, 4, 8.5], y: y4 });
    const { x } = tabular().fit(t, { target: "y" }).transform(t);
    const mean = 4;
    const std = Math.sqrt((2.5 ** 2 + 2 ** 2 + 0 + 4.5 ** 2) / 4);
    expect(x.shape).toEqual([4, 1]);
    expect([...x.data]).toEqual([1.5, 2, 4, 8.5].map((v) => Math.fround((v - mean) / std)));
  });

  test("standardises a regression's target, and inverseTarget() gives it back", () => {
    const t = table({ a: [1.5, 2, 4, 8.5], y: y4 });
    const fitted = tabular().fit(t, { target: "y" });
    expect(fitted).toMatchObject({ task: "regression", doubtful: false, classNames: null });
    expect(fitted.target!.mean).toBe(3.25);
    const { y } = fitted.transform(t);
    expect(y).toMatchObject({ dtype: "float32", shape: [4, 1] });
    [...fitted.inverseTarget(y!)].forEach((v, i) => expect(v).toBeCloseTo(y4[i]!, 6));
    expect([...fitted.inverseTarget([0])]).toEqual([3.25]);
  });

  test("fills missing numbers with the median, and flags them only if the fit had gaps", () => {
    const t = table({ a: ["1", "", "4", "100"], b: [1.5, 2, 3, 4], y: y4 });
    const fitted = tabular().fit(t, { target: "y" });
    expect(fitted.features).toEqual(["a", "a is missing", "b"]);
    expect(fitted.report[0]).toEqual({
      column: "a",
      role: "number",
      missing: 1,
      action: "standardised, gaps filled with median 4, flagged",
    });
    expect(column(fitted.transform(t).x, 1)).toEqual([0, 1, 0, 0]);
    expect(column(fitted.transform(t).x, 0)[1]).toBe(column(fitted.transform(t).x, 0)[2]);
    const gap = fitted.transform(table({ a: [1], b: ["NA"] }));
    expect(gap.x.shape).toEqual([1, 3]);
    expect(gap.x.data[2]).toBeCloseTo((2.5 - 2.625) / Math.sqrt(0.921875), 6);
  });

  test.each(["NA", "N/A", "NaN", "nan", "null", "NULL", "?", "", " ", "-"])(
    "takes %j as missing",
    (cell) => {
      const fitted = tabular().fit(table({ a: ["1", cell, "3", "7"], y: y4 }), { target: "y" });
      expect(fitted.report[0]).toMatchObject({ role: "number", missing: 1 });
    },
  );

  test("makes a category one-hot, by name, with a flag for gaps", () => {
    const t = table({ c: ["red", "blue", "", "red"], y: y4 });
    const fitted = tabular().fit(t, { target: "y" });
    expect(fitted.features).toEqual(["c=blue", "c=red", "c is missing"]);
    expect([...fitted.transform(t).x.data]).toEqual([0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0]);
  });

  test("keeps the most frequent levels and an other, ties by name", () => {
    const c = Array.from({ length: 200 }, (_, i) => `level${String(i % 60).padStart(2, "0")}`);
    const fitted = tabular({ maximumLevels: 50 }).fit(table({ c, y: fractions(200) }), {
      target: "y",
    });
    expect(fitted.features.length).toBe(51);
    expect(fitted.features.slice(-2)).toEqual(["c=level49", "c=(other)"]);
    expect(fitted.report[0]!.action).toBe(
      "one-hot, the 50 most frequent of 60 levels, the rest as (other)",
    );
    const { x, unseen } = fitted.transform(table({ c: ["level59", "new"] }));
    expect(column(x, 50)).toEqual([1, 1]);
    expect(unseen.size).toBe(0);
  });

  test("makes booleans one column of 0 and 1", () => {
    const t = table({ b: ["true", "False", "YES", "no"], y: y4 });
    const fitted = tabular().fit(t, { target: "y" });
    expect(fitted.features).toEqual(["b"]);
    expect(fitted.report[0]!.role).toBe("category");
    expect([...fitted.transform(t).x.data]).toEqual([1, 0, 1, 0]);
  });

  test("makes dates a year and a month on a circle", () => {
    const t = table({ d: ["2020-01-01", "2021/04/01", "01.07.2022 12:30", ""], y: y4 });
    const fitted = tabular().fit(t, { target: "y" });
    expect(fitted.features).toEqual(["d year", "d month sin", "d month cos", "d is missing"]);
    const { x } = fitted.transform(t);
    expect(column(x, 1)).toEqual([0, 1, 0, 0]);
    expect(column(x, 2)).toEqual([1, 0, -1, 0]);
    expect(column(x, 3)).toEqual([0, 0, 0, 1]);
    expect(column(x, 0)[3]).toBe(column(x, 0)[1]);
  });

  test("keeps whole numbers of few values as numbers", () => {
    const t = table({ a: [1, 2, 1, 2], y: y4 });
    expect(tabular().fit(t, { target: "y" }).report[0]!.role).toBe("number");
  });

  test("reads decimal commas as the file has them, and guesses no thousands", () => {
    const csv = decodeCsv("a;y\n1,5;1,25\n2,5;2,5\n4;3,5\n");
    expect(csv.decimal).toBe(",");
    expect(tabular().fit(csv, { target: "y" }).target!.mean).toBeCloseTo(7.25 / 3, 14);
    const grouped = tabular().fit(table({ a: ["1,234", "5,678", "9,012", "1,234"], y: y4 }), {
      target: "y",
    });
    expect(grouped.report[0]!.role).toBe("category");
  });

  test("drops columns that hold one value, however written, or none", () => {
    const fitted = tabular().fit(
      table({
        a: [1.5, 2, 3, 4],
        b: ["1", "1.0", "1", "1"],
        c: ["", "NA", "", ""],
        d: ["x", "x", "x", "x"],
        y: y4,
      }),
      { target: "y" },
    );
    expect(fitted.features).toEqual(["a"]);
    expect(fitted.report.slice(1, 4).map((row) => [row.role, row.missing])).toEqual([
      ["constant, dropped", 0],
      ["constant, dropped", 4],
      ["constant, dropped", 0],
    ]);
  });

  test("keeps what a single value and gaps tell", () => {
    const t = table({ a: [0.1, "", 0.1, 0.1], b: ["x", "", "", "x"], y: y4 });
    const fitted = tabular().fit(t, { target: "y" });
    expect(fitted.features).toEqual(["a", "a is missing", "b=x"]);
    expect([...fitted.transform(t).x.data]).toEqual([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
  });

  test("drops columns that count the rows, before and after a shuffled split", () => {
    const n = 60;
    const count = Array.from({ length: n }, (_, i) => i + 1);
    const t = table({
      first: count,
      a: fractions(n),
      customerId: count,
      width: fractions(n),
      y: fractions(n),
    });
    const roles = (part: Table): string[] =>
      tabular()
        .fit(part, { target: "y" })
        .report.map((row) => row.role);
    const expected = ["id-like, dropped", "number", "id-like, dropped", "number", "target"];
    expect(roles(t)).toEqual(expected);
    expect(
      roles(
        takeRows(
          t,
          count
            .map((i) => (i * 37) % 59)
            .slice(0, 40)
            .map((i) => i % n),
        ),
      ),
    ).toEqual(expected);
  });

  test("spares a first column of years, one named otherwise, and the only one there is", () => {
    const count = Array.from({ length: 30 }, (_, i) => 1990 + i);
    const report = (columns: Record<string, readonly (string | number)[]>): string =>
      tabular().fit(table(columns), { target: "y" }).report[0]!.role;
    expect(report({ year: count, a: fractions(30), y: fractions(30) })).toBe("number");
    expect(report({ x: count, y: fractions(30) })).toBe("number");
    const second = tabular().fit(table({ a: fractions(30), x: count, y: fractions(30) }), {
      target: "y",
    });
    expect(second.report[1]!.role).toBe("number");
  });

  test("drops names and prose", () => {
    const names = Array.from({ length: 40 }, (_, i) => `person ${i}`);
    const prose = Array.from(
      { length: 6 },
      (_, i) => `a rather long remark about the sale, number ${i}`,
    );
    expect(
      tabular().fit(table({ names, a: fractions(40), y: fractions(40) }), { target: "y" })
        .report[0]!.role,
    ).toBe("id-like, dropped");
    expect(
      tabular().fit(table({ prose, a: fractions(6), y: fractions(6) }), { target: "y" }).report[0]!
        .role,
    ).toBe("id-like, dropped");
  });

  test("takes a few cells that are no numbers as missing, and many as a category", () => {
    const a: (string | number)[] = fractions(100);
    a[15] = "abc";
    const fitted = tabular().fit(table({ a, y: fractions(100) }), { target: "y" });
    expect(fitted.report[0]).toMatchObject({ role: "number", missing: 0 });
    expect(fitted.report[0]!.action).toMatch(
      /^standardised, 1 cell not numbers, e.g. row 16 'abc', taken as missing, gaps filled with median [\d.]+, flagged$/,
    );
    expect(fitted.transform(table({ a: ["x", 3] })).stray).toEqual(new Map([["a", 1]]));
    for (let i = 0; i < 100; i++) a[i] = i % 30 === 0 ? "many" : i % 7;
    expect(tabular().fit(table({ a, y: fractions(100) }), { target: "y" }).report[0]!.role).toBe(
      "category",
    );
  });

  test("names column and line of an infinite number", () => {
    const csv = decodeCsv("a,y\n1,0.5\n2,1.5\n-inf,2.5\n4,3.5");
    expect(() => tabular().fit(csv, { target: "y" })).toThrow(
      `tabular.fit: column "a" must hold finite numbers, got "-inf" in line 4; correct it or leave it empty`,
    );
    expect(() => tabular().fit(table({ a: ["1", "1e999"], y: [1.5, 2] }), { target: "y" })).toThrow(
      /"1e999" in row 2/,
    );
    expect(() =>
      tabular().fit(table({ a: [1, 2], y: ["1.5", "Infinity"] }), { target: "y" }),
    ).toThrow(/column "y" must hold finite/);
  });

  test("takes roles from the caller", () => {
    const t = table({ zip: [10115, 20095, 10115, 50667], a: [1, 2, 3, 7], y: y4 });
    const fitted = tabular({ roles: { zip: "category", a: "drop" } }).fit(t, { target: "y" });
    expect(fitted.features).toEqual(["zip=10115", "zip=20095", "zip=50667"]);
    expect(() => tabular({ roles: { zap: "category" } }).fit(t, { target: "y" })).toThrow(
      /unknown column in roles "zap"; did you mean "zip"/,
    );
    expect(() =>
      tabular({ roles: { zip: "number" } }).fit(table({ zip: ["a", "b"], y: [1.5, 2] }), {
        target: "y",
      }),
    ).toThrow(/must hold numbers, got none/);
  });

  test("leaves rows without a target out of everything it learns, and says which", () => {
    const csv = decodeCsv("a,y\n1,0.5\n2,1.5\n1000,\n4,NA\n");
    const fitted = tabular().fit(csv, { target: "y" });
    expect(fitted.rowsDropped).toEqual([
      { reason: 'target "y" is missing', count: 2, where: ["line 4", "line 5"] },
    ]);
    const { x, y, rows, rowsDropped } = fitted.transform(csv);
    expect([...x.data]).toEqual([-1, 1]);
    expect([y!.shape, [...rows], rowsDropped]).toEqual([[2, 1], [0, 1], fitted.rowsDropped]);
    expect(fitted.transform(csv, { target: false })).toMatchObject({
      rows: Int32Array.of(0, 1, 2, 3),
    });
    expect(fitted.transform(csv, { target: false }).y).toBeUndefined();
  });

  test("drops rows whose target is a stray word, in fit and transform alike", () => {
    const y: (string | number)[] = fractions(100);
    y[7] = "oops";
    const t = table({ a: fractions(100), y });
    const fitted = tabular().fit(t, { target: "y" });
    expect(fitted.rowsDropped).toEqual([
      { reason: 'target "y" is not a number', count: 1, where: ["row 8"] },
    ]);
    expect(fitted.transform(t).rowsDropped).toEqual(fitted.rowsDropped);
  });

  test("refuses a target that is unknown, of one value or not of the task, and tables without features", () => {
    const fit =
      (
        columns: Record<string, readonly (string | number)[]>,
        task: "auto" | "regression" = "auto",
      ) =>
      () =>
        tabular().fit(table(columns), { target: "price", task });
    expect(fit({ a: [1], prize: [1] })).toThrow(/target column, got "price"; did you mean "prize"/);
    expect(fit({ a: [1, 2], price: [3, 3] })).toThrow(
      /two different values, got only '3' in 2 rows/,
    );
    expect(fit({ a: [1], price: [1.5] })).toThrow(/two different values, got only '1.5' in 1 rows/);
    expect(fit({ a: [1, 2], price: ["", "NA"] })).toThrow(/got none in 0 rows/);
    expect(fit({ a: [], price: [] })).toThrow(/must have rows, got none/);
    expect(fit({ a: [1, 2], price: ["x", "y"] }, "regression")).toThrow(
      /must hold numbers for a regression, got 'x' in row 1; use task "classification"/,
    );
    expect(fit({ price: [1.5, 2] })).toThrow(/at least one column must be left .* only the target/);
    expect(fit({ a: [5, 5], price: [1.5, 2] })).toThrow(/"a" is constant, dropped/);
  });

  test("refuses tables that are none, and unknown options", () => {
    const bad: Table = { header: ["a", "y"], columns: [["1"], ["1", "2"]] };
    expect(() => tabular().fit(bad, { target: "y" })).toThrow(
      /columns must be of one length, "y" has 2 cells, not 1/,
    );
    expect(() =>
      tabular().fit({ header: ["a", "a"], columns: [["1"], ["2"]] }, { target: "a" }),
    ).toThrow(/"a" occurs twice/);
    expect(() => tabular().fit({ header: ["a"], columns: [] }, { target: "a" })).toThrow(DataError);
    expect(() => tabular({ maximumLevels: 0 })).toThrow(OptionError);
    expect(() => tabular({ levels: 3 } as object)).toThrow(OptionError);
    expect(() => tabular().fit(bad, { target: "y", task: "classify" as never })).toThrow(
      /did you mean "classification"|known/,
    );
  });
});

describe("the task", () => {
  const taskOf = (y: readonly (string | number)[]): unknown[] => {
    const fitted = tabular().fit(table({ a: y.map((_, i) => (i * i) / 3), y }), { target: "y" });
    return [fitted.task, fitted.doubtful];
  };
  const whole = (n: number, values: number): number[] =>
    Array.from({ length: n }, (_, i) => i % values);

  test("is a classification for text, two numbers and up to ten whole ones", () => {
    expect(taskOf(["a", "b", "a", "b"])).toEqual(["classification", false]);
    expect(taskOf([0, 1, 0, 1])).toEqual(["classification", false]);
    expect(taskOf(whole(100, 10))).toEqual(["classification", false]);
    expect(taskOf(["yes", "no", "yes"])).toEqual(["classification", false]);
  });

  test("is a regression for fractions and many whole numbers", () => {
    expect(taskOf([0.5, 1, 0.5, 1])).toEqual(["regression", false]);
    expect(taskOf(whole(100, 40))).toEqual(["regression", false]);
  });

  test("is doubtful for 11 to 30 whole numbers, few rows and text that hardly repeats", () => {
    expect(taskOf(whole(100, 11))).toEqual(["regression", true]);
    expect(taskOf(whole(100, 30))).toEqual(["regression", true]);
    expect(taskOf([2, 4, 6, 8])).toEqual(["regression", true]);
    expect(taskOf(["a", "b", "c", "d", "e"])).toEqual(["classification", true]);
  });

  test("names classes in order, numbers by value", () => {
    const t = table({ a: y4, y: ["10", "2", "2.0", "10"] });
    const fitted = tabular().fit(t, { target: "y" });
    expect(fitted).toMatchObject({
      task: "classification",
      classNames: ["2", "10"],
      target: null,
      taskReason: '"y" holds whole numbers with 2 different values',
    });
    expect(fitted.transform(t).y).toMatchObject({
      dtype: "int32",
      shape: [4],
      data: Int32Array.of(1, 0, 0, 1),
    });
    expect(() => fitted.inverseTarget([1])).toThrow(OptionError);
    expect(() => fitted.transform(table({ a: [1], y: [3] }))).toThrow(
      /must be a class of the fit \(2, 10\), got '3' in row 1/,
    );
  });

  test("is the caller's to decide", () => {
    const t = table({ a: y4, y: [1, 2, 3, 4] });
    expect(tabular().fit(t, { target: "y", task: "classification" })).toMatchObject({
      task: "classification",
      doubtful: false,
      classNames: ["1", "2", "3", "4"],
    });
    expect(tabular().fit(t, { target: "y", task: "regression" })).toMatchObject({
      task: "regression",
      doubtful: false,
    });
  });
});

describe("transform()", () => {
  const t = table({ a: [1.5, 2, 4, 8.5], c: ["x", "y", "x", "z"], k: [1, 1, 1, 1], y: y4 });
  const fitted = tabular().fit(t, { target: "y" });

  test("finds columns by name in any order, and lists those it ignores", () => {
    const { x, ignored } = fitted.transform(table({ extra: [0, 0], c: ["y", "x"], a: [2, 4] }));
    expect(ignored).toEqual(["extra"]);
    expect([...x.data]).toEqual([...fitted.transform(t).x.data.subarray(4, 12)]);
  });

  test("names a missing column and those there are, unless it was dropped or is the target", () => {
    expect(() => fitted.transform(table({ A: [1], c: ["x"] }))).toThrow(
      'tabular.transform: the table must have a column "a", got A, c; did you rename it to "A"?',
    );
    expect(fitted.transform(table({ a: [1], c: ["x"] })).y).toBeUndefined();
  });

  test("gives zeros for levels it has not seen, and counts them", () => {
    const { x, unseen } = fitted.transform(table({ a: [1, 1, 1], c: ["new", "new", "x"] }));
    expect(unseen).toEqual(new Map([["c", new Map([["new", 2]])]]));
    expect([...x.data.subarray(1, 4)]).toEqual([0, 0, 0]);
  });

  test("refuses numbers beyond float32, with their place", () => {
    expect(() => fitted.transform(table({ a: ["1e300"], c: ["x"] }))).toThrow(
      /column "a" must hold finite numbers near those of the fit, got "1e\+300" in row 1/,
    );
    expect(() => fitted.transform(table({ a: ["inf"], c: ["x"] }))).toThrow(DataError);
  });

  test("takes a table without rows", () => {
    expect(fitted.transform(table({ a: [], c: [] })).x.shape).toEqual([0, 4]);
  });

  test("depends on the rows of the fit alone", () => {
    const more = table({
      a: [1.5, 2, 4, 8.5, 1e9],
      c: ["x", "y", "x", "z", "w"],
      k: [1, 1, 1, 1, 2],
      y: [...y4, 1e9],
    });
    const part = tabular().fit(takeRows(more, [0, 1, 2, 3]), { target: "y" });
    expect(part.toConfig()).toEqual({ ...fitted.toConfig() });
  });
});

describe("bins", () => {
  const text = [
    "a,b,y",
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((v) => `${2 * v},${v < 8 ? 0 : 1.5},${v * v}.5`),
  ];
  const nine = decodeCsv(new TextEncoder().encode(text.join("\n")));
  const fitted = tabular({ bins: 4 }).fit(nine, { target: "y" });

  test("a number is given in pieces too: bins that hold as many values each", () => {
    expect(fitted.features).toEqual([
      "a",
      "a 2 to 6",
      "a 6 to 10",
      "a 10 to 14",
      "a 14 to 18",
      "b",
      "b 0 to 1.5",
    ]);
    const { x } = fitted.transform(nine);
    const pieces = (row: number): number[] => [...x.data.slice(7 * row + 1, 7 * row + 5)];
    expect(pieces(0)).toEqual([0, 0, 0, 0]);
    expect(pieces(3)).toEqual([1, 0.5, 0, 0]);
    expect(pieces(8)).toEqual([1, 1, 1, 1]);
    expect(fitted.report[0]!.action).toBe("standardised, in 4 pieces");
    // Frequent values make fewer bins, and no empty ones.
    expect(fitted.report[1]!.action).toBe("standardised, in 1 piece");
  });

  test("values beyond the fit are all or nothing of each piece; a gap is the median", () => {
    const far = decodeCsv(new TextEncoder().encode("a,b\n-9,0\n99,1\n,0"));
    const { x } = fitted.transform(far);
    const row = (i: number): number[] => [...x.data.slice(7 * i + 1, 7 * i + 5)];
    expect([row(0), row(1), row(2)]).toEqual([
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [1, 1, 0, 0],
    ]);
  });

  test("a config keeps them; edges that do not rise are refused, and so is a number of bins that is none", () => {
    const config = JSON.parse(JSON.stringify(fitted.toConfig()));
    expect(tabular.fromConfig(config).transform(nine).x).toEqual(fitted.transform(nine).x);
    for (const edges of [[1], [1, 1], [2, 1], [0, "1"], 3]) {
      const columns = [{ ...config.columns[0], edges }, ...config.columns.slice(1)];
      expect(() => tabular.fromConfig({ ...config, columns })).toThrow(DataError);
    }
    expect(() => tabular({ bins: -1 })).toThrow("bins must be a whole number >= 0, got -1");
  });
});

describe("tabular.fromConfig()", () => {
  test("gives back an object with exactly equal transforms, for random tables", () => {
    const random = new TestRandom(7);
    const pick = <T>(values: readonly T[]): T => values[random.integer(values.length)]!;
    for (let round = 0; round < 200; round++) {
      const n = 4 + random.integer(40);
      const cells = (make: () => string | number): (string | number)[] =>
        Array.from({ length: n }, () => (random.integer(9) === 0 ? pick(["", "NA", "?"]) : make()));
      const columns = {
        a: cells(() => random.integer(1e6) / 997),
        b: cells(() => `1e${random.integer(40) - 20}`),
        c: cells(() => pick(["größe", "名", "__proto__", "constructor", "(other)", "=", '"'])),
        d: cells(
          () => `20${10 + random.integer(89)}-0${1 + random.integer(9)}-1${random.integer(9)}`,
        ),
        e: cells(() => pick(["yes", "no", "TRUE"])),
        __y: Array.from({ length: n }, () =>
          round % 2 ? pick(["p", "q"]) : random.integer(1e6) / 7,
        ),
      };
      columns.__y[0] = round % 2 ? "p" : 1.5;
      columns.__y[1] = round % 2 ? "q" : 2.5;
      const t = table(columns);
      const fitted = tabular({ maximumLevels: 5 }).fit(t, { target: "__y" });
      const again = tabular.fromConfig(JSON.parse(JSON.stringify(fitted.toConfig())));
      expect(again.toConfig()).toEqual(fitted.toConfig());
      expect(again.features).toEqual(fitted.features);
      const [one, two] = [fitted.transform(t), again.transform(t)];
      expect(two).toEqual(one);
      expect(one.x.shape).toEqual([n, fitted.features.length]);
      expect(one.x.data.every(Number.isFinite)).toBe(true);
    }
  });

  test("refuses what is no config, is newer, or is damaged", () => {
    const config = tabular()
      .fit(table({ a: y4, y: y4 }), { target: "y" })
      .toConfig();
    for (const bad of [null, 5, [], {}, "x"])
      expect(() => tabular.fromConfig(bad)).toThrow(/must be given what toConfig\(\) gave/);
    expect(() => tabular.fromConfig({ ...config, version: 2 })).toThrow(/version must be 1/);
    const damaged: object[] = [
      { columns: [{ name: "a", kind: "number" }] },
      { columns: [{ name: "a", kind: "toString" }] },
      { columns: [{ name: "a", kind: "category", levels: ["x", "x"], other: false, flag: false }] },
      { columns: "abc" },
      { target: { name: "y", task: "regression", mean: 1, std: 0 } },
      { target: null },
      { report: [1] },
      { columns: [{ name: "y", kind: "dropped" }] },
    ];
    for (const part of damaged)
      expect(() => tabular.fromConfig({ ...config, ...part })).toThrow(DataError);
  });
});

describe("cells", () => {
  test("parseNumber() reads as Number() does, and nothing else", () => {
    for (const cell of [
      "1",
      "-0.1",
      "+5",
      ".5",
      "5.",
      "1e-7",
      "123456789012345678",
      "0.1e+3",
      "1E5",
    ])
      expect(parseNumber(cell)).toBe(Number(cell));
    for (const cell of [
      "0x10",
      "1_000",
      "1,5",
      "1.234.567",
      "12a",
      "e5",
      ".",
      "--1",
      "1 000",
      "Infinityx",
    ])
      expect(parseNumber(cell)).toBeNaN();
    expect([parseNumber("1,5", ","), parseNumber(",5", ","), parseNumber("-3", ",")]).toEqual([
      1.5, 0.5, -3,
    ]);
    for (const cell of ["1.5", "1.234,5", "1,2,3"]) expect(parseNumber(cell, ",")).toBeNaN();
    expect([parseNumber("Inf"), parseNumber("-infinity"), parseNumber("-1e999")]).toEqual([
      Infinity,
      -Infinity,
      -Infinity,
    ]);
  });

  test("parseNumber() takes a long cell in linear time", () => {
    const started = performance.now();
    expect(parseNumber(`${"1".repeat(300_000)}x`)).toBeNaN();
    expect(parseDate("1".repeat(300_000))).toBeNull();
    expect(performance.now() - started).toBeLessThan(500);
  });

  test("parseBoolean() reads true, false, yes and no", () => {
    expect(["TRUE", "yes", "No", "false"].map(parseBoolean)).toEqual([1, 1, 0, 0]);
    expect(["1", "y", "", "falsey"].map(parseBoolean)).toEqual([NaN, NaN, NaN, NaN]);
  });

  test("parseDate() agrees with Date on every day of 1999 to 2005", () => {
    for (let time = Date.UTC(1999, 0, 1); time < Date.UTC(2006, 0, 1); time += 86_400_000) {
      const date = new Date(time);
      const iso = date.toISOString().slice(0, 10);
      const [y, m, d] = iso.split("-") as [string, string, string];
      const begin = Date.UTC(Number(y), 0, 1);
      const year = Number(y) + (time - begin) / (Date.UTC(Number(y) + 1, 0, 1) - begin);
      for (const text of [
        iso,
        `${y}/${m}/${d}`,
        `${Number(d)}.${Number(m)}.${y}`,
        `${iso}T00:00:00Z`,
      ]) {
        expect(parseDate(text)!.year).toBeCloseTo(year, 10);
        expect(parseDate(text)!.month).toBe(Number(m) - 1);
      }
    }
    expect(parseDate("2020-01-01 12:00")!.year).toBeCloseTo(2020 + 0.5 / 366, 10);
  });

  test("parseDate() refuses days that are in no calendar", () => {
    for (const text of [
      "2021-02-29",
      "1900-02-29",
      "2020-13-01",
      "2020-00-10",
      "2020-01-00",
      "31.04.2020",
      "2020-1/1",
      "2020",
      "1.5",
      "2020-01-01 25:00",
      "2020-01-01x",
    ])
      expect(parseDate(text)).toBeNull();
    expect(parseDate("2000-02-29")).not.toBeNull();
  });

  test("monthSine() and monthCosine() are a circle", () => {
    for (let m = 0; m < 12; m++) {
      expect(monthSine(m)).toBeCloseTo(Math.sin((m * Math.PI) / 6), 15);
      expect(monthCosine(m)).toBeCloseTo(Math.cos((m * Math.PI) / 6), 15);
    }
  });
});

describe("real files", () => {
  testWithShared(
    "California housing becomes 14 features",
    ["data/california_housing/housing.csv"],
    () => {
      const csv = decodeCsv(sharedFile("data/california_housing/housing.csv"));
      const fitted = tabular().fit(csv, { target: "median_house_value" });
      expect(fitted).toMatchObject({ task: "regression", doubtful: false });
      expect(fitted.features.length).toBe(14);
      expect(fitted.report[4]).toMatchObject({
        column: "total_bedrooms",
        missing: 207,
        action: "standardised, gaps filled with median 435, flagged",
      });
      const { x, y } = fitted.transform(csv);
      expect([x.shape, y!.shape]).toEqual([
        [20640, 14],
        [20640, 1],
      ]);
      const mean = column(x, 7).reduce((sum, v) => sum + v, 0) / rowCount(csv);
      expect(Math.abs(mean)).toBeLessThan(1e-6);
    },
  );

  testWithShared("iris becomes 4 features and 3 classes", ["data/sklearn/iris.csv"], () => {
    const csv = decodeCsv(sharedFile("data/sklearn/iris.csv"));
    expect(tabular().fit(csv, { target: "virginica" })).toMatchObject({
      task: "classification",
      classNames: ["0", "1", "2"],
      doubtful: false,
    });
  });
});
