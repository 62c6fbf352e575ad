import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { categorical, float } from "../../src/tune/space/distribution.ts";
import { journalStorage } from "../../src/tune/storage/journal.ts";
import { createStudy } from "../../src/tune/study.ts";
import { importance, surrogateOf } from "../../src/tune/surrogate.ts";
import { tuneReportHtml } from "../../src/cli/tune/report.ts";
import { IRIS, freshFolder, thalweg } from "./run.ts";
import { tagFault } from "./wellFormed.ts";

const folder = freshFolder();
const args = ["tune", "--data", IRIS, "--target", "species", "--folds", "2", "--epochs", "3"];

test("thalweg tune looks wide, narrows, tests once, and keeps model, journal and report", async () => {
  const run = await thalweg([...args, "--trials", "10", "--out", "first"], folder);
  expect(run.err).toBe("");
  expect(run.code).toBe(0);
  expect(run.out).toMatch(/10\/10 /);
  expect(run.out).toMatch(/rate: .* becomes float .*, log; the best 3 lie in /);
  expect(run.out).toMatch(/initializer: .*; the best 3 have /);
  expect(run.out).toContain("decay: 0.1 becomes float 0.01 to 1, log");
  expect(run.out).toMatch(/the mean of 5 networks of the best parameters/);
  expect(run.out).toMatch(/test accuracy 0\.\d+ \(95 %: /);
  expect(run.out).toContain("of a network that was not tuned");
  const page = readFileSync(join(folder, "first/report.html"), "utf8");
  expect(tagFault(page)).toBe("");
  expect(page).toContain("Importance");
  const predicted = await thalweg(["predict", IRIS, "--model", "first/model.safetensors"], folder);
  expect(predicted.code).toBe(0);
}, 120_000);

test("a journal that is there is continued, to what one run gives, whatever the number of jobs", async () => {
  const journal = (name: string): string[] => ["--journal", join(folder, name), "-q"];
  await thalweg(
    [...args, "--trials", "6", "--jobs", "1", "--out", "a", ...journal("whole.log")],
    folder,
  );
  const trials = (name: string): unknown[] =>
    readFileSync(join(folder, name), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter((op) => op.op_code === 5 || op.op_code === 7)
      .map((op) => [
        op.trial_id,
        op.param_name ?? op.step,
        op.param_value_internal ?? op.intermediate_value,
      ])
      // Threads write as they come: by trial, in each trial's own order.
      .sort(([a], [b]) => a - b);
  const before = trials("whole.log");
  const again = await thalweg(
    [...args, "--trials", "6", "--out", "b", ...journal("whole.log")],
    folder,
  );
  expect(again.code).toBe(0);
  expect(trials("whole.log")).toEqual(before);
  await thalweg(
    [...args, "--trials", "6", "--jobs", "3", "--out", "c", ...journal("other.log")],
    folder,
  );
  expect(trials("other.log")).toEqual(before);
  expect(existsSync(join(folder, "c/model.safetensors"))).toBe(true);
}, 120_000);

test("a process that is killed loses its running trial alone, and another one runs it again", async () => {
  const path = join(folder, "killed.log");
  const library = new URL("../../dist/index.js", import.meta.url).href;
  const script = `
    import { tune } from ${JSON.stringify(library)};
    const study = tune.createStudy({ storage: tune.journalStorage(${JSON.stringify(path)}) });
    await study.optimize({ x: tune.float(0, 1) }, async ({ x }, trial) => {
      if (trial.number === 5) {
        console.log("hanging");
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      }
      return x;
    }, { trials: 9 });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const ended = new Promise((resolve) => child.once("close", (_, signal) => resolve(signal)));
  child.kill("SIGKILL");
  expect(await ended).toBe("SIGKILL");
  const study = createStudy({ storage: journalStorage(path) });
  const states = (): string[] => study.trials.map((t) => t.state);
  expect(states()).toEqual([...new Array<string>(5).fill("complete"), "running"]);
  await study.optimize({ x: float(0, 1) }, ({ x }) => x, {
    trials: 1,
    heartbeat: { interval: 20, grace: 0 },
  });
  expect(states().slice(5)).toEqual(["fail", "complete"]);
  expect(study.trials[6]!.params).toEqual(study.trials[5]!.params);
}, 60_000);

test("what is missing is told", async () => {
  expect((await thalweg(["tune"], folder)).err).toContain("--data must name a table");
  const short = await thalweg(["tune", "--data", IRIS, "--target", "kind"], folder);
  expect(short.err).toContain('--target: must be a column of iris.csv, got "kind"');
});

test("the report has every chart, for choices and logarithmic scales alike, and escapes names", async () => {
  const study = createStudy({ name: "<b>", seed: 1, direction: "maximize" });
  const space = {
    rate: float(1e-4, 1, { log: true }),
    kind: categorical(["a<b", "c"]),
    part: float(0, 1),
  };
  await study.optimize(
    space,
    ({ rate, kind }, trial) => {
      const value = -((Math.log10(rate) + 2) ** 2) - (kind === "c" ? 1 : 0);
      trial.report(value - 1, 0);
      trial.report(value, 1);
      return value;
    },
    { trials: 25 },
  );
  const shares = importance(study);
  expect(shares["rate"]!).toBeGreaterThan(shares["part"]!);
  expect(Object.values(shares).reduce((a, b) => a + b)).toBeCloseTo(1, 9);
  const best = surrogateOf(study).value({ rate: 0.01, kind: 0, part: 0.5 });
  expect(best).toBeGreaterThan(surrogateOf(study).value({ rate: 1, kind: 1, part: 0.5 }));
  const page = tuneReportHtml({
    title: "t",
    studies: [study, createStudy({ name: "empty" })].map((each) => ({
      study: each,
      measures: ["score"],
      sampler: each.sampler.name,
    })),
    lines: ["line"],
    command: "c",
  });
  expect(tagFault(page)).toBe("");
  for (const title of [
    "History",
    "Reports on the way",
    "Importance",
    "Parameters of each trial",
    "score over rate",
    "Expected over",
  ]) {
    expect(page).toContain(`<h3>${title}`);
  }
  expect(page).not.toContain("a<b");
  expect(page).not.toMatch(/NaN|undefined/);
});
