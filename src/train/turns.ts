/** Milliseconds after which training lets the event loop run. */
const TURN = 12;

/** Most steps between two looks at the clock. */
const MOST = 64;

/**
 * When training should let the event loop run. The clock is looked at about once a millisecond: asked
 * at every step, it would cost a small model one step in a hundred and leave numbers on the heap.
 */
export class Turns {
  private turn = performance.now();
  private looked: number = this.turn;
  private stride = 1;
  private rest = 1;
  private readonly length: number;

  /** @param length  milliseconds of a turn */
  constructor(length: number = TURN) {
    this.length = length;
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

  /** The event loop has run. */
  taken(): void {
    this.turn = this.looked = performance.now();
  }
}
