import type { ConstraintName } from "../constraints/catalogue.gen.ts";
import type { Constraint } from "../constraints/defineConstraint.ts";
import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { firstAxis, layerNorm } from "../ops/layerNorm.ts";
import type { RegularizerName } from "../regularizers/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { checkEpsilon, normParameters } from "./normParameters.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `layerNormalization`. */
export interface LayerNormalizationOptions {
  /** The last axis, or the last few. Default -1. */
  axis: number | readonly number[];
  /** Added to the variance. Default 1e-3. */
  epsilon: number;
  /** Adds beta. Default true. */
  center: boolean;
  /** Multiplies by gamma. Default true. */
  scale: boolean;
  /** Default "zeros". */
  betaInitializer: InitializerName | Initializer;
  /** Default "ones". */
  gammaInitializer: InitializerName | Initializer;
  /** Penalty on beta. Default null. */
  betaRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  betaConstraint: ConstraintName | Constraint | null;
  /** Penalty on gamma. Default null. */
  gammaRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  gammaConstraint: ConstraintName | Constraint | null;
}

/**
 * Layer normalization, `(x - mean) / sqrt(variance + epsilon) gamma + beta` over the last axes of each sample; the same
 * in training and out of it. Source: Ba et al. 2016 (arXiv:1607.06450).
 *
 * input and output: float32[batch, ..., features]; gamma, beta: float32 of the shape of the normalized axes.
 *
 * @throws ShapeError where the axes are not the last
 *
 * @example
 *     layerNormalization({ epsilon: 1e-6 })
 */
export const layerNormalization: LayerFactory<SameShape, LayerNormalizationOptions> =
  /* @__PURE__ */ defineLayer<LayerNormalizationOptions, Shaped>({
    name: "layerNormalization",
    passesMask: true,
    defaults: {
      axis: -1,
      epsilon: 1e-3,
      center: true,
      scale: true,
      betaInitializer: "zeros",
      gammaInitializer: "ones",
      betaRegularizer: null,
      betaConstraint: null,
      gammaRegularizer: null,
      gammaConstraint: null,
    },
    check: ({ epsilon }) => checkEpsilon("layerNormalization", epsilon),
    params: (options, [x], name) => {
      const subject = `layerNormalization "${name}"`;
      const shape = [1, ...x!];
      return normParameters(subject, options, shape.slice(firstAxis(subject, options.axis, shape)));
    },
    call: ([x], { options: { axis, epsilon }, params }) =>
      layerNorm(x!, params["gamma"], params["beta"], { axis, epsilon }),
  });
