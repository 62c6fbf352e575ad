import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { categorical, float } from "../../src/tune/space/distribution.ts";
import { randomSampler } from "../../src/tune/samplers/random.ts";
import { journalStorage } from "../../src/tune/storage/journal.ts";
import { createStudy } from "../../src/tune/study.ts";
import { freshFolder, thalweg } from "./run.ts";
import { tagFault } from "./wellFormed.ts";

const folder = freshFolder();
const space = { rate: float(1e-4, 1, { log: true }), kind: categorical(["a<b", "c"]) };

/** The dots of a chart, by its title: how many are of the front, and how many are not. */
function dots(page: string, title: string): [front: number, others: number] {
  const at = page.indexOf(title);
  const svg = page.slice(at, page.indexOf("</figure>", at));
  const count = (group: RegExp): number =>
    [...svg.matchAll(group)].reduce(
      (sum, [, inner]) => sum + inner!.split("<circle").length - 1,
      0,
    );
  return [
    count(/<g [^>]*?fill="var\(--train\)" aria-label="dot">(.*?)<\/g>/gs),
    count(/<g [^>]*?fill="var\(--soft\)" aria-label="dot">(.*?)<\/g>/gs),
  ];
}

test("thalweg report shows the front of two objectives, and what each of them depends on", async () => {
  const file = join(folder, "two.log");
  const study = createStudy({
    directions: ["minimize", "maximize"],
    storage: journalStorage(file),
    sampler: randomSampler(),
  });
  await study.optimize(
    space,
    ({ rate, kind }, trial) =>
      trial.number === 7 ? [NaN, 0] : [rate + (kind === "c" ? 0.1 : 0), Math.sqrt(rate)],
    { trials: 40 },
  );
  const front = study.paretoFront.length;
  const run = await thalweg(["report", "two.log", "--measure", "error,speed"], folder);
  expect(run.err).toBe("");
  expect(run.out).toContain(`study: 40 trials, ${front} on the front`);
  const page = readFileSync(join(folder, "two.log.html"), "utf8");
  expect(tagFault(page)).toBe("");
  expect(page.replace(/\s+/g, " ")).toContain("39 complete, 0 stopped early, 1 failed");
  for (const title of [
    "speed against error: the front",
    "How the front grew",
    "Parameters of each trial",
    "Importance for error",
    "Importance for speed",
    "error over rate",
    "speed over rate",
    "Trials of the front",
  ]) {
    expect(page).toContain(`<h3>${title}`);
  }
  expect(dots(page, "<h3>speed against error")).toEqual([front, 39 - front]);
  expect(page).toContain("error, less is better");
  expect(page).toContain("speed, more is better");
  expect(page).not.toContain("a<b");
  expect(page).not.toMatch(/NaN|undefined/);
});

test("of three objectives it shows each pair; of one what it shows for thalweg tune", async () => {
  const storage = journalStorage(join(folder, "more.log"));
  const three = createStudy({
    name: "three",
    directions: ["minimize", "maximize", "minimize"],
    storage,
    sampler: randomSampler(),
  });
  await three.optimize(space, ({ rate }) => [rate, Math.sqrt(rate), 1 / rate], { trials: 12 });
  createStudy({ name: "none", directions: ["minimize", "minimize"], storage });
  const one = createStudy({ name: "one", storage, sampler: randomSampler() });
  await one.optimize(space, ({ rate }) => rate, { trials: 12 });
  const run = await thalweg(["report", "more.log", "--out", "page.html"], folder);
  expect(run.err).toBe("");
  expect(run.out).toMatch(/one: 12 trials, best value [\d.e-]+ \(trial \d+\)/);
  const page = readFileSync(join(folder, "page.html"), "utf8");
  expect(tagFault(page)).toBe("");
  expect(page.match(/: the front<\/h3>/g)).toHaveLength(3);
  expect(page).toContain("<h3>History");
  expect(page).toContain("No trial is complete.");
  expect(page).not.toMatch(/NaN|undefined/);
  expect((await thalweg(["report", "more.log", "--measure", "a,b"], folder)).err).toContain(
    '--measure: must name 3 values with commas between, got "a,b"',
  );
});

test("what is no journal is told, and not made", async () => {
  expect((await thalweg(["report"], folder)).err).toContain("report: must have one journal");
  expect((await thalweg(["report", "absent.log"], folder)).err).toContain("got no file");
  expect(existsSync(join(folder, "absent.log"))).toBe(false);
  writeFileSync(join(folder, "empty.log"), "");
  expect((await thalweg(["report", "empty.log"], folder)).err).toContain("must hold a study");
  writeFileSync(join(folder, "table.csv"), "a,b\n1,2\n");
  expect((await thalweg(["report", "table.csv"], folder)).err).toContain("record of a journal");
});
