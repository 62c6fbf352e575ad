import { Random } from "../../math/random.ts";
import { trainTestSplit } from "../../train/split.ts";
import { count, counted } from "../format.ts";

/** Seed of every split: a constant, so that another training seed is tested on the same rows. */
export const SPLIT_SEED = 7;

/** Share of the rows to train on that validate: they draw a curve, and no step sees them. */
export const VALIDATION = 0.1;

/** Row indices by what they are for. */
export interface ThreeRows {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/**
 * Divides rows into training, validation and test.
 *
 * @param labels  classes, one a row, whose shares every part keeps; null for a regression
 */
export function splitThree(
  rows: number,
  labels: ArrayLike<number | string> | null,
  testSize: number,
): ThreeRows {
  const { train: kept, test } = trainTestSplit(rows, new Random(SPLIT_SEED, 0), {
    testSize,
    stratify: stratum(labels, rows),
  });
  const own = labels && Array.from(kept, (row) => labels[row]!);
  const inner = trainTestSplit(kept.length, new Random(SPLIT_SEED, 1), {
    testSize: VALIDATION,
    stratify: stratum(own, kept.length),
  });
  return {
    train: inner.train.map((i) => kept[i]!),
    validation: inner.test.map((i) => kept[i]!),
    test,
  };
}

/** Labels to stratify by, or false where no class has two rows. */
function stratum(
  labels: ArrayLike<number | string> | null,
  rows: number,
): ArrayLike<number | string> | false {
  if (labels === null) return false;
  return new Set(Array.from(labels)).size < rows ? labels : false;
}

/** The split in words. */
export function splitText({ train, validation, test }: ThreeRows, stratified: boolean): string {
  const how = `shuffled by seed ${SPLIT_SEED}${stratified ? ", stratified" : ""}`;
  return `${counted(train.length, "row")} to train, ${count(validation.length)} to validate, ${count(test.length)} to test (${how})`;
}
