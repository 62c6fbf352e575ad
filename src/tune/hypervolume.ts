import { OptionError } from "../errors.ts";
import { completeOf, pointOf, signed, valuesOf } from "./objectives.ts";
import { volumeOf } from "./pareto/hypervolume.ts";
import type { Study } from "./study.ts";
import type { Outcome } from "./trialRecord.ts";

/**
 * How good a study's Pareto front is, as one number: the volume between it and a reference that is worse than what counts, in the
 * product of the objectives' units; 0 where no trial is better than the reference in each of them. Exact. Studies with the same
 * reference can be compared: the larger, the better.
 *
 * Source: Zitzler & Thiele 1998, "Multiobjective optimization using evolutionary algorithms".
 *
 * @param reference  a value for each direction
 * @throws OptionError if it is not one finite number for each
 *
 * @example
 *     tune.hypervolume(study, [1, 1e5]); // error below 1, parameters below 100,000
 */
export function hypervolume<V extends Outcome>(study: Study<V>, reference: NoInfer<V>): number {
  const { name, trials, directions } = study;
  const values = valuesOf(`study "${name}": hypervolume: the reference`, reference, directions);
  if (!values) {
    throw new OptionError(`study "${name}": hypervolume: the reference must be finite`);
  }
  const points = completeOf(trials, directions).map((t) => pointOf(t, directions));
  return volumeOf(points, signed(values, directions));
}
