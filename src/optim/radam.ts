import { raise } from "../math/pow.ts";
import { checkNumber } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";

/** Options of {@link radam} besides the common ones. */
export interface RadamOptions {
  /** Decay rate of the first moment, in [0, 1). Default .9. */
  beta1: number;
  /** Decay rate of the second moment, in [0, 1). Default .999. */
  beta2: number;
  /** Added to the root of the second moment, >= 0. Default 1e-8. */
  epsilon: number;
}

/** Base and exponent of `raise`: numbers that calls pass or return would stay on the heap. */
const io = /* @__PURE__ */ new Float64Array(2);

/** Steps that the variance must be worth before it is used. */
const THRESHOLD = 5;

/**
 * RAdam: Adam whose step is small while its second moment rests on few gradients.
 *
 *     rho   = 2 / (1 - beta2) - 1
 *     rho_t = rho - 2 t beta2^t / (1 - beta2^t)
 *     rho_t > 5:  r = sqrt((rho_t - 4) (rho_t - 2) rho / ((rho - 4) (rho - 2) rho_t))
 *                 w = w - learningRate r m / (1 - beta1^t) sqrt(1 - beta2^t) / (sqrt(v) + epsilon)
 *     else        w = w - learningRate m / (1 - beta1^t)
 *
 * The paper has 4 where PyTorch and optax have 5. Epsilon is added to the root of the uncorrected moment, as
 * PyTorch has it. Dialect torch: l2 decay.
 *
 * Source: Liu et al. 2020, algorithm 2 (arXiv:1908.03265); torch.optim.RAdam, optax.radam.
 *
 * @example
 *     radam({ learningRate: 1e-3 })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const radam: OptimizerFactory<RadamOptions> = /* @__PURE__ */ defineOptimizer<
  RadamOptions,
  "m" | "v",
  "oneMinusBeta1" | "oneMinusBeta2" | "vScale" | "epsilon" | "stepSize"
>({
  name: "radam",
  defaults: { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  dialects: { torch: { weightDecayMode: "l2" }, keras: { epsilon: 1e-7 }, optax: {}, seed: {} },
  check: (options) => {
    checkNumber("radam", options, "beta1", "[0, 1)");
    checkNumber("radam", options, "beta2", "[0, 1)");
    checkNumber("radam", options, "epsilon", ">= 0");
  },
  slots: () => ["m", "v"],
  scalarNames: ["oneMinusBeta1", "oneMinusBeta2", "vScale", "epsilon", "stepSize"],
  scalars: (o, t, out) => {
    // The kernel averages with 1 - beta rounded to f32: its bias is corrected for what was rounded.
    out.oneMinusBeta1 = Math.fround(1 - o.beta1);
    out.oneMinusBeta2 = Math.fround(1 - o.beta2);
    io[0] = 1 - out.oneMinusBeta2;
    io[1] = t;
    raise(io);
    const correction2 = 1 - io[0]!;
    io[0] = 1 - out.oneMinusBeta1;
    io[1] = t;
    raise(io);
    const correction1 = 1 - io[0]!;
    io[0] = o.beta2;
    io[1] = t;
    raise(io);
    const most = 2 / (1 - o.beta2) - 1;
    const length = most - (2 * t * io[0]!) / (1 - io[0]!);
    const rectified = length > THRESHOLD;
    const squared = ((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length);
    out.vScale = rectified ? 1 : 0;
    out.epsilon = rectified ? o.epsilon : 1;
    out.stepSize =
      (o.learningRate * (rectified ? Math.sqrt(squared * correction2) : 1)) / correction1;
  },
  emit: (k, { param, grad, m, v }, s, size) =>
    k.radam(
      param,
      grad,
      m,
      v,
      s.gradScale,
      s.gradSign,
      s.l2,
      s.oneMinusBeta1,
      s.oneMinusBeta2,
      s.vScale,
      s.epsilon,
      s.stepSize,
      s.decay,
      size,
    ),
});
