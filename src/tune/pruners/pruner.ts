import type { Direction, TrialRecord } from "../trialRecord.ts";

/** What a pruner sees of a study. */
export interface PrunerView {
  readonly direction: Direction;
  readonly study: string;
  readonly trials: readonly TrialRecord[];
}

/** Decides whether a trial is worth going on with, by what it and the others have reported. */
export interface Pruner {
  readonly name: string;
  shouldPrune(view: PrunerView, trial: TrialRecord): boolean;
}

/** Never stops a trial. */
export function noPruner(): Pruner {
  return { name: "none", shouldPrune: () => false };
}
