import { OP } from "./storage/operation.ts";
import type { AnyStudy } from "./study.ts";

/** The note that a running trial's process renews: milliseconds since 1970. */
const NOTE = "heartbeat";

/** The note, now. */
export function signOfLife(): { readonly [NOTE]: number } {
  return { [NOTE]: Date.now() };
}

/**
 * Signs of life of the trials that run here, and the search for those that have none any more: their process was killed.
 * Trials of other programs, which give no signs, are left alone.
 */
export class Heartbeat {
  private readonly study: AnyStudy;
  private readonly grace: number;
  private readonly running = new Set<number>();
  private readonly timer: ReturnType<typeof setInterval>;

  /** @param interval  and grace in seconds */
  constructor(study: AnyStudy, interval: number, grace: number) {
    this.study = study;
    this.grace = 1000 * grace;
    this.timer = setInterval(() => {
      for (const number of this.running) {
        try {
          this.beat(number);
        } catch {
          // Nobody could catch it here. A storage that is away may be back for the next sign; else the trial's next step tells.
        }
      }
    }, 1000 * interval);
    // A process may end although the study has not.
    (this.timer as { unref?: () => void }).unref?.();
  }

  private beat(number: number): void {
    this.study.change(number, {
      op_code: OP.trialSystemAttribute,
      system_attr: signOfLife(),
    });
  }

  /** The trial has its first sign of life from `ask`. */
  begin(number: number): void {
    this.running.add(number);
  }

  end(number: number): void {
    this.running.delete(number);
  }

  /** Ends trials without a sign of life as failed, and enqueues their parameters again. */
  retryLost(): void {
    this.study.retry((trials) =>
      trials.filter(({ number, state, system }) => {
        const last = system[NOTE];
        if (state !== "running" || typeof last !== "number" || this.running.has(number))
          return false;
        return Date.now() - last >= this.grace;
      }),
    );
  }

  close(): void {
    clearInterval(this.timer);
  }
}
