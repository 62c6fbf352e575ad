import { DataError, OptionError, withDefaults } from "../errors.ts";
import { TrialPruned } from "../tune/pruned.ts";
import type { Choice, Space } from "../tune/space/distribution.ts";
import type { Trial } from "../tune/trial.ts";
import type { Outcome } from "../tune/trialRecord.ts";
import { type Job, type Queue, type QueueEvents, type RedisEngine, connect } from "./bullmq.ts";
import { PATIENCE_MS, inTime, redisError } from "./redis.ts";
import { withoutPassword } from "./redisAddress.ts";
import {
  type Reply,
  type ReplyTo,
  TRIAL,
  type TrialJob,
  type TrialNews,
  type Withdrawal,
  keysOf,
  receivedNumber,
  receivedOutcome,
  trialEnd,
  trialError,
} from "./trialJob.ts";
import { type Heartbeat, WantedJobs } from "./wantedJobs.ts";

/** Options of {@link trialQueue}. */
export interface TrialQueueOptions {
  /** Where Redis (or Valkey) is. Default "redis://127.0.0.1:6379". */
  readonly redis: string;
  /** What all keys in Redis begin with. Default "thalweg". */
  readonly prefix: string;
  /** How often a trial whose objective throws is tried, with a pause that doubles. Default 1. */
  readonly attempts: number;
  /** Milliseconds before the second attempt. Default 1000. */
  readonly backoff: number;
  /**
   * Seconds between two signs of life that the study gives in Redis, and after which its jobs are dropped by the workers.
   * Default { interval: 10, grace: 60 }.
   */
  readonly heartbeat: Heartbeat;
  /** Seconds that Redis may be away: then the trials that are with it fail, and the study with them. Default 60. */
  readonly timeout: number;
}

const DEFAULTS: TrialQueueOptions = {
  redis: "redis://127.0.0.1:6379",
  prefix: "thalweg",
  attempts: 1,
  backoff: 1000,
  heartbeat: { interval: 10, grace: 60 },
  timeout: 60,
};

/** Seconds that what nobody came for is kept. */
const KEPT_SECONDS = 3600;

/** A trial that waits for its worker. */
interface Waiting {
  readonly trial: Trial;
  readonly resolve: (value: Outcome) => void;
  readonly reject: (error: Error) => void;
  /** Null until it is in the queue. */
  job: Job<TrialJob> | null;
}

/** A queue of trials, which workers on any number of machines take from. */
export class TrialQueue {
  readonly name: string;
  private readonly engine: RedisEngine;
  private readonly queue: Queue<TrialJob>;
  private readonly events: QueueEvents;
  private readonly options: TrialQueueOptions;
  private readonly waiting = new Map<string, Waiting>();
  private readonly session = globalThis.crypto.randomUUID();
  private readonly keys: ReturnType<typeof keysOf>;
  private readonly wanted: WantedJobs;
  /** What Redis is told and nobody waits for, but `close`. */
  private readonly behind = new Set<Promise<unknown>>();

  constructor(name: string, engine: RedisEngine, options: TrialQueueOptions) {
    this.name = name;
    this.engine = engine;
    this.options = options;
    this.keys = keysOf(options.prefix, name);
    const key = this.keys.wanted(this.session);
    const { redis } = engine;
    this.wanted = new WantedJobs(redis, key, this.keys.jobs, options.heartbeat, (lost) =>
      this.answered(lost).then(
        (jobs) => this.lost(jobs),
        (error: Error) => this.settleAll(error),
      ),
    );
    this.queue = new engine.bullmq.Queue(name, engine.place);
    this.events = new engine.bullmq.QueueEvents(name, engine.place);
    // What the connection loses it finds again by itself.
    for (const part of [this.queue, this.events]) part.on("error", () => {});
    this.events.on("progress", ({ jobId, data }) => {
      this.heard(jobId, data as TrialNews | null);
    });
    this.events.on("completed", ({ jobId, returnvalue }) => this.completed(jobId, returnvalue));
    this.events.on("failed", ({ jobId, failedReason }) =>
      this.settle(jobId, trialError(String(failedReason))),
    );
  }

  /** Waits until the queue's events come in. */
  async ready(): Promise<this> {
    await this.events.waitUntilReady();
    return this;
  }

  /**
   * An objective for `study.optimize`: each trial is a job, and its worker's result the value. Give `jobs`: as many trials
   * are in the queue at a time, however many workers there are.
   *
   * @param space  the declared space that is given to `study.optimize`; null where the objective asks its trial
   */
  objective<V extends Outcome = number>(
    space: Space | null = null,
  ): (...args: unknown[]) => Promise<V> {
    // With a declared space the parameters come first, and the trial has them. The study checks what comes.
    return (...args) => this.run(args.at(-1) as Trial, space !== null) as Promise<V>;
  }

  private async answered<T>(answer: Promise<T>): Promise<T> {
    const { redis, timeout } = this.options;
    try {
      return await inTime(1000 * timeout, answer);
    } catch (error) {
      throw redisError("trialQueue", redis, error as Error);
    }
  }

  /** Lets Redis do something in its own time, or not at all. */
  private later(work: Promise<unknown>): void {
    const done = work.catch(() => {}).finally(() => this.behind.delete(done));
    this.behind.add(done);
  }

  private async run(trial: Trial, declared: boolean): Promise<Outcome> {
    const id = `${this.session}-${trial.number}`;
    const value = new Promise<Outcome>((resolve, reject) =>
      this.waiting.set(id, { trial, resolve, reject, job: null }),
    );
    const withdraw = (): void => this.withdraw(id, String(trial.signal?.reason));
    trial.signal?.addEventListener("abort", withdraw);
    this.add(id, trial, declared).catch((error: Error) => this.settle(id, error));
    if (trial.signal?.aborted) withdraw();
    try {
      return await value;
    } finally {
      trial.signal?.removeEventListener("abort", withdraw);
      this.waiting.delete(id);
      this.later(this.wanted.remove(id));
      this.later(this.engine.redis.del(this.keys.checkpoints(id)));
    }
  }

  private async add(id: string, trial: Trial, declared: boolean): Promise<void> {
    const { number, seed, params } = trial;
    const { attempts, backoff } = this.options;
    await this.answered(this.wanted.add(id));
    const job = await this.answered(
      this.queue.add(
        TRIAL,
        { number, seed, params, declared, session: this.session },
        {
          jobId: id,
          attempts,
          backoff: { type: "exponential", delay: backoff },
          removeOnComplete: { age: KEPT_SECONDS },
          removeOnFail: { age: KEPT_SECONDS },
        },
      ),
    );
    const waiting = this.waiting.get(id);
    if (waiting) waiting.job = job;
    else this.later(job.remove());
  }

  private settle(id: string, result: Outcome | Error): void {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    if (result instanceof Error) waiting.reject(result);
    else waiting.resolve(result);
  }

  private settleAll(error: Error): void {
    for (const id of this.waiting.keys()) this.settle(id, error);
  }

  private lost(jobs: readonly string[]): void {
    const place = withoutPassword(this.options.redis);
    for (const id of jobs) {
      // One that is on its way to the queue is not there yet.
      if (!this.waiting.get(id)?.job) continue;
      const told = `trialQueue: Redis at ${place} has lost the job of a trial; let it write to disk, and not evict keys`;
      this.settle(id, new DataError(told));
    }
  }

  private completed(id: string, result: unknown): void {
    if (!this.waiting.has(id)) return;
    try {
      const end = trialEnd(this.name, result);
      this.settle(id, end.kind === "pruned" ? new TrialPruned() : receivedOutcome(end.value));
    } catch (error) {
      this.settle(id, error as Error);
    }
  }

  /** A trial ends here at once, wherever it is: with a worker, which is told, or in the queue still, from which it is taken. */
  private withdraw(id: string, reason: string): void {
    const job = this.waiting.get(id)?.job;
    this.settle(id, new Error(`aborted: ${reason}`));
    const news: Withdrawal = { job: id, reason };
    this.later(this.engine.redis.publish(this.keys.withdrawals, JSON.stringify(news)));
    if (job) this.later(job.remove());
  }

  private heard(id: string, news: TrialNews | null): void {
    const trial = this.waiting.get(id)?.trial;
    if (!trial) return;
    try {
      if (news?.kind === "report") trial.report(receivedNumber(news.value), news.step);
      else if (news?.kind === "note") trial.note(news.name, news.value);
      else if (news?.kind === "shouldPrune") this.reply(news.reply, () => trial.shouldPrune());
      else if (news?.kind === "suggest") {
        this.reply(news.reply, () => trial.suggest(news.name, news.distribution));
      }
    } catch (error) {
      this.settle(id, error as Error);
    }
  }

  private reply({ list, id }: ReplyTo, answer: () => Choice): void {
    let reply: Reply;
    try {
      reply = { id, value: answer() };
    } catch (error) {
      reply = { id, error: (error as Error).message };
    }
    this.later(this.engine.redis.rpush(list, JSON.stringify(reply)));
    this.later(this.engine.redis.expire(list, KEPT_SECONDS));
  }

  /** Leaves Redis. Trials that wait for workers are given up. Where Redis is away, they end with the study's signs of life. */
  async close(): Promise<void> {
    for (const id of [...this.waiting.keys()]) this.withdraw(id, "the queue was closed");
    this.wanted.close();
    const left = (async () => {
      while (this.behind.size > 0) await Promise.all(this.behind);
      await this.events.close();
      await this.queue.close();
      await this.engine.redis.quit();
    })();
    await inTime(PATIENCE_MS, left).catch(() => {
      // They would look for a Redis that is away for as long as the process lives.
      this.engine.redis.disconnect();
      this.events.close().catch(() => {});
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * A queue of trials in Redis, by BullMQ: workers (`thalweg worker`, or `trialWorker`) on this machine and others take them.
 * A worker that is lost in the middle of a trial is noticed, and another one runs the trial again, with the checkpoints that it
 * has kept. Needs the packages bullmq and ioredis.
 *
 * @param name  the queue's; workers name the same one. Without colons
 * @throws DataError where the packages are not installed or Redis does not answer, OptionError
 *
 * @example
 *     await using queue = await trialQueue("prices", { redis: "redis://10.0.0.5" });
 *     const study = tune.createStudy({ storage: tune.journalStorage("prices.log") });
 *     await study.optimize(space, queue.objective(space), { trials: 100, jobs: 16 });
 */
export async function trialQueue(
  name: string,
  given: Partial<TrialQueueOptions> = {},
): Promise<TrialQueue> {
  const options = withDefaults("trialQueue", DEFAULTS, given);
  checkQueueName("trialQueue", name);
  const { attempts, backoff, redis, prefix, heartbeat, timeout } = options;
  if (!Number.isInteger(attempts) || attempts < 1 || !(backoff >= 0)) {
    throw new OptionError(
      `trialQueue: attempts must be a whole number >= 1 and backoff at least 0, got ${attempts} and ${backoff}`,
    );
  }
  const { interval, grace } = heartbeat;
  if (!(interval > 0 && grace > interval && timeout > 0)) {
    throw new OptionError(
      `trialQueue: heartbeat's interval and timeout must be seconds > 0 and its grace longer than the interval, got ${interval}, ${timeout} and ${grace}`,
    );
  }
  return new TrialQueue(name, await connect("trialQueue", redis, prefix), options).ready();
}

/** @throws OptionError */
export function checkQueueName(subject: string, name: string): void {
  if (typeof name === "string" && name !== "" && !name.includes(":")) return;
  throw new OptionError(
    `${subject}: the queue's name must be a text without colons, got ${JSON.stringify(name)}`,
  );
}
