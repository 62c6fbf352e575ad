import { pow } from "../math/pow.ts";
import { checkNumber, checkChoice } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";

/** Options of {@link adamax} besides the common ones. */
export interface AdamaxOptions {
  /** Decay rate of the first moment, in [0, 1). Default .9. */
  beta1: number;
  /** Decay rate of the largest gradient, in [0, 1). Default .999. */
  beta2: number;
  /** Keeps the divisor from 0, >= 0. Default 1e-8. */
  epsilon: number;
  /** `inside`: added to the gradient's magnitude (PyTorch); `outside`: to the largest one (Keras). */
  epsilonMode: "inside" | "outside";
}

/**
 * Adamax: Adam with the largest recent gradient in place of the root of the mean square.
 *
 *     m = beta1 m + (1 - beta1) g
 *     u = max(beta2 u, |g| + epsilon)                     or max(beta2 u, |g|), `outside`
 *     w = w - learningRate m / ((1 - beta1^t) u)          or / ((1 - beta1^t) (u + epsilon))
 *
 * Defaults: PyTorch's, learningRate .002 (as its source has it); dialect torch: l2 decay; keras:
 * learningRate .001, epsilon 1e-7 outside.
 *
 * Source: Kingma & Ba 2015, algorithm 2 (arXiv:1412.6980); torch.optim.Adamax, keras.optimizers.Adamax,
 * optax.adamax.
 *
 * @example
 *     adamax({ learningRate: 2e-3 })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const adamax: OptimizerFactory<AdamaxOptions> = /* @__PURE__ */ defineOptimizer<
  AdamaxOptions,
  "m" | "u",
  "oneMinusBeta1" | "oneMinusBeta2" | "epsilonIn" | "epsilonOut" | "stepSize"
>({
  name: "adamax",
  defaults: { learningRate: 2e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, epsilonMode: "inside" },
  dialects: {
    torch: { weightDecayMode: "l2" },
    keras: { learningRate: 1e-3, epsilon: 1e-7, epsilonMode: "outside" },
    optax: {},
    seed: {},
  },
  check: (options) => {
    checkNumber("adamax", options, "beta1", "[0, 1)");
    checkNumber("adamax", options, "beta2", "[0, 1)");
    checkNumber("adamax", options, "epsilon", ">= 0");
    checkChoice("adamax", options, "epsilonMode", ["inside", "outside"]);
  },
  slots: () => ["m", "u"],
  scalarNames: ["oneMinusBeta1", "oneMinusBeta2", "epsilonIn", "epsilonOut", "stepSize"],
  scalars: (o, t, out) => {
    const rate = Math.fround(1 - o.beta1);
    out.oneMinusBeta1 = rate;
    out.oneMinusBeta2 = 1 - o.beta2;
    out.epsilonIn = o.epsilonMode === "inside" ? o.epsilon : 0;
    out.epsilonOut = o.epsilonMode === "inside" ? 0 : o.epsilon;
    out.stepSize = o.learningRate / (1 - pow(1 - rate, t));
  },
  emit: (k, { param, grad, m, u }, s, size) =>
    k.adamax(
      param,
      grad,
      m,
      u,
      s.gradScale,
      s.gradSign,
      s.l2,
      s.oneMinusBeta1,
      s.oneMinusBeta2,
      s.epsilonIn,
      s.epsilonOut,
      s.stepSize,
      s.decay,
      size,
    ),
});
