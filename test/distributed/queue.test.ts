import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type * as Distributed from "../../src/distributed/index.ts";
import { float } from "../../src/tune/index.ts";
import { Process, RedisServer, freePort, hasRedis } from "./redisServer.ts";
import type { Study } from "../../src/tune/study.ts";
import type * as Tune from "../../src/tune/index.ts";

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const dist = here("../../dist/distributed/index.js");
const missing = !hasRedis
  ? "redis-server is not installed"
  : existsSync(dist)
    ? ""
    : "dist/ is not built (npm run build)";
if (missing !== "") console.warn(`NOT TESTED: trials over Redis; ${missing}`);

const SPACE = { rate: float(0.001, 0.1, { log: true }) };

/** What a study gave, without the times. */
const told = (study: Study): unknown =>
  study.trials.map(({ number, state, params, value }) => ({ number, state, params, value }));

describe.skipIf(missing !== "")("trials over Redis", { timeout: 60_000 }, () => {
  let server: RedisServer;
  let thalweg: typeof Distributed;
  let tune: typeof Tune;
  const workers: Process[] = [];

  beforeAll(async () => {
    server = await RedisServer.start();
    const imported = (path: string): Promise<unknown> => import(pathToFileURL(path).href);
    thalweg = (await imported(dist)) as typeof Distributed;
    ({ tune } = (await imported(here("../../dist/index.js"))) as { tune: typeof Tune });
  });

  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.end("SIGKILL");
  });

  afterAll(async () => {
    await server?.stop();
  });

  async function worker(
    queue: string,
    pause: number = 0,
    command: readonly string[] = [process.execPath],
    objectives: number = 1,
  ): Promise<Process> {
    const [program, ...args] = command;
    const started = new Process(program!, [
      ...args,
      here("worker.mjs"),
      server.url,
      queue,
      String(pause),
      String(objectives),
    ]);
    workers.push(started);
    await started.until(/ready/);
    return started;
  }

  const queueOf = (name: string, options: object = {}): Promise<Distributed.TrialQueue> =>
    thalweg.trialQueue(name, { redis: server.url, ...options });

  /** A study of a few trials, run by whoever takes them. */
  async function studied(name: string, options: object = {}): Promise<Study> {
    await using queue = await queueOf(name);
    const study = tune.createStudy({ sampler: tune.randomSampler(), seed: 3 });
    return await study.optimize(SPACE, queue.objective(SPACE), { trials: 4, jobs: 2, ...options });
  }

  test("a worker that is killed in the middle of a trial is replaced, to the same bits", async () => {
    await worker("whole");
    const whole = await studied("whole");
    expect(whole.trials.map((t) => t.state)).toEqual(Array(4).fill("complete"));

    const first = await worker("killed", 20);
    const running = studied("killed");
    await first.until(/trial 0 begins/);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await first.end("SIGKILL");
    expect(first.text).not.toContain("trial 0 ends");
    const second = await worker("killed", 1);
    const killed = await running;
    expect(second.text).toContain("trial 0 ends");
    expect(told(killed)).toEqual(told(whole));
    // It went on from a checkpoint, and did not begin anew.
    expect(whole.trials[0]!.notes["found"]).toBe(0);
    expect(killed.trials[0]!.notes["found"]).toBe(2);
  });

  test("a study of two objectives gets both values of each trial", async () => {
    await worker("several", 0, [process.execPath], 2);
    await using queue = await queueOf("several");
    const study = tune.createStudy({
      directions: ["minimize", "minimize"],
      sampler: tune.nsga2Sampler({ population: 3 }),
      seed: 3,
    });
    await study.optimize(SPACE, queue.objective(SPACE), { trials: 7, jobs: 2, lag: 2 });
    for (const { values, params } of study.trials) {
      expect(values).toEqual([expect.any(Number), params["units"]]);
    }
    expect(study.trials.at(-1)!.system["nsga2:parents"]).toBeDefined();
    expect(study.paretoFront.length).toBeGreaterThan(0);

    // A worker whose objective has one value fails the trial, in words.
    await worker("single");
    await using single = await queueOf("single");
    const wrong = tune.createStudy({ directions: ["minimize", "minimize"] });
    await expect(wrong.optimize(SPACE, single.objective(SPACE), { trials: 1 })).rejects.toThrow(
      "must be a list of 2 numbers, got 0.",
    );
  });

  test("an objective that throws is tried again as often as asked, and then fails its trial", async () => {
    const one = await worker("attempts");
    await using queue = await queueOf("attempts", { attempts: 3, backoff: 10 });
    const study = tune.createStudy({ sampler: tune.randomSampler() });
    const space = { rate: float(0.95, 0.99) };
    await study.optimize(space, queue.objective(space), { trials: 1, onError: "fail" });
    expect(study.trials[0]!.state).toBe("fail");
    expect(study.trials[0]!.system["fail_reason"]).toBe("the objective does not like this rate");
    expect(one.text.match(/trial 0 begins/g)).toHaveLength(3);
  });

  test("trials are pruned from afar, and ended by the study's signal", async () => {
    await worker("pruned");
    await using queue = await queueOf("pruned");
    const study = tune.createStudy({
      sampler: tune.randomSampler(),
      pruner: tune.medianPruner({ startup: 3 }),
      seed: 5,
    });
    await study.optimize(SPACE, queue.objective(SPACE), { trials: 8 });
    const states = study.trials.map((t) => t.state);
    expect(states).toContain("pruned");
    expect(states.filter((s) => s === "complete").length).toBeGreaterThanOrEqual(3);
    expect(study.trials.every((t) => t.intermediate.size > 0)).toBe(true);

    const slow = await worker("aborted", 50);
    await using other = await queueOf("aborted");
    const control = new AbortController();
    const ended = tune
      .createStudy({ sampler: tune.randomSampler() })
      .optimize(SPACE, other.objective(SPACE), {
        trials: 3,
        signal: control.signal,
        onError: "fail",
      });
    await slow.until(/trial 0 begins/);
    control.abort(new Error("enough"));
    const study2 = await ended;
    expect(study2.trials.map((t) => t.state)).toEqual(["fail"]);
    await slow.until(/trial 0 fails/);
  });

  test("no Redis, and wrong names, are told", async () => {
    await expect(
      thalweg.trialQueue("q", { redis: `redis://:secret@127.0.0.1:${await freePort()}` }),
    ).rejects.toThrow(/^trialQueue: Redis at redis:\/\/127\.0\.0\.1:\d+ cannot be reached: /);
    await expect(queueOf("a:b")).rejects.toThrow("without colons");
    await expect(queueOf("q", { attempts: 0 })).rejects.toThrow("attempts must be");
    await expect(queueOf("q", { atempts: 2 })).rejects.toThrow('unknown option "atempts"');
  });

  test("thalweg tune sends its trials to thalweg worker; one that is killed changes nothing", async () => {
    const cli = here("../../dist/cli/main.js");
    const rows = Array.from({ length: 120 }, (_, i) => {
      const [a, b] = [((i * 37) % 101) / 50 - 1, ((i * 53) % 97) / 48 - 1];
      return `${a},${b},${a * b > 0 ? "same" : "other"}`;
    });
    const table = join(server.folder, "signs.csv");
    writeFileSync(table, `a,b,kind\n${rows.join("\n")}\n`);
    const data = ["--data", table, "--target", "kind"];
    const shared = [...data, "--folds", "3", "--epochs", "15"];
    const tuned = (out: string, more: readonly string[]): Process =>
      new Process(process.execPath, [
        ...[cli, "tune", ...shared, "--trials", "6", "--out", join(server.folder, out), ...more],
      ]);
    const results = (out: string): unknown =>
      readFileSync(join(server.folder, out, "journal.log"), "utf8")
        .split("\n")
        .filter((line) => line.includes('"values":['))
        .map((line) => (JSON.parse(line) as { values: number[] }).values)
        .sort();
    const redis = ["--redis", server.url];
    const one = (): Process => {
      const started = new Process(process.execPath, [cli, "worker", ...redis, ...shared]);
      workers.push(started);
      return started;
    };

    const first = one();
    const far = tuned("far", redis);
    await first.until(/trial 1 begins/);
    await first.end("SIGKILL");
    one();
    expect(await far.exit()).toBe(0);
    expect(far.text).toContain("start them anywhere: npx thalweg worker --redis redis://");
    expect(far.text).toMatch(/test accuracy \d/);
    const near = tuned("near", ["--jobs", "2"]);
    expect(await near.exit()).toBe(0);
    if (/\(simd/.test(near.text)) expect(results("far")).toEqual(results("near"));
  });

  const runtimes = process.env["THALWEG_RUNTIMES"];
  const bin = (name: string): string => `${runtimes}/node_modules/.bin/${name}`;
  const both = existsSync(bin("deno")) && existsSync(bin("bun"));
  if (!both) console.warn("NOT TESTED: workers in Deno and Bun, which are not in THALWEG_RUNTIMES");
  test.skipIf(!both)("workers in Node, Deno and Bun give one study, to the same bits", async () => {
    await worker("node");
    const node = await studied("node");
    await Promise.all([
      worker("mixed", 1, [bin("deno"), "run", "-A", "--node-modules-dir=manual"]),
      worker("mixed", 1, [bin("bun")]),
      worker("mixed", 1),
    ]);
    const mixed = await studied("mixed", { jobs: 3 });
    expect(told(mixed)).toEqual(told(node));
    expect(workers.filter((w) => w.text.includes("ends")).length).toBeGreaterThanOrEqual(3);
  });
});
