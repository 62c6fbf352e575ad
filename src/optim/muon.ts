import { raise } from "../math/pow.ts";
import { gemmScratchBytes } from "../kernels/gemm.ts";
import type { Address } from "../kernels/command.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { padded } from "../memory/regions.ts";
import type { Shape } from "../shape.ts";
import { checkNumber, checkChoice } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";
import { emitSquares } from "./squares.ts";

/** Base and exponent of `raise`: numbers that calls pass or return would stay on the heap. */
const io = /* @__PURE__ */ new Float64Array(2);

/** Options of {@link muon} besides the common ones. */
export interface MuonOptions {
  /** Decay rate of the momentum, in [0, 1). Default .95. */
  momentum: number;
  /** Step from where the momentum is going. Default true. */
  nesterov: boolean;
  /** Newton-Schulz steps, >= 1. Default 5. */
  steps: number;
  /** Smallest norm that the momentum is divided by, > 0. Default 1e-7. */
  epsilon: number;
  /** `shape`: times sqrt(max(1, outputs / inputs)); `rms`: times .2 sqrt(max(outputs, inputs)), as AdamW steps. */
  adjust: "shape" | "rms";
  /** Rate of AdamW for what is no matrix, as a multiple of learningRate, > 0. Default 1. */
  adamLearningRateScale: number;
  /** beta1 of AdamW, in [0, 1). Default .9. */
  beta1: number;
  /** beta2 of AdamW, in [0, 1). Default .999. */
  beta2: number;
  /** Epsilon of AdamW, >= 0. Default 1e-8. */
  adamEpsilon: number;
}

/** Coefficients of the quintic iteration (torch.optim.Muon). */
const [A, B, C] = [3.4445, -4.775, 2.0315];

/** Rows and columns of what counts as a matrix; null for the rest. */
function matrixOf(shape: Shape): readonly [number, number] | null {
  return shape.length === 2 && shape[0]! > 0 && shape[1]! > 0 ? [shape[0]!, shape[1]!] : null;
}

/** Products of the shorter side: where they lie, in bytes from the start of the work area. */
function layout(
  rows: number,
  columns: number,
): { gram: number; square: number; product: number; bytes: number } {
  const side = padded(4 * Math.min(rows, columns) ** 2);
  return { gram: 0, square: side, product: 2 * side, bytes: 2 * side + padded(4 * rows * columns) };
}

/**
 * X becomes nearly orthogonal, in place: `steps` times `X = A X + (B G + C G^2) X`, G = X X' of the shorter
 * side. Source: Jordan et al. 2024.
 */
function emitNewtonSchulz(
  k: Kernels,
  x: Address,
  rows: number,
  columns: number,
  steps: number,
  work: Address,
): void {
  const wide = rows <= columns;
  const n = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const { gram, square, product } = layout(rows, columns);
  const [g, gg, y] = [work + gram, work + square, work + product];
  for (let i = 0; i < steps; i++) {
    k.matmul(x, x, 0, g, n, n, length, wide ? 2 : 1, n);
    k.matmul(g, g, 0, gg, n, n, n, 0, n);
    k.combine(g, gg, g, B, C, n * n);
    if (wide) k.matmul(g, x, 0, y, n, length, n, 0, n);
    else k.matmul(x, g, 0, y, length, n, n, 0, length);
    k.combine(x, y, x, A, 1, rows * columns);
  }
}

/**
 * Muon: the momentum of a matrix is made nearly orthogonal before it is stepped; AdamW for what is no matrix.
 *
 *     m = m + (1 - momentum) (g - m),  u = nesterov ? g + momentum (m - g) : m
 *     X = u / max(|u|, epsilon),  steps times: X = a X + (b X X' + c (X X')^2) X       (3.4445, -4.775, 2.0315)
 *     w = w - learningRate (weightDecay w + sqrt(max(1, outputs / inputs)) X)
 *
 * Kernels here are [inputs, outputs], PyTorch's transposed; the iteration is the same for both. The products are
 * in f32, where PyTorch's are in bfloat16. First and last layers are better left to AdamW, which a group cannot
 * choose yet. Defaults: PyTorch's, learningRate 1e-3, weightDecay .1; dialect optax: epsilon 1e-8, weightDecay 0.
 *
 * Source: Jordan et al. 2024, "Muon: an optimizer for hidden layers"; torch.optim.Muon, optax.contrib.muon.
 *
 * @example
 *     muon({ learningRate: 0.02, adamLearningRateScale: 0.05 })
 *
 * @throws OptionError on an unknown option, dialect or choice
 * @throws RangeError on a number out of its range
 */
export const muon: OptimizerFactory<MuonOptions> = /* @__PURE__ */ defineOptimizer<
  MuonOptions,
  "m" | "v",
  | "oneMinusMomentum"
  | "gOut"
  | "stepSize"
  | "oneMinusBeta1"
  | "oneMinusBeta2"
  | "adamStep"
  | "epsilonHat"
>({
  name: "muon",
  defaults: {
    learningRate: 1e-3,
    weightDecay: 0.1,
    momentum: 0.95,
    nesterov: true,
    steps: 5,
    epsilon: 1e-7,
    adjust: "shape",
    adamLearningRateScale: 1,
    beta1: 0.9,
    beta2: 0.999,
    adamEpsilon: 1e-8,
  },
  dialects: { torch: {}, keras: {}, optax: { epsilon: 1e-8, weightDecay: 0 }, seed: {} },
  check: (options) => {
    for (const key of ["momentum", "beta1", "beta2"] as const)
      checkNumber("muon", options, key, "[0, 1)");
    checkNumber("muon", options, "epsilon", "> 0");
    checkNumber("muon", options, "adamEpsilon", ">= 0");
    checkNumber("muon", options, "adamLearningRateScale", "> 0");
    checkChoice("muon", options, "adjust", ["shape", "rms"]);
    if (!(Number.isInteger(options.steps) && options.steps >= 1))
      throw new RangeError(`muon: steps must be a whole number >= 1, got ${options.steps}`);
  },
  slots: () => ["m", "v"],
  scalarNames: [
    "oneMinusMomentum",
    "gOut",
    "stepSize",
    "oneMinusBeta1",
    "oneMinusBeta2",
    "adamStep",
    "epsilonHat",
  ],
  scalars: (o, t, out) => {
    out.oneMinusMomentum = 1 - o.momentum;
    out.gOut = o.nesterov ? 1 - o.momentum : 0;
    out.stepSize = o.learningRate;
    out.oneMinusBeta1 = Math.fround(1 - o.beta1);
    out.oneMinusBeta2 = Math.fround(1 - o.beta2);
    io[0] = 1 - out.oneMinusBeta2;
    io[1] = t;
    raise(io);
    const root = Math.sqrt(1 - io[0]!);
    io[0] = 1 - out.oneMinusBeta1;
    io[1] = t;
    raise(io);
    out.adamStep = (o.adamLearningRateScale * o.learningRate * root) / (1 - io[0]!);
    out.epsilonHat = root * o.adamEpsilon;
  },
  perParameter: true,
  workspace: (shape) => {
    const matrix = matrixOf(shape);
    if (!matrix) return { work: 0, scratch: 0 };
    const [rows, columns] = matrix;
    const [n, length] = [Math.min(rows, columns), Math.max(rows, columns)];
    const scratch = Math.max(
      gemmScratchBytes(n, n, length, 0),
      gemmScratchBytes(n, length, n, 0),
      gemmScratchBytes(length, n, n, 0),
    );
    return { work: layout(rows, columns).bytes, scratch };
  },
  emit: (k, { param, grad, m, v }, s, size, o, { shape, cells, work }) => {
    const matrix = matrixOf(shape);
    if (!matrix) {
      k.adam(
        param,
        grad,
        m,
        v,
        0,
        s.gradScale,
        s.gradSign,
        s.l2,
        s.oneMinusBeta1,
        s.oneMinusBeta2,
        s.adamStep,
        1,
        0,
        s.epsilonHat,
        s.decay,
        size,
      );
      return;
    }
    const [inputs, outputs] = matrix;
    k.muonMomentum(param, grad, m, s.gradScale, s.gradSign, s.l2, s.oneMinusMomentum, s.gOut, size);
    const { partials, blocks } = emitSquares(k, cells, grad, size);
    const [factor, norm] = [cells.slot(), cells.slot()];
    k.inverseNorm(partials, blocks, 1, 0, o.epsilon, factor.address, norm.address);
    k.scale(grad, factor, size);
    emitNewtonSchulz(k, grad, inputs, outputs, o.steps, work);
    const adjusted =
      o.adjust === "shape"
        ? Math.sqrt(Math.max(1, outputs / inputs))
        : 0.2 * Math.sqrt(Math.max(outputs, inputs));
    k.descend(param, grad, adjusted, s.stepSize, s.decay, size);
  },
});
