import { withDefaults } from "../errors.ts";
import { type Evaluate, type LinePoint, dot, largest, strongWolfe } from "./strongWolfe.ts";

/** Options of {@link lbfgs}. */
export interface LbfgsOptions {
  /** First step of every line, > 0. Default 1. */
  learningRate: number;
  /** Directions of one call of `step`, >= 1. Default 20. */
  maxIterations: number;
  /** Evaluations after which no further direction is begun; null: 5 / 4 of maxIterations. */
  maxEvaluations: number | null;
  /** Largest element of a gradient that counts as 0. Default 1e-7. */
  gradientTolerance: number;
  /** Smallest change of the value or of a variable. Default 1e-9. */
  changeTolerance: number;
  /** Steps that are remembered, >= 1. Default 100. */
  historySize: number;
  /** `strongWolfe` looks for a good step; null takes `learningRate` as it is. Default "strongWolfe". */
  lineSearch: "strongWolfe" | null;
}

/** An optimizer that evaluates a function several times in a step. */
export interface ClosureOptimizer {
  readonly kind: "lbfgs";
  readonly options: LbfgsOptions;
  /** A run on one function, which keeps what it has learned of it. */
  start(): {
    /** Moves x, in place; returns the value at its beginning. */
    step(evaluate: Evaluate, x: Float64Array): Promise<number>;
  };
}

/** Smallest y s that keeps the estimate of the curvature positive. */
const CURVATURE = 1e-10;

interface Remembered {
  readonly y: Float64Array;
  readonly s: Float64Array;
  readonly rho: number;
}

/** The direction of quasi-Newton: the two loops. */
function directionOf(
  gradient: Float64Array,
  history: readonly Remembered[],
  scale: number,
): Float64Array {
  const d = gradient.map((g) => -g);
  const alpha = new Float64Array(history.length);
  const move = (by: number, along: Float64Array): void => {
    for (let i = 0; i < d.length; i++) d[i]! += by * along[i]!;
  };
  for (let i = history.length - 1; i >= 0; i--) {
    const { y, s, rho } = history[i]!;
    alpha[i] = dot(s, d) * rho;
    move(-alpha[i]!, y);
  }
  for (let i = 0; i < d.length; i++) d[i]! *= scale;
  history.forEach(({ y, s, rho }, i) => move(alpha[i]! - dot(y, d) * rho, s));
  return d;
}

/**
 * L-BFGS: directions from the curvature along the last steps, for smooth functions that are evaluated on all the
 * data. It works on the host in float64 and needs a function to call: `minimize` takes it.
 *
 * Source: Nocedal & Wright 2006, algorithm 7.5; torch.optim.LBFGS, whose defaults these are but for historySize
 * (as there) and the line search, which PyTorch leaves out by default.
 *
 * @example
 *     await minimize(f, [1, 2], { optimizer: lbfgs(), steps: 5 });
 *
 * @throws OptionError, RangeError on options
 */
export function lbfgs(given: Partial<LbfgsOptions> = {}): ClosureOptimizer {
  const options = withDefaults<LbfgsOptions>(
    "lbfgs",
    {
      learningRate: 1,
      maxIterations: 20,
      maxEvaluations: null,
      gradientTolerance: 1e-7,
      changeTolerance: 1e-9,
      historySize: 100,
      lineSearch: "strongWolfe",
    },
    given,
  );
  for (const key of ["learningRate", "maxIterations", "historySize"] as const) {
    if (!(options[key] > 0)) throw new RangeError(`lbfgs: ${key} must be > 0, got ${options[key]}`);
  }
  if (options.lineSearch !== null && options.lineSearch !== "strongWolfe")
    throw new RangeError(`lbfgs: lineSearch must be "strongWolfe" or null`);
  return { kind: "lbfgs", options, start: () => new LbfgsRun(options) };
}

class LbfgsRun {
  private readonly options: LbfgsOptions;
  private readonly history: Remembered[] = [];
  private scale = 1;
  private iterations = 0;
  private direction: Float64Array = new Float64Array(0);
  private before: Float64Array = new Float64Array(0);
  private t = 0;

  constructor(options: LbfgsOptions) {
    this.options = options;
  }

  async step(evaluate: Evaluate, x: Float64Array): Promise<number> {
    const { learningRate, maxIterations, gradientTolerance, changeTolerance } = this.options;
    const maxEvaluations = this.options.maxEvaluations ?? Math.floor((maxIterations * 5) / 4);
    let { value, gradient } = await evaluate(Float64Array.from(x));
    const first = value;
    let evaluations = 1;
    for (let i = 1; i <= maxIterations && largest(gradient) > gradientTolerance; i++) {
      this.iterations++;
      if (this.iterations > 1) this.remember(gradient);
      const d = (this.direction = directionOf(gradient, this.history, this.scale));
      this.before = new Float64Array(gradient);
      const norm1 = gradient.reduce((sum, g) => sum + Math.abs(g), 0);
      this.t = learningRate * (this.iterations === 1 ? Math.min(1, 1 / norm1) : 1);
      const slope = dot(gradient, d);
      if (slope > -changeTolerance) break;
      const origin = Float64Array.from(x);
      const at = async (t: number): Promise<LinePoint> => {
        const point = await evaluate(origin.map((w, j) => w + t * d[j]!));
        return { t, ...point, slope: dot(point.gradient, d) };
      };
      const old = value;
      if (this.options.lineSearch === null) {
        const point = i === maxIterations ? null : await at(this.t);
        if (point) ({ value, gradient } = point);
        evaluations += point ? 1 : 0;
      } else {
        const start: LinePoint = { t: 0, value, gradient, slope };
        const found = await strongWolfe(at, start, this.t, largest(d), changeTolerance);
        ({ value, gradient, t: this.t } = found.point);
        evaluations += found.evaluations;
      }
      for (let j = 0; j < x.length; j++) x[j] = origin[j]! + this.t * d[j]!;
      if (evaluations >= maxEvaluations) break;
      if (largest(d) * this.t <= changeTolerance) break;
      if (Math.abs(value - old) < changeTolerance) break;
    }
    return first;
  }

  private remember(gradient: Float64Array): void {
    const y = gradient.map((g, i) => g - this.before[i]!);
    const s = this.direction.map((d) => d * this.t);
    const ys = dot(y, s);
    if (ys <= CURVATURE) return;
    if (this.history.length === this.options.historySize) this.history.shift();
    this.history.push({ y, s, rho: 1 / ys });
    this.scale = ys / dot(y, y);
  }
}
