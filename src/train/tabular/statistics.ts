import { DataError } from "../../errors.ts";

/** Mean, population standard deviation and median of numbers. */
export interface Statistics {
  readonly mean: number;
  /** Never 0: 1 where all values are equal. */
  readonly std: number;
  readonly median: number;
}

/**
 * Statistics in two passes, in float64, in the order given.
 *
 * @param values  float64[n], finite, n >= 1
 * @throws DataError if the sums overflow
 */
export function statisticsOf(subject: string, values: Float64Array): Statistics {
  const [first] = values;
  if (values.every((x) => x === first)) return { mean: first! + 0, std: 1, median: first! + 0 }; // no rounded mean
  let sum = 0;
  for (const x of values) sum += x;
  const mean = sum / values.length + 0; // + 0 makes -0 a 0, which JSON would do later
  let squares = 0;
  for (const x of values) squares += (x - mean) * (x - mean);
  const std = Math.sqrt(squares / values.length);
  if (!Number.isFinite(mean) || !Number.isFinite(std)) {
    throw new DataError(
      `${subject}: numbers must be small enough to be squared in float64, got up to ${values.toSorted().at(-1)}`,
    );
  }
  const sorted = values.toSorted();
  const half = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[half]! : sorted[half - 1]! / 2 + sorted[half]! / 2;
  return { mean, std: std === 0 ? 1 : std, median: median + 0 };
}

/**
 * Ends of bins that hold about as many values each; values that are frequent make fewer of them. None where all are equal.
 *
 * @param values  float64[n], finite, n >= 1
 * @param bins    at most; 0 gives none
 */
export function quantileEdges(values: Float64Array, bins: number): number[] {
  const sorted = values.toSorted();
  const edges: number[] = [];
  for (let i = 0; i <= bins && bins > 0; i++) {
    const value = sorted[Math.floor((i * (sorted.length - 1)) / bins)]! + 0;
    if (edges.length === 0 || value > edges.at(-1)!) edges.push(value);
  }
  return edges.length >= 2 ? edges : [];
}

/** A number as short as people write it: six digits. */
export function printNumber(x: number): string {
  return String(Number(x.toPrecision(6)));
}
