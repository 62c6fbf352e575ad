import { pow } from "../math/pow.ts";
import { checkChoice, checkNumber } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";

/** Options of {@link rmsprop} besides the common ones. */
export interface RmspropOptions {
  /** Decay rate of the second moment, in [0, 1). Default .9. PyTorch's `alpha`. */
  rho: number;
  /** Keeps the divisor from 0, >= 0. Default 1e-7. */
  epsilon: number;
  /** Added under the root, or to it. Default `inside`. */
  epsilonMode: "inside" | "outside";
  /** Divide by the deviation from the mean gradient rather than by the root mean square. Default false. */
  centered: boolean;
  /** Decay rate of a velocity of the steps, in [0, 1). Default 0: none is kept. */
  momentum: number;
  /** `velocity` multiplies by the learning rate behind the velocity, `lr-in-velocity` before it (Keras). */
  momentumForm: "velocity" | "lr-in-velocity";
  /** Divide the moments by 1 - rho^t (optax's `bias_correction`). Default false. */
  biasCorrection: boolean;
}

type RmspropScalar =
  | "oneMinusRho"
  | "vIn"
  | "epsilonRoot"
  | "epsilon"
  | "oneMinusMomentum"
  | "stepSize"
  | "mOut";

/**
 * RMSProp: steps by the gradient over the root of the mean of recent squared gradients.
 *
 *     v = rho v + (1 - rho) g^2
 *     u = g / sqrt(v + epsilon)                       or / (sqrt(v) + epsilon), `outside`
 *     w = w - learningRate u
 *
 * `centered` divides by the root of the variance, v - mean^2 with mean = rho mean + (1 - rho) g. It is
 * kept as a variance, whose terms are squares: never negative, never NaN. `momentum`: m = momentum m + u,
 * w = w - learningRate m; or `lr-in-velocity`.
 *
 * Defaults: learningRate .001, rho .9, epsilon 1e-7 inside. Dialect torch: learningRate .01, rho .99,
 * epsilon 1e-8 outside, l2 decay; keras: momentum lr-in-velocity; optax: epsilon 1e-8 inside,
 * lr-in-velocity (its learning rate has no default); seed: epsilon 1e-8 outside. The other seed article
 * has epsilon inside: `{ dialect: "seed", epsilonMode: "inside" }`.
 *
 * Source: Tieleman & Hinton 2012, lecture 6e; Graves 2013 (arXiv:1308.0850), equations 38 to 45;
 * torch.optim.RMSprop, keras.optimizers.RMSprop, optax.rmsprop.
 *
 * @example
 *     rmsprop({ learningRate: 1e-3, momentum: 0.9, centered: true })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const rmsprop: OptimizerFactory<RmspropOptions> = /* @__PURE__ */ defineOptimizer<
  RmspropOptions,
  "v" | "mean" | "m",
  RmspropScalar
>({
  name: "rmsprop",
  defaults: {
    learningRate: 1e-3,
    rho: 0.9,
    epsilon: 1e-7,
    epsilonMode: "inside",
    centered: false,
    momentum: 0,
    momentumForm: "velocity",
    biasCorrection: false,
  },
  dialects: {
    torch: {
      learningRate: 0.01,
      rho: 0.99,
      epsilon: 1e-8,
      epsilonMode: "outside",
      weightDecayMode: "l2",
    },
    keras: { momentumForm: "lr-in-velocity" },
    optax: { epsilon: 1e-8, momentumForm: "lr-in-velocity" },
    seed: { epsilon: 1e-8, epsilonMode: "outside" },
  },
  check: (options) => {
    checkNumber("rmsprop", options, "rho", "[0, 1)");
    checkNumber("rmsprop", options, "epsilon", ">= 0");
    checkNumber("rmsprop", options, "momentum", "[0, 1)");
    checkChoice("rmsprop", options, "epsilonMode", ["inside", "outside"]);
    checkChoice("rmsprop", options, "momentumForm", ["velocity", "lr-in-velocity"]);
  },
  slots: ({ centered, momentum }) => {
    const slots: ("v" | "mean" | "m")[] = ["v"];
    if (centered) slots.push("mean");
    if (momentum !== 0) slots.push("m");
    return slots;
  },
  scalarNames: [
    "oneMinusRho",
    "vIn",
    "epsilonRoot",
    "epsilon",
    "oneMinusMomentum",
    "stepSize",
    "mOut",
  ],
  scalars: (o, t, out) => {
    // An average at rate (1 - rho) / (1 - rho^t) is the one at rate 1 - rho, corrected for bias: the
    // first step takes all of g, and nothing is ever to be divided out (or cancelled, centered).
    const rate = (1 - o.rho) / (o.biasCorrection ? 1 - pow(o.rho, t) : 1);
    out.oneMinusRho = rate;
    out.vIn = o.centered ? rate * (1 - rate) : rate;
    out.epsilonRoot = o.epsilonMode === "inside" ? o.epsilon : 0;
    out.epsilon = o.epsilonMode === "inside" ? 0 : o.epsilon;
    const early = o.momentum === 0 || o.momentumForm === "lr-in-velocity";
    out.oneMinusMomentum = 1 - o.momentum;
    out.stepSize = early ? o.learningRate : 1;
    out.mOut = early ? 1 : o.learningRate;
  },
  emit: (k, { param, grad, v, mean, m }, s, size, o) => {
    k.rmsprop(
      param,
      grad,
      v,
      o.centered ? mean : 0,
      o.momentum === 0 ? 0 : m,
      s.gradScale,
      s.gradSign,
      s.l2,
      s.oneMinusRho,
      s.vIn,
      s.epsilonRoot,
      s.epsilon,
      s.oneMinusMomentum,
      s.stepSize,
      s.mOut,
      s.decay,
      size,
    );
  },
});
