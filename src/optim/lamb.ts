import { raise } from "../math/pow.ts";
import { checkNumber } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";
import { emitSquares } from "./squares.ts";

/** Base and exponent of `raise`: numbers that calls pass or return would stay on the heap. */
const io = /* @__PURE__ */ new Float64Array(2);

/** Options of {@link lamb} besides the common ones. */
export interface LambOptions {
  /** Decay rate of the first moment, in [0, 1). Default .9. */
  beta1: number;
  /** Decay rate of the second moment, in [0, 1). Default .999. */
  beta2: number;
  /** Added to the root of the corrected second moment, >= 0. Default 1e-6. */
  epsilon: number;
  /** Weight decay is part of the direction, before the trust ratio (the paper, optax); Keras decays beside it. */
  decayInTrust: boolean;
}

/**
 * LAMB: Adam whose step for each parameter is as long as the parameter, for large batches.
 *
 *     u = mhat / (sqrt(vhat) + epsilon) + weightDecay w
 *     w = w - learningRate |w| / |u| u                         ratio 1 where |w| or |u| is 0
 *
 * Defaults: learningRate 1e-3. Dialect keras: epsilon 1e-7, decay beside the step.
 *
 * Source: You et al. 2020, algorithm 2 (arXiv:1904.00962); keras.optimizers.Lamb, optax.lamb.
 *
 * @example
 *     lamb({ learningRate: 2e-3, weightDecay: 0.01 })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const lamb: OptimizerFactory<LambOptions> = /* @__PURE__ */ defineOptimizer<
  LambOptions,
  "m" | "v",
  "oneMinusBeta1" | "oneMinusBeta2" | "mScale" | "epsilon" | "lambda" | "stepSize"
>({
  name: "lamb",
  defaults: { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-6, decayInTrust: true },
  dialects: { torch: {}, keras: { epsilon: 1e-7, decayInTrust: false }, optax: {}, seed: {} },
  check: (options) => {
    checkNumber("lamb", options, "beta1", "[0, 1)");
    checkNumber("lamb", options, "beta2", "[0, 1)");
    checkNumber("lamb", options, "epsilon", ">= 0");
  },
  slots: () => ["m", "v"],
  scalarNames: ["oneMinusBeta1", "oneMinusBeta2", "mScale", "epsilon", "lambda", "stepSize"],
  scalars: (o, t, out) => {
    out.oneMinusBeta1 = Math.fround(1 - o.beta1);
    out.oneMinusBeta2 = Math.fround(1 - o.beta2);
    io[0] = 1 - out.oneMinusBeta2;
    io[1] = t;
    raise(io);
    const root = Math.sqrt(1 - io[0]!);
    io[0] = 1 - out.oneMinusBeta1;
    io[1] = t;
    raise(io);
    out.mScale = root / (1 - io[0]!);
    out.epsilon = root * o.epsilon;
    out.lambda = o.decayInTrust && o.weightDecayMode === "decoupled" ? o.weightDecay : 0;
    out.stepSize = o.learningRate;
  },
  perParameter: true,
  emit: (k, { param, grad, m, v }, s, size, options, { cells }) => {
    const inside = options.decayInTrust;
    const lambda = inside && s.decay !== 0 ? s.lambda : 0;
    k.lambDirection(
      param,
      grad,
      m,
      v,
      s.gradScale,
      s.gradSign,
      s.l2,
      s.oneMinusBeta1,
      s.oneMinusBeta2,
      s.mScale,
      s.epsilon,
      lambda,
      size,
    );
    const weights = emitSquares(k, cells, param, size);
    const direction = emitSquares(k, cells, grad, size);
    const factor = cells.slot();
    const spare = cells.table(new Uint32Array(2));
    k.trustRatio(
      weights.partials,
      direction.partials,
      weights.blocks,
      1,
      0,
      0,
      1,
      0,
      factor.address,
      spare,
    );
    k.descend(param, grad, factor, s.stepSize, inside ? 0 : s.decay, size);
  },
});
