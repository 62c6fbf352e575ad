import { OptionError, withDefaults } from "../../errors.ts";
import { pow } from "../../math/pow.ts";
import type { Random } from "../../math/random.ts";
import { lbfgs } from "../../train/baselines/lbfgs.ts";
import {
  logExpectedImprovement,
  logExpectedImprovementSlopes,
} from "../gaussianProcess/acquisition.ts";
import { fitHyper } from "../gaussianProcess/fitHyper.ts";
import { GaussianProcess, type Observations } from "../gaussianProcess/gaussianProcess.ts";
import type { Hyper } from "../gaussianProcess/kernel.ts";
import type { Space } from "../space/distribution.ts";
import { cardinality, fromUnit, toUnit, valueAt } from "../space/internal.ts";
import { type TrialRecord, signOf } from "../trialRecord.ts";
import { type Sampler, type StudyView, randomValue } from "./sampler.ts";
import { Sobol } from "./sobol.ts";

export interface GaussianProcessOptions {
  /** Trials of a Sobol sequence before the first model. Default 8. */
  startup?: number;
  /** Trials that the model is made from, at most: the best of them and the newest. Default 120. */
  maximumTrials?: number;
}

const DEFAULTS: Required<GaussianProcessOptions> = { startup: 8, maximumTrials: 120 };

/** Candidates over the whole space, and near each of the best trials. */
const WIDE = 256;
const NEAR = 16;
/** Candidates that are improved by their gradient, and evaluations for each. */
const IMPROVED = 4;
const EVALUATIONS = 25;
/** The stream of the startup's sequence. */
const STREAM = 0x5b01;

/** A trial with a value, less is better. */
interface Observed {
  readonly trial: TrialRecord;
  readonly value: number;
}

/** Trials with values, by number. */
function observedOf(
  { trials, directions }: Pick<StudyView, "trials" | "directions">,
  names: readonly string[],
): Observed[] {
  const sign = signOf(directions[0]!);
  return trials
    .filter((t) => t.state === "complete" && t.value !== null && Number.isFinite(t.value))
    .filter((t) => names.every((name) => t.internal[name] !== undefined))
    .map((trial) => ({ trial, value: sign * trial.value! }))
    .sort((a, b) => a.trial.number - b.trial.number);
}

/** At most `most`: the best half, and the newest of the others. */
function chosen(observed: readonly Observed[], most: number): Observed[] {
  if (observed.length <= most) return [...observed];
  const order = [...observed].sort((a, b) => a.value - b.value || a.trial.number - b.trial.number);
  const half = Math.ceil(most / 2);
  const rest = order.slice(half).sort((a, b) => b.trial.number - a.trial.number);
  return [...order.slice(0, half), ...rest.slice(0, most - half)];
}

/**
 * Values with mean 0 and variance 1. What is far worse than the middle is drawn in first: one failed training must not
 * flatten all that is to be seen among the good ones.
 */
function standardized(values: readonly number[]): Float64Array {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)]!;
  const cap = middle + 3 * (middle - sorted[0]!) || Infinity;
  const y = Float64Array.from(values, (v) => (v > cap ? cap : v));
  const mean = y.reduce((a, b) => a + b, 0) / y.length;
  const variance = y.reduce((a, b) => a + (b - mean) * (b - mean), 0) / y.length;
  const std = Math.sqrt(variance) || 1;
  return y.map((v) => (v - mean) / std);
}

/** Points of trials in the unit cube; a choice is its index. */
function pointsOf(space: Space, trials: readonly TrialRecord[]): Float64Array {
  const names = Object.keys(space);
  const x = new Float64Array(trials.length * names.length);
  trials.forEach((trial, row) =>
    names.forEach((name, i) => {
      x[row * names.length + i] = coordinate(space[name]!, trial.internal[name]!);
    }),
  );
  return x;
}

function coordinate(d: Space[string], internal: number): number {
  return d.kind === "categorical" ? internal : Math.max(0, Math.min(1, toUnit(d, internal)));
}

/** Observations for the model. */
function observationsOf(space: Space, observed: readonly Observed[]): Observations {
  return {
    x: pointsOf(
      space,
      observed.map(({ trial }) => trial),
    ),
    y: standardized(observed.map(({ value }) => value)),
    discrete: Object.values(space).map((d) => d.kind === "categorical"),
  };
}

/** The number of first observations that the hyperparameters come from: they need not follow every trial. */
function fitSize(n: number): number {
  const step = n <= 40 ? 1 : n <= 100 ? 5 : 40;
  return Math.floor(n / step) * step;
}

/** A point that can be tried: each coordinate is moved to the nearest value of its parameter. */
function snapped(space: Space, point: Float64Array): Float64Array {
  return Float64Array.from(Object.values(space), (d, i) =>
    d.kind === "categorical" ? point[i]! : coordinate(d, fromUnit(d, point[i]!)),
  );
}

function randomPoint(random: Random, space: Space): Float64Array {
  return Float64Array.from(Object.values(space), (d) => coordinate(d, randomValue(random, d)));
}

/** A trial's point with some of its coordinates changed a little. */
function neighbour(
  random: Random,
  space: Space,
  x: Float64Array,
  row: number,
  width: number,
): Float64Array {
  const list = Object.values(space);
  const share = Math.min(1, 2 / list.length);
  return snapped(
    space,
    Float64Array.from(list, (d, i) => {
      const own = x[row * list.length + i]!;
      if (random.uniform() > share) return own;
      if (d.kind === "categorical") return random.integer(d.choices.length);
      const count = cardinality(d);
      const least = count === Infinity ? width : Math.max(width, 1 / count);
      return Math.max(0, Math.min(1, own + least * random.normal()));
    }),
  );
}

/** Improves a point along the gradient on the axes that are continuous. */
function climbed(
  gp: GaussianProcess,
  best: number,
  from: Float64Array,
  free: readonly number[],
): Float64Array {
  const point = Float64Array.from(from);
  const [byMean, byStd] = [new Float64Array(from.length), new Float64Array(from.length)];
  const place = (w: Float64Array): void =>
    free.forEach((axis, i) => (point[axis] = Math.max(0, Math.min(1, from[axis]! + 0.1 * w[i]!))));
  const { w } = lbfgs(
    (offset, gradient) => {
      place(offset);
      const { mean, std } = gp.predictWithGradient(point, byMean, byStd);
      const slopes = logExpectedImprovementSlopes(mean, std, best);
      free.forEach((axis, i) => {
        const outside = point[axis] !== from[axis]! + 0.1 * offset[i]!;
        const slope = slopes.byMean * byMean[axis]! + slopes.byStd * byStd[axis]!;
        gradient[i] = outside ? 0 : -0.1 * slope;
      });
      return -slopes.value;
    },
    free.length,
    EVALUATIONS,
    1e-5,
  );
  place(w);
  return point;
}

/** The point of the largest expected improvement that is found. */
function proposed(view: StudyView, space: Space, gp: GaussianProcess): Float64Array {
  const { random } = view;
  const { x, y } = gp.observations;
  const list = Object.values(space);
  // What the model holds for the lowest, not what noise has made of it.
  const rows = Array.from(y, (_, row) => row).sort((a, b) => y[a]! - y[b]!);
  let best = Infinity;
  for (const row of rows.slice(0, 10)) {
    best = Math.min(best, gp.mean(x.slice(row * list.length, (row + 1) * list.length)));
  }
  const score = (point: Float64Array): number => {
    const { mean, std } = gp.predict(point);
    return logExpectedImprovement(mean, Math.max(std, 1e-9), best);
  };
  const candidates: { point: Float64Array; value: number }[] = [];
  const consider = (point: Float64Array): void =>
    void candidates.push({ point, value: score(point) });
  for (let i = 0; i < WIDE; i++) consider(randomPoint(random, space));
  rows.slice(0, 5).forEach((row) => {
    for (let i = 0; i < NEAR; i++) {
      consider(neighbour(random, space, x, row, 0.1 * pow(0.6, i)));
    }
  });
  candidates.sort((a, b) => b.value - a.value);
  const free = list.flatMap((d, i) => (d.kind === "float" && d.step === null ? [i] : []));
  if (free.length > 0) {
    for (const { point } of candidates.slice(0, IMPROVED)) consider(climbed(gp, best, point, free));
    candidates.sort((a, b) => b.value - a.value);
  }
  // Values that are choices or steps: a point that was tried tells nothing new about an exact objective.
  const d = list.length;
  const tried = ({ point }: { point: Float64Array }): boolean =>
    rows.some((row) => point.every((v, i) => v === x[row * d + i]!));
  return (candidates.find((c) => !tried(c)) ?? candidates[0]!).point;
}

/** Observations with running trials at the mean's value: the next trial then keeps away from them. */
function withRunning(
  space: Space,
  { x, y, discrete }: Observations,
  running: readonly TrialRecord[],
): Observations {
  if (running.length === 0) return { x, y, discrete };
  return {
    x: Float64Array.from([...x, ...pointsOf(space, running)]),
    y: Float64Array.from([...y, ...running.map(() => 0)]),
    discrete,
  };
}

/**
 * Gaussian process: Matern 5/2 with a length scale for each parameter, fitted by its marginal likelihood; the next trial
 * is where the logarithm of the expected improvement is largest. Choices are equal or not; whole numbers and steps are
 * points of a line. For tens to hundreds of costly trials.
 *
 * Source: Jones, Schonlau & Welch 1998; Ament et al. 2023.
 *
 * @throws OptionError if an option is out of range
 */
export function gaussianProcessSampler(options: GaussianProcessOptions = {}): Sampler {
  const { startup, maximumTrials } = withDefaults("gaussianProcessSampler", DEFAULTS, options);
  if (!(startup >= 2) || !(maximumTrials >= startup)) {
    throw new OptionError(
      `gaussianProcessSampler: startup must be at least 2 and at most maximumTrials, got ${startup} and ${maximumTrials}`,
    );
  }
  /** The last fit, which is kept while the trials that it comes from are the same. */
  let fitted: { key: string; hyper: Hyper } | null = null;
  const hyperOf = (space: Space, first: readonly Observed[]): Hyper => {
    const key = JSON.stringify([space, first.map(({ trial, value }) => [trial.number, value])]);
    if (fitted?.key !== key) {
      fitted = { key, hyper: fitHyper(observationsOf(space, chosen(first, 80))) };
    }
    return fitted.hyper;
  };
  const sampled = (view: StudyView, space: Space): Record<string, number> => {
    const names = Object.keys(space);
    if (names.length === 0) return {};
    const observed = observedOf(view, names);
    if (observed.length < startup) {
      const point = new Sobol(names.length, view.seed, STREAM).point(view.number);
      return Object.fromEntries(names.map((name, i) => [name, fromUnit(space[name]!, point[i]!)]));
    }
    const hyper = hyperOf(space, observed.slice(0, Math.max(startup, fitSize(observed.length))));
    const running = view.trials.filter(
      (t) => t.state === "running" && names.every((name) => t.internal[name] !== undefined),
    );
    const observations = observationsOf(space, chosen(observed, maximumTrials));
    const gp = new GaussianProcess(withRunning(space, observations, running), hyper);
    const point = proposed(view, space, gp);
    return Object.fromEntries(
      names.map((name, i) => {
        const d = space[name]!;
        return [name, d.kind === "categorical" ? valueAt(d, point[i]!) : fromUnit(d, point[i]!)];
      }),
    );
  };
  return {
    name: "gaussianProcess",
    singleObjective: true,
    together: sampled,
    single: (view, name, distribution) => sampled(view, { [name]: distribution })[name]!,
  };
}
