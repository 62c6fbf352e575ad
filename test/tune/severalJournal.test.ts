import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { nsga2Sampler } from "../../src/tune/samplers/nsga2.ts";
import { categorical, float } from "../../src/tune/space/distribution.ts";
import { journalStorage } from "../../src/tune/storage/journal.ts";
import { type Study, createStudy } from "../../src/tune/study.ts";
import type { Trial } from "../../src/tune/trial.ts";
import { OPTUNA_FILE, pythonWith, runOptuna, severalPrologue, severalShown } from "./optuna.ts";

const folder = mkdtempSync(join(tmpdir(), "several-"));
afterAll(() => rmSync(folder, { recursive: true }));

const open = (path: string): Study<readonly [number, number]> =>
  createStudy({
    directions: ["minimize", "maximize"],
    storage: journalStorage(path),
    sampler: nsga2Sampler({ population: 6 }),
    seed: 1,
  });

/** What Optuna's program computes. */
function objective(trial: Trial): [number, number] {
  const x = trial.suggestFloat("x", 0, 1);
  const y = trial.suggestCategorical("kind", ["a", "b"]) === "b" ? trial.suggestInt("y", 0, 20) : 0;
  return trial.number === 4 ? [NaN, 0] : [x + y / 20, 1 - x + y];
}

test("records of several values are those of Optuna's journal", () => {
  const path = join(folder, "records.log");
  const space = { x: float(0, 1), kind: categorical(["a", "b"]) };
  const study = open(path);
  study.tell(study.ask(space), [0.5, 2]);
  study.add({ x: 0.25, kind: "b" }, space, [1, 2]);
  const lines = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({ op_code: 0, directions: [1, 2] });
  expect(lines.find((l) => l.op_code === 6)).toMatchObject({ state: 1, values: [0.5, 2] });
  expect(lines.at(-1)).toMatchObject({ op_code: 4, state: 1, value: null, values: [1, 2] });
  expect(open(path).trials).toEqual(study.trials);
  expect(() => createStudy({ storage: journalStorage(path) })).toThrow("to minimize, maximize");
});

test("a study in a file goes on as if it had never stopped", async () => {
  const whole = open(join(folder, "whole.log"));
  await whole.optimize(objective, { trials: 40 });
  const path = join(folder, "parts.log");
  for (const trials of [13, 6, 21]) await open(path).optimize(objective, { trials });
  expect(severalShown(open(path))).toEqual(severalShown(whole));
});

const python = pythonWith("optuna");
if (!python)
  console.warn("NOT TESTED: journals of several objectives beside Optuna (python3-optuna)");
const withOptuna = test.skipIf(!python);
const optuna = (path: string, code: string): unknown =>
  runOptuna(python!, `${severalPrologue(OPTUNA_FILE)}\n${code}`, [path]);

withOptuna(
  "a study of two objectives that was begun here goes on in Optuna, its generations too, and comes back",
  async () => {
    const path = join(folder, "here.log");
    await open(path).optimize(objective, { trials: 9 });
    const study = open(path);
    study.add({ x: 0.5, kind: "a" }, { x: float(0, 1), kind: categorical(["a", "b"]) }, [0.5, 0.5]);
    const seen = optuna(path, "run(8)\nshow()");
    expect(severalShown(open(path))).toEqual(seen);
    const generations = open(path).trials.map((t) => t.system["nsga2:generation"]);
    // Six to a generation; the fifth trial failed, the tenth was added. Optuna goes on in the generation that we began.
    expect(generations.slice(7)).toEqual([1, 1, undefined, 1, 1, 1, 1, 2, 2, 2, 2]);
    await open(path).optimize(objective, { trials: 5 });
    const back = open(path);
    expect(optuna(path, "show()")).toEqual(severalShown(back));
    expect(back.trials.slice(18).map((t) => t.system["nsga2:generation"])).toEqual([2, 2, 3, 3, 3]);
    // Parents that Optuna chose the trials of are ours as well.
    const parents = back.trials.slice(18).flatMap((t) => t.system["nsga2:parents"] as number[]);
    expect(parents.some((p) => p > 9 && p < 18)).toBe(true);
  },
  60_000,
);

withOptuna(
  "a study of two objectives that was begun in Optuna goes on here",
  async () => {
    const path = join(folder, "there.log");
    const seen = optuna(path, "run(8)\nshow()");
    expect(severalShown(open(path))).toEqual(seen);
    await open(path).optimize(objective, { trials: 6 });
    expect(optuna(path, "show()")).toEqual(severalShown(open(path)));
    expect(open(path).trials.at(-1)!.system["nsga2:generation"]).toBe(2);
  },
  60_000,
);
