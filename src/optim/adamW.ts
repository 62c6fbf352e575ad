import { type AdamOptions, adamRule, checkAdam } from "./adam.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";

/**
 * AdamW: Adam with weight decay beside the gradient rather than in it.
 *
 *     w = w - learningRate weightDecay w - learningRate mhat / (sqrt(vhat) + epsilon)
 *
 * Adam with other defaults: weightDecay .01; dialect keras .004, optax 1e-4, and seed .01 that is not
 * multiplied by the learning rate (`decayScale: "none"`). The other options are those of adam.
 *
 * Source: Loshchilov & Hutter 2019, algorithm 2 (arXiv:1711.05101); torch.optim.AdamW,
 * keras.optimizers.AdamW, optax.adamW.
 *
 * @example
 *     adamW({ learningRate: 3e-4, weightDecay: 0.1 })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const adamW: OptimizerFactory<AdamOptions> = /* @__PURE__ */ defineOptimizer({
  ...adamRule,
  name: "adamW",
  defaults: { ...adamRule.defaults, weightDecay: 0.01 },
  dialects: {
    torch: {},
    keras: { ...adamRule.dialects.keras, weightDecay: 0.004 },
    optax: { ...adamRule.dialects.optax, weightDecay: 1e-4 },
    seed: { decayScale: "none" },
  },
  check: (options) => checkAdam("adamW", options),
});
