import { OptionError } from "../../errors.ts";
import { signOf } from "../trialRecord.ts";
import type { Pruner } from "./pruner.ts";

/**
 * Lets another pruner decide only when a trial has stopped getting better: over `patience` reports beyond the last one
 * nothing came within `minimumDelta` of the best before them.
 *
 * @param inner  null: stopping to get better is enough
 * @throws OptionError if patience or minimumDelta is below 0
 */
export function patientPruner(
  inner: Pruner | null,
  patience: number,
  minimumDelta: number = 0,
): Pruner {
  if (!(patience >= 0) || !(minimumDelta >= 0)) {
    throw new OptionError(
      `patientPruner: patience and minimumDelta must be at least 0, got ${patience} and ${minimumDelta}`,
    );
  }
  return {
    name: "patient",
    shouldPrune(view, trial) {
      const steps = [...trial.intermediate.keys()].sort((a, b) => a - b);
      const at = steps.length - patience - 1;
      if (at <= 0) return false;
      const sign = signOf(view.direction);
      const best = (part: readonly number[]): number =>
        Math.min(...part.map((s) => sign * trial.intermediate.get(s)!).filter((v) => v === v));
      if (!(best(steps.slice(0, at)) + minimumDelta < best(steps.slice(at)))) return false;
      return inner === null || inner.shouldPrune(view, trial);
    },
  };
}
