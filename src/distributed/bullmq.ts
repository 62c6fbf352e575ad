import { type IoRedis, type Redis, connected, packages } from "./redis.ts";

/** What is used of a BullMQ job. */
export interface Job<Data> {
  readonly id?: string;
  readonly data: Data;
  readonly attemptsMade: number;
  updateProgress(progress: object): Promise<void>;
  remove(): Promise<void>;
}

/** What is used of a BullMQ queue. */
export interface Queue<Data> {
  add(name: string, data: Data, options: object): Promise<Job<Data>>;
  close(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** What is used of BullMQ's events. */
export interface QueueEvents {
  waitUntilReady(): Promise<unknown>;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "progress", listener: (e: { jobId: string; data: unknown }) => void): unknown;
  on(event: "completed", listener: (e: { jobId: string; returnvalue: unknown }) => void): unknown;
  on(event: "failed", listener: (e: { jobId: string; failedReason: string }) => void): unknown;
  close(): Promise<void>;
}

/** What is used of a BullMQ worker. */
export interface QueueWorker {
  waitUntilReady(): Promise<unknown>;
  on(event: "error", listener: (error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
}

interface BullMq {
  Queue: new <Data>(name: string, options: object) => Queue<Data>;
  QueueEvents: new (name: string, options: object) => QueueEvents;
  Worker: new <Data>(
    name: string,
    run: (job: Job<Data>) => Promise<unknown>,
    options: object,
  ) => QueueWorker;
  UnrecoverableError: new (message: string) => Error;
}

/** A connection, and the queues on it. */
export interface RedisEngine {
  readonly bullmq: BullMq;
  readonly redis: Redis;
  /** Options of a queue, its events or its worker: where it is. */
  readonly place: { readonly connection: object; readonly prefix: string };
}

/**
 * Connects, with the packages bullmq and ioredis of the program that imports this one.
 *
 * @throws DataError where they are not installed, or nobody answers; OptionError
 */
export async function connect(subject: string, url: string, prefix: string): Promise<RedisEngine> {
  const [bullmq, ioredis] = await packages<[BullMq, IoRedis]>(subject, ["bullmq", "ioredis"]);
  const redis = await connected(subject, url, ioredis);
  return { bullmq, redis, place: { connection: redis, prefix } };
}
