import { OptionError, shown, withDefaults } from "../errors.ts";
import { hardwareThreads } from "../runtime/platform.ts";
import { TrialPruned } from "../tune/pruned.ts";
import type { Choice } from "../tune/space/distribution.ts";
import { type SeatedTrial, TrialThreads } from "../tune/parallel/trialThreads.ts";
import { type Job, type QueueWorker, type RedisEngine, connect } from "./bullmq.ts";
import { PATIENCE_MS, type Redis, inTime } from "./redis.ts";
import { redisStore } from "./redisStore.ts";
import { Replies } from "./replies.ts";
import {
  type ReplyTo,
  type TrialEnd,
  type TrialJob,
  type TrialNews,
  type Withdrawal,
  keysOf,
  sent,
  sentOutcome,
} from "./trialJob.ts";
import { checkQueueName } from "./trialQueue.ts";
import { SECOND_LOOK_MS, WantedBy } from "./wantedJobs.ts";

/** Options of {@link trialWorker}. */
export interface TrialWorkerOptions {
  /** Where Redis (or Valkey) is. Default "redis://127.0.0.1:6379". */
  readonly redis: string;
  /** What all keys in Redis begin with. Default "thalweg". */
  readonly prefix: string;
  /** Trials that run at a time, in a thread each; "auto": as many as there are cores. Default 1. */
  readonly jobs: number | "auto";
  /**
   * Leave out fused multiply-add, so that a trial ends with the same bits on whichever machine and runtime it is gone on with.
   * Default true.
   */
  readonly reproducible: boolean;
  /** What the objective gets as its last argument; tensors and typed arrays lie in memory that all threads share. */
  readonly data: unknown;
  /** Milliseconds without a sign of life after which this worker counts as lost. Default 10000. */
  readonly lockDuration: number;
  /** Called when a trial begins and ends. Default null. */
  readonly onTrial: ((number: number, how: TrialEvent) => void) | null;
}

/** What becomes of a trial; "is dropped": nobody waits for it any more. */
export type TrialEvent = "begins" | "ends" | "is pruned" | "fails" | "is dropped";

const DEFAULTS: TrialWorkerOptions = {
  redis: "redis://127.0.0.1:6379",
  prefix: "thalweg",
  jobs: 1,
  reproducible: true,
  data: undefined,
  lockDuration: 10_000,
  onTrial: null,
};

/** Seconds in which a study must answer; one that is gone never will. */
const PATIENCE = 120;

/** How often a trial may lose its worker before it counts as failed. */
const LOSSES = 20;

/** What another program may say on the channel must not end this one. */
function withdrawalOf(text: string): Withdrawal {
  try {
    const { job, reason } = JSON.parse(text) as Withdrawal;
    return { job, reason };
  } catch {
    return { job: "", reason: "" };
  }
}

/** A trial that runs here. */
interface Running {
  readonly session: string;
  readonly control: AbortController;
  /** Looks in a row at which nobody waited for it. */
  unwanted: number;
  isLookedAt: boolean;
}

const DROPPED = "nobody waits for it any more: its study is gone";
/** What a trial that is dropped has as its signal's reason. */
class Dropped extends Error {}

/** A worker that takes trials from a queue. */
export class TrialWorker {
  private readonly engine: RedisEngine;
  private readonly worker: QueueWorker;
  private readonly threads: TrialThreads;
  private readonly listener: Redis;
  private readonly keys: ReturnType<typeof keysOf>;
  private readonly onTrial: TrialWorkerOptions["onTrial"];
  /** Two connections for all trials: that of the withdrawals, and that at which answers are waited for. */
  private readonly replies: Replies;
  private readonly wanted: WantedBy;
  private readonly watch: ReturnType<typeof setInterval>;
  /** Trials that run here, by their jobs. */
  private readonly running = new Map<string, Running>();

  constructor(
    name: string,
    objective: URL,
    engine: RedisEngine,
    options: TrialWorkerOptions & { readonly jobs: number },
  ) {
    const { prefix, jobs, lockDuration, reproducible, data } = options;
    this.engine = engine;
    this.onTrial = options.onTrial;
    this.keys = keysOf(prefix, name);
    this.threads = new TrialThreads(objective, data, reproducible);
    this.wanted = new WantedBy(engine.redis, this.keys.wanted);
    this.replies = new Replies(
      engine.redis.duplicate(),
      this.keys.replies(globalThis.crypto.randomUUID()),
    );
    this.watch = setInterval(() => {
      for (const [job, trial] of this.running) this.look(job, trial).catch(() => {});
    }, SECOND_LOOK_MS);
    this.listener = engine.redis.duplicate();
    this.listener.on("error", () => {});
    this.listener.on("message", (_, text) => {
      const { job, reason } = withdrawalOf(text);
      this.running.get(job)?.control.abort(new Error(reason));
    });
    this.worker = new engine.bullmq.Worker<TrialJob>(name, (job) => this.run(job), {
      ...engine.place,
      concurrency: jobs,
      lockDuration,
      stalledInterval: lockDuration / 2,
      maxStalledCount: LOSSES,
    });
    this.worker.on("error", () => {});
  }

  /** Waits until trials can come in. */
  async ready(): Promise<this> {
    await this.listener.subscribe(this.keys.withdrawals);
    await this.worker.waitUntilReady();
    return this;
  }

  /** Ends a trial that nobody waits for: its study was killed. One look may fall into a moment in which Redis was away. */
  private async look(job: string, trial: Running): Promise<void> {
    if (trial.isLookedAt) return;
    trial.isLookedAt = true;
    try {
      trial.unwanted = (await this.wanted.has(trial.session, job)) ? 0 : trial.unwanted + 1;
    } finally {
      trial.isLookedAt = false;
    }
    if (trial.unwanted > 1) trial.control.abort(new Dropped(DROPPED));
  }

  private async run(job: Job<TrialJob>): Promise<TrialEnd> {
    const { number, declared, session } = job.data;
    if (!(await this.wanted.hasSoon(session, job.id!))) return this.drop(job);
    const control = new AbortController();
    this.running.set(job.id!, { session, control, unwanted: 0, isLookedAt: false });
    this.onTrial?.(number, "begins");
    try {
      const trial = this.trialOf(job, control.signal);
      const value = await this.threads.run(trial, declared);
      this.onTrial?.(number, "ends");
      return { kind: "value", value: sentOutcome(value) };
    } catch (error) {
      if (error instanceof TrialPruned) {
        this.onTrial?.(number, "is pruned");
        return { kind: "pruned" };
      }
      if (control.signal.reason instanceof Dropped) return await this.drop(job);
      this.onTrial?.(number, "fails");
      const { name, message } = error as Error;
      const reason = `${name}: ${message}`;
      // What diverges, or is not wanted any more, is not tried again.
      if (name === "NonFiniteError" || control.signal.aborted)
        throw new this.engine.bullmq.UnrecoverableError(reason);
      throw new Error(reason);
    } finally {
      this.running.delete(job.id!);
    }
  }

  /** Ends a job for good, with what its trial has kept to go on from. */
  private async drop(job: Job<TrialJob>): Promise<never> {
    await this.engine.redis.del(this.keys.checkpoints(job.id!));
    this.onTrial?.(job.data.number, "is dropped");
    throw new this.engine.bullmq.UnrecoverableError(`Error: ${DROPPED}`);
  }

  private trialOf(job: Job<TrialJob>, signal: AbortSignal): SeatedTrial {
    const { number, seed, params } = job.data;
    const tell = (news: TrialNews): Promise<void> => job.updateProgress(news);
    const ended = new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason)),
    );
    ended.catch(() => {});
    const ask = async (news: (reply: ReplyTo) => TrialNews): Promise<Choice> => {
      const id = globalThis.crypto.randomUUID();
      const answer = this.replies.next(id, PATIENCE);
      await tell(news({ list: this.replies.list, id }));
      const reply = await Promise.race([answer, ended]);
      if (!reply) throw new Error(`the study has not answered for ${PATIENCE} s`);
      if ("error" in reply) throw new OptionError(reply.error);
      return reply.value;
    };
    return {
      number,
      seed,
      params,
      signal,
      suggest: (name, distribution) =>
        ask((reply) => ({ kind: "suggest", name, distribution, reply })),
      shouldPrune: async () => (await ask((reply) => ({ kind: "shouldPrune", reply }))) === true,
      report: (value, step) => tell({ kind: "report", value: sent(value), step }),
      note: (name, value) => tell({ kind: "note", name, value }),
      checkpoints: redisStore(this.engine.redis, this.keys.checkpoints(job.id!)),
    };
  }

  /** Takes no more trials, waits for those that run, and leaves Redis. */
  async close(): Promise<void> {
    await this.worker.close();
    clearInterval(this.watch);
    await this.threads.close();
    this.listener.disconnect();
    this.replies.close();
    const left = this.engine.redis.quit();
    await inTime(PATIENCE_MS, left).catch(() => this.engine.redis.disconnect());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Runs trials of a `trialQueue` in threads of this process, until it is closed. What runs is the function `objective` that a
 * module of this machine exports: nothing that is executed comes from Redis.
 *
 * @param name       the queue's
 * @param objective  the module: `export const objective = async (params, trial, data) => value`
 * @throws DataError where the packages are not installed or Redis does not answer, OptionError
 *
 * @example
 *     const worker = await trialWorker("prices", new URL("./objective.js", import.meta.url), { jobs: "auto" });
 *     process.once("SIGTERM", () => worker.close());
 */
export async function trialWorker(
  name: string,
  objective: URL,
  given: Partial<TrialWorkerOptions> = {},
): Promise<TrialWorker> {
  const options = withDefaults("trialWorker", DEFAULTS, given, ["jobs"]);
  checkQueueName("trialWorker", name);
  const jobs = options.jobs === "auto" ? hardwareThreads() : options.jobs;
  if (!Number.isInteger(jobs) || jobs < 1) {
    throw new OptionError(
      `trialWorker: jobs must be a whole number >= 1 or "auto", got ${shown(options.jobs)}`,
    );
  }
  const engine = await connect("trialWorker", options.redis, options.prefix);
  return new TrialWorker(name, objective, engine, { ...options, jobs }).ready();
}
