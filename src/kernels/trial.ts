import { Commands } from "./commands.ts";
import type { Engine } from "./engine.ts";
import { OptionError } from "../errors.ts";
import { kernelsOf } from "./kernels.ts";
import { type Tile, tilesOf } from "./tile.ts";

/** Rounds that decide: the last ones, since both tiles have reached their speed. */
const ROUNDS = 9;
/** Rounds after which it is decided whatever happened. */
const MOST_ROUNDS = 60;
/** A tile that is so much faster than before has just been compiled anew. */
const JUMP = 1.15;
/** Milliseconds, or ticks of a coarse clock, in which one tile is timed. */
const SAMPLE = 0.15;
const TICKS = 5;
/** Milliseconds from one round to the next, at least; and of what part of the time a round takes. */
const PAUSE = 10;
const SHARE = 0.1;
/** Calls within which a clock must tick. */
const MOST_CALLS = 2000;

/**
 * Which of two ways is faster, by rounds that time both. An engine compiles what is called often anew, in the background:
 * rounds are some milliseconds apart, and what was timed before a way got faster does not count.
 */
export class Trial {
  private readonly run: (index: number) => void;
  private readonly now: () => number;
  private readonly best = [0, 0];
  private ratios: number[] = [];
  private rounds = 0;
  private next = 0;

  /**
   * @param run  goes the first (0) or second (1) way: some microseconds of work
   * @param now  milliseconds
   */
  constructor(run: (index: number) => void, now: () => number) {
    this.run = run;
    this.now = now;
  }

  /**
   * One round, unless the last one was just before.
   *
   * @returns the second way's speed in terms of the first one's, or null while it is not known; 0 where the clock
   *   does not tick
   */
  step(): number | null {
    const started = this.now();
    if (started < this.next) return null;
    const first = this.speed(0);
    if (first === 0) return 0;
    const second = this.speed(1);
    const ended = this.now();
    this.next = ended + Math.max(PAUSE, (ended - started) / SHARE);
    [first, second].forEach((speed, i) => {
      if (speed > JUMP * this.best[i]!) this.ratios = [];
      this.best[i] = Math.max(this.best[i]!, speed);
    });
    this.ratios.push(second / first);
    if (this.ratios.length < ROUNDS && ++this.rounds < MOST_ROUNDS) return null;
    return this.ratios.toSorted((a, b) => a - b)[this.ratios.length >> 1]!;
  }

  /** Calls a millisecond, from one tick of the clock to another; 0 where it does not tick. */
  private speed(index: number): number {
    const before = this.now();
    let start = before;
    for (let calls = 0; start === before && calls < MOST_CALLS; calls++) {
      this.run(index);
      start = this.now();
    }
    if (start === before) return 0;
    const length = Math.max(SAMPLE, TICKS * (start - before));
    let end = start;
    let calls = 0;
    while (end - start < length && calls < MOST_CALLS) {
      this.run(index);
      end = this.now();
      calls++;
    }
    return calls / (end - start);
  }
}

/** The trial product, A^T B: whole tiles of either kind, read where they lie, which needs no scratch but one tile. */
const M = 24;
const N = 24;
const K = 168;
const TRANSPOSE_A = 1;

/**
 * It lies behind the static data, which have a page of 64 KB for themselves; zeros take as long as other numbers.
 *
 *     static data | command | scratch: 256 | A [K][M] | B [K][N] | C [M][N]
 */
const COMMAND = 4096;
const SCRATCH = COMMAND + 256;
const A = SCRATCH + 256;
const B = A + 4 * M * K;
const C = B + 4 * N * K;

/** How much faster than the first tile the second one must be to be taken. */
const MARGIN = 1.04;

/** A trial that settles an engine's tile. */
export function trialOn(engine: Engine): { step(): void } {
  const { tiles, variant } = engine;
  const commands = new Commands(Infinity);
  kernelsOf(commands).matmul(A, B, 0, C, M, N, K, TRANSPOSE_A, M);
  commands.place(engine.i32, COMMAND);
  const end = COMMAND + commands.position;
  const run = (index: number): void => {
    tiles.use(index);
    engine.exports.run(COMMAND, end, SCRATCH);
    tiles.use(0);
  };
  const trial = new Trial(run, () => performance.now());
  return {
    step() {
      const speed = trial.step();
      if (speed === null) return;
      const [first, second] = tilesOf(variant);
      const why =
        speed === 0
          ? "no clock ticks here to try the other one"
          : `${second} ran at ${speed.toFixed(2)} of the speed of ${first} in a trial`;
      tiles.settle(speed > MARGIN ? 1 : 0, why);
    },
  };
}

/** Uses a tile that was asked for. @throws OptionError where the engine's build has no such tile */
export function useTile({ tiles, variant }: Engine, tile: Tile): void {
  const both = tilesOf(variant);
  if (!both.includes(tile)) {
    throw new OptionError(
      `init: tile must be ${both.join(" or ")} in the build ${variant}, got "${String(tile)}"; leave it out for the faster one`,
    );
  }
  tiles.settle(both.indexOf(tile), "as asked");
}
