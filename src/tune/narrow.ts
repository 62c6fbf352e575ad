import { OptionError } from "../errors.ts";
import { type Choice, type Distribution, type Space, describe } from "./space/distribution.ts";
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

/** Choices that the best trials have; a step's first and last value among them. */
function narrowed(d: Distribution, best: readonly number[], all: readonly number[]): Distribution {
  if (d.kind === "categorical") {
    // What was never tried is not known to be bad.
    const kept = d.choices.filter((_, i) => best.includes(i) || !all.includes(i));
    return { kind: "categorical", choices: kept as Choice[] };
  }
  const { low, high } = scaleOf(d);
  const scaled = best.map((x) => toScale(d, x));
  const [first, last] = [Math.min(...scaled), Math.max(...scaled)];
  // The best values are a sample of the good ones: a quarter of their spread on both sides, and never less than a tenth
  // of the range in all.
  const margin = Math.max(0.25 * (last - first), 0.05 * (high - low));
  if (d.step === null) {
    const [from, to] = [Math.max(low, first - margin), Math.min(high, last + margin)];
    return { ...d, low: fromScale(d, from), high: fromScale(d, to) };
  }
  // Values of a step: the neighbours of the best at least.
  const index = (x: number): number => Math.round((x - d.low) / d.step!);
  const count = cardinality(d);
  const from = Math.max(
    0,
    Math.min(index(Math.min(...best)) - 1, index(fromScale(d, Math.max(low, first - margin)))),
  );
  const to = Math.min(
    count - 1,
    Math.max(index(Math.max(...best)) + 1, index(fromScale(d, Math.min(high, last + margin)))),
  );
  return { ...d, low: valueAt(d, from), high: valueAt(d, to) };
}

function reason(d: Distribution, best: readonly number[]): string {
  if (d.kind === "categorical") {
    const counts = d.choices.map((c, i) => ({ c, n: best.filter((x) => x === i).length }));
    const said = counts.sort((a, b) => b.n - a.n).filter(({ n }) => n > 0);
    return `the best ${best.length} have ${said.map(({ c, n }) => `${String(c)} ${n} times`).join(", ")}`;
  }
  return `the best ${best.length} lie in [${figure(Math.min(...best))}, ${figure(Math.max(...best))}]`;
}

/**
 * The part of a space in which the best trials lie, with a margin.
 *
 * @param trials  complete ones, the best first
 * @param top     share of them that counts as good, in (0, 1]
 * @throws OptionError if there are no trials, or `top` is no share
 */
export function narrowSpace(
  space: Space,
  trials: readonly TrialRecord[],
  top: number,
): Narrowing[] {
  if (!(top > 0 && top <= 1)) {
    throw new OptionError(`narrow: top must be a share in (0, 1], got ${top}`);
  }
  if (trials.length === 0) {
    throw new OptionError("narrow: the study must have complete trials, got none");
  }
  // One trial alone is luck.
  const good = trials.slice(0, Math.max(LEAST_GOOD, Math.ceil(top * trials.length)));
  const values = (name: string, list: readonly TrialRecord[]): number[] =>
    list.map((t) => t.internal[name]).filter((x) => x !== undefined);
  return Object.entries(space).map(([name, from]) => {
    const best = values(name, good);
    if (best.length === 0) return { name, from, to: from, why: "none of the best trials has it" };
    return { name, from, to: narrowed(from, best, values(name, trials)), why: reason(from, best) };
  });
}

/** One line for each parameter: what it was, what it becomes, and why. */
export function narrowingText(changes: readonly Narrowing[]): string {
  return changes
    .map(({ name, from, to, why }) =>
      describe(from) === describe(to)
        ? `${name}: stays ${describe(from)}; ${why}`
        : `${name}: ${describe(from)} becomes ${describe(to)}; ${why}`,
    )
    .join("\n");
}
