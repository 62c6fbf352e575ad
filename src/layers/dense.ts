import type { ConstraintName } from "../constraints/catalogue.gen.ts";
import type { Constraint } from "../constraints/defineConstraint.ts";
import { ShapeError } from "../errors.ts";
import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { add } from "../ops/binary.ts";
import { asRows } from "../ops/matmul.ts";
import { reshape } from "../ops/reshape.ts";
import type { RegularizerName } from "../regularizers/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { type Shape, printShape } from "../shape.ts";
import { adaptedProduct } from "./adaptedProduct.ts";
import { type LayerOptions, type Shaped, type ShapedLayer, defineLayer } from "./defineLayer.ts";
import {
  type Activation,
  activationOf,
  constraintOf,
  initializerOf,
  regularizerOf,
} from "./resolve.ts";
import type { DenseRule } from "./shapeRules.ts";

/** Options of `dense`. */
export interface DenseOptions {
  /** Number of outputs, >= 1. */
  units: number;
  /** Applied to the output. Default "linear". */
  activation: Activation;
  /** Adds a bias. Default true. */
  useBias: boolean;
  /** Default "glorotUniform". */
  kernelInitializer: InitializerName | Initializer;
  /** Default "zeros". */
  biasInitializer: InitializerName | Initializer;
  /** Penalty on the kernel. Default null. */
  kernelRegularizer: RegularizerName | Regularizer | null;
  /** Penalty on the bias. Default null. */
  biasRegularizer: RegularizerName | Regularizer | null;
  /** What the kernel must fulfil after every step. Default null. */
  kernelConstraint: ConstraintName | Constraint | null;
  /** What the bias must fulfil after every step. Default null. */
  biasConstraint: ConstraintName | Constraint | null;
}

/**
 * Fully connected layer, `activation(x kernel + bias)` over the last axis.
 *
 * inputs: float32[batch, ..., features]; output: float32[batch, ..., units].
 * kernel: float32[features, units]; bias: float32[units].
 *
 * @throws ShapeError where the input has no feature axis
 *
 * @example
 *     dense({ units: 64, activation: "relu", kernelRegularizer: l2({ l2: 0.01 }) })
 */
export const dense: <Units extends number, const Input extends Shape | null>(
  options: LayerOptions<DenseOptions, Input, { units: Units }>,
) => ShapedLayer<DenseRule<Units>, Input> = /* @__PURE__ */ defineLayer<DenseOptions, Shaped>({
  name: "dense",
  passesMask: true,
  needs: ["units"],
  defaults: {
    units: 0,
    activation: "linear",
    useBias: true,
    kernelInitializer: "glorotUniform",
    biasInitializer: "zeros",
    kernelRegularizer: null,
    biasRegularizer: null,
    kernelConstraint: null,
    biasConstraint: null,
  },
  check: ({ units }) => {
    if (!Number.isInteger(units) || units < 1) {
      throw new RangeError(`dense: units must be a whole number >= 1, got ${String(units)}`);
    }
  },
  params: (options, [x], name) => {
    const subject = `dense "${name}"`;
    if (x!.length < 1) {
      throw new ShapeError(
        `${subject}: input must have at least 2 axes [batch, features], got ${printShape([null, ...x!])}; reshape it to [batch, 1]`,
      );
    }
    return {
      kernel: {
        shape: [x!.at(-1)!, options.units],
        initializer: initializerOf(subject, options.kernelInitializer),
        regularizer: regularizerOf(subject, options.kernelRegularizer),
        constraint: constraintOf(subject, options.kernelConstraint),
      },
      ...(options.useBias && {
        bias: {
          shape: [options.units],
          initializer: initializerOf(subject, options.biasInitializer),
          regularizer: regularizerOf(subject, options.biasRegularizer),
          constraint: constraintOf(subject, options.biasConstraint),
          decay: false,
        },
      }),
    };
  },
  adaptable: { kernel: 1 },
  call: ([x], { options, params }, name) => {
    const rows = adaptedProduct(asRows(x!), params["kernel"]!, params, "kernel");
    const biased = params["bias"] ? add(rows, params["bias"]) : rows;
    const y = activationOf(`dense "${name}"`, options.activation)(biased);
    return x!.shape.length === 2
      ? y
      : reshape(y, { shape: [...x!.shape.slice(0, -1), options.units] });
  },
});
