import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Ended, freshFolder, thalweg } from "./run.ts";
import { tagFault } from "./wellFormed.ts";

describe("thalweg without options", () => {
  const folder = freshFolder();
  let ended: Ended;
  let page = "";
  beforeAll(async () => {
    ended = await thalweg([], folder);
    page = existsSync(join(folder, "runs"))
      ? readFileSync(join(folder, "runs/digits-1/report.html"), "utf8")
      : "";
  }, 60_000);

  it("ends well and prints nothing to standard error", () => {
    expect(ended).toMatchObject({ code: 0, err: "" });
  });

  it("reads at least 0.96 of the test digits and says which split they are from", () => {
    const [, accuracy] =
      /^test accuracy (0\.\d{3}) {2}on 359 rows of split seed 7, training seed 1$/m.exec(
        ended.out,
      ) ?? [];
    expect(Number(accuracy)).toBeGreaterThanOrEqual(0.96);
  });

  it("prints plain lines of epochs where there is no terminal", () => {
    expect(ended.out).toMatch(
      /^ {2}epoch {2}1\/30 {3}loss [\d.]+ {3}accuracy 0\.\d+ .*samples\/s {3}\S+ m?s left$/m,
    );
    for (const control of ["\u001b", "\r"]) expect(ended.out).not.toContain(control);
  });

  it("saves one model and one report, and names both", () => {
    expect(readdirSync(join(folder, "runs/digits-1")).sort()).toEqual([
      "model.safetensors",
      "report.html",
    ]);
    expect(ended.out).toContain("runs/digits-1/model.safetensors");
    expect(ended.out).toContain("runs/digits-1/report.html");
  });

  it("ends with three commands to try", () => {
    expect(ended.out.split("Next\n")[1]!.match(/npx thalweg/g)).toHaveLength(3);
  });

  it("writes a report that is well formed and refers to nothing outside", () => {
    expect(tagFault(page)).toBe("");
    expect(page).not.toMatch(/https?:|src=|href=|@import|url\(/i);
  });

  it("writes curves, the confusion matrix, misread digits, layers and memory into the report", () => {
    for (const text of [
      "Loss over epochs",
      "Accuracy over epochs",
      "Confusion matrix",
      "Wrongly read",
      "8,970",
      "work space",
    ]) {
      expect(page).toContain(text);
    }
    expect(page.match(/class="(right|wrong)"/g)!.length).toBeGreaterThan(9);
  });

  it("gives the same figure for the same seed, and a new folder", async () => {
    const again = await thalweg([], folder);
    const figure = (text: string): string => /test accuracy .*/.exec(text)![0];
    expect(figure(again.out)).toBe(figure(ended.out));
    expect(readdirSync(join(folder, "runs")).sort()).toEqual(["digits-1", "digits-2"]);
  });
});

describe("thalweg --quiet", () => {
  it("prints the result only", async () => {
    const folder = freshFolder();
    const { out, code } = await thalweg(
      ["-q", "--epochs", "2", "--layers", "16", "--out", "here"],
      folder,
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^test accuracy 0\.\d{3} {2}on .*\n$/);
    expect(readdirSync(join(folder, "here")).sort()).toEqual(["model.safetensors", "report.html"]);
  });
});
