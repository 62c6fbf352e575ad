import { type ConstraintName, constraints } from "../constraints/catalogue.gen.ts";
import type { Constraint } from "../constraints/defineConstraint.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type InitializerName, initializers } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { byName } from "../names.ts";
import { type ActivationName, activations } from "../ops/activations/catalogue.gen.ts";
import { type RegularizerName, regularizers } from "../regularizers/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";

/** An activation by name, an op, or any function of a symbolic tensor. */
export type Activation = ActivationName | ((x: SymbolicTensor) => SymbolicTensor);

/** The function of an activation. @throws OptionError for an unknown name */
export function activationOf(
  subject: string,
  activation: Activation,
): (x: SymbolicTensor) => SymbolicTensor {
  return typeof activation === "function"
    ? activation
    : byName(subject, "activation", activations, activation);
}

/** An initializer from its name or itself. @throws OptionError for an unknown name */
export function initializerOf(subject: string, value: InitializerName | Initializer): Initializer {
  return typeof value === "function"
    ? value
    : byName(subject, "initializer", initializers, value)();
}

/** A regularizer from its name or itself; null stays null. @throws OptionError for an unknown name */
export function regularizerOf(
  subject: string,
  value: RegularizerName | Regularizer | null,
): Regularizer | null {
  return typeof value === "string" ? byName(subject, "regularizer", regularizers, value)() : value;
}

/** A constraint from its name or itself; null stays null. @throws OptionError for an unknown name */
export function constraintOf(
  subject: string,
  value: ConstraintName | Constraint | null,
): Constraint | null {
  return typeof value === "string" ? byName(subject, "constraint", constraints, value)() : value;
}
