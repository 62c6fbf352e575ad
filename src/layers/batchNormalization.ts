import type { ConstraintName } from "../constraints/catalogue.gen.ts";
import type { Constraint } from "../constraints/defineConstraint.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { add, mul, sub } from "../ops/binary.ts";
import { batchNorm, batchNormInference } from "../ops/groupNorm.ts";
import type { RegularizerName } from "../regularizers/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { axisOf, sizeOf } from "../shape.ts";
import { moveAxis } from "./dataFormat.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { checkEpsilon, normParameters } from "./normParameters.ts";
import { initializerOf } from "./resolve.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `batchNormalization`. */
export interface BatchNormalizationOptions {
  /** Axis of the channels: 1 for channels first. Default -1. */
  axis: number;
  /** What stays of the running statistics in a step, in [0, 1]; PyTorch's momentum is 1 less this. Default 0.99. */
  momentum: number;
  /** Added to the variance. Default 1e-3. */
  epsilon: number;
  /** Adds beta. Default true. */
  center: boolean;
  /** Multiplies by gamma. Default true. */
  scale: boolean;
  /** The running variance moves towards the unbiased estimate, as in PyTorch. Default false. */
  unbiasedRunningVariance: boolean;
  /** Default "zeros". */
  betaInitializer: InitializerName | Initializer;
  /** Default "ones". */
  gammaInitializer: InitializerName | Initializer;
  /** Default "zeros". */
  movingMeanInitializer: InitializerName | Initializer;
  /** Default "ones". */
  movingVarianceInitializer: InitializerName | Initializer;
  /** Penalty on beta. Default null. */
  betaRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  betaConstraint: ConstraintName | Constraint | null;
  /** Penalty on gamma. Default null. */
  gammaRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  gammaConstraint: ConstraintName | Constraint | null;
}

/** `momentum running + (1 - momentum) batch`, exactly running where both are equal. */
function moved(running: SymbolicTensor, batch: SymbolicTensor, momentum: number): SymbolicTensor {
  return add(running, mul(sub(batch, running), 1 - momentum));
}

/**
 * Batch normalization, `(x - mean) / sqrt(variance + epsilon) gamma + beta`, channel by channel. A training step takes
 * mean and biased variance of its batch, and moves running statistics towards them; evaluation, prediction and a
 * frozen layer (`trainable: false`) take the running statistics, and leave them. Source: Ioffe & Szegedy 2015.
 *
 * input and output: float32[batch, ..., channels].
 * gamma, beta: float32[channels]; state movingMean, movingVariance: float32[channels].
 *
 * @throws RangeError where momentum lies outside [0, 1], or epsilon below 0
 *
 * @example
 *     batchNormalization({ momentum: 0.9 })
 */
export const batchNormalization: LayerFactory<SameShape, BatchNormalizationOptions> =
  /* @__PURE__ */ defineLayer<BatchNormalizationOptions, Shaped>({
    name: "batchNormalization",
    passesMask: true,
    defaults: {
      axis: -1,
      momentum: 0.99,
      epsilon: 1e-3,
      center: true,
      scale: true,
      unbiasedRunningVariance: false,
      betaInitializer: "zeros",
      gammaInitializer: "ones",
      movingMeanInitializer: "zeros",
      movingVarianceInitializer: "ones",
      betaRegularizer: null,
      betaConstraint: null,
      gammaRegularizer: null,
      gammaConstraint: null,
    },
    check: ({ momentum, epsilon }) => {
      if (!(momentum >= 0 && momentum <= 1)) {
        throw new RangeError(
          `batchNormalization: momentum must lie in [0, 1], got ${String(momentum)}; it is what stays of the running statistics`,
        );
      }
      checkEpsilon("batchNormalization", epsilon);
    },
    params: (options, [x], name) => {
      const subject = `batchNormalization "${name}"`;
      const shape = [1, ...x!];
      const channels = [shape[axisOf(subject, options.axis, shape.length)]!];
      return {
        ...normParameters(subject, options, channels),
        movingMean: {
          shape: channels,
          initializer: initializerOf(subject, options.movingMeanInitializer),
          trainable: false,
        },
        movingVariance: {
          shape: channels,
          initializer: initializerOf(subject, options.movingVarianceInitializer),
          trainable: false,
        },
      };
    },
    call: ([x], { options, params, training, frozen, update }, name) => {
      const { epsilon, momentum } = options;
      const axis = axisOf(`batchNormalization "${name}"`, options.axis, x!.shape.length);
      const last = x!.shape.length - 1;
      const t = moveAxis(x!, axis, last);
      const { gamma, beta } = params;
      const [mean, variance] = [params["movingMean"]!, params["movingVariance"]!];
      if (!training || frozen)
        return moveAxis(
          batchNormInference(t, mean, variance, gamma, beta, { epsilon }),
          last,
          axis,
        );
      const batch = batchNorm(t, gamma, beta, { epsilon });
      const rows = sizeOf(t.shape.slice(0, -1));
      const estimate = options.unbiasedRunningVariance
        ? mul(batch.variance, rows / Math.max(1, rows - 1))
        : batch.variance;
      update("movingMean", moved(mean, batch.mean, momentum), batch.mean);
      update("movingVariance", moved(variance, estimate, momentum), estimate);
      return moveAxis(batch.y, last, axis);
    },
  });
