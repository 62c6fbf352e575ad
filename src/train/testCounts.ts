import { DataError } from "../errors.ts";

/**
 * How many rows of each class go to the test part: shares by largest remainders, ties to the earlier class, within
 * [1, size - 1] for classes of two rows or more and 0 for the others.
 *
 * @param sizes  rows of each class
 * @param total  rows wanted; the bounds go first where they forbid it
 * @throws DataError if no class has two rows
 */
export function testCounts(sizes: readonly number[], total: number): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const least = sizes.map((size) => (size >= 2 ? 1 : 0));
  const most = sizes.map((size) => (size >= 2 ? size - 1 : 0));
  if (!least.includes(1)) {
    throw new DataError(
      `trainTestSplit: a class must have two rows to be stratified, got ${sizes.length} classes of one`,
    );
  }
  const shares = sizes.map((size) => (total * size) / all);
  const counts = shares.map((share, i) =>
    Math.min(most[i]!, Math.max(least[i]!, Math.floor(share))),
  );
  const due = counts
    .map((_, i) => i)
    .sort((a, b) => shares[b]! - counts[b]! - (shares[a]! - counts[a]!) || a - b);

  let left = total - counts.reduce((sum, count) => sum + count, 0);
  while (left > 0 && counts.some((count, i) => count < most[i]!)) {
    for (const i of due) {
      if (left > 0 && counts[i]! < most[i]!) {
        counts[i]!++;
        left--;
      }
    }
  }
  while (left < 0 && counts.some((count, i) => count > least[i]!)) {
    for (const i of due.toReversed()) {
      if (left < 0 && counts[i]! > least[i]!) {
        counts[i]!--;
        left++;
      }
    }
  }
  return counts;
}
