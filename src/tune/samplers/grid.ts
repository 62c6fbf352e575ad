import { OptionError } from "../../errors.ts";
import { type Choice, type Space, categorical } from "../space/distribution.ts";
import { cardinality, toInternal, toValue, valueAt } from "../space/internal.ts";
import { type TrialRecord, isFinished } from "../trialRecord.ts";
import { type Sampler, randomValue } from "./sampler.ts";

/** Values by parameter. */
export type GridValues = Readonly<Record<string, readonly Choice[]>>;

/** More points than this are surely not meant. */
const MOST_POINTS = 1_000_000;

/** The values of each parameter: those given, else all of the space's. */
function valuesOf(given: GridValues | null, space: Space | null): GridValues {
  if (given) return given;
  if (!space) {
    throw new OptionError(
      "gridSampler: needs values where the space is not declared; write gridSampler({ units: [32, 64] }) or study.optimize(space, ...)",
    );
  }
  return Object.fromEntries(
    Object.entries(space).map(([name, d]) => {
      const n = cardinality(d);
      if (n === Infinity) {
        throw new OptionError(
          `gridSampler: "${name}" must have finitely many values, got any real number; give it a step, or use categorical([...])`,
        );
      }
      return [name, Array.from({ length: n }, (_, k) => toValue(d, valueAt(d, k)))];
    }),
  );
}

/** A point's values as one text, to compare by. */
function keyOf(names: readonly string[], values: Readonly<Record<string, Choice>>): string {
  return JSON.stringify(names.map((name) => values[name]));
}

/** The note that says which point a trial is: a parameter that its code does not ask for stands there only. */
const NOTE = "grid_point";

type Point = Readonly<Record<string, Choice>>;

/** The points that no trial stands for, in order: the last parameter moves fastest, as in nested loops. */
function untried(trials: readonly TrialRecord[], grid: GridValues): Point[] {
  const names = Object.keys(grid);
  const points = names.reduce((product, name) => product * grid[name]!.length, 1);
  if (points > MOST_POINTS) {
    throw new OptionError(
      `gridSampler: must have at most ${MOST_POINTS} points, got ${points}; use randomSampler()`,
    );
  }
  const tried = new Set(
    trials
      .filter((t) => t.state === "running" || (isFinished(t) && t.state !== "fail"))
      .map(({ params, system }) => keyOf(names, (system[NOTE] as Point | undefined) ?? params)),
  );
  const left: Point[] = [];
  for (let i = 0; i < points; i++) {
    const point: Record<string, Choice> = {};
    let rest = i;
    for (const name of [...names].reverse()) {
      const list = grid[name]!;
      point[name] = list[rest % list.length]!;
      rest = Math.floor(rest / list.length);
    }
    if (!tried.has(keyOf(names, point))) left.push(point);
  }
  return left;
}

/**
 * Every combination of values, each once. A study that is continued goes on with what is missing: a
 * combination counts as tried while a trial with it runs, and after it has ended unless it failed.
 *
 * @param values  by parameter; without them, all values of the declared space
 * @throws OptionError if a parameter has none, or no end of them, or there are more than a million points
 */
export function gridSampler(values?: GridValues): Sampler {
  if (values) for (const list of Object.values(values)) categorical(list);
  return {
    name: "grid",
    together({ trials, note }, space) {
      const declared = Object.keys(space).length > 0 ? space : null;
      const [point] = untried(trials, valuesOf(values ?? null, declared));
      if (!point) return {};
      note(NOTE, point);
      return Object.fromEntries(
        Object.entries(space)
          .filter(([name]) => name in point)
          .map(([name, d]) => [name, toInternal(`gridSampler: "${name}"`, d, point[name])]),
      );
    },
    single({ random, system }, name, distribution) {
      const point = system[NOTE] as Point | undefined;
      if (point && name in point) {
        return toInternal(`gridSampler: "${name}"`, distribution, point[name]);
      }
      if (values && !(name in values)) {
        throw new OptionError(
          `gridSampler: "${name}" must have values, got none; add ${name}: [...]`,
        );
      }
      return randomValue(random, distribution);
    },
    isExhausted: (trials, space) => untried(trials, valuesOf(values ?? null, space)).length === 0,
  };
}
