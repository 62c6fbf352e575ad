import type { Survey } from "./survey.ts";

const ANY_ID = /id|index|row|nr|no|#/i;
const WORD_ID = /(^|[^a-z])(id|idx|index|row|nr|no|number|key|uuid|guid)([^a-z]|$)|#|^unnamed/i;
const TIME = /year|month|week|day|date|time|hour|minute|second|age/i;

/** customerId -> customer Id, so that words are seen. */
function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, "$1 $2");
}

/**
 * Whether numbers only count the rows: all whole and all different, and
 * - in steps of one, in the first column or one whose name has id, index, row, nr, no or # in it, or
 * - half of a gapless range or more, under such a name as a word of its own or, from 20 rows, in the first column.
 * The second case is the first one after a shuffled split, of which a fit sees only a part.
 * Not being named, a first column of years or days is spared: counting up is what time does.
 */
export function countsRows(survey: Survey, isFirst: boolean): boolean {
  const { name, numbers, missing } = survey;
  if (missing > 0 || numbers.length < 3 || !numbers.every(Number.isInteger)) return false;
  const sorted = numbers.toSorted();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) return false;
  const first = isFirst && !TIME.test(name);
  const stepsOfOne = numbers.every((x, i) => i === 0 || x === numbers[i - 1]! + 1);
  if (stepsOfOne && (first || ANY_ID.test(name))) return true;
  const filled = sorted.length / (sorted.at(-1)! - sorted[0]! + 1);
  return filled >= 0.5 && (WORD_ID.test(words(name)) || (first && sorted.length >= 20));
}

/** Whether text is a name, a key or prose: nearly always different, in twenty rows or more, or long. */
export function namesRows({ counts, present, cells }: Survey, maximumLevels: number): boolean {
  if (counts.size < 0.9 * present) return false;
  if (counts.size > maximumLevels || counts.size >= 20) return true;
  const characters = cells.reduce((sum, cell) => sum + (cell?.length ?? 0), 0);
  return present > 2 && characters / present > 40;
}
