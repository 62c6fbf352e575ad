import { withDefaults } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { LabelKind } from "../ops/perSample.ts";

/** Labels that a metric takes: those of one kind of loss, or either. */
export type MetricLabels = LabelKind | "any";

/** A metric as sums over samples, from which its value follows. */
export interface MetricDefinition<O extends object> {
  name: string;
  defaults: O;
  labels: MetricLabels;
  /** Checks the options. Throws RangeError. */
  check?(options: O): void;
  /**
   * One or more numbers a sample, each float32[batch] or, for as many sums as it is wide, float32[batch, k]; they
   * are added up over an epoch. A sum counts exactly up to 2^24 in a batch.
   */
  terms(target: SymbolicTensor, output: SymbolicTensor, options: O): readonly SymbolicTensor[];
  /** The value from the weighted sums of the terms, one behind the other, and the sum of the weights. */
  result(sums: readonly number[], weight: number, options: O): number;
}

/** A metric with its options: what `compile` takes. */
export interface Metric {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly labels: MetricLabels;
  terms(target: SymbolicTensor, output: SymbolicTensor): readonly SymbolicTensor[];
  result(sums: readonly number[], weight: number): number;
}

/** A factory of metrics. @throws OptionError on unknown options */
export function defineMetric<O extends object>(
  definition: MetricDefinition<O>,
): (options?: Partial<O>) => Metric {
  return (given = {}) => {
    const options = withDefaults<O>(definition.name, definition.defaults, given);
    definition.check?.(options);
    return {
      kind: definition.name,
      options: { ...options } as Readonly<Record<string, unknown>>,
      labels: definition.labels,
      terms: (target, output) => definition.terms(target, output, options),
      result: (sums, weight) => definition.result(sums, weight, options),
    };
  };
}
