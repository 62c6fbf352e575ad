import type { TrialRecord } from "../trialRecord.ts";

/**
 * Whether the last report is the first in its interval: a trial that reports often is looked at once an interval.
 *
 * @param warmup  the step from which intervals are counted
 */
export function isFirstInInterval(
  { intermediate }: TrialRecord,
  step: number,
  warmup: number,
  interval: number,
): boolean {
  const begin = Math.floor((step - warmup) / interval) * interval + warmup;
  for (const other of intermediate.keys()) if (other !== step && other >= begin) return false;
  return true;
}
