import { DataError } from "../errors.ts";
import { checkAddress, withoutPassword } from "./redisAddress.ts";

/** What is used of an ioredis connection. */
export interface Redis {
  duplicate(): Redis;
  ping(): Promise<string>;
  eval(script: string, keys: number, ...args: readonly (string | number)[]): Promise<unknown>;
  hgetBuffer(key: string, field: string): Promise<Uint8Array | null>;
  hset(key: string, field: string, value: Uint8Array | string): Promise<number>;
  hdel(key: string, field: string): Promise<number>;
  hkeys(key: string): Promise<string[]>;
  srem(key: string, ...members: string[]): Promise<number>;
  sismember(key: string, member: string): Promise<number>;
  del(key: string): Promise<number>;
  expire(key: string, seconds: number): Promise<number>;
  rpush(key: string, value: string): Promise<number>;
  blpop(key: string, seconds: number): Promise<[string, string] | null>;
  publish(channel: string, message: string): Promise<number>;
  subscribe(channel: string): Promise<unknown>;
  on(event: "message", listener: (channel: string, message: string) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  quit(): Promise<unknown>;
  disconnect(reconnect?: boolean): void;
}

/** What is used of ioredis. */
export interface IoRedis {
  Redis: new (url: string, options: object) => Redis;
}

/** Milliseconds to wait for Redis's first answer. */
export const PATIENCE_MS = 5000;

/** Packages that the program which imports this one must have. @throws DataError where they are not installed */
export async function packages<T extends readonly unknown[]>(
  subject: string,
  names: { readonly [K in keyof T]: string },
): Promise<T> {
  try {
    const all = names.map((name) => import(/* @vite-ignore */ name) as Promise<unknown>);
    return (await Promise.all(all)) as readonly unknown[] as T;
  } catch (error) {
    throw new DataError(
      `${subject}: needs ${names.join(" and ")}; npm install ${names.join(" ")} (${(error as Error).message})`,
    );
  }
}

/** What is wrong with a Redis, in words: it says no, or nothing. */
export function redisError(subject: string, url: string, error: Error): DataError {
  const place = `${subject}: Redis at ${withoutPassword(url)}`;
  return new DataError(
    error.name === "ReplyError"
      ? `${place} refuses: ${withoutPassword(error.message)}`
      : `${place} cannot be reached: ${error.message}; start it, or correct the address`,
  );
}

/** Waits for an answer of Redis, but not for ever. @throws Error after so many milliseconds, and what comes instead of an answer */
export async function inTime<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer for ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer!);
  }
}

/** A connection that finds what it loses by itself. @throws DataError where nobody answers, OptionError */
export async function connected(subject: string, url: string, { Redis }: IoRedis): Promise<Redis> {
  checkAddress(subject, url);
  let fault: Error | null = null;
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => Math.min(200 * times, 2000),
  });
  redis.on("error", (error) => (fault = error));
  try {
    await inTime(PATIENCE_MS, redis.ping());
    return redis;
  } catch (error) {
    redis.disconnect();
    // What the connection says, and what Redis does (a wrong password), tell more than that there is no answer.
    throw redisError(subject, url, fault ?? (error as Error));
  }
}
