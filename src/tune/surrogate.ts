import { DataError, OptionError, withDefaults } from "../errors.ts";
import { Random } from "../math/random.ts";
import { fitHyper } from "./gaussianProcess/fitHyper.ts";
import { GaussianProcess } from "./gaussianProcess/gaussianProcess.ts";
import type { Space } from "./space/distribution.ts";
import { toUnit } from "./space/internal.ts";
import { completeOf } from "./objectives.ts";
import type { AnyStudy } from "./study.ts";
import type { TrialRecord } from "./trialRecord.ts";

/** Most trials that the model is made from: spaced over all of them. */
const MOST_TRIALS = 150;

/** A model of a study's values: what parameters would give that were not tried. */
export interface Surrogate {
  readonly space: Space;
  /** Trials that it was made from. */
  readonly trials: readonly TrialRecord[];
  /** The value that is to be expected, by internal values. */
  value(internal: Readonly<Record<string, number>>): number;
}

/** Which objective is meant. */
export interface OfObjective {
  /** From 0, in the order of the study's directions; needed where there are several. Default null. */
  objective?: number | null;
}

/** @throws OptionError if it is none of a study's objectives, or not said where there are several */
function objectiveOf({ name, directions }: AnyStudy, options: OfObjective): number {
  const { objective } = withDefaults<Required<OfObjective>>(
    "surrogateOf",
    { objective: null },
    options,
  );
  const count = directions.length;
  if (objective === null && count === 1) return 0;
  if (objective !== null && Number.isInteger(objective) && objective >= 0 && objective < count) {
    return objective;
  }
  throw new OptionError(
    `study "${name}": has ${count === 1 ? "one objective" : `${count} objectives`}; say which one, ${count === 1 ? "or nothing" : `{ objective: 0 } to { objective: ${count - 1} }`}`,
  );
}

/** The parameters that all complete trials have. */
function sharedSpace(trials: readonly TrialRecord[]): Space {
  const last = trials.at(-1)?.distributions ?? {};
  const names = Object.keys(last).filter((name) => trials.every((t) => name in t.distributions));
  return Object.fromEntries(names.map((name) => [name, last[name]!]));
}

/**
 * A Gaussian process over the parameters that all complete trials of a study have.
 *
 * @throws DataError if fewer than 4 trials are complete, or they share no parameter; OptionError if the study has several
 *   objectives and `objective` does not say which
 */
export function surrogateOf(study: AnyStudy, options: OfObjective = {}): Surrogate {
  const objective = objectiveOf(study, options);
  const complete = completeOf(study.trials, study.directions);
  const space = sharedSpace(complete);
  const names = Object.keys(space);
  if (complete.length < 4 || names.length === 0) {
    throw new DataError(
      `study "${study.name}": needs 4 complete trials with a parameter in common, got ${complete.length} with ${names.length}`,
    );
  }
  const step = Math.max(1, complete.length / MOST_TRIALS);
  const trials = Array.from(
    { length: Math.min(complete.length, MOST_TRIALS) },
    (_, i) => complete[Math.floor(i * step)]!,
  );
  const point = (internal: Readonly<Record<string, number>>): number[] =>
    names.map((name) => {
      const d = space[name]!;
      return d.kind === "categorical" ? internal[name]! : toUnit(d, internal[name]!);
    });
  const values = trials.map((t) => t.values![objective]!);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const std =
    Math.sqrt(values.reduce((a, b) => a + (b - mean) * (b - mean), 0) / values.length) || 1;
  const observations = {
    x: Float64Array.from(trials.flatMap((t) => point(t.internal))),
    y: Float64Array.from(values, (v) => (v - mean) / std),
    discrete: names.map((name) => space[name]!.kind === "categorical"),
  };
  const gp = new GaussianProcess(observations, fitHyper(observations));
  return {
    space,
    trials,
    value: (internal) => mean + std * gp.mean(Float64Array.from(point(internal))),
  };
}

/** Times that each parameter is shuffled. */
const REPEATS = 8;

/**
 * How much each parameter counts: by how much a model of the study errs more when the parameter's values are shuffled
 * between trials, as a share of the sum. Source: Breiman 2001, "Random forests", section 10; here of a Gaussian process.
 *
 * @throws DataError, OptionError as `surrogateOf`
 */
export function importance(
  study: AnyStudy,
  options: OfObjective = {},
): Readonly<Record<string, number>> {
  const objective = objectiveOf(study, options);
  const { space, trials, value } = surrogateOf(study, options);
  const error = (internals: readonly Readonly<Record<string, number>>[]): number =>
    internals.reduce((sum, internal, i) => {
      const e = value(internal) - trials[i]!.values![objective]!;
      return sum + e * e;
    }, 0);
  const base = error(trials.map((t) => t.internal));
  const rises = Object.keys(space).map((name, k) => {
    const random = new Random(study.seed, k);
    let rise = 0;
    for (let i = 0; i < REPEATS; i++) {
      const order = random.permutation(trials.length);
      const shuffled = trials.map((t, row) => ({
        ...t.internal,
        [name]: trials[order[row]!]!.internal[name]!,
      }));
      rise += Math.max(0, error(shuffled) - base);
    }
    return [name, rise] as const;
  });
  const total = rises.reduce((sum, [, rise]) => sum + rise, 0) || 1;
  return Object.fromEntries(rises.map(([name, rise]) => [name, rise / total]));
}
