import type { ConstraintName } from "../constraints/catalogue.gen.ts";
import type { Constraint } from "../constraints/defineConstraint.ts";
import { OptionError } from "../errors.ts";
import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { relu } from "../ops/activations/relu.ts";
import { mul, sub } from "../ops/binary.ts";
import { neg } from "../ops/neg.ts";
import type { RegularizerName } from "../regularizers/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { initializerOf, regularizerOf, constraintOf } from "./resolve.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `prelu`. */
export interface PreluOptions {
  /** Default "zeros". */
  alphaInitializer: InitializerName | Initializer;
  /** Default null. */
  alphaRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  alphaConstraint: ConstraintName | Constraint | null;
  /** Axes along which one slope serves all, counted with the batch axis: [1, 2] for one a channel of images. Default []. */
  sharedAxes: readonly number[];
}

/**
 * Leaky rectifier with slopes that are learned, `x > 0 ? x : alpha x`.
 * Source: He et al. 2015 (arXiv:1502.01852).
 *
 * input and output: float32[batch, ...]; alpha: float32[...], with length 1 along the shared axes.
 *
 * @throws OptionError where a shared axis is not one of the sample
 *
 * @example
 *     prelu({ sharedAxes: [1, 2] })
 */
export const prelu: LayerFactory<SameShape, PreluOptions> = /* @__PURE__ */ defineLayer<
  PreluOptions,
  Shaped
>({
  name: "prelu",
  passesMask: true,
  defaults: {
    alphaInitializer: "zeros",
    alphaRegularizer: null,
    alphaConstraint: null,
    sharedAxes: [],
  },
  params: ({ alphaInitializer, alphaRegularizer, alphaConstraint, sharedAxes }, [x], name) => {
    const subject = `prelu "${name}"`;
    for (const axis of sharedAxes) {
      if (Number.isInteger(axis) && axis >= 1 && axis <= x!.length) continue;
      throw new OptionError(
        `${subject}: sharedAxes must lie in [1, ${x!.length}], got ${String(axis)}; the batch axis counts as 0`,
      );
    }
    return {
      alpha: {
        shape: x!.map((n, i) => (sharedAxes.includes(i + 1) ? 1 : n)),
        initializer: initializerOf(subject, alphaInitializer),
        regularizer: regularizerOf(subject, alphaRegularizer),
        constraint: constraintOf(subject, alphaConstraint),
      },
    };
  },
  call: ([x], { params }) => sub(relu(x!), mul(relu(neg(x!)), params["alpha"]!)),
});
