import { pow } from "../math/pow.ts";
import { checkNumber } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";

/** Options of {@link asgd} besides the common ones. */
export interface AsgdOptions {
  /** Decay of weights and of the step size, >= 0. Default 1e-4. */
  lambd: number;
  /** Power by which the step size falls, >= 0. Default .75. */
  alpha: number;
  /** Step at which averaging begins, >= 0. Default 1e6. */
  t0: number;
}

/**
 * Averaged gradient descent: plain steps of falling size, and the mean of the weights beside them in the slot `a`.
 *
 *     eta = learningRate / (1 + lambd learningRate (t - 1))^alpha
 *     w   = w - eta lambd w - eta g
 *     a   = a + (w - a) / max(1, t - 1 - t0)
 *
 * Source: Polyak & Juditsky 1992; torch.optim.ASGD, whose step size lags by one step as here.
 *
 * @example
 *     asgd({ learningRate: 0.01 })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const asgd: OptimizerFactory<AsgdOptions> = /* @__PURE__ */ defineOptimizer<
  AsgdOptions,
  "a",
  "shrinkage" | "stepSize" | "averageRate"
>({
  name: "asgd",
  defaults: { learningRate: 0.01, lambd: 1e-4, alpha: 0.75, t0: 1e6 },
  dialects: { torch: { weightDecayMode: "l2" }, keras: {}, optax: {}, seed: {} },
  check: (options) => {
    checkNumber("asgd", options, "lambd", ">= 0");
    checkNumber("asgd", options, "alpha", ">= 0");
    checkNumber("asgd", options, "t0", ">= 0");
  },
  slots: () => ["a"],
  scalarNames: ["shrinkage", "stepSize", "averageRate"],
  scalars: (o, t, out) => {
    const eta = o.learningRate / pow(1 + o.lambd * o.learningRate * (t - 1), o.alpha);
    out.stepSize = eta;
    out.shrinkage = o.lambd * eta;
    out.averageRate = 1 / Math.max(1, t - 1 - o.t0);
  },
  emit: (k, { param, grad, a }, s, size) =>
    k.asgd(
      param,
      grad,
      a,
      s.gradScale,
      s.gradSign,
      s.l2,
      s.shrinkage,
      s.stepSize,
      s.averageRate,
      s.decay,
      size,
    ),
});
