import { checkNumber } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";

/** Options of {@link ftrl} besides the common ones. */
export interface FtrlOptions {
  /** Power of the sum of squares in the step size, < 0. Default -.5. */
  learningRatePower: number;
  /** What the sum of squares starts from, > 0. Default .1. */
  initialAccumulatorValue: number;
  /** >= 0. Default 0: weights become exactly 0 below it. */
  l1: number;
  /** >= 0. Default 0. */
  l2: number;
  /** L2 term in the gradient only, >= 0. Default 0. */
  l2Shrinkage: number;
  /** >= 0. Default 0. */
  beta: number;
}

/**
 * Follow the regularized leader, for sparse linear models.
 *
 *     m = n + g^2
 *     z = z + g + 2 l2Shrinkage w - (m^p - n^p) / learningRate w              p = -learningRatePower
 *     w = (clamp(z, -l1, l1) - z) / (m^p / learningRate + 2 (l2 + beta / (2 learningRate)))
 *     n = m
 *
 * The weights follow from n and z alone: what they start from counts for the first step only.
 *
 * Source: McMahan et al. 2013, algorithm 1; keras.optimizers.Ftrl, whose defaults these are.
 *
 * @example
 *     ftrl({ learningRate: 0.1, l1: 0.01 })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const ftrl: OptimizerFactory<FtrlOptions> = /* @__PURE__ */ defineOptimizer<
  FtrlOptions,
  "n" | "z",
  "power" | "inverseRate" | "clamp" | "ridge" | "shrinkage"
>({
  name: "ftrl",
  defaults: {
    learningRate: 1e-3,
    learningRatePower: -0.5,
    initialAccumulatorValue: 0.1,
    l1: 0,
    l2: 0,
    l2Shrinkage: 0,
    beta: 0,
  },
  dialects: { torch: {}, keras: {}, optax: {}, seed: {} },
  check: (options) => {
    for (const key of ["l1", "l2", "l2Shrinkage", "beta"] as const)
      checkNumber("ftrl", options, key, ">= 0");
    checkNumber("ftrl", options, "initialAccumulatorValue", "> 0");
    if (!(options.learningRatePower < 0))
      throw new RangeError(`ftrl: learningRatePower must be < 0, got ${options.learningRatePower}`);
  },
  slots: () => ["n", "z"],
  slotInit: (slot, o) => (slot === "n" ? o.initialAccumulatorValue : 0),
  scalarNames: ["power", "inverseRate", "clamp", "ridge", "shrinkage"],
  scalars: (o, _t, out) => {
    out.power = -o.learningRatePower;
    out.inverseRate = 1 / o.learningRate;
    out.clamp = o.l1;
    out.ridge = 2 * o.l2 + o.beta / o.learningRate;
    out.shrinkage = 2 * o.l2Shrinkage;
  },
  emit: (k, { param, grad, n, z }, s, size) =>
    k.ftrl(
      param,
      grad,
      n,
      z,
      s.gradScale,
      s.gradSign,
      s.l2,
      s.power,
      s.inverseRate,
      s.clamp,
      s.ridge,
      s.shrinkage,
      s.decay,
      size,
    ),
});
