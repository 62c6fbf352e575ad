import type { Redis } from "./redis.ts";
import type { Reply } from "./trialJob.ts";

/** Seconds that the list is waited at; then whether anybody still waits is looked at again. */
const TURN_SECONDS = 5;

/** Milliseconds before the list is waited at again where that has failed. */
const PAUSE_MS = 500;

/** What studies answer to the trials of a worker: one list and one connection for all trials. */
export class Replies {
  /** Key of the list. */
  readonly list: string;
  private readonly redis: Redis;
  private readonly waiting = new Map<string, (reply: Reply | null) => void>();
  private isListening = false;
  private isClosed = false;

  /** @param redis  a connection for this alone: who waits at a list says nothing else */
  constructor(redis: Redis, list: string) {
    this.redis = redis;
    this.list = list;
    redis.on("error", () => {});
  }

  /** The answer to a question, or null after so many seconds, and at the end. */
  async next(id: string, seconds: number): Promise<Reply | null> {
    let timer: ReturnType<typeof setTimeout>;
    const reply = new Promise<Reply | null>((resolve) => {
      this.waiting.set(id, resolve);
      timer = setTimeout(() => resolve(null), 1000 * seconds);
    });
    if (!this.isListening) void this.listen();
    try {
      return await reply;
    } finally {
      clearTimeout(timer!);
      this.waiting.delete(id);
    }
  }

  private async listen(): Promise<void> {
    this.isListening = true;
    while (this.waiting.size > 0 && !this.isClosed) {
      try {
        const found = await this.redis.blpop(this.list, TURN_SECONDS);
        if (!found) continue;
        const reply = JSON.parse(found[1]) as Reply;
        this.waiting.get(reply.id)?.(reply);
      } catch {
        // The connection is lost and comes back, or another program has written what is none.
        if (!this.isClosed) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
    this.isListening = false;
  }

  close(): void {
    this.isClosed = true;
    for (const resolve of this.waiting.values()) resolve(null);
    this.redis.disconnect();
  }
}
