import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { IRIS, freshFolder, thalweg } from "./run.ts";
import { tagFault } from "./wellFormed.ts";

test("compare races optimizers from equal weights and writes one page", async () => {
  const cwd = freshFolder();
  const { code, out, err } = await thalweg(
    [
      "compare",
      "--data",
      IRIS,
      "--target",
      "species",
      "--epochs",
      "3",
      "--optimizer",
      "adam,sgd,lion",
    ],
    cwd,
  );
  expect(err).toBe("");
  expect(code).toBe(0);
  expect(out).toMatch(/(adam|sgd|lion) has the lowest validation loss/);
  const page = readFileSync(join(cwd, "runs/iris-compare-1/compare.html"), "utf8");
  expect(tagFault(page)).toBe("");
  expect(page).not.toContain("NaN");
  for (const name of ["adam", "sgd", "lion"]) expect(page).toContain(`Validation loss of ${name}"`);
}, 60_000);

test("compare finds each optimizer's rate unless told otherwise, and ftrl learns with it", async () => {
  const cwd = freshFolder();
  const run = async (...more: string[]): Promise<string> => {
    const common = [
      "--data",
      IRIS,
      "--target",
      "species",
      "--epochs",
      "10",
      "--optimizer",
      "ftrl,sgd",
    ];
    const { code, out, err } = await thalweg(["compare", ...common, ...more], cwd);
    expect([code, err]).toEqual([0, ""]);
    return out;
  };
  const lowest = (out: string, name: string): number =>
    Number(new RegExp(`^ +${name} +validation loss ([0-9.]+)`, "m").exec(out)![1]);
  const defaults = await run("--learning-rate", "default");
  expect(defaults).toContain("each with its own default rate");
  const searched = await run();
  expect(searched).toContain(
    "each with the best of a few rates around its default (2 epochs each)",
  );
  expect(searched).toMatch(/ftrl +[0-9.]+ +x 10+ /);
  // At its default rate it stays at the loss of three equal guesses.
  expect(lowest(defaults, "ftrl")).toBeGreaterThan(1);
  expect(lowest(searched, "ftrl")).toBeLessThan(0.7 * lowest(defaults, "ftrl"));
  expect(lowest(searched, "sgd")).toBeLessThanOrEqual(lowest(defaults, "sgd"));
  const page = readFileSync(join(cwd, "runs/iris-compare-2/compare.html"), "utf8");
  expect(page).toContain("Ftrl is made for sparse linear models");
}, 120_000);

test("compare names an optimizer that it does not know", async () => {
  const { code, err } = await thalweg(["compare", "--optimizer", "adam,adum"], freshFolder());
  expect(code).toBe(1);
  expect(err).toContain('--optimizer: must name optimizers with commas between, got "adum"');
}, 60_000);
