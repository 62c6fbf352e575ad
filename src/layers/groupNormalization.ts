import type { ConstraintName } from "../constraints/catalogue.gen.ts";
import type { Constraint } from "../constraints/defineConstraint.ts";
import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { groupNorm } from "../ops/groupNorm.ts";
import type { RegularizerName } from "../regularizers/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { axisOf } from "../shape.ts";
import { moveAxis } from "./dataFormat.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { checkEpsilon, normParameters } from "./normParameters.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `groupNormalization`. */
export interface GroupNormalizationOptions {
  /** Groups of neighbouring channels, which they divide; -1: each channel alone (instance normalization). Default 32. */
  groups: number;
  /** Axis of the channels: 1 for channels first. Default -1. */
  axis: number;
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
 * Group normalization, `(x - mean) / sqrt(variance + epsilon) gamma + beta`: each sample over its positions and the
 * channels of each group; the same in training and out of it. Source: Wu & He 2018 (arXiv:1803.08494).
 *
 * input and output: float32[batch, ..., channels]; gamma, beta: float32[channels].
 *
 * @throws ShapeError where the groups do not divide the channels
 *
 * @example
 *     groupNormalization({ groups: 8 })
 */
export const groupNormalization: LayerFactory<SameShape, GroupNormalizationOptions> =
  /* @__PURE__ */ defineLayer<GroupNormalizationOptions, Shaped>({
    name: "groupNormalization",
    passesMask: true,
    defaults: {
      groups: 32,
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
    check: ({ epsilon }) => checkEpsilon("groupNormalization", epsilon),
    params: (options, [x], name) => {
      const subject = `groupNormalization "${name}"`;
      const shape = [1, ...x!];
      return normParameters(subject, options, [
        shape[axisOf(subject, options.axis, shape.length)]!,
      ]);
    },
    call: ([x], { options: { groups, axis, epsilon }, params }, name) => {
      const last = x!.shape.length - 1;
      const from = axisOf(`groupNormalization "${name}"`, axis, last + 1);
      const t = moveAxis(x!, from, last);
      const y = groupNorm(t, params["gamma"], params["beta"], { groups, epsilon });
      return moveAxis(y, last, from);
    },
  });
