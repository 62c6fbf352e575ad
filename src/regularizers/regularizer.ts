import { withDefaults } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";

/** A penalty on a parameter, added to the loss. */
export interface Regularizer {
  readonly kind: string;
  readonly options: Readonly<Record<string, number>>;
  /** The penalty as a scalar. */
  penalty(parameter: SymbolicTensor): SymbolicTensor;
}

/** A factory of regularizers. Options are factors, >= 0. @throws OptionError, RangeError */
export function defineRegularizer<O extends Readonly<Record<string, number>>>(definition: {
  name: string;
  defaults: O;
  penalty: (parameter: SymbolicTensor, options: O) => SymbolicTensor;
}): (options?: Partial<O>) => Regularizer {
  return (given = {}) => {
    const options = withDefaults<O>(definition.name, definition.defaults, given);
    for (const [name, value] of Object.entries(options)) {
      if (!(value >= 0))
        throw new RangeError(`${definition.name}: ${name} must be >= 0, got ${value}`);
    }
    return { kind: definition.name, options, penalty: (w) => definition.penalty(w, options) };
  };
}
