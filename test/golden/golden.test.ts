import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { type Outcome, outcomeOf } from "./check.ts";
import { goldenChecks } from "./checks.ts";
import { report } from "./report.ts";

const folder = process.env["GOLDEN"] ?? fileURLToPath(new URL("data", import.meta.url));
const data = ["../../data", "../data"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
const checks = goldenChecks(folder, data).filter((c) => c.later === undefined);
const outcomes: Outcome[] = [];

describe.each([...new Set(checks.map((c) => c.file))])("%s", (file) => {
  const own = checks.filter((c) => c.file === file).map((c) => [`${c.group} ${c.id}`, c] as const);
  test.each(own)("%s is near enough", async (_, check) => {
    const outcome = await outcomeOf(check);
    outcomes.push(outcome);
    expect(outcome.state, outcome.message).toBe("passed");
  });
});

afterAll(() => console.log(report(outcomes).split("\n").at(-1)));
