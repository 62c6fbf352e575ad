import { checkChoice, checkNumber } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";
import { emitSquares } from "./squares.ts";

/** Options of {@link lars} besides the common ones. */
export interface LarsOptions {
  /** Decay rate of the velocity, in [0, 1). Default .9. */
  momentum: number;
  /** Length of a step as a part of the parameter's, > 0. Default .001. */
  trustCoefficient: number;
  /** Keeps the ratio's divisor from 0, >= 0. Default 0. */
  epsilon: number;
  /** Step from where the momentum is going. Default false. */
  nesterov: boolean;
}

/**
 * LARS: momentum whose step for each parameter is in proportion to the parameter, for large batches.
 *
 *     ratio = trustCoefficient |w| / (|g| + weightDecay |w| + epsilon)       1 where |w| or |g| is 0
 *     v = momentum v + ratio (g + weightDecay w)
 *     w = w - learningRate v
 *
 * Weight decay is always part of the gradient. Defaults: learningRate .01, momentum .9, as optax has it.
 *
 * Source: You et al. 2017, algorithm 1 (arXiv:1708.03888); optax.lars.
 *
 * @example
 *     lars({ learningRate: 1, weightDecay: 1e-4 })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const lars: OptimizerFactory<LarsOptions> = /* @__PURE__ */ defineOptimizer<
  LarsOptions,
  "v",
  "oneMinusMomentum" | "vOut" | "gradOut"
>({
  name: "lars",
  defaults: {
    learningRate: 0.01,
    weightDecayMode: "l2",
    momentum: 0.9,
    trustCoefficient: 1e-3,
    epsilon: 0,
    nesterov: false,
  },
  dialects: { torch: {}, keras: {}, optax: {}, seed: {} },
  check: (options) => {
    checkNumber("lars", options, "momentum", "[0, 1)");
    checkNumber("lars", options, "trustCoefficient", "> 0");
    checkNumber("lars", options, "epsilon", ">= 0");
    checkChoice("lars", options, "weightDecayMode", ["l2"]);
  },
  slots: () => ["v"],
  scalarNames: ["oneMinusMomentum", "vOut", "gradOut"],
  scalars: (o, _t, out) => {
    out.oneMinusMomentum = 1 - o.momentum;
    out.vOut = o.learningRate * (o.nesterov ? o.momentum : 1);
    out.gradOut = o.nesterov ? o.learningRate : 0;
  },
  perParameter: true,
  emit: (k, { param, grad, v }, s, size, o, { cells }) => {
    const weights = emitSquares(k, cells, param, size);
    const gradients = emitSquares(k, cells, grad, size);
    const factor = cells.slot();
    const scaled = cells.table(new Uint32Array(2));
    k.trustRatio(
      weights.partials,
      gradients.partials,
      weights.blocks,
      o.trustCoefficient,
      s.l2,
      o.epsilon,
      s.gradScale,
      s.l2,
      factor.address,
      scaled,
    );
    k.sgd(
      param,
      param,
      grad,
      v,
      { address: scaled },
      s.gradSign,
      { address: scaled + 4 },
      s.oneMinusMomentum,
      1,
      s.vOut,
      s.gradOut,
      0,
      size,
    );
  },
});
