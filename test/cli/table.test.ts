import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Ended, IRIS, freshFolder, thalweg } from "./run.ts";
import { tagFault } from "./wellFormed.ts";

const rowsOf = (path: string): string[][] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));
const write = (path: string, rows: readonly (readonly string[])[]): void =>
  writeFileSync(path, `${rows.map((r) => r.join(",")).join("\n")}\n`);

describe("thalweg --data on flowers", () => {
  const folder = freshFolder();
  const model = "runs/iris-1/model.safetensors";
  let ended: Ended;
  beforeAll(async () => {
    ended = await thalweg(["--data", IRIS, "--target", "species", "--epochs", "60"], folder);
  }, 60_000);

  it("prints each column's role, the task with its reason, and the baselines", () => {
    expect(ended).toMatchObject({ code: 0, err: "" });
    expect(ended.out).toMatch(/^ {2}petal width {3}number +- {2}standardised$/m);
    expect(ended.out).toMatch(/^ {2}species +target +- {2}classification: 3 classes/m);
    expect(ended.out).toContain(
      'classification, because "species" holds text with 3 different values',
    );
    expect(ended.out).toMatch(/0\.\d{3} {2}a linear model/);
    expect(ended.out).toMatch(/0\.333 {2}always "setosa"/);
    expect(Number(/test accuracy (\d\.\d+)/.exec(ended.out)![1])).toBeGreaterThanOrEqual(0.85);
  });

  it("writes predictions in a new process, equal for reordered columns", async () => {
    const rows = rowsOf(IRIS);
    write(
      join(folder, "reordered.csv"),
      rows
        .map(([a, b, c, d]) => [d!, "7", b!, a!, c!])
        .map((r, i) =>
          i === 0 ? ["petal width", "extra", "sepal width", "sepal length", "petal length"] : r,
        ),
    );
    const first = await thalweg(["predict", IRIS, "--model", model, "--out", "first.csv"], folder);
    const second = await thalweg(
      ["--predict", "reordered.csv", "--model", model, "--out", "second.csv"],
      folder,
    );
    expect(first.out).toMatch(
      /^accuracy 0\.9\d\d on the 150 rows that have "species"\n150 rows with predictions written to first\.csv\n$/,
    );
    expect(second.out).toContain("not known to the model, ignored: extra");
    const [a, b] = [rowsOf(join(folder, "first.csv")), rowsOf(join(folder, "second.csv"))];
    expect(a[0]!.slice(-2)).toEqual(["predicted species", "probability"]);
    expect(a.map((row) => row.slice(-2))).toEqual(b.map((row) => row.slice(-2)));
    expect(a).toHaveLength(151);
  });

  it("shows the first rows where no file is asked for, and how to keep them", async () => {
    const { out } = await thalweg(["predict", IRIS, "--model", model], folder);
    expect(out).toContain("... and 140 more rows");
    expect(out).toContain("--out predictions.csv");
  });

  it("names a column that is missing", async () => {
    write(
      join(folder, "short.csv"),
      rowsOf(IRIS).map((row) => row.slice(1)),
    );
    const { code, err } = await thalweg(["predict", "short.csv", "--model", model], folder);
    expect(code).toBe(1);
    expect(err).toContain('must have a column "sepal length"');
  });
});

describe("thalweg --data on a price", () => {
  const folder = freshFolder();
  const towns = ["north", "south", "east"];
  const rows = Array.from({ length: 200 }, (_, i) => {
    const size = 40 + ((i * 37) % 101);
    const price = size * 3 + (i % 3) * 50 + ((i * 13) % 7) / 2;
    return [String(1000 + i), String(size), i % 10 === 0 ? "" : towns[i % 3]!, String(price)];
  });
  let ended: Ended;
  beforeAll(async () => {
    write(join(folder, "house.csv"), [["id", "size", "town", "price"], ...rows]);
    ended = await thalweg(["--data", "house.csv", "--target", "price", "--epochs", "80"], folder);
  }, 60_000);

  it("drops the id, flags gaps, and explains most of the price", () => {
    expect(ended).toMatchObject({ code: 0, err: "" });
    expect(ended.out).toMatch(/^ {2}id +id-like, dropped/m);
    expect(ended.out).toMatch(/^ {2}town +category +20 /m);
    expect(Number(/R² (-?\d\.\d+)/.exec(ended.out)![1])).toBeGreaterThan(0.8);
    expect(ended.out).toMatch(/always the mean/);
  });

  it("writes a well formed report with the predicted over the true prices", () => {
    const page = readFileSync(join(folder, "runs/house-1/report.html"), "utf8");
    expect(tagFault(page)).toBe("");
    expect(page).toContain("Predicted and true price");
    expect(page).not.toMatch(/https?:|src=|href=/i);
  });

  it("predicts in the price's unit and tells of a town it has never seen", async () => {
    write(join(folder, "new.csv"), [
      ["town", "size"],
      ["west", "100"],
      ["north", "100"],
    ]);
    const { out, code } = await thalweg(
      ["predict", "new.csv", "--model", "runs/house-1/model.safetensors", "--out", "p.csv"],
      folder,
    );
    expect(code).toBe(0);
    expect(out).toContain('town: "west" (1) never seen in training');
    const [head, ...predicted] = rowsOf(join(folder, "p.csv"));
    expect(head).toEqual(["town", "size", "predicted price"]);
    for (const row of predicted) expect(Math.abs(Number(row[2]) - 300)).toBeLessThan(120);
  });
});
