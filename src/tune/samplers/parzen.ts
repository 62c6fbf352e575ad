import { erf } from "../../math/erf.ts";
import { exp } from "../../math/exp.ts";
import { log } from "../../math/log.ts";
import { pow } from "../../math/pow.ts";
import type { Random } from "../../math/random.ts";
import type { Distribution, Space } from "../space/distribution.ts";
import { fromScale, scaleOf, toScale } from "../space/internal.ts";
import type { TrialRecord } from "../trialRecord.ts";

const SQRT_HALF = 0.7071067811865476;
const SQRT_TWO_PI = 2.5066282746310002;
/**
 * Widths of kernels: of the observations' standard deviation by Scott's rule, and least shares of the range, for many
 * observations and over n + 1 for few. Chosen among a few by median regret on five functions (docs/tuning.md): without the
 * floor for few observations, 40 trials of the sphere leave 0.7 to 2.7 in place of 0.2; with widths that are shares of the
 * range only, 40 trials of Branin leave 0.45 in place of 0.07.
 */
const SPREAD = 0.7;
const LEAST = 0.03;
const LEAST_OF_FEW = 0.5;
/** The newest trials that weigh alike; older ones weigh less. */
const EQUAL = 25;

/** P(a < Z < b) for a standard normal Z. */
function mass(a: number, b: number): number {
  // On the side where the error function does not round to 1.
  if (a > 0) return mass(-b, -a);
  return 0.5 * (erf(b * SQRT_HALF) - erf(a * SQRT_HALF));
}

/** Standard deviation; 0 of none. */
function deviation(values: Float64Array): number {
  const n = Math.max(1, values.length);
  const mean = values.reduce((a, b) => a + b, 0) / n;
  return Math.sqrt(values.reduce((a, b) => a + (b - mean) * (b - mean), 0) / n);
}

/** One parameter: where its kernels lie, and how wide they are. */
interface Axis {
  readonly name: string;
  readonly distribution: Distribution;
  readonly low: number;
  readonly high: number;
  /** Centre of each kernel on the scale; a choice's index. The last kernel is the prior. */
  readonly centres: Float64Array;
  readonly widths: Float64Array;
}

/**
 * erf to 1.5e-7, for what a kernel has inside the range, which is never small: with the exact one a
 * trial took 9.3 ms, with this 3.6. Source: Abramowitz & Stegun 7.1.26.
 */
function roughErf(x: number): number {
  const a = Math.abs(x);
  const t = 1 / (1 + 0.3275911 * a);
  const series =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const y = a > 6 ? 1 : 1 - series * exp(-a * a);
  return x < 0 ? -y : y;
}

/** 2^-n sqrt(2) for n = 0 to 31. */
const POWERS: readonly number[] = /* @__PURE__ */ Array.from(
  { length: 32 },
  (_, n) => 1.4142135623730951 / (n < 31 ? 1 << n : 2147483648),
);

/** e^x for x in [-18, 0], to 2e-7: sums of densities need no more. A trial took 2.7 ms with the exact one, 2.3 with this. */
function roughExp(x: number): number {
  const r = x * -1.4426950408889634;
  const n = Math.ceil(r);
  const t = (n - r - 0.5) * 0.6931471805599453;
  const tail = 1 / 6 + t * (1 / 24 + t * (1 / 120 + t * (1 / 720)));
  return POWERS[n]! * (1 + t * (1 + t * (0.5 + t * tail)));
}

/** Weights of n trials in their order, the prior's behind them: a ramp up to the 25 newest. */
function weightsOf(n: number): Float64Array {
  const weights = new Float64Array(n + 1).fill(1);
  const ramp = n - EQUAL;
  for (let i = 0; i < ramp; i++) {
    weights[i] = ramp === 1 ? 1 / n : 1 / n + ((1 - 1 / n) * i) / (ramp - 1);
  }
  return weights;
}

/**
 * A density over a space: a mixture of one kernel for each trial and one for the prior, which is as wide as the range.
 * Kernels are products of normals, cut off at the range, and of probabilities of choices.
 */
export class ParzenEstimator {
  private readonly axes: readonly Axis[];
  private readonly weights: Float64Array;
  /** log of weight over all that divides a kernel: one logarithm for each, not for each axis. */
  private readonly logWeights: Float64Array;
  private readonly kernels: number;

  constructor(space: Space, trials: readonly TrialRecord[]) {
    const n = trials.length;
    this.kernels = n + 1;
    this.weights = weightsOf(n);
    const sum = this.weights.reduce((a, b) => a + b, 0);
    const scales = this.weights.map((w) => w / sum);
    const names = Object.keys(space);
    // Scott's rule over all axes.
    const factor = SPREAD * pow(Math.max(1, n), -1 / (names.length + 4));
    const least = Math.max(LEAST, LEAST_OF_FEW / (n + 1));
    this.axes = names.map((name) => {
      const distribution = space[name]!;
      const { low, high } = scaleOf(distribution);
      const range = high - low;
      const centres = new Float64Array(n + 1);
      trials.forEach((trial, i) => {
        const x = trial.internal[name]!;
        centres[i] =
          distribution.kind === "categorical"
            ? x
            : Math.max(low, Math.min(high, toScale(distribution, x)));
      });
      centres[n] = distribution.kind === "categorical" ? -1 : (low + high) / 2;
      const spread = deviation(centres.subarray(0, n));
      const width = Math.min(range, Math.max(factor * spread, range * least));
      const widths = new Float64Array(n + 1).fill(width);
      widths[n] = range;
      if (distribution.kind !== "categorical" && range > 0) {
        for (let k = 0; k <= n; k++) {
          const w = widths[k]!;
          const to = roughErf(((high - centres[k]!) / w) * SQRT_HALF);
          const inside = 0.5 * (to - roughErf(((low - centres[k]!) / w) * SQRT_HALF));
          scales[k]! /= distribution.step === null ? inside * w * SQRT_TWO_PI : inside;
        }
      }
      return { name, distribution, low, high, centres, widths };
    });
    this.logWeights = scales.map((x) => log(x));
  }

  /** Draws candidates: float64[count, axes], choices as indices, numbers on their scale. */
  draw(random: Random, count: number): Float64Array {
    const total = this.weights.reduce((a, b) => a + b, 0);
    const out = new Float64Array(count * this.axes.length);
    for (let c = 0; c < count; c++) {
      let left = random.uniform() * total;
      let kernel = 0;
      while (kernel < this.kernels - 1 && left >= this.weights[kernel]!) {
        left -= this.weights[kernel++]!;
      }
      this.axes.forEach(
        (axis, a) => (out[c * this.axes.length + a] = this.drawn(random, axis, kernel)),
      );
    }
    return out;
  }

  private drawn(random: Random, axis: Axis, kernel: number): number {
    const { distribution, low, high } = axis;
    if (distribution.kind === "categorical") {
      const n = distribution.choices.length;
      // The kernel's own choice has (1 + 1 / K) of (1 + n / K), the others 1 / K each.
      const share = n / (this.kernels + n);
      const centre = axis.centres[kernel]!;
      if (centre >= 0 && random.uniform() >= share) return centre;
      return random.integer(n);
    }
    if (high === low) return low;
    let x: number;
    do x = axis.centres[kernel]! + axis.widths[kernel]! * random.normal();
    while (x < low || x > high);
    return toScale(distribution, fromScale(distribution, x));
  }

  /** Log density of each candidate. */
  logDensities(candidates: Float64Array): Float64Array {
    const axes = this.axes.length;
    const count = candidates.length / axes;
    const sums = new Float64Array(this.kernels);
    const out = new Float64Array(count);
    const known = this.axes.map(() => new Map<number, number>());
    for (let c = 0; c < count; c++) {
      sums.set(this.logWeights);
      for (let a = 0; a < axes; a++)
        this.addAxis(sums, this.axes[a]!, candidates[c * axes + a]!, known[a]!);
      let most = -Infinity;
      for (let k = 0; k < this.kernels; k++) if (sums[k]! > most) most = sums[k]!;
      let total = 0;
      for (let k = 0; k < this.kernels; k++) {
        const below = sums[k]! - most;
        // 1e-8 of the largest: the sum is good to 1e-5.
        if (below > -18) total += roughExp(below);
      }
      out[c] = most + log(total);
    }
    return out;
  }

  /** Adds the log density of one axis to every kernel's sum. */
  private addAxis(sums: Float64Array, axis: Axis, x: number, known: Map<number, number>): void {
    const { distribution, centres, widths, low, high } = axis;
    if (high === low) return;
    if (distribution.kind === "categorical") {
      const n = distribution.choices.length;
      const other = log(1 / (this.kernels + n));
      const own = log((this.kernels + 1) / (this.kernels + n));
      for (let k = 0; k < this.kernels - 1; k++) sums[k]! += centres[k] === x ? own : other;
      sums[this.kernels - 1]! += log(1 / n);
      return;
    }
    const last = this.kernels - 1;
    if (distribution.step === null) {
      // All kernels but the prior are of one width.
      const half = 0.5 / (widths[0]! * widths[0]!);
      for (let k = 0; k < last; k++) {
        const d = x - centres[k]!;
        sums[k]! -= half * d * d;
      }
      const z = (x - centres[last]!) / widths[last]!;
      sums[last]! -= 0.5 * z * z;
      return;
    }
    // The mass of a step's own interval; kernels with one centre share it, and there are few centres.
    const [from, to] = cell(distribution, x);
    known.clear();
    for (let k = 0; k <= last; k++) {
      const centre = centres[k]!;
      let value = k === last ? undefined : known.get(centre);
      if (value === undefined) {
        const w = widths[k]!;
        value = log(Math.max(1e-300, mass((from - centre) / w, (to - centre) / w)));
        if (k < last) known.set(centre, value);
      }
      sums[k]! += value;
    }
  }

  /** The internal values of a candidate, by name. */
  values(candidates: Float64Array, at: number): Record<string, number> {
    return Object.fromEntries(
      this.axes.map(({ name, distribution }, a) => {
        const x = candidates[at * this.axes.length + a]!;
        return [name, distribution.kind === "categorical" ? x : fromScale(distribution, x)];
      }),
    );
  }
}

/** The interval on the scale that rounds to the value at x. */
function cell(d: Exclude<Distribution, { kind: "categorical" }>, x: number): [number, number] {
  const half = (d.step ?? 0) / 2;
  const value = fromScale(d, x);
  return d.log ? [log(value - half), log(value + half)] : [value - half, value + half];
}
