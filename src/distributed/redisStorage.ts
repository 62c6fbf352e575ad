import { OptionError, withDefaults } from "../errors.ts";
import { startBlocking } from "../runtime/blockingThread.ts";
import { type JournalLog, journalOn } from "../tune/storage/journal.ts";
import type { Storage } from "../tune/storage/storage.ts";
import { checkAddress, withoutPassword } from "./redisAddress.ts";
import type { LogAnswer, LogQuestion, LogStart } from "./redisLogThread.ts";

/** Options of {@link redisStorage}. */
export interface RedisStorageOptions {
  /** What the keys begin with: Optuna's `prefix`. One prefix is one journal, with any number of studies. Default "". */
  readonly prefix: string;
  /** Seconds that a step of a study waits for a Redis that is away. Default 30. */
  readonly timeout: number;
}

/** A storage in Redis; closing it ends its connection. */
export interface RedisStorage extends Storage, AsyncDisposable {
  close(): Promise<void>;
}

/** Milliseconds after which the thread itself counts as lost: it tells before that Redis is. */
const BEYOND_MS = 5000;

/**
 * Studies in Redis (or Valkey), in the format of Optuna's journal and under its keys: a study written here opens and continues in
 * Optuna, `JournalStorage(JournalRedisStorage(url, prefix=...))`, and the other way round. Several processes on any number of
 * machines may work on one study at a time. Needs the package ioredis.
 *
 * As with a file, every record is with Redis before the next step is taken: the connection has a thread of its own, and the
 * study sleeps until that has its answer. A process that is killed loses its running trials only. What a Redis that is killed
 * loses is up to its own settings (`appendonly`).
 *
 * @param url  redis://HOST:PORT, or rediss:// for TLS
 * @throws DataError where ioredis is not installed, Redis does not answer, or a record is none; OptionError
 *
 * @example
 *     await using storage = await redisStorage("redis://10.0.0.5", { prefix: "prices" });
 *     const study = tune.createStudy({ storage });
 */
export async function redisStorage(
  url: string,
  given: Partial<RedisStorageOptions> = {},
): Promise<RedisStorage> {
  const { prefix, timeout } = withDefaults<RedisStorageOptions>(
    "redisStorage",
    { prefix: "", timeout: 30 },
    given,
  );
  checkAddress("redisStorage", url);
  if (typeof prefix !== "string" || !(timeout > 0) || timeout === Infinity) {
    throw new OptionError(
      `redisStorage: prefix must be a text and timeout a number of seconds > 0, got ${JSON.stringify(prefix)} and ${String(timeout)}`,
    );
  }
  const start: LogStart = { url, prefix, timeout: 1000 * timeout };
  const module = new URL("./redisLogThread.js", import.meta.url);
  const thread = await startBlocking("redisStorage", module, start);
  /** What came with the last append, which asks for what is new as well. */
  let read: string[] | null = null;
  const exchange = (texts: readonly string[], ifCurrent: boolean): boolean => {
    const question: LogQuestion = { texts, ifCurrent };
    const { found, isDone } = thread.call(question, start.timeout + BEYOND_MS) as LogAnswer;
    read = [...(read ?? []), ...found];
    return isDone;
  };
  const log: JournalLog = {
    readNew: () => {
      if (!read) exchange([], false);
      const found = read!;
      read = null;
      return found;
    },
    append: (texts) => void exchange(texts, false),
    appendIfCurrent: (texts) => exchange(texts, true),
  };
  try {
    const placeOf = (index: number): string =>
      `redisStorage: ${prefix}:log:${index} of Redis at ${withoutPassword(url)}`;
    const storage = journalOn(log, placeOf);
    return { ...storage, close: thread.close, [Symbol.asyncDispose]: thread.close };
  } catch (error) {
    await thread.close();
    throw error;
  }
}
