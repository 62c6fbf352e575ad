import { OptionError, withDefaults } from "../../errors.ts";
import { philox } from "../../math/philox.ts";
import { log } from "../../math/log.ts";
import { pow } from "../../math/pow.ts";
import { type TrialRecord, lastStep } from "../trialRecord.ts";
import type { Pruner } from "./pruner.ts";
import { successiveHalvingPruner } from "./successiveHalving.ts";

export interface HyperbandOptions {
  /** Step of the first rung of the boldest bracket. Default 1. */
  minimumResource?: number;
  /** Steps of a whole trial; "auto": the most of the complete trials. Default "auto". */
  maximumResource?: number | "auto";
  /** Default 3. */
  reductionFactor?: number;
}

const DEFAULTS: Required<HyperbandOptions> = {
  minimumResource: 1,
  maximumResource: "auto",
  reductionFactor: 3,
};

/**
 * Hyperband: several successive halvings side by side, from one that stops most trials early to one that stops none, and
 * each trial belongs to one of them. It needs no guess of how early a report can be trusted.
 *
 * Source: Li et al. 2018, "Hyperband: a novel bandit-based approach to hyperparameter optimization", algorithm 1.
 *
 * @throws OptionError if an option is out of range
 */
export function hyperbandPruner(options: HyperbandOptions = {}): Pruner {
  const subject = "hyperbandPruner";
  const full = withDefaults(subject, DEFAULTS, options);
  const { minimumResource: least, maximumResource, reductionFactor: factor } = full;
  if (
    !(least >= 1) ||
    (maximumResource !== "auto" && !(maximumResource > least)) ||
    !(factor >= 2)
  ) {
    throw new OptionError(
      `${subject}: minimumResource must be at least 1, maximumResource more, reductionFactor at least 2`,
    );
  }
  const words = new Uint32Array(4);
  return {
    name: "hyperband",
    shouldPrune(view, trial) {
      const most = maximumResource === "auto" ? longest(view.trials) : maximumResource;
      if (most === null || most < least) return false;
      const count = Math.floor(log(most / least) / log(factor) + 1e-9) + 1;
      // A bracket's share of the trials, such that all have about the same work.
      const shares = Array.from({ length: count }, (_, bracket) => {
        const s = count - 1 - bracket;
        return Math.ceil((count / (s + 1)) * pow(factor, s));
      });
      const total = shares.reduce((a, b) => a + b, 0);
      const bracketOf = ({ number }: TrialRecord): number => {
        philox(number, 0x68626e64, 0, 0, 0, 0, words);
        let left = words[0]! % total;
        let bracket = 0;
        while (left >= shares[bracket]!) left -= shares[bracket++]!;
        return bracket;
      };
      const own = bracketOf(trial);
      return successiveHalvingPruner({
        minimumResource: least,
        reductionFactor: factor,
        minimumEarlyStoppingRate: own,
      }).shouldPrune({ ...view, trials: view.trials.filter((t) => bracketOf(t) === own) }, trial);
    },
  };
}

function longest(trials: readonly TrialRecord[]): number | null {
  const steps = trials.filter((t) => t.state === "complete").map((t) => lastStep(t) ?? -1);
  const most = Math.max(-1, ...steps);
  return most < 0 ? null : most + 1;
}
