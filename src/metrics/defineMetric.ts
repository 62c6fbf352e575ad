import { withDefaults } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { LabelKind } from "../ops/perSample.ts";

/** A metric as sums over samples, from which its value follows. */
export interface MetricDefinition<O extends object> {
  name: string;
  defaults: O;
  labels: LabelKind;
  /** Checks the options. Throws RangeError. */
  check?(options: O): void;
  /** One or more numbers a sample, each float32[batch]; they are added up over an epoch. */
  terms(target: SymbolicTensor, output: SymbolicTensor, options: O): readonly SymbolicTensor[];
  /** The value from the weighted sums of the terms and the sum of the weights. */
  result(sums: readonly number[], weight: number, options: O): number;
}

/** A metric with its options: what `compile` takes. */
export interface Metric {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly labels: LabelKind;
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
