import { OptionError, withDefaults } from "../../errors.ts";
import { pow } from "../../math/pow.ts";
import { type TrialRecord, lastStep, signOf } from "../trialRecord.ts";
import type { Pruner } from "./pruner.ts";

export interface SuccessiveHalvingOptions {
  /** Step of the first rung; "auto": a hundredth of the steps of the complete trials. Default "auto". */
  minimumResource?: number | "auto";
  /** One of so many trials reaches the next rung, whose step is so many times that of the last. Default 4. */
  reductionFactor?: number;
  /** Rungs that are left out at the beginning. Default 0. */
  minimumEarlyStoppingRate?: number;
  /** Trials that must have come to a rung before any of them goes on. Default 0. */
  bootstrap?: number;
}

const DEFAULTS: Required<SuccessiveHalvingOptions> = {
  minimumResource: "auto",
  reductionFactor: 4,
  minimumEarlyStoppingRate: 0,
  bootstrap: 0,
};

/** A hundredth of the last step of the complete trials, at least 1; null without any. */
function estimated(trials: readonly TrialRecord[]): number | null {
  const steps = trials.filter((t) => t.state === "complete").map((t) => lastStep(t) ?? -1);
  const most = Math.max(-1, ...steps);
  return most < 0 ? null : Math.max(1, Math.floor(most / 100));
}

/** What a trial had reported when it came to a rung: its first report at that step or later. */
function valueAt(trial: TrialRecord, step: number): number | undefined {
  let first = Infinity;
  for (const s of trial.intermediate.keys()) if (s >= step && s < first) first = s;
  return trial.intermediate.get(first);
}

/**
 * Asynchronous successive halving: at steps minimum * factor^k a trial goes on if it is among the best 1 / factor of
 * those that have come there, whenever they came. Nobody waits for anybody.
 *
 * Source: Li et al. 2020, "A system for massively parallel hyperparameter tuning" (ASHA), algorithm 2.
 *
 * @throws OptionError if an option is out of range
 */
export function successiveHalvingPruner(options: SuccessiveHalvingOptions = {}): Pruner {
  const subject = "successiveHalvingPruner";
  const full = withDefaults(subject, DEFAULTS, options);
  const { minimumResource, reductionFactor: factor, minimumEarlyStoppingRate, bootstrap } = full;
  if ((minimumResource !== "auto" && !(minimumResource >= 1)) || !(factor >= 2)) {
    throw new OptionError(
      `${subject}: minimumResource must be at least 1 or "auto", reductionFactor at least 2, got ${minimumResource} and ${factor}`,
    );
  }
  return {
    name: "successiveHalving",
    shouldPrune({ direction, trials }, trial) {
      const step = lastStep(trial);
      const least = minimumResource === "auto" ? estimated(trials) : minimumResource;
      if (step === null || least === null) return false;
      const sign = signOf(direction);
      for (let rung = minimumEarlyStoppingRate; ; rung++) {
        const at = least * pow(factor, rung);
        if (step < at) return false;
        const own = sign * valueAt(trial, at)!;
        if (own !== own) return true;
        const others = trials
          .filter((t) => t.number !== trial.number)
          .map((t) => valueAt(t, at))
          .filter((v) => v !== undefined && v === v)
          .map((v) => sign * v!);
        const all = [...others, own].sort((a, b) => a - b);
        if (all.length <= bootstrap) return true;
        if (own > all[Math.max(0, Math.floor(all.length / factor) - 1)]!) return true;
      }
    },
  };
}
