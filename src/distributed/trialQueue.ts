import { NonFiniteError, OptionError, withDefaults } from "../errors.ts";
import { TrialPruned } from "../tune/pruned.ts";
import type { Space } from "../tune/space/distribution.ts";
import type { Trial } from "../tune/trial.ts";
import type { Outcome } from "../tune/trialRecord.ts";
import { type Queue, type QueueEvents, type RedisEngine, connect } from "./bullmq.ts";
import {
  type Reply,
  TRIAL,
  type TrialEnd,
  type TrialJob,
  type TrialNews,
  type Withdrawal,
  keysOf,
  receivedNumber,
  receivedOutcome,
} from "./trialJob.ts";

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
}

const DEFAULTS: TrialQueueOptions = {
  redis: "redis://127.0.0.1:6379",
  prefix: "thalweg",
  attempts: 1,
  backoff: 1000,
};

/** Seconds that what nobody came for is kept. */
const KEPT_SECONDS = 3600;

/** A trial that waits for its worker. */
interface Waiting {
  readonly trial: Trial;
  readonly resolve: (value: Outcome) => void;
  readonly reject: (error: Error) => void;
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

  constructor(name: string, engine: RedisEngine, options: TrialQueueOptions) {
    this.name = name;
    this.engine = engine;
    this.options = options;
    this.keys = keysOf(options.prefix, name);
    this.queue = new engine.bullmq.Queue(name, engine.place);
    this.events = new engine.bullmq.QueueEvents(name, engine.place);
    // What the connection loses it finds again by itself.
    for (const part of [this.queue, this.events]) part.on("error", () => {});
    this.events.on("progress", ({ jobId, data }) => {
      this.heard(jobId, data as TrialNews).catch((error: Error) => this.settle(jobId, error));
    });
    this.events.on("completed", ({ jobId, returnvalue }) => {
      const end = returnvalue as TrialEnd;
      if (end.kind === "pruned") this.settle(jobId, new TrialPruned());
      else this.settle(jobId, receivedOutcome(end.value));
    });
    this.events.on("failed", ({ jobId, failedReason }) =>
      this.settle(jobId, errorOf(failedReason)),
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

  private async run(trial: Trial, declared: boolean): Promise<Outcome> {
    const job = `${this.session}-${trial.number}`;
    const { attempts, backoff } = this.options;
    const value = new Promise<Outcome>((resolve, reject) =>
      this.waiting.set(job, { trial, resolve, reject }),
    );
    const withdraw = (): void => {
      this.withdraw(job, String(trial.signal?.reason)).catch(() => {}); // it is settled all the same
    };
    trial.signal?.addEventListener("abort", withdraw);
    try {
      const { number, seed, params } = trial;
      await this.queue.add(
        TRIAL,
        { number, seed, params, declared },
        {
          jobId: job,
          attempts,
          backoff: { type: "exponential", delay: backoff },
          removeOnComplete: { age: KEPT_SECONDS },
          removeOnFail: { age: KEPT_SECONDS },
        },
      );
      if (trial.signal?.aborted) withdraw();
      return await value;
    } finally {
      trial.signal?.removeEventListener("abort", withdraw);
      this.waiting.delete(job);
      await this.engine.redis.del(this.keys.checkpoints(job));
    }
  }

  private settle(job: string, result: Outcome | Error): void {
    const waiting = this.waiting.get(job);
    if (!waiting) return;
    if (result instanceof Error) waiting.reject(result);
    else waiting.resolve(result);
  }

  private async withdraw(job: string, reason: string): Promise<void> {
    const news: Withdrawal = { job, reason };
    try {
      await this.engine.redis.publish(this.keys.withdrawals, JSON.stringify(news));
    } finally {
      this.settle(job, new Error(`aborted: ${reason}`));
    }
  }

  private async heard(job: string, news: TrialNews): Promise<void> {
    const trial = this.waiting.get(job)?.trial;
    if (!trial) return;
    if (news.kind === "report") return trial.report(receivedNumber(news.value), news.step);
    if (news.kind === "note") return trial.note(news.name, news.value);
    let reply: Reply;
    try {
      const value =
        news.kind === "suggest" ? trial.suggest(news.name, news.distribution) : trial.shouldPrune();
      reply = { value };
    } catch (error) {
      reply = { error: (error as Error).message };
    }
    const key = this.keys.reply(news.reply);
    await this.engine.redis.rpush(key, JSON.stringify(reply));
    await this.engine.redis.expire(key, KEPT_SECONDS);
  }

  /** Leaves Redis. Trials that wait for workers are given up. */
  async close(): Promise<void> {
    for (const job of [...this.waiting.keys()]) await this.withdraw(job, "the queue was closed");
    await this.events.close();
    await this.queue.close();
    await this.engine.redis.quit();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** An objective's error, from the reason of a job that has failed: `name: message`. */
function errorOf(reason: string): Error {
  const [, name, message] = /^(\w*Error): (.*)$/s.exec(reason) ?? [];
  if (name === "NonFiniteError") return new NonFiniteError(message!);
  const error = new Error(message ?? reason);
  if (name !== undefined) error.name = name;
  return error;
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
  const { attempts, backoff, redis, prefix } = options;
  if (!Number.isInteger(attempts) || attempts < 1 || !(backoff >= 0)) {
    throw new OptionError(
      `trialQueue: attempts must be a whole number >= 1 and backoff at least 0, got ${attempts} and ${backoff}`,
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
