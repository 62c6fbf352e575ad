import { OptionError, withDefaults } from "../../errors.ts";
import type { Random } from "../../math/random.ts";
import { completeOf, pointOf } from "../objectives.ts";
import { crowdingDistances } from "../pareto/crowding.ts";
import { frontsOf } from "../pareto/fronts.ts";
import type { Distribution, Space } from "../space/distribution.ts";
import { contains } from "../space/internal.ts";
import type { Direction, TrialRecord } from "../trialRecord.ts";
import { type Sampler, type StudyView, randomValue } from "./sampler.ts";
import { crossed, mutated } from "./variation.ts";

export interface Nsga2Options {
  /** Trials of a generation, and parents that it leaves. Default 50. */
  population?: number;
  /** Share of the trials that have two parents; the others have one. Default 0.9. */
  crossover?: number;
  /** Probability that a parameter is mutated; null: 1 / n for the n parameters of a parent. Default null. */
  mutation?: number | null;
}

/** The generation that a trial belongs to: as Optuna notes it, so that a study goes on in either. */
const GENERATION = "nsga2:generation";
/** The numbers of a trial's parents: where it comes from can be told. */
const PARENTS = "nsga2:parents";

/** A trial that may have children. */
interface Member {
  readonly trial: TrialRecord;
  /** The front that it belongs to, from 0. */
  readonly front: number;
  /** The room around it in its front. */
  readonly room: number;
}

/** The best of some trials: front by front, of the last one those with the most room. */
function elites(
  trials: readonly TrialRecord[],
  directions: readonly Direction[],
  count: number,
): Member[] {
  const points = trials.map((t) => pointOf(t, directions));
  const chosen: Member[] = [];
  for (const [front, indices] of frontsOf(points).entries()) {
    const rooms = crowdingDistances(indices.map((i) => points[i]!));
    const members = indices.map((i, k): Member => ({ trial: trials[i]!, front, room: rooms[k]! }));
    // Stable: of equal ones the older first.
    members.sort((a, b) => (a.room === b.room ? 0 : b.room - a.room));
    chosen.push(...members.slice(0, count - chosen.length));
    if (chosen.length >= count) break;
  }
  return chosen;
}

/** The parents for a coming trial, and the generation that it belongs to. */
function parentsFor(
  { trials, directions }: StudyView,
  population: number,
): { parents: readonly Member[]; generation: number } {
  const generations: TrialRecord[][] = [];
  for (const trial of completeOf(trials, directions)) {
    const generation = trial.system[GENERATION];
    if (typeof generation === "number") (generations[generation] ??= []).push(trial);
  }
  let parents: readonly Member[] = [];
  let generation = 0;
  for (; (generations[generation]?.length ?? 0) >= population; generation++) {
    const all = [...generations[generation]!, ...parents.map(({ trial }) => trial)];
    parents = elites(all, directions, population);
  }
  return { parents, generation };
}

/** The better of two at random: of the better front, or with more room in the same. */
function winner(random: Random, members: readonly Member[]): Member {
  const [a, b] = [0, 1].map(() => members[random.integer(members.length)]!) as [Member, Member];
  if (a.front !== b.front) return a.front < b.front ? a : b;
  return a.room >= b.room ? a : b;
}

/** Two different parents, or one for a copy of it. */
function chosen(random: Random, members: readonly Member[], crossover: number): TrialRecord[] {
  if (random.uniform() >= crossover) return [members[random.integer(members.length)]!.trial];
  const first = winner(random, members);
  return [
    first.trial,
    winner(
      random,
      members.filter((m) => m !== first),
    ).trial,
  ];
}

/**
 * Whether a child would do what a trial has done. A child has values for all that its parents have; its code asks for some of
 * them, and where it meets no other value than a trial did, for the same as that.
 */
function isTried(trials: readonly TrialRecord[], child: Readonly<Record<string, number>>): boolean {
  return trials.some(({ internal }) => {
    const names = Object.keys(internal);
    return names.length > 0 && names.every((name) => internal[name] === child[name]);
  });
}

/** The space, and what else the parents have. */
function inheritable(space: Space, parents: readonly TrialRecord[]): [string, Distribution][] {
  return Object.entries(Object.assign({}, ...parents.map((t) => t.distributions), space) as Space);
}

/**
 * Children that are drawn, at most, for one that was not tried yet; where all that is near was tried, the last ones come from
 * anywhere.
 */
const [DRAWS, NEAR] = [20, 10];

/**
 * NSGA-II: a genetic algorithm for several objectives. The first generation is drawn at random; each further one has children of
 * the best trials so far: those of the Pareto front, then of the next fronts, and where not all of a front have a place, those
 * with the most room around them. A child's parameters come from two parents, numbers by simulated binary crossover as well,
 * and some are mutated. A parameter that comes up in a trial is inherited from the parents that have it; one that neither has
 * is drawn at random. Trials that are pruned or fail have no children; with parallel trials a generation has more members
 * than it needs. For one objective it is a plain genetic algorithm.
 *
 * Source: Deb, Pratap, Agarwal & Meyarivan 2002, "A fast and elitist multiobjective genetic algorithm: NSGA-II".
 *
 * @throws OptionError if an option is out of range
 *
 * @example
 *     const study = tune.createStudy({ directions: ["minimize", "minimize"], sampler: tune.nsga2Sampler({ population: 20 }) });
 */
export function nsga2Sampler(options: Nsga2Options = {}): Sampler {
  const { population, crossover, mutation } = withDefaults<Required<Nsga2Options>>(
    "nsga2Sampler",
    { population: 50, crossover: 0.9, mutation: null },
    options,
  );
  if (!Number.isInteger(population) || population < 2) {
    throw new OptionError(
      `nsga2Sampler: population must be a whole number >= 2, got ${String(population)}`,
    );
  }
  for (const [name, p] of [
    ["crossover", crossover],
    ["mutation", mutation ?? 0],
  ] as const) {
    if (p >= 0 && p <= 1) continue;
    throw new OptionError(`nsga2Sampler: ${name} must lie in [0, 1], got ${String(p)}`);
  }

  /** A child's value of a parameter. */
  const inherited = (
    random: Random,
    parents: readonly TrialRecord[],
    name: string,
    d: Distribution,
  ): number => {
    const values = parents.map((t) => t.internal[name]).filter((x) => x !== undefined);
    const [a, b] = values;
    if (a === undefined) return randomValue(random, d);
    const x = b === undefined ? a : crossed(random, d, a, b);
    // A range may have changed since.
    if (!contains(d, x)) return randomValue(random, d);
    const p = mutation ?? 1 / Object.keys(parents[0]!.internal).length;
    return random.uniform() < p ? mutated(random, d, x) : x;
  };

  return {
    name: "nsga2",
    together(view, space) {
      const { random, trials, note } = view;
      const { parents: members, generation } = parentsFor(view, population);
      note(GENERATION, generation);
      if (members.length === 0) return {};
      let parents: TrialRecord[] = [];
      let child: Record<string, number> = {};
      for (let draw = 1; draw <= DRAWS; draw++) {
        parents = chosen(random, members, crossover);
        child = Object.fromEntries(
          inheritable(space, parents).map(([n, d]) => [
            n,
            draw <= NEAR ? inherited(random, parents, n, d) : randomValue(random, d),
          ]),
        );
        if (!isTried(trials, child)) break;
      }
      note(
        PARENTS,
        parents.map((t) => t.number),
      );
      return child;
    },
    single: ({ random }, _, d) => randomValue(random, d),
  };
}
