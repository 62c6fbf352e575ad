import { checkChoice, checkNumber } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";

/** Options of {@link adagrad} besides the common ones. */
export interface AdagradOptions {
  /** What the sum of squares starts from, >= 0. Default .1. */
  initialAccumulatorValue: number;
  /** Keeps the divisor from 0, >= 0. Default 1e-7. */
  epsilon: number;
  /** Added under the root, or to it. Default `inside`. */
  epsilonMode: "inside" | "outside";
  /** The rate at step t is learningRate / (1 + (t - 1) learningRateDecay), >= 0. Default 0. */
  learningRateDecay: number;
}

/**
 * AdaGrad: steps by the gradient over the root of the sum of all squared gradients.
 *
 *     s = s + g^2
 *     w = w - learningRate g / sqrt(s + epsilon)          or / (sqrt(s) + epsilon), `outside`
 *
 * An update is 0 where s is 0, even with epsilon 0.
 * Defaults: Keras's form, learningRate .01. Dialect torch: outside, s from 0, epsilon 1e-10, l2 decay;
 * keras: learningRate .001; seed: outside, s from 0, epsilon 1e-8.
 *
 * Source: Duchi, Hazan & Singer 2011; torch.optim.Adagrad, keras.optimizers.Adagrad, optax.adagrad.
 *
 * @example
 *     adagrad({ learningRate: 0.1 })
 *
 * @throws OptionError on an unknown option, dialect or epsilonMode
 * @throws RangeError on a number out of its range
 */
export const adagrad: OptimizerFactory<AdagradOptions> = /* @__PURE__ */ defineOptimizer<
  AdagradOptions,
  "s",
  "stepSize" | "epsilonRoot" | "epsilon"
>({
  name: "adagrad",
  defaults: {
    learningRate: 0.01,
    initialAccumulatorValue: 0.1,
    epsilon: 1e-7,
    epsilonMode: "inside",
    learningRateDecay: 0,
  },
  dialects: {
    torch: {
      initialAccumulatorValue: 0,
      epsilon: 1e-10,
      epsilonMode: "outside",
      weightDecayMode: "l2",
    },
    keras: { learningRate: 1e-3 },
    optax: {},
    seed: { initialAccumulatorValue: 0, epsilon: 1e-8, epsilonMode: "outside" },
  },
  check: (options) => {
    checkNumber("adagrad", options, "initialAccumulatorValue", ">= 0");
    checkNumber("adagrad", options, "epsilon", ">= 0");
    checkNumber("adagrad", options, "learningRateDecay", ">= 0");
    checkChoice("adagrad", options, "epsilonMode", ["inside", "outside"]);
  },
  slots: () => ["s"],
  slotInit: (_, o) => o.initialAccumulatorValue,
  scalarNames: ["stepSize", "epsilonRoot", "epsilon"],
  scalars: (o, t, out) => {
    out.stepSize = o.learningRate / (1 + (t - 1) * o.learningRateDecay);
    out.epsilonRoot = o.epsilonMode === "inside" ? o.epsilon : 0;
    out.epsilon = o.epsilonMode === "inside" ? 0 : o.epsilon;
  },
  emit: (k, { param, grad, s: sum }, s, size) =>
    k.adagrad(
      param,
      grad,
      sum,
      s.gradScale,
      s.gradSign,
      s.l2,
      s.stepSize,
      s.epsilonRoot,
      s.epsilon,
      s.decay,
      size,
    ),
});
