import { checkNumber } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";

/** Options of {@link lion} besides the common ones. */
export interface LionOptions {
  /** What of the mean gradient is kept in the direction, in [0, 1). Default .9. */
  beta1: number;
  /** Decay rate of the mean gradient, in [0, 1). Default .99. */
  beta2: number;
}

/**
 * Lion: steps of one size by the sign of the mean gradient.
 *
 *     w = w - learningRate sign(beta1 m + (1 - beta1) g)
 *     m = beta2 m + (1 - beta2) g
 *
 * Defaults: learningRate 1e-4; dialect keras 1e-3; optax weightDecay 1e-3.
 *
 * Source: Chen et al. 2023, algorithm 2 (arXiv:2302.06675); keras.optimizers.Lion, optax.lion.
 *
 * @example
 *     lion({ learningRate: 1e-4, weightDecay: 0.1 })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const lion: OptimizerFactory<LionOptions> = /* @__PURE__ */ defineOptimizer<
  LionOptions,
  "m",
  "oneMinusBeta1" | "oneMinusBeta2" | "stepSize"
>({
  name: "lion",
  defaults: { learningRate: 1e-4, beta1: 0.9, beta2: 0.99 },
  dialects: { torch: {}, keras: { learningRate: 1e-3 }, optax: { weightDecay: 1e-3 }, seed: {} },
  check: (options) => {
    checkNumber("lion", options, "beta1", "[0, 1)");
    checkNumber("lion", options, "beta2", "[0, 1)");
  },
  slots: () => ["m"],
  scalarNames: ["oneMinusBeta1", "oneMinusBeta2", "stepSize"],
  scalars: (o, _t, out) => {
    out.oneMinusBeta1 = 1 - o.beta1;
    out.oneMinusBeta2 = 1 - o.beta2;
    out.stepSize = o.learningRate;
  },
  emit: (k, { param, grad, m }, s, size) =>
    k.lion(
      param,
      grad,
      m,
      s.gradScale,
      s.gradSign,
      s.l2,
      s.oneMinusBeta1,
      s.oneMinusBeta2,
      s.stepSize,
      s.decay,
      size,
    ),
});
