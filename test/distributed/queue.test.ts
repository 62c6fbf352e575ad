import { execFileSync } from "node:child_process";
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

describe.skipIf(missing !== "")("trials over Redis", { timeout: 180_000 }, () => {
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
    options: { pause?: number; objectives?: number; jobs?: number } = {},
    command: readonly string[] = [process.execPath],
  ): Promise<Process> {
    const [program, ...args] = command;
    const started = new Process(program!, [
      ...[...args, here("worker.mjs"), server.url, queue, JSON.stringify(options)],
    ]);
    workers.push(started);
    await started.until(/ready/);
    return started;
  }

  const redis = (...command: readonly string[]): string =>
    execFileSync("redis-cli", ["-p", String(server.port), ...command], { encoding: "utf8" }).trim();

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

    const first = await worker("killed", { pause: 20 });
    const running = studied("killed");
    await first.until(/trial 0 begins/);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await first.end("SIGKILL");
    expect(first.text).not.toContain("trial 0 ends");
    const second = await worker("killed", { pause: 1 });
    const killed = await running;
    expect(second.text).toContain("trial 0 ends");
    expect(told(killed)).toEqual(told(whole));
    // It went on from a checkpoint, and did not begin anew.
    expect(whole.trials[0]!.notes["found"]).toBe(0);
    expect(killed.trials[0]!.notes["found"]).toBe(2);
  });

  test("a study of two objectives gets both values of each trial", async () => {
    await worker("several", { objectives: 2 });
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

    const slow = await worker("aborted", { pause: 50 });
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

  /** A study in a process of its own, which may be killed. */
  const program = (queue: string, trials: number, url: string = server.url): Process => {
    const started = new Process(process.execPath, [
      ...[here("queueProgram.mjs"), url, queue, String(trials)],
    ]);
    workers.push(started);
    return started;
  };

  test("jobs of a study that was killed are dropped: those in the queue, and one that runs", async () => {
    const slow = await worker("dead", { pause: 60 });
    const dead = program("dead", 4);
    await slow.until(/trial 0 begins/);
    await dead.end("SIGKILL");
    await slow.until(/trial 0 is dropped/);
    for (const number of [1, 2, 3]) await slow.until(new RegExp(`trial ${number} is dropped`));
    expect(slow.text.match(/begins/g)).toHaveLength(1);
    expect(slow.text).not.toMatch(/ends/);
    // The next study of the queue is not kept waiting.
    const next = await studied("dead", { trials: 1 });
    expect(next.trials.map((t) => t.state)).toEqual(["complete"]);
    expect(redis("--scan", "--pattern", "thalweg:dead:checkpoints:*")).toBe("");
  });

  test("trials of a study that ends are taken out of the queue", async () => {
    const queue = await queueOf("closed");
    const study = tune.createStudy({ sampler: tune.randomSampler() });
    const options = { trials: 3, jobs: 3, onError: "fail" } as const;
    const ended = study.optimize(SPACE, queue.objective(SPACE), options);
    while (Number(redis("llen", "thalweg:closed:wait")) < 3) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await queue.close();
    await ended;
    expect(study.trials.map((t) => t.system["fail_reason"])).toEqual(
      Array(3).fill("aborted: the queue was closed"),
    );
    expect(redis("llen", "thalweg:closed:wait")).toBe("0");
  });

  test("a Redis that goes away in the middle ends the study in words, and its process", async () => {
    const away = await RedisServer.start();
    try {
      // Nobody takes the trials: the study waits for them, and for Redis.
      const one = program("away", 2, away.url);
      await one.until(/began/);
      await away.kill();
      expect(await one.exit()).toBe(0);
      expect(one.text).toContain(
        `error: trialQueue: Redis at ${away.url} cannot be reached: no answer for 1 s; start it, or correct the address`,
      );
    } finally {
      await away.stop();
    }
  });

  test("a Redis that has lost the jobs of trials is not waited for", async () => {
    const forgetful = await RedisServer.start();
    try {
      const one = program("lost", 2, forgetful.url);
      const key = "thalweg:lost:wait";
      const wait = `until [ "$(redis-cli -p $1 llen ${key})" = 2 ]; do sleep 0.05; done; redis-cli -p $1 flushall`;
      execFileSync("sh", ["-c", wait, "sh", String(forgetful.port)]);
      expect(await one.exit()).toBe(0);
      expect(one.text).toContain(
        `error: trialQueue: Redis at ${forgetful.url} has lost the job of a trial; let it write to disk`,
      );
    } finally {
      await forgetful.stop();
    }
  });

  test("results of other programs fail their trial in words, or are passed over", async () => {
    await using queue = await queueOf("foreign");
    const { Queue, Worker, QueueEvents } = await import("bullmq");
    const connection = { host: "127.0.0.1", port: server.port };
    const place = { connection, prefix: "thalweg" };
    const results = [null, { kind: "other" }, "text"];
    const taken: unknown[] = [];
    const foreign = new Worker(
      "foreign",
      async (job) => {
        await job.updateProgress(7);
        taken.push(job.name);
        return results[taken.length - 1];
      },
      place,
    );
    const jobs = new Queue("foreign", place);
    const events = new QueueEvents("foreign", place);
    await events.waitUntilReady();
    // Not one of this study's.
    await (await jobs.add("letter", {})).waitUntilFinished(events);
    const study = tune.createStudy({ sampler: tune.randomSampler() });
    const options = { trials: 2, onError: "fail" } as const;
    await study.optimize(SPACE, queue.objective(SPACE), options);
    const reasons = study.trials.map((t) => t.system["fail_reason"]);
    const told = 'trialQueue: a job of "foreign" must end with a trial\'s value, got ';
    expect(reasons[0]).toMatch(`${told}an object (Object); another program takes jobs`);
    expect(reasons[1]).toMatch(`${told}"text"; another program takes jobs`);
    expect(taken).toEqual(["letter", "trial", "trial"]);
    for (const part of [foreign, events, jobs]) await part.close();
  });

  test("a worker has as many connections with four trials as with one", async () => {
    const count = async (queue: string, jobs: number): Promise<number> => {
      const before = redis("client", "list").split("\n").length;
      const one = await worker(queue, { pause: 20, jobs });
      const study = program(queue, 4);
      await one.until(new RegExp(`(begins[^]*){${jobs}}`));
      await new Promise((resolve) => setTimeout(resolve, 300));
      const most = redis("client", "list").split("\n").length;
      await study.end("SIGKILL");
      await one.end("SIGKILL");
      return most - before;
    };
    expect(await count("four", 4)).toBe(await count("one", 1));
  });

  test("no Redis, and wrong names, are told", async () => {
    await expect(
      thalweg.trialQueue("q", { redis: `redis://:secret@127.0.0.1:${await freePort()}` }),
    ).rejects.toThrow(
      /^trialQueue: Redis at redis:\/\/\*\*\*@127\.0\.0\.1:\d+ cannot be reached: .*; start it/,
    );
    await expect(queueOf("a:b")).rejects.toThrow("without colons");
    await expect(queueOf("q", { attempts: 0 })).rejects.toThrow("attempts must be");
    await expect(queueOf("q", { heartbeat: { interval: 2, grace: 1 } })).rejects.toThrow("grace");
    await expect(queueOf("q", { atempts: 2 })).rejects.toThrow('unknown option "atempts"');
  });

  test("thalweg tune sends its trials to thalweg worker, over a Redis with a password, which nobody sees; a worker that is killed changes nothing", async () => {
    const secret = "geheim/1";
    const locked = await RedisServer.start("--requirepass", secret);
    const url = locked.url.replace("//", `//:${encodeURIComponent(secret)}@`);
    const cli = here("../../dist/cli/main.js");
    const rows = Array.from({ length: 120 }, (_, i) => {
      const [a, b] = [((i * 37) % 101) / 50 - 1, ((i * 53) % 97) / 48 - 1];
      return `${a},${b},${a * b > 0 ? "same" : "other"}`;
    });
    const out = (name: string): string => join(locked.folder, name);
    const table = out("signs.csv");
    writeFileSync(table, `a,b,kind\n${rows.join("\n")}\n`);
    const data = ["--data", table, "--target", "kind"];
    const shared = [...data, "--folds", "3", "--epochs", "15"];
    const run = (...args: readonly string[]): Process => {
      const started = new Process(process.execPath, [cli, ...args]);
      workers.push(started);
      return started;
    };
    const tuned = (name: string, ...more: readonly string[]): Process =>
      run(...["tune", ...shared, "--trials", "6", "--out", out(name), ...more]);
    const values = (lines: readonly string[]): unknown =>
      lines
        .filter((line) => line.includes('"values":['))
        .map((line) => (JSON.parse(line) as { values: number[] }).values)
        .sort();
    const locally = (...command: readonly string[]): string =>
      execFileSync("redis-cli", ["-p", String(locked.port), "-a", secret, ...command], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();

    try {
      const first = run("worker", "--redis", url, ...shared);
      const far = tuned("far", "--redis", url, "--journal", url);
      await first.until(/trial 1 begins/);
      await first.end("SIGKILL");
      const second = run("worker", "--redis", url, ...shared);
      expect(await far.exit()).toBe(0);
      expect(far.text).toContain(
        `start them anywhere: npx thalweg worker --redis 'redis://***@127.0.0.1:${locked.port}' --queue signs`,
      );
      expect(far.text).toContain("*** stands for the name and password");
      expect(far.text).toMatch(/test accuracy \d/);
      const near = tuned("near", "--jobs", "2");
      expect(await near.exit()).toBe(0);
      const journal = Array.from(
        { length: Number(locally("get", "journal:signs:log_number")) + 1 },
        (_, i) => locally("get", `journal:signs:log:${i}`),
      );
      if (/\(simd/.test(near.text)) {
        const lines = readFileSync(join(out("near"), "journal.log"), "utf8").split("\n");
        expect(values(journal)).toEqual(values(lines));
      }
      const wrong = run("worker", "--redis", url.replace("geheim", "geheimer"), ...shared);
      expect(await wrong.exit()).toBe(1);
      expect(wrong.text).toMatch(
        /error {2}trialWorker: Redis at redis:\/\/\*\*\*@\S+ refuses: WRONGPASS/,
      );
      const report = readFileSync(join(out("far"), "report.html"), "utf8");
      expect(report).toContain("redis://***@");
      for (const text of [first.text, second.text, far.text, wrong.text, report]) {
        expect(text).not.toContain("geheim");
      }
    } finally {
      await locked.stop();
    }
  });

  const runtimes = process.env["THALWEG_RUNTIMES"];
  const bin = (name: string): string => `${runtimes}/node_modules/.bin/${name}`;
  const both = existsSync(bin("deno")) && existsSync(bin("bun"));
  if (!both) console.warn("NOT TESTED: workers in Deno and Bun, which are not in THALWEG_RUNTIMES");
  test.skipIf(!both)("workers in Node, Deno and Bun give one study, to the same bits", async () => {
    await worker("node");
    const node = await studied("node");
    await Promise.all([
      worker("mixed", { pause: 1 }, [bin("deno"), "run", "-A", "--node-modules-dir=manual"]),
      worker("mixed", { pause: 1 }, [bin("bun")]),
      worker("mixed", { pause: 1 }),
    ]);
    const mixed = await studied("mixed", { jobs: 3 });
    expect(told(mixed)).toEqual(told(node));
    expect(workers.filter((w) => w.text.includes("ends")).length).toBeGreaterThanOrEqual(3);
  });
});
