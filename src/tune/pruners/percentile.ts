import { OptionError, withDefaults } from "../../errors.ts";
import { lastStep, signOf } from "../trialRecord.ts";
import { isFirstInInterval } from "./interval.ts";
import type { Pruner } from "./pruner.ts";

export interface PercentileOptions {
  /** Trials that must be complete before any is stopped. Default 5. */
  startup?: number;
  /** Steps of a trial before it may be stopped. Default 0. */
  warmup?: number;
  /** Steps between two looks at a trial. Default 1. */
  interval?: number;
  /** Complete trials that must have reported at the step. Default 1. */
  minimumTrials?: number;
}

const DEFAULTS: Required<PercentileOptions> = {
  startup: 5,
  warmup: 0,
  interval: 1,
  minimumTrials: 1,
};

/** The percentile of sorted numbers, between two of them in proportion. NaN of none. */
function percentileOf(sorted: readonly number[], percentile: number): number {
  if (sorted.length === 0) return NaN;
  const at = (percentile / 100) * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}

/**
 * Stops a trial whose best report so far is not within the best `percentile` percent of what the complete trials
 * reported at the same step. One that has reported nothing but NaN is stopped.
 *
 * @param percentile  in [0, 100]: 25 keeps the best quarter
 * @throws OptionError if a number is out of range
 */
export function percentilePruner(percentile: number, options: PercentileOptions = {}): Pruner {
  const subject = "percentilePruner";
  const { startup, warmup, interval, minimumTrials } = withDefaults(subject, DEFAULTS, options);
  if (!(percentile >= 0 && percentile <= 100)) {
    throw new OptionError(`${subject}: percentile must lie in [0, 100], got ${percentile}`);
  }
  if (!(startup >= 0 && warmup >= 0 && interval >= 1 && minimumTrials >= 1)) {
    throw new OptionError(
      `${subject}: startup and warmup must be at least 0, interval and minimumTrials at least 1`,
    );
  }
  return {
    name: "percentile",
    shouldPrune({ direction, trials }, trial) {
      const complete = trials.filter((t) => t.state === "complete");
      const step = lastStep(trial);
      if (complete.length === 0 || complete.length < startup || step === null) return false;
      if (step < warmup || !isFirstInInterval(trial, step, warmup, interval)) return false;
      const sign = signOf(direction);
      let best = Infinity;
      let numbers = 0;
      for (const value of trial.intermediate.values()) {
        if (value !== value) continue;
        numbers++;
        best = Math.min(best, sign * value);
      }
      if (numbers === 0) return true;
      const reported = complete.filter((t) => t.intermediate.has(step));
      if (reported.length < minimumTrials) return false;
      const others = reported.map((t) => sign * t.intermediate.get(step)!).filter((v) => v === v);
      return (
        best >
        percentileOf(
          others.sort((a, b) => a - b),
          percentile,
        )
      );
    },
  };
}

/** Stops a trial whose best report so far is worse than the median of the others at that step. */
export function medianPruner(options: PercentileOptions = {}): Pruner {
  return { ...percentilePruner(50, options), name: "median" };
}
