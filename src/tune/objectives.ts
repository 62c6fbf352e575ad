import { OptionError } from "../errors.ts";
import { crowdingDistances } from "./pareto/crowding.ts";
import { type Point, firstFront, frontsOf } from "./pareto/fronts.ts";
import type { Sampler } from "./samplers/sampler.ts";
import type { Pruner } from "./pruners/pruner.ts";
import { type Direction, type TrialRecord, signOf } from "./trialRecord.ts";

/**
 * A study's directions: the one, or the several.
 *
 * @throws OptionError if one is none, if there are fewer than two of several, or both options are given
 */
export function checkedDirections(
  direction: Direction | undefined,
  directions: readonly Direction[] | undefined,
): readonly Direction[] {
  if (directions !== undefined && direction !== undefined) {
    throw new OptionError("createStudy: direction and directions exclude one another");
  }
  if (directions !== undefined && !(Array.isArray(directions) && directions.length > 1)) {
    throw new OptionError(
      `createStudy: directions must be a list of two or more, got ${JSON.stringify(directions)}; for one objective give direction`,
    );
  }
  const all = directions ?? [direction ?? "minimize"];
  for (const each of all) {
    if (each === "minimize" || each === "maximize") continue;
    throw new OptionError(
      `createStudy: direction must be "minimize" or "maximize", got ${JSON.stringify(each)}`,
    );
  }
  return [...all];
}

/** @throws OptionError if a study of several objectives has a sampler or a pruner that follows one */
export function checkFollows(
  directions: readonly Direction[],
  sampler: Sampler,
  pruner: Pruner,
): void {
  if (directions.length === 1) return;
  if (sampler.singleObjective) {
    throw new OptionError(
      `createStudy: the sampler "${sampler.name}" follows one objective, got ${directions.length} directions; use nsga2Sampler(), randomSampler(), sobolSampler() or gridSampler()`,
    );
  }
  if (pruner.name !== "none") {
    throw new OptionError(
      `createStudy: the pruner "${pruner.name}" compares one value of a trial, got ${directions.length} directions; leave it out`,
    );
  }
}

/**
 * What a trial gave, as a list. Null where a number is not finite: the trial has failed.
 *
 * @param subject  what must be so
 * @throws OptionError if it is not one number for each direction
 */
export function valuesOf(
  subject: string,
  result: unknown,
  directions: readonly Direction[],
): number[] | null {
  const several = directions.length > 1;
  const list: readonly unknown[] | null = several
    ? Array.isArray(result)
      ? result
      : null
    : [result];
  if (list?.length !== directions.length || !list.every((v) => typeof v === "number")) {
    const wanted = several ? `must be a list of ${directions.length} numbers` : "must be a number";
    throw new OptionError(
      `${subject} ${wanted}, got ${Array.isArray(result) ? `a list of ${result.length}` : String(result)}`,
    );
  }
  return list.every(Number.isFinite) ? [...list] : null;
}

/** Values with signs such that less is better. */
export function signed(values: readonly number[], directions: readonly Direction[]): Point {
  return values.map((v, k) => signOf(directions[k]!) * v);
}

/** A complete trial's values, less is better. */
export function pointOf(trial: TrialRecord, directions: readonly Direction[]): Point {
  return signed(trial.values!, directions);
}

/** The trials that have a value for each direction. */
export function completeOf(
  trials: readonly TrialRecord[],
  directions: readonly Direction[],
): TrialRecord[] {
  return trials.filter((t) => t.state === "complete" && t.values?.length === directions.length);
}

/**
 * Complete trials, the best first: of several objectives front by front, and within a front those first that have the most room
 * around them.
 */
export function rankingOf(
  trials: readonly TrialRecord[],
  directions: readonly Direction[],
): TrialRecord[] {
  const complete = completeOf(trials, directions);
  const points = complete.map((t) => pointOf(t, directions));
  if (directions.length === 1) {
    return complete
      .map((trial, i) => ({ trial, value: points[i]![0]! }))
      .sort((a, b) => a.value - b.value || a.trial.number - b.trial.number)
      .map(({ trial }) => trial);
  }
  return frontsOf(points).flatMap((front) => {
    const room = crowdingDistances(front.map((i) => points[i]!));
    return front
      .map((i, k) => ({ trial: complete[i]!, room: room[k]! }))
      .sort((a, b) => (a.room === b.room ? a.trial.number - b.trial.number : b.room - a.room))
      .map(({ trial }) => trial);
  });
}

/** The first front of the complete trials, by number. */
export function frontOf(
  trials: readonly TrialRecord[],
  directions: readonly Direction[],
): TrialRecord[] {
  const complete = completeOf(trials, directions);
  return firstFront(complete.map((t) => pointOf(t, directions))).map((i) => complete[i]!);
}
