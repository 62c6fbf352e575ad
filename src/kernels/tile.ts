import type { Engine } from "./engine.ts";
import type { Variant } from "./variant.ts";

/** Rows x columns of the piece of a product that is summed in registers; x4: four steps of k at a time. */
export type Tile = "4x8" | "4x8x4" | "6x8";

/** Index of the word of memory that says which tile is used: CHOICE of assembly/gemm/choice.ts. */
const CHOICE = 4;

/** The two tiles of a build, which give the same bits; the first is the faster one in more engines. */
export function tilesOf(variant: Variant): readonly Tile[] {
  return variant.startsWith("relaxed") ? ["6x8", "4x8"] : ["4x8", "4x8x4"];
}

/** The tile of an engine's products: the first one of its build until it is known that the second is faster. */
export class TileChoice {
  /** Why this one: the end of a sentence of `engine.info()`. */
  why = "no run was large enough to try the other one";
  /** Whether it stays. */
  settled = false;
  private readonly engine: Engine;
  private trial: Promise<void> | { step(): void } | null = null;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  get tile(): Tile {
    return tilesOf(this.engine.variant)[this.engine.i32[CHOICE]!]!;
  }

  /** Makes all products use the first (0) or second (1) tile. Not during a run. */
  use(index: number): void {
    this.engine.i32[CHOICE] = index;
  }

  /** The tile that stays in use, and why. */
  settle(index: number, why: string): void {
    this.use(index);
    this.why = why;
    this.settled = true;
  }

  /** Goes on with the trial unless it is settled: called before a large run. */
  step(): void {
    if (this.settled) return;
    // Small networks, as those of most pages, never need it.
    this.trial ??= import("./trial.ts").then(({ trialOn }) => {
      this.trial = trialOn(this.engine);
    });
    if ("step" in this.trial) this.trial.step();
  }
}
