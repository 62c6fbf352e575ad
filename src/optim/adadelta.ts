import { checkNumber } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";

/** Options of {@link adadelta} besides the common ones. */
export interface AdadeltaOptions {
  /** Decay rate of both means, in [0, 1). Default .9. */
  rho: number;
  /** Added under both roots, >= 0. Default 1e-6. */
  epsilon: number;
}

/**
 * Adadelta: steps as large as recent updates were, over the root of the mean squared gradient.
 *
 *     v = rho v + (1 - rho) g^2
 *     u = sqrt(d + epsilon) / sqrt(v + epsilon) g
 *     d = rho d + (1 - rho) u^2
 *     w = w - learningRate u
 *
 * Defaults: PyTorch's, learningRate 1; dialect torch: l2 decay; keras: learningRate .001, rho .95, epsilon
 * 1e-7.
 *
 * Source: Zeiler 2012, algorithm 1 (arXiv:1212.5701); torch.optim.Adadelta (whose default epsilon is 1e-6),
 * keras.optimizers.Adadelta, optax.adadelta.
 *
 * @example
 *     adadelta({ rho: 0.95 })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const adadelta: OptimizerFactory<AdadeltaOptions> = /* @__PURE__ */ defineOptimizer<
  AdadeltaOptions,
  "v" | "d",
  "oneMinusRho" | "epsilon" | "stepSize"
>({
  name: "adadelta",
  defaults: { learningRate: 1, rho: 0.9, epsilon: 1e-6 },
  dialects: {
    torch: { weightDecayMode: "l2" },
    keras: { learningRate: 1e-3, rho: 0.95, epsilon: 1e-7 },
    optax: {},
    seed: {},
  },
  check: (options) => {
    checkNumber("adadelta", options, "rho", "[0, 1)");
    checkNumber("adadelta", options, "epsilon", "> 0");
  },
  slots: () => ["v", "d"],
  scalarNames: ["oneMinusRho", "epsilon", "stepSize"],
  scalars: (o, _t, out) => {
    out.oneMinusRho = 1 - o.rho;
    out.epsilon = o.epsilon;
    out.stepSize = o.learningRate;
  },
  emit: (k, { param, grad, v, d }, s, size) =>
    k.adadelta(
      param,
      grad,
      v,
      d,
      s.gradScale,
      s.gradSign,
      s.l2,
      s.oneMinusRho,
      s.epsilon,
      s.stepSize,
      s.decay,
      size,
    ),
});
