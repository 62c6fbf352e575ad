import { shown } from "../errors.ts";

/**
 * Samples in a batch: "all", or a number that is clamped to the data.
 *
 * @throws RangeError unless it is a whole number >= 1 or "all"
 */
export function batchSizeFor(subject: string, batchSize: number | "all", rows: number): number {
  if (batchSize === "all") return rows;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(
      `${subject}: batchSize must be a whole number >= 1 or "all", got ${shown(batchSize)}`,
    );
  }
  return Math.min(batchSize, rows);
}
