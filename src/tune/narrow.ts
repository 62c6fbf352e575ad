import { OptionError, checkName } from "../errors.ts";
import {
  type CategoricalDistribution,
  type Distribution,
  type NumberDistribution,
  type Space,
  describe,
} from "./space/distribution.ts";
import { cardinality, fromScale, scaleOf, toScale, valueAt } from "./space/internal.ts";
import type { TrialRecord } from "./trialRecord.ts";

/** What narrowing does to a parameter. */
export interface Narrowing {
  readonly name: string;
  readonly from: Distribution;
  readonly to: Distribution;
  /** A sentence: what the best trials say. */
  readonly why: string;
}

/** Trials that count as good at least. */
const LEAST_GOOD = 3;

const figure = (x: number): string => String(Number(x.toPrecision(4)));

/** What becomes of a parameter, and why in words. */
type Changed = Omit<Narrowing, "name" | "from">;

/** Choices that the best trials have. */
function fewerChoices(
  d: CategoricalDistribution,
  best: readonly number[],
  all: readonly number[],
): Changed {
  const counts = d.choices.map((c, i) => ({ c, n: best.filter((x) => x === i).length }));
  const said = counts.sort((a, b) => b.n - a.n).filter(({ n }) => n > 0);
  return {
    // What was never tried is not known to be bad.
    to: {
      kind: "categorical",
      choices: d.choices.filter((_, i) => best.includes(i) || !all.includes(i)),
    },
    why: `the best ${best.length} have ${said.map(({ c, n }) => `${String(c)} ${n === 1 ? "once" : `${n} times`}`).join(", ")}`,
  };
}

/** The range of the best values with a margin; of a step, their neighbours at least. */
function smallerRange(d: NumberDistribution, best: readonly number[]): Changed {
  const { low, high } = scaleOf(d);
  const scaled = best.map((x) => toScale(d, x));
  const [first, last] = [Math.min(...scaled), Math.max(...scaled)];
  // The best values are a sample of the good ones: a quarter of their spread on both sides, and never less than a tenth
  // of the range in all.
  const margin = Math.max(0.25 * (last - first), 0.05 * (high - low));
  const why = `the best ${best.length} lie in [${figure(Math.min(...best))}, ${figure(Math.max(...best))}]`;
  const [from, to] = [Math.max(low, first - margin), Math.min(high, last + margin)];
  if (d.step === null)
    return { to: { ...d, low: fromScale(d, from), high: fromScale(d, to) }, why };
  const index = (x: number): number => Math.round((x - d.low) / d.step!);
  const lowest = Math.min(index(Math.min(...best)) - 1, index(fromScale(d, from)));
  const highest = Math.max(index(Math.max(...best)) + 1, index(fromScale(d, to)));
  return {
    to: {
      ...d,
      low: valueAt(d, Math.max(0, lowest)),
      high: valueAt(d, Math.min(cardinality(d) - 1, highest)),
    },
    why,
  };
}

/**
 * A range within `limits` about the best values, half the distance to a neighbour wider on both sides. Where a third of them sit
 * on the border of what was tried, what is better may lie beyond: there the range reaches as far out as it was wide.
 *
 * @param tried  the values that there were, or the ends of the range
 */
function movedRange(
  limits: NumberDistribution,
  tried: readonly number[],
  best: readonly number[],
): Changed {
  const scale = (x: number): number => toScale(limits, x);
  const ordered = tried.map(scale).sort((a, b) => a - b);
  const [first, last] = [ordered[0]!, ordered.at(-1)!];
  const width = last - first;
  // Of a range, whose ends alone are given, a quarter stands for the distance of neighbours.
  const near = (a: number, b: number): number => (ordered.length > 2 ? Math.abs(a - b) : width / 4);
  const [gapLow, gapHigh] = [near(ordered[1] ?? first, first), near(last, ordered.at(-2) ?? last)];
  const good = best.map(scale);
  // One trial on a border may be there by luck.
  const many = Math.max(2, good.length / 3);
  const atLow = good.filter((x) => x <= first + gapLow / 2).length >= many;
  const atHigh = good.filter((x) => x >= last - gapHigh / 2).length >= many;
  const low = atLow ? first - width : Math.min(...good) - gapLow / 2;
  const high = atHigh ? last + width : Math.max(...good) + gapHigh / 2;
  const ends = scaleOf(limits);
  const value = (x: number): number =>
    fromScale(limits, Math.max(ends.low, Math.min(ends.high, x)));
  const to = { ...limits, low: value(low), high: value(high) };
  const beyond = [
    ...(atLow && to.low < Math.min(...tried)
      ? [`many have the lowest that there was: reaches below it`]
      : []),
    ...(atHigh && to.high > Math.max(...tried)
      ? [`many have the highest that there was: reaches above it`]
      : []),
  ];
  const span = `the best ${best.length} lie in [${figure(Math.min(...best))}, ${figure(Math.max(...best))}]`;
  return { to, why: [span, ...beyond].join(", ") };
}

function triedValues(name: string, d: Distribution): number[] {
  if (d.kind !== "categorical") return [d.low, d.high];
  const values = d.choices.filter((c) => typeof c === "number");
  if (values.length === d.choices.length) return values;
  throw new OptionError(`narrow: limits of "${name}" need numbers, got ${describe(d)}`);
}

/** Limits by parameter: see `Study.narrow`. */
export type Limits = Readonly<Record<string, NumberDistribution>>;

export interface NarrowOptions<S extends Space, L extends Limits> {
  /** Share of the complete trials that counts as good. Default 0.2. */
  top?: number;
  /** The space to narrow; what the trials asked for if absent. */
  space?: S;
  /**
   * How far parameters may reach. A list of numbers that has limits becomes a range within them; and where a third of the best
   * trials sit on the border of what was tried, the range goes on beyond it, as far as it was wide. Default {}.
   */
  limits?: L;
  /** Takes what changed and why, a line for each parameter. Default: the console. */
  print?: (text: string) => void;
}

/** A space in which parameters with limits have become ranges. */
export type Narrowed<S extends Space, L extends Limits> = {
  readonly [K in keyof S]: K extends keyof L ? L[K] : S[K];
};

/**
 * The part of a space in which the best trials lie, with a margin.
 *
 * @param trials  complete ones, the best first
 * @param top     share of them that counts as good, in (0, 1]
 * @param limits  how far a parameter may reach beyond what it was
 * @throws OptionError if there are no trials, `top` is no share, or a limit is of no parameter or not of numbers
 */
export function narrowSpace(
  space: Space,
  trials: readonly TrialRecord[],
  top: number,
  limits: Limits = {},
): Narrowing[] {
  if (!(top > 0 && top <= 1)) {
    throw new OptionError(`narrow: top must be a share in (0, 1], got ${top}`);
  }
  if (trials.length === 0) {
    throw new OptionError("narrow: the study must have complete trials, got none");
  }
  for (const name of Object.keys(limits))
    checkName("narrow", "limits of", name, Object.keys(space));
  // One trial alone is luck.
  const good = trials.slice(0, Math.max(LEAST_GOOD, Math.ceil(top * trials.length)));
  const values = (name: string, list: readonly TrialRecord[]): number[] =>
    list.map((t) => t.internal[name]).filter((x) => x !== undefined);
  return Object.entries(space).map(([name, from]) => {
    const best = values(name, good);
    const limit = limits[name];
    if (best.length === 0) {
      return { name, from, to: limit ?? from, why: "none of the best trials has it" };
    }
    if (limit) {
      const plain = from.kind === "categorical" ? best.map((i) => from.choices[i] as number) : best;
      return { name, from, ...movedRange(limit, triedValues(name, from), plain) };
    }
    const changed =
      from.kind === "categorical"
        ? fewerChoices(from, best, values(name, trials))
        : smallerRange(from, best);
    return { name, from, ...changed };
  });
}

/** One line for each parameter: what it was, what it becomes, and why. */
export function narrowingText(changes: readonly Narrowing[]): string {
  return changes
    .map(({ name, from, to, why }) =>
      describe(from) === describe(to)
        ? `${name}: stays ${describe(from)}; ${why}`
        : `${name}: ${describe(from)} becomes ${shown(to)}; ${why}`,
    )
    .join("\n");
}

/** With digits for people. */
function shown(d: Distribution): string {
  if (d.kind !== "float") return describe(d);
  return describe({ ...d, low: Number(figure(d.low)), high: Number(figure(d.high)) });
}
