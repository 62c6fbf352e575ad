import { pow } from "../math/pow.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { checkNumber, checkChoice } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";
import { emitSquares } from "./squares.ts";

/** Options of {@link adafactor} besides the common ones. */
export interface AdafactorOptions {
  /** beta2 of step t is 1 - t^beta2Decay, < 0. Default -.8. */
  beta2Decay: number;
  /** Keeps the squares from 0, > 0. Default 1.1920929e-7 (`clamp`: its square is the smallest estimate). */
  epsilon1: number;
  /** Smallest scale of a parameter, > 0. Default 1e-3. */
  epsilon2: number;
  /** `clamp` (PyTorch): the estimate is at least epsilon1^2; `add` (Keras): epsilon1 is added to the squares. */
  epsilonMode: "clamp" | "add";
  /** Largest root mean square of a direction, > 0. Default 1. */
  clipThreshold: number;
  /** The rate is at most 1 / sqrt(t). Default true. */
  relativeStep: boolean;
}

/** Whether the squares of a parameter are kept as row and column means: they fit into its own bytes then. */
function isFactored(shape: Shape): boolean {
  return shape.length >= 2 && shape.at(-1)! >= 2 && shape.at(-2)! >= 2;
}

/**
 * Adafactor: the squared gradients of a matrix are kept as the means of its rows and columns, and steps are in
 * proportion to the parameter.
 *
 *     r, c = means over columns and rows of g^2, at rate t^beta2Decay
 *     u = g / sqrt(r c / mean(r))                                 a vector keeps v itself
 *     w = w - min(learningRate, 1 / sqrt(t)) max(epsilon2, rms(w)) u / max(1, rms(u) / clipThreshold)
 *
 * More axes than two are a list of matrices. The means lie in a slot as long as the parameter: memory is one
 * slot, not the fraction of one that the paper saves. Defaults: PyTorch's, learningRate .01; dialect keras:
 * .001, epsilon1 1e-30 added.
 *
 * Source: Shazeer & Stern 2018, algorithm 4 (arXiv:1804.04235); torch.optim.Adafactor,
 * keras.optimizers.Adafactor.
 *
 * @example
 *     adafactor({ learningRate: 1e-2 })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const adafactor: OptimizerFactory<AdafactorOptions> = /* @__PURE__ */ defineOptimizer<
  AdafactorOptions,
  "v",
  "rate" | "added" | "least" | "stepSize"
>({
  name: "adafactor",
  defaults: {
    learningRate: 0.01,
    beta2Decay: -0.8,
    epsilon1: 1.1920928955078125e-7,
    epsilon2: 1e-3,
    epsilonMode: "clamp",
    clipThreshold: 1,
    relativeStep: true,
  },
  dialects: {
    torch: {},
    keras: { learningRate: 1e-3, epsilon1: 1e-30, epsilonMode: "add" },
    optax: {},
    seed: {},
  },
  check: (options) => {
    for (const key of ["epsilon1", "epsilon2", "clipThreshold"] as const)
      checkNumber("adafactor", options, key, "> 0");
    checkChoice("adafactor", options, "epsilonMode", ["clamp", "add"]);
    if (!(options.beta2Decay < 0))
      throw new RangeError(`adafactor: beta2Decay must be < 0, got ${options.beta2Decay}`);
  },
  slots: () => ["v"],
  scalarNames: ["rate", "added", "least", "stepSize"],
  scalars: (o, t, out) => {
    const add = o.epsilonMode === "add";
    out.rate = pow(t, o.beta2Decay);
    out.added = add ? o.epsilon1 : 0;
    out.least = add ? 0 : o.epsilon1 * o.epsilon1;
    out.stepSize = o.relativeStep ? Math.min(o.learningRate, 1 / Math.sqrt(t)) : o.learningRate;
  },
  perParameter: true,
  emit: (k, { param, grad, v }, s, size, o, { shape, cells }) => {
    if (isFactored(shape)) {
      const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
      for (let i = 0; i < sizeOf(shape.slice(0, -2)); i++) {
        const at = 4 * i * rows * columns;
        const [g, r, c] = [grad + at, v + at, v + at + 4 * rows];
        k.adafactorRows(g, r, s.gradScale, s.rate, s.added, columns, rows);
        k.adafactorColumns(g, c, s.gradScale, s.rate, s.added, rows, columns, columns);
        k.adafactorMatrix(g, r, c, s.gradScale, s.gradSign, s.least, rows, columns, rows);
      }
    } else k.adafactorVector(grad, v, s.gradScale, s.gradSign, s.rate, s.added, s.least, size);
    const weights = emitSquares(k, cells, param, size);
    const direction = emitSquares(k, cells, grad, size);
    const factor = cells.slot();
    k.adafactorScale(
      weights.partials,
      direction.partials,
      weights.blocks,
      size,
      o.epsilon2,
      o.clipThreshold,
      factor.address,
    );
    k.descend(param, grad, factor, s.stepSize, s.decay, size);
  },
});
