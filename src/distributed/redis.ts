import { DataError } from "../errors.ts";

/** What is used of an ioredis connection. */
export interface Redis {
  duplicate(): Redis;
  ping(): Promise<string>;
  hgetBuffer(key: string, field: string): Promise<Uint8Array | null>;
  hset(key: string, field: string, value: Uint8Array | string): Promise<number>;
  hdel(key: string, field: string): Promise<number>;
  hkeys(key: string): Promise<string[]>;
  del(key: string): Promise<number>;
  expire(key: string, seconds: number): Promise<number>;
  rpush(key: string, value: string): Promise<number>;
  blpop(key: string, seconds: number): Promise<[string, string] | null>;
  publish(channel: string, message: string): Promise<number>;
  subscribe(channel: string): Promise<unknown>;
  on(event: "message", listener: (channel: string, message: string) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  quit(): Promise<unknown>;
  disconnect(): void;
}

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
  on(event: "active", listener: (e: { jobId: string }) => void): unknown;
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
 * @throws DataError where they are not installed, or nobody answers
 */
export async function connect(subject: string, url: string, prefix: string): Promise<RedisEngine> {
  const [bullmq, ioredis] = await packages(subject);
  let fault: Error | null = null;
  const redis = new ioredis.Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => Math.min(200 * times, 2000),
  });
  redis.on("error", (error) => (fault = error));
  const answered = await Promise.race([
    redis.ping().then(() => true),
    new Promise<false>((resolve) => setTimeout(() => resolve(false), PATIENCE_MS)),
  ]);
  if (!answered) {
    redis.disconnect();
    const why = (fault as Error | null)?.message ?? `no answer for ${PATIENCE_MS / 1000} s`;
    throw new DataError(`${subject}: Redis at ${withoutPassword(url)} cannot be reached: ${why}`);
  }
  return { bullmq, redis, place: { connection: redis, prefix } };
}

/** Milliseconds to wait for Redis's first answer. */
const PATIENCE_MS = 5000;

/** Text with an address in it, without the name and password there. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//");
}

interface IoRedis {
  Redis: new (url: string, options: object) => Redis;
}

async function packages(subject: string): Promise<[BullMq, IoRedis]> {
  const names = ["bullmq", "ioredis"];
  try {
    const [bullmq, ioredis] = await Promise.all(
      names.map((name) => import(/* @vite-ignore */ name) as Promise<unknown>),
    );
    return [bullmq as BullMq, ioredis as IoRedis];
  } catch (error) {
    throw new DataError(
      `${subject}: needs the packages bullmq and ioredis; npm install bullmq ioredis (${(error as Error).message})`,
    );
  }
}
