import type { Random } from "../../math/random.ts";
import type { Distribution, Space } from "../space/distribution.ts";
import { fromUnit } from "../space/internal.ts";
import type { Attribute, Direction, TrialRecord } from "../trialRecord.ts";

/** What a sampler sees of a study when a trial begins. */
export interface StudyView {
  /** One for each objective. */
  readonly directions: readonly Direction[];
  /** All trials, the running ones among them, without the one to sample for. */
  readonly trials: readonly TrialRecord[];
  /** The trial's number. */
  readonly number: number;
  /** The study's seed: for what belongs to the study and not to a trial. */
  readonly seed: number;
  /** The trial's own random numbers: the same study gives the same trials. */
  readonly random: Random;
  /** What was noted about this trial. */
  readonly system: TrialRecord["system"];
  /** Notes something about this trial, in the storage. */
  note(name: string, value: Attribute): void;
}

/**
 * Chooses parameters. Values are internal: a choice is its index. A sampler keeps nothing that it could
 * not compute again from the trials, so that a study continues from a file as if it had never stopped.
 */
export interface Sampler {
  readonly name: string;
  /** Whether it follows one objective alone: a study of several then refuses it. */
  readonly singleObjective?: boolean;
  /**
   * Values for parameters that are known before the trial begins, and for such as may come up in it, chosen together. What is left
   * out, or lies outside of what the trial then asks for, is asked singly.
   */
  together(view: StudyView, space: Space): Readonly<Record<string, number>>;
  /** A value for a parameter that comes up in a trial. */
  single(view: StudyView, name: string, distribution: Distribution): number;
  /** Whether there is nothing left to try. */
  isExhausted?(trials: readonly TrialRecord[], space: Space | null): boolean;
}

/** A value at random. */
export function randomValue(random: Random, d: Distribution): number {
  return fromUnit(d, random.uniform());
}
