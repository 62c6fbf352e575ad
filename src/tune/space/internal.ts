import { OptionError } from "../../errors.ts";
import { exp } from "../../math/exp.ts";
import { log } from "../../math/log.ts";
import type { Choice, Distribution } from "./distribution.ts";

/** The value that a number stands for: itself, or the choice with that index. */
export function toValue(d: Distribution, internal: number): Choice {
  return d.kind === "categorical" ? d.choices[internal]! : internal;
}

/** The number that stands for a value. @throws OptionError if the distribution does not hold it */
export function toInternal(subject: string, d: Distribution, value: unknown): number {
  if (d.kind === "categorical") {
    const at = d.choices.indexOf(value as Choice);
    if (at >= 0) return at;
    const known = d.choices.map((c) => JSON.stringify(c)).join(", ");
    throw new OptionError(`${subject}: must be one of ${known}, got ${JSON.stringify(value)}`);
  }
  if (typeof value === "number" && contains(d, value)) return value;
  throw new OptionError(`${subject}: must lie in [${d.low}, ${d.high}], got ${String(value)}`);
}

/** Whether an internal number is among what a distribution gives. Steps are not counted: rounding hides them. */
export function contains(d: Distribution, internal: number): boolean {
  if (d.kind === "categorical") return internal >= 0 && internal < d.choices.length;
  return (
    internal >= d.low && internal <= d.high && (d.kind === "float" || Number.isInteger(internal))
  );
}

/** Number of different values, or Infinity. */
export function cardinality(d: Distribution): number {
  if (d.kind === "categorical") return d.choices.length;
  if (d.low === d.high) return 1;
  return d.step === null ? Infinity : Math.floor((d.high - d.low) / d.step + 1e-9) + 1;
}

/** Value k, from 0, of a distribution that has finitely many. */
export function valueAt(d: Distribution, k: number): number {
  return d.kind === "categorical" ? k : Math.min(d.high, d.low + k * (d.step ?? 0));
}

/**
 * The numbers on which a distribution is uniform: logarithms with `log`; with a step, half of it on
 * both sides, so that the first and the last value have as much room as the others.
 */
export function scaleOf(d: Distribution): { readonly low: number; readonly high: number } {
  if (d.kind === "categorical") return { low: 0, high: d.choices.length };
  const half = (d.step ?? 0) / 2;
  const [low, high] = [d.low - half, d.high + half];
  return d.log ? { low: log(low), high: log(high) } : { low, high };
}

/** An internal value on the scale of `scaleOf`. */
export function toScale(d: Distribution, internal: number): number {
  if (d.kind === "categorical") return internal + 0.5;
  return d.log ? log(internal) : internal;
}

/** The internal value nearest to a number of the scale. */
export function fromScale(d: Distribution, x: number): number {
  if (d.kind === "categorical") {
    return Math.max(0, Math.min(d.choices.length - 1, Math.floor(x)));
  }
  const plain = d.log ? exp(x) : x;
  if (d.step === null) return Math.max(d.low, Math.min(d.high, plain));
  const k = Math.floor((plain - d.low) / d.step + 0.5);
  return valueAt(d, Math.max(0, Math.min(cardinality(d) - 1, k)));
}

/** An internal value in [0, 1]. */
export function toUnit(d: Distribution, internal: number): number {
  const { low, high } = scaleOf(d);
  return high > low ? (toScale(d, internal) - low) / (high - low) : 0.5;
}

/** The internal value of a number in [0, 1): uniform gives uniform. */
export function fromUnit(d: Distribution, u: number): number {
  const { low, high } = scaleOf(d);
  return fromScale(d, low + u * (high - low));
}
