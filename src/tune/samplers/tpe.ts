import { OptionError, withDefaults } from "../../errors.ts";
import type { Random } from "../../math/random.ts";
import type { Space } from "../space/distribution.ts";
import { type TrialRecord, lastStep, signOf } from "../trialRecord.ts";
import { ParzenEstimator } from "./parzen.ts";
import { type Sampler, type StudyView, randomValue } from "./sampler.ts";

export interface TpeOptions {
  /** Trials at random before the first estimate. Default 10. */
  startup?: number;
  /** Candidates that are drawn and compared for a trial. Default 24. */
  candidates?: number;
  /** How many of n trials count as good. Default min(ceil(n / 10), 25). */
  good?: (n: number) => number;
}

const DEFAULTS: Required<TpeOptions> = {
  startup: 10,
  candidates: 24,
  good: (n) => Math.min(Math.ceil(n / 10), 25),
};

/** The value that a trial is ranked by, less is better: pruned ones stand behind, those that came farther first. */
function ranked(trials: readonly TrialRecord[], sign: 1 | -1): TrialRecord[] {
  const complete: { trial: TrialRecord; value: number }[] = [];
  const pruned: { trial: TrialRecord; step: number; value: number }[] = [];
  for (const trial of trials) {
    if (trial.state === "complete" && trial.value !== null) {
      complete.push({ trial, value: sign * trial.value });
    } else if (trial.state === "pruned") {
      const step = lastStep(trial);
      const value = step === null ? Infinity : sign * trial.intermediate.get(step)!;
      pruned.push({ trial, step: step ?? -Infinity, value: value === value ? value : Infinity });
    }
  }
  complete.sort((a, b) => a.value - b.value || a.trial.number - b.trial.number);
  pruned.sort((a, b) => b.step - a.step || a.value - b.value || a.trial.number - b.trial.number);
  return [...complete, ...pruned].map(({ trial }) => trial);
}

/** Good trials and the others, each in the order of their numbers; running ones are among the others. */
function divided(
  { trials, directions }: StudyView,
  names: readonly string[],
  good: TpeOptions["good"],
): { below: TrialRecord[]; above: TrialRecord[]; finished: number } {
  const whole = trials.filter((t) => names.every((name) => t.internal[name] !== undefined));
  const order = ranked(whole, signOf(directions[0]!));
  const count = order.length === 0 ? 0 : good!(order.length);
  const byNumber = (list: TrialRecord[]): TrialRecord[] => list.sort((a, b) => a.number - b.number);
  // Running trials count as bad ones: the next trial then keeps away from them (the constant liar).
  const running = whole.filter((t) => t.state === "running");
  return {
    below: byNumber(order.slice(0, count)),
    above: byNumber([...order.slice(count), ...running]),
    finished: order.length,
  };
}

/** The best of some candidates: most likely among the good, least among the others. */
function best(
  random: Random,
  space: Space,
  below: readonly TrialRecord[],
  above: readonly TrialRecord[],
  candidates: number,
): Record<string, number> {
  const l = new ParzenEstimator(space, below);
  const g = new ParzenEstimator(space, above);
  const drawn = l.draw(random, candidates);
  const good = l.logDensities(drawn);
  const bad = g.logDensities(drawn);
  let at = 0;
  for (let i = 1; i < candidates; i++) if (good[i]! - bad[i]! > good[at]! - bad[at]!) at = i;
  return l.values(drawn, at);
}

/**
 * Tree-structured Parzen estimator, over all parameters together. The best tenth of the trials and the
 * others are each described by a density, and of 24 candidates from the first the one is tried at which
 * the two differ most. Trials that run count as bad, so that parallel ones keep apart.
 *
 * Source: Bergstra et al. 2011, "Algorithms for hyper-parameter optimization", section 4; Falkner et al. 2018
 * (BOHB) for densities over all parameters; Watanabe 2023 (arXiv:2304.11127) for the widths.
 *
 * @throws OptionError if an option is out of range
 */
export function tpeSampler(options: TpeOptions = {}): Sampler {
  const { startup, candidates, good } = withDefaults("tpeSampler", DEFAULTS, options);
  if (
    !Number.isInteger(startup) ||
    startup < 1 ||
    !Number.isInteger(candidates) ||
    candidates < 1
  ) {
    throw new OptionError(
      `tpeSampler: startup and candidates must be whole numbers >= 1, got ${startup} and ${candidates}`,
    );
  }
  const sampled = (view: StudyView, space: Space): Record<string, number> => {
    const names = Object.keys(space);
    if (names.length === 0) return {};
    const { below, above, finished } = divided(view, names, good);
    if (finished < startup) {
      return Object.fromEntries(names.map((n) => [n, randomValue(view.random, space[n]!)]));
    }
    return best(view.random, space, below, above, candidates);
  };
  return {
    name: "tpe",
    singleObjective: true,
    together: sampled,
    single: (view, name, distribution) => sampled(view, { [name]: distribution })[name]!,
  };
}
