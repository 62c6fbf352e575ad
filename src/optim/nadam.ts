import { raise } from "../math/pow.ts";
import { checkChoice, checkNumber } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";

/** Base and exponent of `raise`. */
const io = /* @__PURE__ */ new Float64Array(2);

/** Options of {@link nadam} besides the common ones. */
export interface NadamOptions {
  /** Decay rate of the first moment, and what its scheduled momentum tends to, in [0, 1). Default .9. */
  beta1: number;
  /** Decay rate of the second moment, in [0, 1). Default .999. */
  beta2: number;
  /** Added to the root of the corrected second moment, >= 0. Default 1e-8. */
  epsilon: number;
  /** Speed of the momentum's schedule, psi below, in [0, Infinity]; Infinity: constant. Default .004. */
  momentumDecay: number;
  /**
   * Which product of momenta corrects m: of t + 1 factors, or of t (seed). `torch-1.13` has mu_t twice
   * in it, a fault of PyTorch 1.10 to 1.13 that trajectories of those versions contain. Default `t+1`.
   */
  mCorrection: "t+1" | "t" | "torch-1.13";
}

type NadamScalar = "oneMinusBeta1" | "oneMinusBeta2" | "mStep" | "gStep" | "epsilon";

/**
 * Nadam: Adam with Nesterov's momentum and a momentum that grows to beta1.
 *
 *     mu_t = beta1 (1 - .5 .96^(t psi))                   psi = momentumDecay
 *     m    = beta1 m + (1 - beta1) g
 *     v    = beta2 v + (1 - beta2) g^2
 *     mhat = mu_(t+1) m / (1 - mu_1 ... mu_(t+1)) + (1 - mu_t) g / (1 - mu_1 ... mu_t)
 *     w    = w - learningRate mhat / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * `mCorrection: "t"` divides m by 1 - mu_1 ... mu_t as well. With momentumDecay Infinity, mu is beta1.
 * Defaults: PyTorch's, learningRate .002, weight decay decoupled. Dialect torch: l2 decay; keras: psi 1,
 * learningRate .001, epsilon 1e-7; optax: psi Infinity (its learning rate has no default); seed: psi
 * Infinity, mCorrection t.
 *
 * Source: Dozat 2016, algorithm 2; torch.optim.NAdam, keras.optimizers.Nadam, optax.nadam.
 *
 * @example
 *     nadam({ learningRate: 2e-3 })
 *
 * @throws OptionError on an unknown option, dialect or mCorrection
 * @throws RangeError on a number out of its range
 */
export const nadam: OptimizerFactory<NadamOptions> = /* @__PURE__ */ defineOptimizer<
  NadamOptions,
  "m" | "v",
  NadamScalar
>({
  name: "nadam",
  defaults: {
    learningRate: 2e-3,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    momentumDecay: 0.004,
    mCorrection: "t+1",
  },
  dialects: {
    torch: { weightDecayMode: "l2" },
    keras: { learningRate: 1e-3, epsilon: 1e-7, momentumDecay: 1 },
    optax: { momentumDecay: Infinity },
    seed: { momentumDecay: Infinity, mCorrection: "t" },
  },
  check: (options) => {
    checkNumber("nadam", options, "beta1", "[0, 1)");
    checkNumber("nadam", options, "beta2", "[0, 1)");
    checkNumber("nadam", options, "epsilon", ">= 0");
    checkNumber("nadam", options, "momentumDecay", "[0, Infinity]");
    checkChoice("nadam", options, "mCorrection", ["t+1", "t", "torch-1.13"]);
  },
  slots: () => ["m", "v"],
  scalarNames: ["oneMinusBeta1", "oneMinusBeta2", "mStep", "gStep", "epsilon"],
  state: { product: 1 },
  scalars: (o, t, out, state) => {
    io[0] = 0.96;
    io[1] = t * o.momentumDecay;
    raise(io);
    const mu = o.beta1 * (1 - 0.5 * io[0]!);
    io[0] = 0.96;
    io[1] = (t + 1) * o.momentumDecay;
    raise(io);
    const next = o.beta1 * (1 - 0.5 * io[0]!);
    const product = state.product * mu;
    state.product = product;
    out.oneMinusBeta1 = 1 - o.beta1;
    // No table by name: it would stay on the heap at every step.
    const ahead = o.mCorrection === "t" ? 1 : o.mCorrection === "t+1" ? next : mu * next;
    // The kernel averages with 1 - beta2 rounded to f32: its bias is corrected for what was rounded.
    out.oneMinusBeta2 = Math.fround(1 - o.beta2);
    io[0] = 1 - out.oneMinusBeta2;
    io[1] = t;
    raise(io);
    const root = Math.sqrt(1 - io[0]!);
    out.mStep = (root * o.learningRate * next) / (1 - product * ahead);
    out.gStep = (root * o.learningRate * (1 - mu)) / (1 - product);
    out.epsilon = root * o.epsilon;
  },
  emit: (k, { param, grad, m, v }, s, size) => {
    k.nadam(
      param,
      grad,
      m,
      v,
      s.gradScale,
      s.gradSign,
      s.l2,
      s.oneMinusBeta1,
      s.oneMinusBeta2,
      s.mStep,
      s.gStep,
      s.epsilon,
      s.decay,
      size,
    );
  },
});
