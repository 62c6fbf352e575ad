import { yieldToLoop } from "../runtime/platform.ts";

/** Milliseconds after which a long computation lets the event loop run. */
const TURN = 12;

/** Most steps between two looks at the clock. */
const MOST = 64;

/**
 * When a long computation should let others run, and how. The clock is looked at about once a millisecond: asked
 * at every step, it would cost a small model one step in a hundred and leave numbers on the heap.
 */
export class Turns {
  private turn = performance.now();
  private looked: number = this.turn;
  private stride = 1;
  private rest = 1;
  private readonly length: number;
  private readonly wait: () => Promise<void>;

  /**
   * @param length  milliseconds of a turn
   * @param wait    what is waited for between two turns
   */
  constructor(length: number = TURN, wait: () => Promise<void> = yieldToLoop) {
    this.length = length;
    this.wait = wait;
  }

  /** Whether a turn is due; call it once a step. */
  due(): boolean {
    if (--this.rest > 0) return false;
    const now = performance.now();
    const took = now - this.looked;
    if (took > 1) this.stride = 1;
    else if (took < 0.5) this.stride = Math.min(2 * this.stride, MOST);
    this.looked = now;
    this.rest = this.stride;
    return now - this.turn > this.length;
  }

  /** Lets others run. */
  async take(): Promise<void> {
    await this.wait();
    this.turn = this.looked = performance.now();
  }
}

/** Turns that end at an aborted signal, with its reason. @throws its reason, where it is aborted already */
export function turnsUntil(signal: AbortSignal | null): Turns {
  signal?.throwIfAborted();
  return new Turns(TURN, async () => {
    await yieldToLoop();
    signal?.throwIfAborted();
  });
}
