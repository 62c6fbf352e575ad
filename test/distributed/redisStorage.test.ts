import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type * as Distributed from "../../src/distributed/index.ts";
import type * as Tune from "../../src/tune/index.ts";
import type { AnyStudy, Study } from "../../src/tune/study.ts";
import type { Trial } from "../../src/tune/trial.ts";
import { isFinished } from "../../src/tune/trialRecord.ts";
import { journalProgram, killedAgainAndAgain } from "../tune/killed.ts";
import {
  OPTUNA_REDIS,
  comesFromOptuna,
  goesOnInOptuna,
  prologue,
  pythonWith,
  runOptuna,
  severalPrologue,
  severalShown,
  shown,
  space,
} from "../tune/optuna.ts";
import { Process, RedisServer, freePort, hasRedis } from "./redisServer.ts";

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const dist = here("../../dist/distributed/index.js");
const missing = !hasRedis
  ? "redis-server is not installed"
  : existsSync(dist)
    ? ""
    : "dist/ is not built (npm run build)";
if (missing !== "") console.warn(`NOT TESTED: studies in Redis; ${missing}`);

describe.skipIf(missing !== "")("a study in Redis", { timeout: 180_000 }, () => {
  let server: RedisServer;
  let thalweg: typeof Distributed;
  let tune: typeof Tune;
  const opened: Distributed.RedisStorage[] = [];

  beforeAll(async () => {
    server = await RedisServer.start();
    const imported = (path: string): Promise<unknown> => import(pathToFileURL(path).href);
    thalweg = (await imported(dist)) as typeof Distributed;
    ({ tune } = (await imported(here("../../dist/index.js"))) as { tune: typeof Tune });
  });

  afterAll(async () => {
    for (const storage of opened) await storage.close();
    await server?.stop();
  });

  /** The study, as another process would open it. */
  async function open(
    prefix: string,
    url: string = server.url,
    timeout: number = 10,
  ): Promise<Study> {
    const storage = await thalweg.redisStorage(url, { prefix, timeout });
    opened.push(storage);
    return tune.createStudy({ storage, sampler: tune.randomSampler(), seed: 1 });
  }

  const redis = (...command: readonly string[]): string =>
    execFileSync("redis-cli", ["-p", String(server.port), ...command], { encoding: "utf8" }).trim();

  /** The journal's records. */
  const records = (prefix: string): { op_code: number; [name: string]: unknown }[] =>
    Array.from({ length: Number(redis("get", `${prefix}:log_number`)) + 1 }, (_, i) =>
      JSON.parse(redis("get", `${prefix}:log:${i}`)),
    );

  test("keys and records are those of Optuna's JournalRedisStorage", async () => {
    const study = await open("keys");
    await study.optimize({ lr: tune.float(1e-5, 0.1, { log: true }) }, () => 0.5, { trials: 1 });
    expect(redis("keys", "keys:*").split("\n").sort()).toEqual([
      ...["keys:log:0", "keys:log:1", "keys:log:2", "keys:log:3", "keys:log_number"],
    ]);
    expect(redis("get", "keys:log_number")).toBe("3");
    const lines = records("keys");
    expect(lines.map((l) => l.op_code)).toEqual([0, 4, 5, 6]);
    expect(lines[0]).toMatchObject({ study_name: "study", directions: [1] });
    expect(lines[3]).toMatchObject({ trial_id: 0, state: 1, values: [0.5] });
    expect((await open("keys")).trials).toEqual(study.trials);
  });

  const python = pythonWith("optuna", "redis");
  if (!python) console.warn("NOT TESTED: Optuna's Redis journal (python3-optuna, python3-redis)");
  const withOptuna = python ? test : test.skip;
  const optuna = (prefix: string, code: string): unknown =>
    runOptuna(python!, `${prologue(OPTUNA_REDIS)}\n${code}`, [server.url, prefix]);

  withOptuna("a study that was begun here goes on in Optuna, and comes back", async () => {
    // As Optuna has it where nothing is said.
    const prefix = "";
    await goesOnInOptuna(
      () => open(prefix),
      (code) => optuna(prefix, code),
      tune.TrialPruned,
    );
  });

  withOptuna("a study that was begun in Optuna goes on here", async () => {
    const prefix = "from:optuna";
    await comesFromOptuna(
      () => open(prefix),
      (code) => optuna(prefix, code),
    );
  });

  withOptuna("a study of two objectives goes on in Optuna, and comes back", async () => {
    const opened = async (): Promise<AnyStudy> =>
      tune.createStudy({
        directions: ["minimize", "maximize"],
        storage: (await open("several")).storage,
        name: "two",
        sampler: tune.nsga2Sampler({ population: 6 }),
      });
    const there = (code: string): unknown =>
      runOptuna(python!, `${severalPrologue(OPTUNA_REDIS).replace('"study"', '"two"')}\n${code}`, [
        server.url,
        "several",
      ]);
    const objective = (trial: Trial): [number, number] => {
      const x = trial.suggestFloat("x", 0, 1);
      const b = trial.suggestCategorical("kind", ["a", "b"]) === "b";
      const y = b ? trial.suggestInt("y", 0, 20) : 0;
      return [x + y / 20, 1 - x + y];
    };
    await (await opened()).optimize(objective, { trials: 8 });
    const seen = there("run(8)\nshow()");
    const study = await opened();
    expect(severalShown(study)).toEqual(seen);
    await study.optimize(objective, { trials: 4 });
    expect(there("show()")).toEqual(severalShown(study));
    expect(study.trials.length).toBe(20);
  });

  withOptuna(
    "both write at a time, then with Optuna's snapshot between, and nothing is lost",
    async () => {
      const study = await open("both");
      // Both want those that wait, and each goes to one of them: else there were fewer new ones.
      const waiting = Array.from({ length: 30 }, (_, i) => 8 * (1 + (i % 8)));
      for (const units of waiting) study.enqueue({ units });
      // At our pace, so that neither takes all of them.
      const slowly = `
import time
whole = objective
def objective(t):
    time.sleep(0.05)
    return whole(t)
print("up", flush=True)
run(60)`;
      const program = `${prologue(OPTUNA_REDIS)}${slowly}`;
      const child = new Process(python!, ["-c", program, server.url, "both"]);
      await child.until(/up/);
      await study.optimize(
        space,
        async ({ rate }) => {
          await new Promise((resolve) => setTimeout(resolve, 50));
          return rate;
        },
        { trials: 60 },
      );
      expect(await child.exit()).toBe(0);
      const final = await open("both");
      expect(final.trials.length).toBe(120);
      expect(final.trials.every(isFinished)).toBe(true);
      expect(final.trials.slice(0, 30).map((t) => t.params["units"])).toEqual(waiting);
      const takers = new Set(final.trials.slice(0, 30).map((t) => t.notes["by"]));
      expect(takers).toEqual(new Set([undefined, "optuna"]));
      expect(final.trials.filter((t) => t.notes["by"] === "optuna").length).toBe(60);

      // Optuna keeps a snapshot whenever it makes a hundredth trial, and goes on from there.
      optuna("both", "run(81)");
      expect(redis("exists", "both:snapshot")).toBe("1");
      await study.optimize(space, ({ rate }) => rate, { trials: 3 });
      expect(optuna("both", "show()")).toEqual(shown(await open("both")));
    },
  );

  test("a study that is killed again and again loses its running trials alone, which are run again", async () => {
    const address = server.url;
    redis("flushall");
    await killedAgainAndAgain(address, () => open(""));
  });

  const runtimes = process.env["THALWEG_RUNTIMES"];
  const bin = (name: string): string => `${runtimes}/node_modules/.bin/${name}`;
  const all = existsSync(bin("deno")) && existsSync(bin("bun"));
  if (!all)
    console.warn("NOT TESTED: a study of Node, Deno and Bun, which are not in THALWEG_RUNTIMES");
  test.skipIf(!all)(
    "Node, Deno and Bun work on one study, and no trial is done twice",
    async () => {
      redis("flushall");
      const study = await open("");
      const waiting = Array.from({ length: 12 }, (_, i) => i / 100);
      for (const x of waiting) study.enqueue({ x });
      const commands = [
        [process.execPath],
        [bin("deno"), "run", "-A", "--node-modules-dir=manual"],
        [bin("bun")],
      ];
      const count = 36;
      const workers = commands.map(([program, ...args]) => {
        return new Process(program!, [...args, journalProgram, server.url, String(count)]);
      });
      // One of them is lost on the way.
      await workers[2]!.until(/(ended\n?){3}/);
      await workers[2]!.end("SIGKILL");
      expect(await workers[0]!.exit()).toBe(0);
      expect(await workers[1]!.exit()).toBe(0);
      study.storage.refresh();
      const complete = study.trials.filter((t) => t.state === "complete");
      expect(complete.length).toBeGreaterThanOrEqual(count);
      expect(new Set(complete.map((t) => t.notes["process"])).size).toBe(3);
      for (const t of complete) {
        expect(t.value).toBe(t.params["x"]);
        expect([...t.intermediate.keys()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      }
      // Each trial that waited was run once to its end; a lost one is another trial with its parameters.
      expect(
        complete
          .map((t) => Number(t.params["x"]))
          .filter((x) => waiting.includes(x))
          .sort(),
      ).toEqual(waiting);
      const lost = study.trials.filter((t) => t.state === "fail");
      expect(lost.length).toBeLessThanOrEqual(2);
      for (const t of lost) {
        expect(study.trials.filter((o) => o.system["failed_trial"] === t.number)).toHaveLength(1);
      }
    },
  );

  test("records whose answer is lost with the connection are there once", async () => {
    const proxy = new Process(process.execPath, [here("cutProxy.mjs"), String(server.port)]);
    await proxy.until(/port \d+\./);
    const port = /port (\d+)/.exec(proxy.text)![1]!;
    const study = await open("cut", `redis://127.0.0.1:${port}`);
    await study.optimize({ x: tune.float(0, 1) }, ({ x }) => x, { trials: 2 });
    expect(records("cut").map((r) => r.op_code)).toEqual([0, 4, 5, 6, 4, 5, 6]);
    await proxy.end("SIGKILL");
  });

  test("what is written if nothing is new is written once, and not behind others", async () => {
    const proxy = new Process(process.execPath, [here("cutProxy.mjs"), String(server.port)]);
    await proxy.until(/port \d+\./);
    const other = await open("current");
    const storage = await thalweg.redisStorage(
      `redis://127.0.0.1:${/port (\d+)/.exec(proxy.text)![1]}`,
      { prefix: "current" },
    );
    opened.push(storage);
    const create = (reason: string) => ({
      ...{ op_code: 4, study_id: 0, datetime_start: null },
      user_attrs: { reason },
    });
    // Its answer is lost: it is asked again, and finds itself.
    expect(storage.appendIfCurrent([create("a"), create("b")])).toBe(true);
    other.enqueue({ x: 1 });
    expect(storage.appendIfCurrent([create("c")])).toBe(false);
    expect(storage.state.study("study")!.trials.length).toBe(3);
    expect(storage.appendIfCurrent([create("c")])).toBe(true);
    other.storage.refresh();
    expect(other.trials.map((t) => t.notes["reason"])).toEqual(["a", "b", undefined, "c"]);
    await proxy.end("SIGKILL");
  });

  test("a study waits for a Redis that is started again, and tells of one that stays away", async () => {
    const durable = await RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
    try {
      const study = await open("away", durable.url);
      const run = (trials: number): Promise<Study> =>
        study.optimize({ x: tune.float(0, 1) }, ({ x }) => x, { trials });
      await run(3);
      await durable.kill();
      durable.again(1);
      await run(2);
      expect(study.trials.map((t) => t.state)).toEqual(Array(5).fill("complete"));
      expect((await open("away", durable.url)).trials).toEqual(study.trials);

      const short = await open("away", durable.url, 0.5);
      const told = new RegExp(
        `^redisStorage: Redis at ${durable.url} cannot be reached: .*; start it, or correct the address$`,
      );
      durable.signal("SIGSTOP");
      expect(() => short.storage.refresh()).toThrow(told);
      durable.signal("SIGCONT");
      short.storage.refresh();
      await durable.kill();
      const began = performance.now();
      expect(() => short.ask()).toThrow(told);
      expect(performance.now() - began).toBeLessThan(5000);
      // What was given up is not written later.
      durable.again();
      await durable.ready();
      expect((await open("away", durable.url)).trials.length).toBe(5);
      short.tell(short.ask({ x: tune.float(0, 1) }), 1);
      expect((await open("away", durable.url)).trials.length).toBe(6);
    } finally {
      await durable.stop();
    }
  });

  test("a Redis that has forgotten the journal, or holds something else, is told", async () => {
    const study = await open("forgotten");
    study.enqueue({ x: 1 });
    redis("del", "forgotten:log_number", "forgotten:log:0", "forgotten:log:1");
    expect(() => study.enqueue({ x: 2 })).toThrow('has lost records of the journal "forgotten"');

    redis("set", "other:log_number", "0");
    redis("set", "other:log:0", "a,b");
    await expect(open("other")).rejects.toThrow(
      /other:log:0 of Redis at \S+ must be a record of a journal, got a,b/,
    );
    redis("sadd", "kind:log_number", "x");
    await expect(open("kind")).rejects.toThrow(/Redis at \S+ refuses: .*wrong kind of value/);
  });

  test("a record whose number is there first is waited for", async () => {
    const study = await open("late", server.url, 2);
    const { port } = server;
    const record = JSON.stringify({
      ...{ op_code: 4, worker_id: "x", study_id: 0, datetime_start: null },
    });
    // One that is whole, and one that is not.
    redis("incrby", "late:log_number", "2");
    redis("set", "late:log:1", record);
    expect(() => study.storage.refresh()).toThrow("late:log:2 must be a record, but is not there");
    const late = `sleep 0.5; redis-cli -p ${port} set late:log:2 "$1"`;
    spawn("sh", ["-c", late, "sh", record], { stdio: "ignore" });
    study.storage.refresh();
    expect(study.trials.length).toBe(2);
  });

  test("no Redis and wrong options are told, without the password", async () => {
    const port = await freePort();
    for (const [text, shownAs] of [
      [`redis://:secret@127.0.0.1:${port}`, `redis://***@127.0.0.1:${port}`],
      [`redis://me:sec@ret@127.0.0.1:${port}/1`, `redis://***@127.0.0.1:${port}/1`],
      [`redis://127.0.0.1:${port}?password=secret`, `redis://127.0.0.1:${port}?password=***`],
    ] as const) {
      const error = await thalweg.redisStorage(text, { timeout: 0.5 }).catch((e: Error) => e);
      expect(String(error)).toContain(`redisStorage: Redis at ${shownAs} cannot be reached: `);
      expect(String(error)).not.toContain("sec");
    }
    const refused = await thalweg.redisStorage("me:secret@host:1").catch((e: Error) => e);
    expect(String(refused)).toContain("redis must be an address");
    expect(String(refused)).not.toContain("secret");
    await expect(thalweg.redisStorage(server.url, { timeout: 0 })).rejects.toThrow(
      "timeout a number",
    );
    const unknown = { prefx: "a" } as object;
    await expect(thalweg.redisStorage(server.url, unknown)).rejects.toThrow(
      'unknown option "prefx"',
    );
    const closed = await open("closed");
    await opened.at(-1)!.close();
    expect(() => closed.ask()).toThrow("it was closed");
  });
});
