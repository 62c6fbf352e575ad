import type { Choice, Distribution } from "./space/distribution.ts";

/** "waiting": enqueued, and not begun. */
export type TrialState = "running" | "complete" | "pruned" | "fail" | "waiting";

/** "minimize" or "maximize". */
export type Direction = "minimize" | "maximize";

/** What an objective returns: its value, or of a study of several directions a value for each. */
export type Outcome = number | readonly number[];

/** A value for each of several directions. */
export type OutcomeOf<D extends readonly Direction[]> = { readonly [K in keyof D]: number };

/** What plain JSON holds. */
export type Attribute = Choice | readonly Attribute[] | { readonly [name: string]: Attribute };

/** What is known of a trial. Samplers and pruners read it; the study writes it. */
export interface TrialRecord {
  /** From 0, in the order in which trials began or were enqueued. */
  readonly number: number;
  readonly state: TrialState;
  /** The objective's value; null before the end, for a trial that failed, and where there are several. */
  readonly value: number | null;
  /** The objective's values, one or several, in the order of the study's directions; null before the end, and for a failure. */
  readonly values: readonly number[] | null;
  /** Parameters as the objective got them. */
  readonly params: Readonly<Record<string, Choice>>;
  /** The same as numbers: a choice is its index. */
  readonly internal: Readonly<Record<string, number>>;
  readonly distributions: Readonly<Record<string, Distribution>>;
  /** What was reported, by step. */
  readonly intermediate: ReadonlyMap<number, number>;
  /** What the objective noted: `trial.note("epochs", 12)`. */
  readonly notes: Readonly<Record<string, Attribute>>;
  /** What samplers, pruners and storages noted. */
  readonly system: Readonly<Record<string, Attribute>>;
  readonly started: Date | null;
  readonly ended: Date | null;
}

/** The last step that a trial reported, or null. */
export function lastStep(trial: TrialRecord): number | null {
  let last: number | null = null;
  for (const step of trial.intermediate.keys()) if (last === null || step > last) last = step;
  return last;
}

/** Whether a trial has ended, in whatever way. */
export function isFinished({ state }: TrialRecord): boolean {
  return state === "complete" || state === "pruned" || state === "fail";
}

/** 1 to minimize, -1 to maximize: what values are multiplied by so that less is better. */
export function signOf(direction: Direction): 1 | -1 {
  return direction === "minimize" ? 1 : -1;
}
