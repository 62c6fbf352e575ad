import { withDefaults } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type LabelKind, meanPerSample } from "../ops/perSample.ts";

/** A loss as a rule. */
export interface LossDefinition<O extends object> {
  name: string;
  defaults: O;
  labels: LabelKind;
  /** Checks the options. Throws RangeError. */
  check?(options: O): void;
  /**
   * Losses of shape [batch, ...]; what is behind the batch axis is averaged.
   *
   * @param target  int32[batch, ...] or float32 shaped like the output
   * @param output  float32[batch, ..., outputs], what the model's last layer gives
   */
  call(target: SymbolicTensor, output: SymbolicTensor, options: O): SymbolicTensor;
}

/** A loss with its options: what `compile` takes. */
export interface Loss {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly labels: LabelKind;
  /** One loss a sample: float32[batch]. */
  call(target: SymbolicTensor, output: SymbolicTensor): SymbolicTensor;
}

/** A factory of losses: `huber({ delta: 2 })`. @throws OptionError on unknown options */
export function defineLoss<O extends object>(
  definition: LossDefinition<O>,
): (options?: Partial<O>) => Loss {
  return (given = {}) => {
    const options = withDefaults<O>(definition.name, definition.defaults, given);
    definition.check?.(options);
    return {
      kind: definition.name,
      options: { ...options } as Readonly<Record<string, unknown>>,
      labels: definition.labels,
      call: (target, output) => meanPerSample(definition.call(target, output, options)),
    };
  };
}
