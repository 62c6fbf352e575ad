import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { numbersAfter, runExample } from "./runExample.ts";

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("firstNet is the program of the README, and prints what the README says", async () => {
  const page = read("README.md");
  const fence = (language: string): string =>
    new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)![1]!;
  expect(read("examples/firstNet.mjs").replace(/^\/\/.*\n/, "")).toBe(fence("js"));
  expect(await runExample("firstNet.mjs")).toBe(fence("text"));
});

test("ownCsv learns the species, and the saved file alone names a new flower", async () => {
  const printed = await runExample("ownCsv.mjs");
  expect(numbersAfter(printed, "rows")).toEqual([120, 30]);
  expect(numbersAfter(printed, "test accuracy")[0]).toBeGreaterThanOrEqual(0.9);
  expect(printed).toContain("a new flower: setosa");
});

test("customLoss learns the quantile that it was asked for", async () => {
  const printed = await runExample("customLoss.mjs");
  for (const q of [0.1, 0.5, 0.9]) {
    const [share] = numbersAfter(printed, `quantile ${q}`);
    expect(Math.abs(share! - q), `share below the quantile ${q}`).toBeLessThanOrEqual(0.04);
  }
});

test("curveFit finds the parameters that its points were made with", async () => {
  const printed = await runExample("curveFit.mjs");
  for (const [name, value] of Object.entries({ a: 3, b: 1.5, c: 0.5 })) {
    expect(Math.abs(numbersAfter(printed, name)[0]! - value), name).toBeLessThanOrEqual(2e-3);
  }
});

test("physicsLoss solves its equation", async () => {
  const printed = await runExample("physicsLoss.mjs");
  expect(numbersAfter(printed, "largest error of the solution")[0]).toBeLessThanOrEqual(2e-3);
});

test("gan finds the clusters of a ring that its generator never sees", async () => {
  const printed = await runExample("gan.mjs");
  expect(numbersAfter(printed, "clusters found")[0]).toBeGreaterThanOrEqual(7);
  expect(numbersAfter(printed, "share of points in a cluster")[0]).toBeGreaterThanOrEqual(0.6);
});

test("policyGradient balances the pole", async () => {
  const printed = await runExample("policyGradient.mjs");
  expect(numbersAfter(printed, "mean steps of 50 episodes")[0]).toBeGreaterThanOrEqual(150);
});

test("autoencoder keeps most of a digit in 8 numbers", async () => {
  const printed = await runExample("autoencoder.mjs");
  expect(
    numbersAfter(printed, "share of the variance kept by 8 numbers")[0],
  ).toBeGreaterThanOrEqual(0.6);
});

test("sequence remembers two numbers over thirty steps", async () => {
  const printed = await runExample("sequence.mjs");
  const [baseline] = numbersAfter(printed, "mean squared error of always answering 1:");
  expect(baseline).toBeGreaterThan(0.15);
  expect(numbersAfter(printed, "mean squared error of the LSTM:")[0]).toBeLessThan(0.005);
}, 60_000);

test("customCell names the first of ten symbols", async () => {
  const printed = await runExample("customCell.mjs");
  const [accuracy] = numbersAfter(printed, "accuracy of a minimal gated unit:");
  expect(accuracy).toBeGreaterThanOrEqual(0.95);
}, 60_000);

test("charGpt learns the letters of a text in a few steps, and writes", async () => {
  const file = fileURLToPath(new URL("../../LICENSE", import.meta.url));
  const printed = await runExample("charGpt.mjs", file, "40");
  // All letters alike would give log 76 = 4.3.
  expect(numbersAfter(printed, "validation loss")[0]).toBeLessThan(3.3);
  expect(printed.slice(printed.indexOf("ROMEO:")).trimEnd().length).toBeGreaterThan(300);
}, 120_000);

test("the table of examples/README.md names every example", () => {
  const page = read("examples/README.md");
  for (const folder of ["", "seeds/"]) {
    const files = readdirSync(new URL(`../../examples/${folder}`, import.meta.url)).filter((f) =>
      f.endsWith(".mjs"),
    );
    for (const file of files) expect(page).toContain(`](${folder}${file})`);
  }
});
