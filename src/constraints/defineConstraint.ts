import { withDefaults } from "../errors.ts";
import type { Address } from "../kernels/command.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Shape } from "../shape.ts";

/** What a parameter must fulfil after every step. */
export interface Constraint {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Writes the command that brings a parameter back to where it must be. */
  emit(k: Kernels, parameter: Address, shape: Shape): void;
}

/** A constraint with its options. */
export interface ConstraintDefinition<O extends object> {
  name: string;
  defaults: O;
  /** Throws RangeError. */
  check?(options: O): void;
  emit(k: Kernels, parameter: Address, shape: Shape, options: O): void;
}

/** A factory of constraints: `maxNorm({ maxValue: 3 })`. @throws OptionError, RangeError */
export function defineConstraint<O extends object>(
  definition: ConstraintDefinition<O>,
): (options?: Partial<O>) => Constraint {
  return (given = {}) => {
    const options = withDefaults<O>(definition.name, definition.defaults, given);
    definition.check?.(options);
    return {
      kind: definition.name,
      options: { ...options } as Readonly<Record<string, unknown>>,
      emit: (k, parameter, shape) => definition.emit(k, parameter, shape, options),
    };
  };
}
