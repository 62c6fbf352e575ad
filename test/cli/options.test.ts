import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { OPTIONS } from "../../src/cli/options.ts";
import { parseCommand } from "../../src/cli/parseCommand.ts";
import { IRIS, freshFolder, thalweg } from "./run.ts";

const folder = freshFolder();
writeFileSync(join(folder, "few.csv"), "a,b\n1,2\n2,3\n");
writeFileSync(
  join(folder, "sizes.csv"),
  `x,size\n${Array.from({ length: 60 }, (_, i) => `${i / 7},${i % 15}`).join("\n")}\n`,
);

describe("parseCommand()", () => {
  it("reads the subcommand, options in both forms, and files", () => {
    expect(
      parseCommand(
        ["predict", "new.csv", "--model=m.safetensors", "--out", "p.csv", "-q"],
        ["train", "predict"],
      ),
    ).toEqual({
      command: "predict",
      options: { model: "m.safetensors", out: "p.csv", quiet: "yes" },
      positionals: ["new.csv"],
    });
  });

  it("takes a file named like no command as a file", () => {
    expect(parseCommand(["data.csv"], ["train"])).toMatchObject({
      command: null,
      positionals: ["data.csv"],
    });
  });

  it("takes a negative number as a value", () => {
    expect(parseCommand(["--seed", "-1"], []).options).toEqual({ seed: "-1" });
  });
});

describe("--help", () => {
  it("names every option and a file in an example", async () => {
    const { out, code } = await thalweg(["--help"], folder);
    expect(code).toBe(0);
    for (const name of Object.keys(OPTIONS)) expect(out).toContain(`--${name}`);
    expect(out).toContain("thalweg --data house.csv --target price");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it("has no colors where there is no terminal, and has them where they are forced", async () => {
    expect((await thalweg(["--help"], folder)).out).not.toContain("\u001b");
    expect((await thalweg(["--help"], folder, { FORCE_COLOR: "1" })).out).toContain("\u001b");
    expect(
      (await thalweg(["--help"], folder, { FORCE_COLOR: "1", NO_COLOR: "1" })).out,
    ).not.toContain("\u001b");
  });

  it("prints the version for --version", async () => {
    expect((await thalweg(["--version"], folder)).out).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });
});

describe("a mistake on the command line", () => {
  const cases: [readonly string[], string][] = [
    [["--epoch", "5"], "--epoch: unknown option; did you mean --epochs?"],
    [["--lr", "0.1"], "--lr: unknown option; did you mean --learning-rate?"],
    [["--batch_size", "5"], "--batch_size: unknown option; did you mean --batch-size?"],
    [["--xyzzy"], "--xyzzy: unknown option; see --help"],
    [["--epochs"], "--epochs: must have a value, got nothing; write --epochs N"],
    [["--epochs", "--quiet"], '--epochs: must have a value, got "--quiet"; write --epochs N'],
    [["--epochs", "0"], '--epochs: must be a whole number >= 1, got "0"'],
    [["--learning-rate", "fast"], '--learning-rate: must be a number > 0, got "fast"'],
    [["--dropout", "1"], '--dropout: must lie in [0, 1), got "1"'],
    [
      ["--layers", "64,,2"],
      '--layers: must be whole numbers >= 1 with commas between, such as 64,32, or 0 for none, got "64,,2"',
    ],
    [["--seed", "-1"], '--seed: must be a whole number >= 0, got "-1"'],
    [["--optimizer", "adm"], '--optimizer: unknown name "adm"; did you mean "adam"?'],
    [["--quiet=1"], '--quiet: takes no value, got "1"'],
    [["--target", "x"], "--target: needs a table, got none; add --data FILE.csv"],
    [["--data", "none.csv", "--target", "x"], "none.csv: no such file"],
    [
      ["--data", IRIS],
      "--target: must name the column to predict, got nothing; iris.csv has sepal length, sepal width, petal length, petal width, species",
    ],
    [
      ["--data", IRIS, "--target", "specie"],
      '--target: must be a column of iris.csv, got "specie"; did you mean "species"?',
    ],
    [
      ["--data", IRIS, "--target", "species", "--separator", "ab"],
      '--separator: must be one character or "tab", got "ab"',
    ],
    [
      ["--data", IRIS, "--target", "species", "--test-size", "0.99"],
      "--test-size: must leave at least 6 of 150 rows to learn from, got 3; take a smaller share",
    ],
    [
      ["--data", "few.csv", "--target", "b"],
      "few.csv: must have at least 5 rows with a target, got 2",
    ],
    [
      ["--idx", "nowhere"],
      '--idx: must be a folder with MNIST\'s four files, got "nowhere", which is no folder',
    ],
    [
      ["predict", IRIS],
      "--model: must name the saved model to predict with, got nothing; such as --model runs/iris-1/model.safetensors",
    ],
    [
      ["predict", "--model", "m"],
      "predict: must be given a table, got nothing; write thalweg predict NEW.csv --model FILE",
    ],
    [
      ["house.csv"],
      "house.csv: no such command, and train takes options only; write npx thalweg --data house.csv --target COLUMN",
    ],
    [
      ["--out", "few.csv"],
      '--out: must be a folder for the model and the report, got the file "few.csv"',
    ],
  ];
  it.for(cases)("%j is one clear line and exit code 1", async ([args, line]) => {
    expect(await thalweg(args, folder)).toEqual({ code: 1, out: "", err: `error  ${line}\n` });
  });

  it("leaves no folder behind when training fails", async () => {
    const own = freshFolder();
    const { code, err } = await thalweg(["--optimizer", "sgd", "--learning-rate", "1e30"], own);
    expect(code).toBe(1);
    expect(err).toMatch(/^error {2}fit: the loss is .*\n$/);
    expect(readdirSync(join(own, "runs"))).toEqual([]);
  });

  it("has a stack under THALWEG_DEBUG only", async () => {
    expect((await thalweg(["--epoch", "5"], folder, { THALWEG_DEBUG: "1" })).err).toContain(
      "\n    at ",
    );
  });

  it("tells users of npm start about the double dash", async () => {
    const { err } = await thalweg(["train", "5"], folder, { npm_lifecycle_event: "start" });
    expect(err).toContain("npm start -- --epochs 5");
  });
});

describe("a target that could mean either task", () => {
  const args = ["--data", "sizes.csv", "--target", "size", "--epochs", "2"];

  it("asks for --task", async () => {
    const { code, err } = await thalweg(args, folder);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^error {2}--task: must be said for sizes\.csv, as .*; add --task regression or --task classification\n$/,
    );
  });

  it("takes either answer", async () => {
    expect((await thalweg([...args, "--task", "regression"], folder)).out).toMatch(/^test RMSE /m);
    expect((await thalweg([...args, "--task", "classification"], folder)).out).toMatch(
      /^test accuracy /m,
    );
  });
});
