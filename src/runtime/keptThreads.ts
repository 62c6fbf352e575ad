import type { Alarm, KeeperStart, News, Order } from "./keeper.ts";
import { type NodeThreads, type Thread, type ThreadEvents, nodeThreadOf } from "./thread.ts";

/** Threads with a keeper, as the one that started it sees them. */
export class Keeper {
  private readonly thread: Thread;
  private readonly kept: ThreadEvents[] = [];
  /** Numbers of those that have not ended. */
  private readonly living = new Set<number>();

  constructor(node: NodeThreads, script: string, alarm: Alarm) {
    this.thread = nodeThreadOf(node, script, {
      message: (value) => this.hear(value as News),
      end: (why) => {
        for (const thread of this.living) this.hear({ thread, ended: why });
      },
    });
    this.thread.post({ keep: script, alarm } satisfies KeeperStart);
  }

  private hear(news: News): void {
    const events = this.kept[news.thread]!;
    if ("message" in news) return events.message(news.message);
    this.living.delete(news.thread);
    events.end(news.ended);
    if (this.living.size === 0) void this.thread.terminate();
  }

  /** Starts a thread. */
  start({ message, end }: ThreadEvents): Thread {
    let over = (): void => {};
    const ended = new Promise<void>((resolve) => (over = resolve));
    const number = this.kept.push({
      message,
      end: (why) => {
        over();
        end(why);
      },
    });
    const at = number - 1;
    this.living.add(at);
    const order = (what: Order): void => this.thread.post(what);
    order({ start: at });
    return {
      post: (value) => order({ post: at, message: value }),
      ref: () => this.thread.ref(),
      unref: () => this.thread.unref(),
      terminate: () => {
        if (this.living.has(at)) {
          this.thread.ref();
          order({ stop: at });
        }
        return ended;
      },
    };
  }
}
