import type { Redis } from "./redis.ts";

/** Seconds between two signs of life, and after which there is none any more. */
export interface Heartbeat {
  readonly interval: number;
  readonly grace: number;
}

/** In one step: a set without an end would outlive its study. Answers with those of the jobs that are not there. */
const ADD = `
redis.call('sadd', KEYS[1], unpack(ARGV, 3))
redis.call('expire', KEYS[1], ARGV[1])
local lost = {}
for i = 3, #ARGV do
  if redis.call('exists', ARGV[2] .. ARGV[i]) == 0 then lost[#lost + 1] = ARGV[i] end
end
return lost`;

/**
 * The jobs that a study still waits for, as a set in Redis. It is gone a while after the study is, as nobody renews it: what
 * then lies in the queue is not run.
 */
export class WantedJobs {
  private readonly redis: Redis;
  private readonly key: string;
  private readonly jobKey: string;
  private readonly grace: number;
  private readonly jobs = new Set<string>();
  private readonly timer: ReturnType<typeof setInterval>;

  /**
   * @param key      of the set
   * @param jobKey   what keys of jobs begin with
   * @param renewed  waits for a sign of life on its way to Redis, which answers with the jobs that it has lost
   */
  constructor(
    redis: Redis,
    key: string,
    jobKey: string,
    { interval, grace }: Heartbeat,
    renewed: (lost: Promise<readonly string[]>) => Promise<void>,
  ) {
    this.redis = redis;
    this.key = key;
    this.jobKey = jobKey;
    this.grace = Math.ceil(grace);
    let isUnderWay = false;
    this.timer = setInterval(() => {
      if (isUnderWay || this.jobs.size === 0) return;
      isUnderWay = true;
      void renewed(this.write([...this.jobs])).finally(() => (isUnderWay = false));
    }, 1000 * interval);
    (this.timer as { unref?: () => void }).unref?.();
  }

  private async write(jobs: readonly string[]): Promise<readonly string[]> {
    const { redis, key, grace, jobKey } = this;
    return (await redis.eval(ADD, 1, key, grace, jobKey, ...jobs)) as string[];
  }

  add(job: string): Promise<unknown> {
    this.jobs.add(job);
    return this.write([job]);
  }

  remove(job: string): Promise<unknown> {
    this.jobs.delete(job);
    return this.redis.srem(this.key, job);
  }

  /** No more signs; what is left ends by itself. */
  close(): void {
    clearInterval(this.timer);
  }
}

/** Milliseconds in which a study that lives renews what a Redis that was away has let go: both come back within two seconds. */
export const SECOND_LOOK_MS = 3000;

/** What a worker knows of the studies whose jobs it gets. */
export class WantedBy {
  private readonly redis: Redis;
  private readonly keyOf: (session: string) => string;
  /** Sessions of studies that were gone when they were looked for. */
  private readonly gone = new Set<string>();

  constructor(redis: Redis, keyOf: (session: string) => string) {
    this.redis = redis;
    this.keyOf = keyOf;
  }

  /** Whether a study waits for a job, now. */
  async has(session: string, job: string): Promise<boolean> {
    return (await this.redis.sismember(this.keyOf(session), job)) === 1;
  }

  /** Whether it does, or will say so in a moment. */
  async hasSoon(session: string, job: string): Promise<boolean> {
    if (await this.has(session, job)) return true;
    // Of a dead study's many jobs only the first is worth a second look.
    if (this.gone.has(session)) return false;
    await new Promise((resolve) => setTimeout(resolve, SECOND_LOOK_MS));
    if (await this.has(session, job)) return true;
    this.gone.add(session);
    return false;
  }
}
