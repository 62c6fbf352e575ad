import { raise } from "../math/pow.ts";
import { checkNumber } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";

/** Base and exponent of `raise`: numbers that calls pass or return would stay on the heap. */
const io = /* @__PURE__ */ new Float64Array(2);

/** Options of {@link scheduleFree} besides the common ones. */
export interface ScheduleFreeOptions {
  /** Where the gradient is taken between plain steps (0) and their mean (1), in [0, 1). Default .9. */
  beta1: number;
  /** Decay rate of the second moment, in [0, 1). Default .999. */
  beta2: number;
  /** Added to the root of the corrected second moment, >= 0. Default 1e-8. */
  epsilon: number;
  /** Steps in which the rate rises to learningRate, >= 0. Default 0. */
  warmupSteps: number;
  /** Weight of late steps in the mean, t^r, >= 0. Default 0. */
  r: number;
  /** Weight of the rate in the mean, lr^p, >= 0. Default 2. */
  weightLearningRatePower: number;
}

/**
 * Schedule-free AdamW: plain steps z, whose mean x are the weights; no schedule is needed.
 *
 *     y = (1 - beta1) z + beta1 x                            the gradient is taken at y
 *     v = beta2 v + (1 - beta2) g^2
 *     z = z - eta (g / (sqrt(v / (1 - beta2^t)) + epsilon) + weightDecay y)
 *     x = x + c (z - x)                c = q / (sum of all q so far), q = t^r (largest eta so far)^p
 *
 * eta rises from 0 over warmupSteps. Between steps the weights are x: what is evaluated and saved.
 *
 * Source: Defazio et al. 2024, algorithm 1 (arXiv:2405.15682); facebookresearch/schedule_free,
 * AdamWScheduleFree, whose defaults these are.
 *
 * @example
 *     scheduleFree({ learningRate: 2.5e-3, warmupSteps: 100 })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const scheduleFree: OptimizerFactory<ScheduleFreeOptions> = /* @__PURE__ */ defineOptimizer<
  ScheduleFreeOptions,
  "v" | "z" | "x",
  "oneMinusBeta1" | "oneMinusBeta2" | "epsilon" | "stepSize" | "averageRate"
>({
  name: "scheduleFree",
  defaults: {
    learningRate: 2.5e-3,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    warmupSteps: 0,
    r: 0,
    weightLearningRatePower: 2,
  },
  dialects: { torch: {}, keras: {}, optax: {}, seed: {} },
  check: (options) => {
    checkNumber("scheduleFree", options, "beta1", "[0, 1)");
    checkNumber("scheduleFree", options, "beta2", "[0, 1)");
    for (const key of ["epsilon", "warmupSteps", "r", "weightLearningRatePower"] as const)
      checkNumber("scheduleFree", options, key, ">= 0");
  },
  slots: () => ["v", "z", "x"],
  slotInit: (slot) => (slot === "v" ? 0 : "parameter"),
  scalarNames: ["oneMinusBeta1", "oneMinusBeta2", "epsilon", "stepSize", "averageRate"],
  state: { largestRate: 0, weightSum: 0 },
  scalars: (o, t, out, state) => {
    const eta = o.learningRate * (t < o.warmupSteps ? t / o.warmupSteps : 1);
    const largest = Math.max(state.largestRate!, eta);
    io[0] = t;
    io[1] = o.r;
    raise(io);
    const late = io[0]!;
    io[0] = largest;
    io[1] = o.weightLearningRatePower;
    raise(io);
    const weight = late * io[0]!;
    const sum = state.weightSum! + weight;
    state.largestRate = largest;
    state.weightSum = sum;
    out.oneMinusBeta1 = 1 - o.beta1;
    // The kernel averages with 1 - beta2 rounded to f32: its bias is corrected for what was rounded.
    out.oneMinusBeta2 = Math.fround(1 - o.beta2);
    io[0] = 1 - out.oneMinusBeta2;
    io[1] = t;
    raise(io);
    const root = Math.sqrt(1 - io[0]!);
    out.epsilon = root * o.epsilon;
    out.stepSize = root * eta;
    out.averageRate = sum === 0 ? 0 : weight / sum;
  },
  emit: (k, { param, grad, v, z, x }, s, size) =>
    k.scheduleFree(
      param,
      grad,
      v,
      z,
      x,
      s.gradScale,
      s.gradSign,
      s.l2,
      s.oneMinusBeta2,
      s.epsilon,
      s.stepSize,
      s.averageRate,
      s.decay,
      size,
    ),
  looksAhead: () => true,
  before: (k, { param, z, x }, s, size) => k.scheduleFreePoint(param, z, x, s.oneMinusBeta1, size),
});
