import {
  expectedImprovement,
  lowerConfidenceBound,
  probabilityOfImprovement,
} from "../../src/tune/gaussianProcess/acquisition.ts";
import { GaussianProcess } from "../../src/tune/gaussianProcess/gaussianProcess.ts";
import type { KernelName } from "../../src/tune/gaussianProcess/kernel.ts";
import { testFunctions } from "../support/testFunctions.ts";
import { type Check, casesOf } from "./check.ts";
import { type Encoded, type GoldenFile, decode, row } from "./golden.ts";

interface GaussianProcessCase {
  readonly kernel: KernelName;
  readonly length_scale: number;
  readonly variance: number;
  readonly noise_variance: number;
  readonly X: Encoded;
  readonly y: Encoded;
  readonly query: Encoded;
  readonly mean: Encoded;
  readonly std: Encoded;
  readonly log_marginal_likelihood: number;
  readonly minimise_best: number;
  readonly expected_improvement: Encoded;
  readonly probability_of_improvement: Encoded;
  readonly lcb_kappa2: Encoded;
}

/** Largest error over its bound. */
function worst(
  actual: readonly number[],
  expected: ArrayLike<number>,
  bound: (value: number, i: number) => number,
): number {
  return actual.reduce((most, a, i) => {
    const ratio = Math.abs(a - expected[i]!) / bound(expected[i]!, i);
    return ratio <= most ? most : ratio;
  }, 0);
}

function runGaussianProcess(c: GaussianProcessCase): number {
  const [n, d] = c.X.shape as [number, number];
  const gp = new GaussianProcess(
    { x: decode(c.X, "X"), y: decode(c.y, "y"), discrete: Array<boolean>(d).fill(false) },
    {
      scales: new Float64Array(d).fill(c.length_scale),
      variance: c.variance,
      noise: c.noise_variance,
    },
    c.kernel,
  );
  const query = decode(c.query, "query");
  const points = Array.from({ length: c.query.shape[0]! }, (_, i) => row(c.query, query, i));
  const predicted = points.map((point) => gp.predict(Float64Array.from(point)));
  const [mean, std] = [decode(c.mean, "mean"), decode(c.std, "std")];
  // A float64 solution loses the digits of the condition number, at most n variance / noise; the variance is a
  // difference of numbers of the size of the kernel's, so its root loses half as many again near 0.
  const condition = (n * c.variance) / c.noise_variance;
  const digits = 2 ** -52 * condition;
  const best = c.minimise_best;
  // z moves by the errors of mean and deviation; e^(-z^2 / 2) by z times that.
  const tail = (_: number, i: number): number => {
    const z = Math.abs(best - mean[i]!) / std[i]!;
    return 100 * digits * (1 + z) * (1 + z);
  };
  const relative = (value: number, i: number): number =>
    1e-300 + Math.abs(value) * Math.max(1e-9, tail(value, i)) + 1e-16 * std[i]!;
  return Math.max(
    worst(
      predicted.map((p) => p.mean),
      mean,
      (v) => 10 * digits * (1 + Math.abs(v)),
    ),
    worst(
      predicted.map((p) => p.std),
      std,
      (v) => (10 * digits * c.variance) / v,
    ),
    worst(
      [gp.logMarginalLikelihood],
      [c.log_marginal_likelihood],
      (v) => 10 * digits * Math.abs(v),
    ),
    worst(
      predicted.map((p) => expectedImprovement(p.mean, p.std, best)),
      decode(c.expected_improvement),
      relative,
    ),
    worst(
      predicted.map((p) => probabilityOfImprovement(p.mean, p.std, best)),
      decode(c.probability_of_improvement),
      relative,
    ),
    worst(
      predicted.map((p) => lowerConfidenceBound(p.mean, p.std, 2)),
      decode(c.lcb_kappa2),
      (v) => 10 * digits * (1 + Math.abs(v)) + (20 * digits * c.variance) / Math.min(...std),
    ),
  );
}

/** The checks of a file of format golden-gp/1. */
export function gaussianProcessChecks({ path, content }: GoldenFile): Check[] {
  return casesOf(content).map(({ id, value }) => {
    const c = value as GaussianProcessCase;
    return {
      file: path,
      group: "gaussian process",
      id: `${id} ${c.kernel}`,
      run: async () => runGaussianProcess(c),
    };
  });
}

interface FunctionCase {
  readonly name: string;
  readonly points: Encoded;
  readonly values: Encoded;
}

/** The checks of a file of format golden-hpo-functions/1: the functions that benches tune on. */
export function tuningFunctionChecks({ path, content }: GoldenFile): Check[] {
  return (content["functions"] as readonly FunctionCase[]).map((c) => ({
    file: path,
    group: "tuning functions",
    id: c.name,
    run: async () => {
      const f = testFunctions[c.name];
      if (!f) throw new Error(`there is no function "${c.name}"`);
      const x = decode(c.points, "points");
      const values = Array.from({ length: c.points.shape[0]! }, (_, i) => f(row(c.points, x, i)));
      // Sums of a few terms, whose exp and cos may be those of another library.
      return worst(values, decode(c.values), (v) => 1e-12 * (1 + Math.abs(v)));
    },
  }));
}
