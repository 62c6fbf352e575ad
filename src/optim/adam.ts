import { raise } from "../math/pow.ts";
import { checkChoice, checkNumber } from "./commonOptions.ts";
import {
  type OptimizerDefinition,
  type OptimizerFactory,
  defineOptimizer,
} from "./defineOptimizer.ts";

/** Base and exponent of `raise`. */
const io = /* @__PURE__ */ new Float64Array(2);

/** Options of {@link adam} and adamW besides the common ones. */
export interface AdamOptions {
  /** Decay rate of the first moment, in [0, 1). Default .9. */
  beta1: number;
  /** Decay rate of the second moment, in [0, 1). Default .999. */
  beta2: number;
  /** Added to the root of the second moment, >= 0. Default 1e-8. */
  epsilon: number;
  /** Added under the root, >= 0. Default 0. */
  epsilonRoot: number;
  /** `outside`: added to the root of the corrected moment; `hat`: of the uncorrected one (Keras). */
  epsilonMode: "outside" | "hat";
  /** Divide the moments by 1 - beta^t. Default true. */
  biasCorrection: boolean;
  /** Divide by the largest second moment so far. Default false. */
  amsgrad: boolean;
  /** The maximum is over the second moment (PyTorch, Keras) or over the corrected one (optax). */
  amsgradOf: "moment" | "corrected";
}

type AdamScalar =
  | "oneMinusBeta1"
  | "oneMinusBeta2"
  | "stepSize"
  | "vmaxScale"
  | "epsilonRoot"
  | "epsilon";

/** The rule of Adam, which AdamW shares. */
export const adamRule: OptimizerDefinition<AdamOptions, "m" | "v" | "vmax", AdamScalar> = {
  name: "adam",
  defaults: {
    learningRate: 1e-3,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    epsilonRoot: 0,
    epsilonMode: "outside",
    biasCorrection: true,
    amsgrad: false,
    amsgradOf: "moment",
  },
  dialects: {
    torch: { weightDecayMode: "l2" },
    keras: { epsilon: 1e-7, epsilonMode: "hat" },
    optax: { amsgradOf: "corrected" },
    seed: {},
  },
  slots: ({ amsgrad }) => (amsgrad ? ["m", "v", "vmax"] : ["m", "v"]),
  scalarNames: [
    "oneMinusBeta1",
    "oneMinusBeta2",
    "stepSize",
    "vmaxScale",
    "epsilonRoot",
    "epsilon",
  ],
  scalars: (o, t, out) => {
    // The kernel averages with 1 - beta rounded to f32: its bias is corrected for what was rounded.
    out.oneMinusBeta1 = Math.fround(1 - o.beta1);
    out.oneMinusBeta2 = Math.fround(1 - o.beta2);
    let correction1 = 1;
    let correction2 = 1;
    if (o.biasCorrection) {
      io[0] = 1 - out.oneMinusBeta1;
      io[1] = t;
      raise(io);
      correction1 = 1 - io[0]!;
      io[0] = 1 - out.oneMinusBeta2;
      io[1] = t;
      raise(io);
      correction2 = 1 - io[0]!;
    }
    const root = Math.sqrt(correction2);
    // Corrected before the maximum, v needs nothing behind it; else the fraction is widened by the root.
    const early = o.amsgrad && o.amsgradOf === "corrected" && o.epsilonMode === "outside";
    const widen = o.epsilonMode === "outside" && !early;
    out.vmaxScale = early ? 1 / correction2 : 1;
    out.stepSize = ((early ? 1 : root) * o.learningRate) / correction1;
    out.epsilonRoot = widen ? o.epsilonRoot * correction2 : o.epsilonRoot;
    out.epsilon = widen ? o.epsilon * root : o.epsilon;
  },
  emit: (k, { param, grad, m, v, vmax }, s, size, { amsgrad }) => {
    k.adam(
      param,
      grad,
      m,
      v,
      amsgrad ? vmax : 0,
      s.gradScale,
      s.gradSign,
      s.l2,
      s.oneMinusBeta1,
      s.oneMinusBeta2,
      s.stepSize,
      s.vmaxScale,
      s.epsilonRoot,
      s.epsilon,
      s.decay,
      size,
    );
  },
};

/** Checks the options of Adam or AdamW. @throws RangeError, OptionError */
export function checkAdam(name: string, options: AdamOptions): void {
  checkNumber(name, options, "beta1", "[0, 1)");
  checkNumber(name, options, "beta2", "[0, 1)");
  checkNumber(name, options, "epsilon", ">= 0");
  checkNumber(name, options, "epsilonRoot", ">= 0");
  checkChoice(name, options, "epsilonMode", ["outside", "hat"]);
  checkChoice(name, options, "amsgradOf", ["moment", "corrected"]);
}

/**
 * Adam: steps by the mean gradient over the root of the mean squared gradient, each corrected for
 * having begun at 0.
 *
 *     m = beta1 m + (1 - beta1) g
 *     v = beta2 v + (1 - beta2) g^2
 *     w = w - learningRate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t) + epsilonRoot) + epsilon)
 *
 * `epsilonMode: "hat"` adds epsilon to the root of the uncorrected v (section 2 of the paper, "epsilon
 * hat"; Keras): `w - learningRate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon)`.
 * `amsgrad` puts the largest v so far in v's place. Weight decay is decoupled unless
 * `weightDecayMode: "l2"` (dialect torch).
 *
 * Defaults: learningRate 1e-3, epsilon 1e-8; dialect keras 1e-7, hat.
 *
 * Source: Kingma & Ba 2015, algorithm 1 (arXiv:1412.6980); Reddi et al. 2018, algorithm 2
 * (arXiv:1904.09237); torch.optim.Adam, keras.optimizers.Adam, optax.adam and amsgrad.
 *
 * @example
 *     adam({ learningRate: 1e-3, globalClipNorm: 1 })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const adam: OptimizerFactory<AdamOptions> = /* @__PURE__ */ defineOptimizer({
  ...adamRule,
  check: (options) => checkAdam("adam", options),
});
