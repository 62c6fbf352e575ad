import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { gridSampler } from "../../src/tune/samplers/grid.ts";
import { randomSampler } from "../../src/tune/samplers/random.ts";
import { float } from "../../src/tune/space/distribution.ts";
import { journalStorage } from "../../src/tune/storage/journal.ts";
import { memoryStorage } from "../../src/tune/storage/memory.ts";
import { parsePythonJson, pythonJson } from "../../src/tune/storage/pythonJson.ts";
import { TrialPruned } from "../../src/tune/pruned.ts";
import { type Study, createStudy } from "../../src/tune/study.ts";
import { Heartbeat } from "../../src/tune/heartbeat.ts";
import type { Storage } from "../../src/tune/storage/storage.ts";
import { isFinished } from "../../src/tune/trialRecord.ts";
import { killedAgainAndAgain } from "./killed.ts";
import {
  OPTUNA_FILE,
  comesFromOptuna,
  goesOnInOptuna,
  prologue,
  pythonWith,
  runOptuna,
  space,
} from "./optuna.ts";

const folder = mkdtempSync(join(tmpdir(), "journal-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `${files++}.log`);

function open(path: string, seed: number = 1): Study {
  return createStudy({ storage: journalStorage(path), sampler: randomSampler(), seed });
}

test("a study in a file is the same when it is opened again", async () => {
  const path = newFile();
  const first = open(path);
  await first.optimize(
    space,
    ({ rate }, trial) => {
      trial.report(rate, 3);
      trial.note("why", { list: [1, "x"] });
      return rate;
    },
    { trials: 4 },
  );
  first.enqueue({ units: 16 });
  const second = open(path);
  expect(second.trials).toEqual(first.trials);
  expect(second.trials[0]!.intermediate.get(3)).toBe(second.trials[0]!.value);
  expect(existsSync(`${path}.lock`)).toBe(false);
  await second.optimize(space, ({ units }) => units, { trials: 1 });
  expect(second.trials[4]!.params["units"]).toBe(16);
});

test("records are those of Optuna's journal", async () => {
  const path = newFile();
  await open(path).optimize({ lr: float(1e-5, 0.1, { log: true }) }, () => 0.5, { trials: 1 });
  const lines = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map((l) => l.op_code)).toEqual([0, 4, 5, 6]);
  expect(lines[1].system_attrs.heartbeat).toBeCloseTo(Date.now(), -5);
  expect(lines[0]).toMatchObject({ study_name: "study", directions: [1] });
  expect(lines[1]).toMatchObject({ study_id: 0 });
  expect(lines[1].datetime_start).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
  expect(JSON.parse(lines[2].distribution)).toEqual({
    name: "FloatDistribution",
    attributes: { step: null, low: 1e-5, high: 0.1, log: true },
  });
  expect(lines[3]).toMatchObject({ trial_id: 0, state: 1, values: [0.5] });
});

test("two processes work on one study, and no trial is done twice", async () => {
  const path = newFile();
  const [a, b] = [open(path, 1), open(path, 2)];
  a.enqueue({ units: 8 });
  const [first, second] = [a.ask(space), b.ask(space)];
  expect([first.number, second.number]).toEqual([0, 1]);
  expect(first.params["units"]).toBe(8);
  a.tell(first, 1);
  b.tell(second, 2);
  a.storage.refresh();
  expect(a.trials).toEqual(b.trials);
});

test("half a line, left by a writer that was killed, harms nothing", () => {
  const path = newFile();
  open(path).tell(open(path).ask(space), 1);
  appendFileSync(path, '{"op_code":4,"worker_id":"x","stu');
  const study = open(path);
  expect(study.trials.length).toBe(1);
  study.tell(study.ask(space), 2);
  expect(open(path).trials.map((t) => t.value)).toEqual([1, 2]);
});

test("a lock that nobody holds any more is taken over, a fresh one waited for", () => {
  const path = newFile();
  open(path);
  writeFileSync(`${path}.lock`, "");
  const old = new Date(Date.now() - 60_000);
  utimesSync(`${path}.lock`, old, old);
  open(path).enqueue({ units: 8 });
  expect(open(path).trials.length).toBe(1);
});

test("what is no journal is told by its line", () => {
  const path = newFile();
  writeFileSync(path, "a,b\n1,2\n");
  expect(() => open(path)).toThrow("line 1 must be a record of a journal, got a,b");
});

test("numbers that Python writes and JSON has not are read", () => {
  const text = '{"a": NaN, "b": [-Infinity, Infinity, 1e5], "c": "NaN \\" Infinity"}';
  expect(parsePythonJson(text)).toEqual({
    a: NaN,
    b: [-Infinity, Infinity, 1e5],
    c: 'NaN " Infinity',
  });
  expect(() => parsePythonJson('{"a": NaNa}')).toThrow();
  const held = { a: NaN, b: [-Infinity, Infinity, 1], c: 'NaN "', d: null };
  expect(pythonJson(held)).toBe('{"a":NaN,"b":[-Infinity,Infinity,1],"c":"NaN \\"","d":null}');
  expect(parsePythonJson(pythonJson(held))).toEqual(held);
});

test("a trial whose process is gone is found by its heartbeat and run again", async () => {
  const path = newFile();
  const lost = open(path);
  const trial = lost.ask(space);
  lost.change(trial.number, { op_code: 9, system_attr: { heartbeat: Date.now() - 200_000 } });
  const other = lost.ask(space); // no sign of life at all: not ours to end
  const study = open(path);
  await study.optimize(space, ({ rate }) => rate, { trials: 1 });
  expect(study.trials.map((t) => t.state)).toEqual(["fail", "running", "complete"]);
  expect(study.trials[2]!.params).toEqual(trial.params);
  expect(study.trials[2]!.system["failed_trial"]).toBe(0);
  expect(other.number).toBe(1);
});

test("a trial that is lost in its first moment is found as well: new ones, and those that waited", async () => {
  const path = newFile();
  const lost = open(path);
  lost.enqueue({ units: 16 });
  // As `optimize` asks, and is killed before it does anything else.
  const [waited, made] = [lost.ask(null, { beats: true }), lost.ask(null, { beats: true })];
  const own = lost.ask(null); // in a loop of one's own, which gives no signs
  const study = open(path);
  await study.optimize(space, ({ rate }) => rate, {
    trials: 2,
    heartbeat: { interval: 1, grace: 0 },
  });
  expect([waited.number, made.number, own.number]).toEqual([0, 1, 2]);
  expect(study.trials.map((t) => t.state)).toEqual([
    "fail",
    "fail",
    "running",
    "complete",
    "complete",
  ]);
  expect(study.trials[3]!.params["units"]).toBe(16);
});

test("a trial that is lost ends and is enqueued again in one write, by one process alone", () => {
  const path = newFile();
  const lost = open(path);
  lost.ask(space, { beats: true });
  lost.ask(space, { beats: true });
  const [one, other] = [journalStorage(path), journalStorage(path)];
  const study = (storage: Storage): Study => createStudy({ storage, sampler: randomSampler() });
  const first = new Heartbeat(study(one), 60, 0);
  let writes = 0;
  const second = new Heartbeat(
    study({
      ...other,
      append: () => {
        throw new Error("the end and the new trial must not be two writes");
      },
      appendIfCurrent: (operations) => {
        // The first process is faster, by a moment.
        if (writes++ === 0) first.retryLost();
        return other.appendIfCurrent(operations);
      },
    }),
    60,
    0,
  );
  second.retryLost();
  for (const heartbeat of [first, second]) heartbeat.close();
  expect(writes).toBe(1);
  const { trials } = open(path);
  expect(trials.map((t) => t.state)).toEqual(["fail", "fail", "waiting", "waiting"]);
  expect(trials.slice(2).map((t) => t.system["failed_trial"])).toEqual([0, 1]);
});

test("a process that was held up, whose trial another one runs again, goes on", async () => {
  const path = newFile();
  const slow = open(path);
  let runs = 0;
  const told: string[] = [];
  await slow.optimize(
    space,
    async ({ rate }) => {
      if (runs++ > 0) return rate;
      // Nothing comes of this process meanwhile; the other one has no patience.
      const other = open(path);
      const heartbeat = { interval: 60, grace: 0 };
      await other.optimize(space, ({ units }) => units, { trials: 1, heartbeat });
      return rate;
    },
    { trials: 2, onTrial: ({ state }) => void told.push(state) },
  );
  expect(slow.trials.map((t) => t.state)).toEqual(["fail", "complete", "complete"]);
  expect(told).toEqual(["fail", "complete"]);
});

test("a sign of life that cannot be written ends nothing", async () => {
  const storage = memoryStorage();
  let missed = 0;
  const study = createStudy({
    storage: {
      ...storage,
      append: (operations) => {
        if (operations[0]!.system_attr?.["heartbeat"] !== undefined) {
          missed++;
          throw new Error("the storage is away");
        }
        storage.append(operations);
      },
    },
  });
  const objective = async (): Promise<number> => {
    while (missed < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    return 1;
  };
  const heartbeat = { interval: 0.01, grace: 60 };
  await study.optimize(objective, { trials: 1, heartbeat });
  expect(study.trials.map((t) => t.state)).toEqual(["complete"]);
});

const python = pythonWith("optuna");
if (!python) console.warn("skipped: tests against Optuna, which is not installed (python3-optuna)");
const withOptuna = python ? test : test.skip;

const optuna = (path: string, code: string): unknown =>
  runOptuna(python!, `${prologue(OPTUNA_FILE)}\n${code}`, [path]);

withOptuna(
  "a study that was begun here goes on in Optuna, and comes back",
  async () => {
    const path = newFile();
    await goesOnInOptuna(
      async () => open(path),
      (code) => optuna(path, code),
      TrialPruned,
    );
  },
  180_000,
);

withOptuna(
  "a study that was begun in Optuna goes on here",
  async () => {
    const path = newFile();
    await comesFromOptuna(
      async () => open(path),
      (code) => optuna(path, code),
    );
  },
  180_000,
);

withOptuna(
  "both write at a time, and nothing is lost",
  async () => {
    const path = newFile();
    const study = open(path);
    const child = spawn(python!, ["-c", `${prologue(OPTUNA_FILE)}\nrun(25)`, path]);
    let said = "";
    child.stderr.on("data", (text) => (said += text));
    const ended = new Promise((resolve) => child.on("close", resolve));
    await study.optimize(
      space,
      async ({ rate }) => {
        await new Promise((resolve) => setTimeout(resolve, 40));
        return rate;
      },
      { trials: 25 },
    );
    expect(await ended, said).toBe(0);
    const final = open(path);
    expect(final.trials.length).toBe(50);
    expect(final.trials.every(isFinished)).toBe(true);
    expect(final.trials.filter((t) => t.notes["by"] === "optuna").length).toBe(25);
  },
  180_000,
);

test("a grid in a file goes on after the process was killed", async () => {
  const path = newFile();
  const grid = (): Study =>
    createStudy({ storage: journalStorage(path), sampler: gridSampler({ x: [1, 2, 3, 4] }) });
  await grid().optimize((t) => t.suggestInt("x", 1, 4), { trials: 2 });
  await grid().optimize((t) => t.suggestInt("x", 1, 4));
  expect(grid().trials.map((t) => t.value)).toEqual([1, 2, 3, 4]);
});

test("a study that is killed again and again loses its running trials alone, which are run again", async () => {
  const path = newFile();
  await killedAgainAndAgain(path, async () => open(path));
}, 180_000);
