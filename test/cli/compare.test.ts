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

test("compare names an optimizer that it does not know", async () => {
  const { code, err } = await thalweg(["compare", "--optimizer", "adam,adum"], freshFolder());
  expect(code).toBe(1);
  expect(err).toContain('--optimizer: must name optimizers with commas between, got "adum"');
}, 60_000);
