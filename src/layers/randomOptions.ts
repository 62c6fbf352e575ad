/** An integer in [0, 2^53) that decides what is drawn; null: the seed of `fit`. */
export type Seed = number | null;

/** @throws RangeError */
export function checkSeed(subject: string, seed: Seed): void {
  if (seed !== null && !(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new RangeError(
      `${subject}: seed must be a whole number in [0, 2^53), got ${String(seed)}`,
    );
  }
}

/** @throws RangeError */
export function checkRate(subject: string, rate: number): void {
  if (!(rate >= 0 && rate < 1)) {
    throw new RangeError(
      `${subject}: rate must lie in [0, 1), got ${String(rate)}; it is the share that is dropped`,
    );
  }
}

/** A share on both sides of 0, or [lower, upper]. */
export type Factor = number | readonly [lower: number, upper: number];

/** Lowest and highest value of a factor. @throws RangeError */
export function rangeOf(subject: string, name: string, factor: Factor): readonly [number, number] {
  const range = typeof factor === "number" ? ([-factor, factor] as const) : factor;
  const [lower, upper] = range;
  if (!(lower <= upper && upper - lower < Infinity)) {
    throw new RangeError(
      `${subject}: ${name} must be a number >= 0 or a pair [lower, upper], got ${JSON.stringify(factor)}`,
    );
  }
  return range;
}
