import { checkNumber } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";

/** Options of {@link rprop} besides the common ones. */
export interface RpropOptions {
  /** What a step is multiplied by when the gradient changes its sign, in (0, 1]. Default .5. */
  etaMinus: number;
  /** What it is multiplied by while the sign holds, > 0. Default 1.2. */
  etaPlus: number;
  /** Smallest step, >= 0. Default 1e-6. */
  minimumStep: number;
  /** Largest step, > 0. Default 50. */
  maximumStep: number;
}

/**
 * Rprop: each weight has a step of its own, which grows while its gradient keeps its sign and shrinks when it
 * changes. For batches of all the data.
 *
 *     s = clamp(s (g before > 0 ? etaPlus : g before < 0 ? etaMinus : 1), minimumStep, maximumStep)
 *     w = w - sign(g) s                  g = 0 where its sign has changed
 *
 * `learningRate`, .01, is the first step; a schedule or learningRateScale changes nothing later.
 *
 * Source: Riedmiller & Braun 1993; torch.optim.Rprop.
 *
 * @example
 *     rprop({ learningRate: 0.01 })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const rprop: OptimizerFactory<RpropOptions> = /* @__PURE__ */ defineOptimizer<
  RpropOptions,
  "before" | "s",
  "up" | "down" | "low" | "high"
>({
  name: "rprop",
  defaults: {
    learningRate: 0.01,
    etaMinus: 0.5,
    etaPlus: 1.2,
    minimumStep: 1e-6,
    maximumStep: 50,
  },
  dialects: { torch: {}, keras: {}, optax: {}, seed: {} },
  check: (options) => {
    checkNumber("rprop", options, "etaMinus", "(0, 1]");
    checkNumber("rprop", options, "etaPlus", "> 0");
    checkNumber("rprop", options, "minimumStep", ">= 0");
    checkNumber("rprop", options, "maximumStep", "> 0");
  },
  slots: () => ["before", "s"],
  slotInit: (slot, o) => (slot === "s" ? o.learningRate : 0),
  scalarNames: ["up", "down", "low", "high"],
  scalars: (o, _t, out) => {
    out.up = o.etaPlus;
    out.down = o.etaMinus;
    out.low = o.minimumStep;
    out.high = o.maximumStep;
  },
  emit: (k, { param, grad, before, s: steps }, s, size) =>
    k.rprop(
      param,
      grad,
      before,
      steps,
      s.gradScale,
      s.gradSign,
      s.l2,
      s.up,
      s.down,
      s.low,
      s.high,
      s.decay,
      size,
    ),
});
