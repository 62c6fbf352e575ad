import { OptionError } from "../../errors.ts";
import type { ClassCounts } from "../classCounts.ts";
import {
  type ScoreInput,
  type ScoreOptions,
  checkSameSize,
  labelsOf,
  weightsOf,
} from "./scoreInput.ts";

/** Options of the confusion matrix. */
export interface ConfusionOptions extends ScoreOptions {
  /** Number of classes; the largest label + 1 if left out. */
  classes?: number;
}

/**
 * How often each class (row) was taken for each (column); sums of weights where samples have some.
 *
 * @throws DataError for labels that are no classes, ShapeError where the lengths differ
 */
export function confusionMatrix(
  truth: ScoreInput,
  predicted: ScoreInput,
  options: ConfusionOptions = {},
  subject: string = "confusionMatrix",
): number[][] {
  const t = labelsOf(subject, "truth", truth);
  const p = labelsOf(subject, "predictions", predicted);
  checkSameSize(subject, t, p);
  let most = 0;
  for (let i = 0; i < t.length; i++) most = Math.max(most, t[i]!, p[i]!);
  const classes = options.classes ?? most + 1;
  if (most >= classes)
    throw new OptionError(
      `${subject}: classes must be more than the label ${most}, got ${classes}`,
    );
  const weight = weightsOf(subject, options, t.length);
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < t.length; i++) matrix[t[i]!]![p[i]!]! += weight(i);
  return matrix;
}

/** The counts of each class. */
export function countsOfMatrix(matrix: readonly (readonly number[])[]): ClassCounts {
  return {
    hits: matrix.map((row, c) => row[c]!),
    predicted: matrix.map((_, c) => matrix.reduce((sum, row) => sum + row[c]!, 0)),
    actual: matrix.map((row) => row.reduce((a, b) => a + b, 0)),
  };
}
