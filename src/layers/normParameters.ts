import type { ConstraintName } from "../constraints/catalogue.gen.ts";
import type { Constraint } from "../constraints/defineConstraint.ts";
import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import type { RegularizerName } from "../regularizers/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import type { Shape } from "../shape.ts";
import type { ParameterSpec } from "./defineLayer.ts";
import { initializerOf, regularizerOf, constraintOf } from "./resolve.ts";

/** What the normalizing layers have in common. */
interface NormParameterOptions {
  center: boolean;
  scale: boolean;
  betaInitializer: InitializerName | Initializer;
  gammaInitializer: InitializerName | Initializer;
  betaRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  betaConstraint: ConstraintName | Constraint | null;
  gammaRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  gammaConstraint: ConstraintName | Constraint | null;
}

/** @throws RangeError */
export function checkEpsilon(subject: string, epsilon: number): void {
  if (!(epsilon >= 0)) {
    throw new RangeError(`${subject}: epsilon must be >= 0, got ${String(epsilon)}`);
  }
}

/** gamma and beta, where the options have them; weight decay leaves them alone. */
export function normParameters(
  subject: string,
  options: NormParameterOptions,
  shape: Shape,
): Record<string, ParameterSpec> {
  return {
    ...(options.scale && {
      gamma: {
        shape,
        initializer: initializerOf(subject, options.gammaInitializer),
        regularizer: regularizerOf(subject, options.gammaRegularizer),
        constraint: constraintOf(subject, options.gammaConstraint),
        decay: false,
      },
    }),
    ...(options.center && {
      beta: {
        shape,
        initializer: initializerOf(subject, options.betaInitializer),
        regularizer: regularizerOf(subject, options.betaRegularizer),
        constraint: constraintOf(subject, options.betaConstraint),
        decay: false,
      },
    }),
  };
}
