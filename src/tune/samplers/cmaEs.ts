import { OptionError, withDefaults } from "../../errors.ts";
import { log } from "../../math/log.ts";
import { cardinality, fromUnit, toUnit } from "../space/internal.ts";
import type { Space } from "../space/distribution.ts";
import { signOf } from "../trialRecord.ts";
import { Evolution, type Solution } from "./evolution.ts";
import { type Sampler, type StudyView, randomValue } from "./sampler.ts";

export interface CmaEsOptions {
  /** Points of a generation; null: 4 + floor(3 ln n) for n parameters. Default null. */
  population?: number | null;
  /** First standard deviation, as a share of each range. Default 1 / 6. */
  sigma?: number;
}

/** The generation that a trial belongs to. */
const NOTE = "cma_generation";

/** Parameters that the matrix is of: numbers of more than one value. Choices have no order. */
function numeric(space: Space): string[] {
  return Object.keys(space).filter(
    (name) => space[name]!.kind !== "categorical" && cardinality(space[name]!) > 1,
  );
}

/** The complete trials of each generation. */
function generations(
  { trials, directions }: StudyView,
  space: Space,
  names: readonly string[],
): Solution[][] {
  const sign = signOf(directions[0]!);
  const list: Solution[][] = [];
  for (const { state, value, internal, system } of trials) {
    const generation = system[NOTE];
    if (state !== "complete" || value === null || typeof generation !== "number") continue;
    if (names.some((name) => internal[name] === undefined)) continue;
    const x = Float64Array.from(names, (name) => toUnit(space[name]!, internal[name]!));
    (list[generation] ??= []).push({ x, value: sign * value });
  }
  return list;
}

/**
 * Covariance matrix adaptation: generations of points from a normal distribution that moves, turns and widens towards the
 * better ones. For many trials over numbers that act together; choices, and parameters that come up in a trial, are drawn at
 * random. Trials that are pruned or fail are left out; with parallel trials a generation has more points than it needs.
 *
 * Source: Hansen 2016 (arXiv:1604.00772).
 *
 * @throws OptionError if an option is out of range
 */
export function cmaEsSampler(options: CmaEsOptions = {}): Sampler {
  const { population, sigma } = withDefaults<Required<CmaEsOptions>>(
    "cmaEsSampler",
    { population: null, sigma: 1 / 6 },
    options,
  );
  if (population !== null && (!Number.isInteger(population) || population < 4)) {
    throw new OptionError(
      `cmaEsSampler: population must be null or a whole number >= 4, got ${String(population)}`,
    );
  }
  if (!(sigma > 0 && sigma <= 1))
    throw new OptionError(`cmaEsSampler: sigma must lie in (0, 1], got ${String(sigma)}`);
  return {
    name: "cmaEs",
    singleObjective: true,
    together(view, space) {
      const names = numeric(space);
      const values: Record<string, number> = {};
      if (names.length > 0) {
        const lambda = population ?? 4 + Math.floor(3 * log(names.length));
        const evolution = new Evolution(names.length, lambda, sigma);
        const done = generations(view, space, names);
        let generation = 0;
        for (; (done[generation]?.length ?? 0) >= lambda; generation++)
          evolution.update(done[generation]!.slice(0, lambda));
        view.note(NOTE, generation);
        evolution
          .draw(view.random)
          .forEach((u, i) => (values[names[i]!] = fromUnit(space[names[i]!]!, u)));
      }
      for (const name of Object.keys(space))
        values[name] ??= randomValue(view.random, space[name]!);
      return values;
    },
    single: ({ random }, _, distribution) => randomValue(random, distribution),
  };
}
