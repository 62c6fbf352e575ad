import type { Space } from "./space/distribution.ts";
import type { TrialRecord } from "./trialRecord.ts";

/**
 * What a trial knows of the others.
 *
 * With a lag, trial n knows how the trials up to n - lag have ended, and of those between them and itself what they had when
 * they began: even where more is known by now. What it does then depends on the study alone, not on which of the trials that
 * run at a time ends first.
 *
 * @param number  the trial's
 * @param lag     null: all that is known
 * @param space   what was declared: parameters that a trial has when it begins
 */
export function visible(
  trials: readonly TrialRecord[],
  number: number,
  lag: number | null,
  space: Space | null,
): readonly TrialRecord[] {
  if (lag === null) return trials.filter((t) => t.number !== number);
  return trials
    .filter((t) => t.number < number)
    .map((t) => (t.number <= number - lag ? t : begun(t, space)));
}

/** A trial as it was when it began. */
function begun(trial: TrialRecord, space: Space | null): TrialRecord {
  const own = <T>(values: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(values).filter(([name]) => space && name in space));
  return {
    ...trial,
    state: "running",
    value: null,
    values: null,
    params: own(trial.params),
    internal: own(trial.internal),
    distributions: own(trial.distributions),
    intermediate: new Map(),
    ended: null,
  };
}

/** What every trial that has ended had, in the newest form: the space that parameters are chosen in together. */
export function commonSpace(trials: readonly TrialRecord[]): Space {
  const done = trials.filter((t) => t.state === "complete" || t.state === "pruned");
  const newest = done.at(-1)?.distributions ?? {};
  const names = Object.keys(newest).filter((name) => done.every((t) => name in t.distributions));
  return Object.fromEntries(names.sort().map((name) => [name, newest[name]!]));
}
