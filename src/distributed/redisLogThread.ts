// The module of a thread that reads and appends a journal in Redis, for a study that sleeps until that is done.
import { DataError } from "../errors.ts";
import { answerCalls } from "../runtime/blockingThread.ts";
import { type IoRedis, PATIENCE_MS, type Redis, packages, redisError } from "./redis.ts";
import { withoutPassword } from "./redisAddress.ts";

/** What the thread is started with. */
export interface LogStart {
  readonly url: string;
  readonly prefix: string;
  /** Milliseconds that a question may take. */
  readonly timeout: number;
}

/** What to do: append records, none to read only. */
export interface LogQuestion {
  readonly texts: readonly string[];
  /** Append only where there is nothing new. */
  readonly ifCurrent: boolean;
}

export interface LogAnswer {
  /** All records that are new here, those that were appended too. */
  readonly found: readonly string[];
  readonly isDone: boolean;
}

/**
 * Appends records behind those that are there and reads what is new, in one step for all who do so. The keys are those of Optuna's
 * JournalRedisStorage: `<prefix>:log_number`, the last record's number, and `<prefix>:log:<number>`.
 *
 * A connection may break when the records are there and the answer is not: they are sent again. What is read anew holds none
 * of this process's own records, so that the first one of them, if it is found there, tells that all have arrived.
 *
 * ARGV: prefix, the first number to read, the text of the record before it, most records to read, "current" to append only where
 * there is nothing new, records to append. Answers with the last number, whether it has appended, and records
 */
const SCRIPT = `
local from, most = tonumber(ARGV[2]), tonumber(ARGV[4])
local counter = ARGV[1] .. ':log_number'
local function key(i) return string.format('%s:log:%d', ARGV[1], i) end
local last = tonumber(redis.call('get', counter) or -1)
if from > 0 and (last < from - 1 or redis.call('get', key(from - 1)) ~= ARGV[3]) then return {'lost'} end
local there, wanted = false, true
if #ARGV > 5 then
  for i = from, last do there = there or redis.call('get', key(i)) == ARGV[6] end
  wanted = there or last < from or ARGV[5] ~= 'current'
  if wanted and not there then
    redis.call('setnx', counter, -1)
    for a = 6, #ARGV do
      last = redis.call('incr', counter)
      redis.call('set', key(last), ARGV[a])
    end
  end
end
local found = { tostring(last), wanted and 'done' or 'behind' }
for i = from, math.min(last, from + most - 1) do
  local text = redis.call('get', key(i))
  if not text then break end
  found[#found + 1] = text
end
return found`;

/** Records that are read in one step: Redis does nothing else meanwhile. */
const MOST = 1000;

/** Milliseconds between two tries. */
const PAUSE_MS = 50;

/** Errors that go by: Redis is starting, busy, or another one takes its place. */
const PASSING = /^(LOADING|BUSY|READONLY|MASTERDOWN|TRYAGAIN)\b/;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** A journal in Redis. */
class RedisLog {
  private readonly redis: Redis;
  private readonly start: LogStart;
  /** How many records were read, and the last of them. */
  private read = 0;
  private last = "";
  /** Records that were read, and that nobody has taken: where something fails, they come with the next answer. */
  private readonly untaken: string[] = [];
  /** What the connection said last. */
  private fault = new Error("no answer");
  /** Called when the connection is lost: ioredis then leaves what is under way without an end. */
  private onClose: () => void = () => {};

  constructor({ Redis }: IoRedis, start: LogStart) {
    this.start = start;
    // Nothing waits in the connection: a record that was given up must not be written later.
    this.redis = new Redis(start.url, {
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: null,
      retryStrategy: (times: number) => Math.min(50 * times, 1000),
    });
    this.redis.on("error", (error) => (this.fault = error));
    this.redis.on("close", () => this.onClose());
  }

  /** Where a connection is lost, until it is there again or the time is over. @throws DataError */
  private async tried<T>(until: number, work: () => Promise<T>): Promise<T> {
    for (;;) {
      let timer: ReturnType<typeof setTimeout>;
      const lost = new Promise<null>((resolve) => {
        this.onClose = () => resolve(null);
        // A connection that is silent is given up, with what it would still do.
        timer = setTimeout(() => this.redis.disconnect(true), until - performance.now());
      });
      try {
        const done = await Promise.race([work().then((value) => ({ value })), lost]);
        if (done) return done.value;
      } catch (error) {
        const said = error as Error;
        if (said.name === "ReplyError") {
          this.fault = said;
          if (!PASSING.test(said.message)) throw redisError("redisStorage", this.start.url, said);
        }
      } finally {
        clearTimeout(timer!);
      }
      if (performance.now() + PAUSE_MS >= until) {
        throw redisError("redisStorage", this.start.url, this.fault);
      }
      await pause();
    }
  }

  private get subject(): string {
    return `redisStorage: Redis at ${withoutPassword(this.start.url)}`;
  }

  /** Records that were read since this was asked last. */
  take(): string[] {
    return this.untaken.splice(0);
  }

  /** Appends records, and reads all that there are. @returns whether it has appended @throws DataError */
  async exchange({ texts, ifCurrent }: LogQuestion, ms: number): Promise<boolean> {
    const until = performance.now() + ms;
    let isDone: boolean | null = null;
    for (;;) {
      const { prefix } = this.start;
      const args = [
        ...[prefix, this.read, this.last, MOST, ifCurrent ? "current" : ""],
        ...(isDone === null ? texts : []),
      ];
      const [last, how, ...found] = (await this.tried(until, () =>
        this.redis.eval(SCRIPT, 0, ...args),
      )) as string[];
      if (last === "lost") {
        throw new DataError(
          `${this.subject} has lost records of the journal "${prefix}" that were there; open the study anew, and let Redis write to disk`,
        );
      }
      isDone ??= how === "done";
      this.untaken.push(...found);
      this.read += found.length;
      this.last = found.at(-1) ?? this.last;
      if (this.read > Number(last)) return isDone;
      if (found.length > 0) continue;
      // Optuna writes number and record in two steps where it is told that Redis is a cluster. A record has half of the time,
      // so that there is time left to hear that it is not there.
      if (performance.now() >= until - ms / 2) {
        throw new DataError(
          `${this.subject}: ${prefix}:log:${this.read} must be a record, but is not there; its writer was ended in the middle, or somebody has deleted it`,
        );
      }
      await pause();
    }
  }
}

answerCalls(async (given) => {
  const start = given as LogStart;
  const [ioredis] = await packages<[IoRedis]>("redisStorage", ["ioredis"]);
  const log = new RedisLog(ioredis, start);
  await log.exchange({ texts: [], ifCurrent: false }, Math.min(PATIENCE_MS, start.timeout));
  return async (question): Promise<LogAnswer> => {
    const isDone = await log.exchange(question as LogQuestion, start.timeout);
    return { isDone, found: log.take() };
  };
});
