import { OptionError, withDefaults } from "../../errors.ts";
import { lastStep } from "../trialRecord.ts";
import { isFirstInInterval } from "./interval.ts";
import type { Pruner } from "./pruner.ts";

export interface ThresholdOptions {
  /** A report below it stops the trial. Default -Infinity. */
  lower?: number;
  /** A report above it stops the trial. Default Infinity. */
  upper?: number;
  /** Steps before the first look. Default 0. */
  warmup?: number;
  /** Steps between two looks. Default 1. */
  interval?: number;
}

const DEFAULTS: Required<ThresholdOptions> = {
  lower: -Infinity,
  upper: Infinity,
  warmup: 0,
  interval: 1,
};

/** Stops a trial whose last report is NaN or outside of [lower, upper]. @throws OptionError without a bound */
export function thresholdPruner(options: ThresholdOptions): Pruner {
  const { lower, upper, warmup, interval } = withDefaults("thresholdPruner", DEFAULTS, options);
  if ((lower === -Infinity && upper === Infinity) || !(lower <= upper)) {
    throw new OptionError(
      `thresholdPruner: must have a lower or an upper bound, got ${lower} and ${upper}`,
    );
  }
  return {
    name: "threshold",
    shouldPrune(_, trial) {
      const step = lastStep(trial);
      if (step === null || step < warmup) return false;
      if (!isFirstInInterval(trial, step, warmup, interval)) return false;
      const value = trial.intermediate.get(step)!;
      return !(value >= lower && value <= upper);
    },
  };
}
