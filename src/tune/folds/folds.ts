import { DataError, OptionError, ShapeError, withDefaults } from "../../errors.ts";
import { Random } from "../../math/random.ts";

/** Row indices of one fold: what is trained on, and what is tested with. */
export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface FoldOptions {
  /** Number of folds. Default 5. */
  folds?: number;
  /** Whether rows are shuffled first. Default true. */
  shuffle?: boolean;
  /** Decides the shuffling. Default 0. */
  seed?: number;
}

const DEFAULTS: Required<FoldOptions> = { folds: 5, shuffle: true, seed: 0 };

function checkFolds(subject: string, folds: number, of: number, what: string): void {
  if (!Number.isInteger(folds) || folds < 2) {
    throw new OptionError(`${subject}: folds must be a whole number >= 2, got ${folds}`);
  }
  if (of < folds) throw new DataError(`${subject}: needs at least ${folds} ${what}, got ${of}`);
}

/** Folds from the fold that each row is tested in; rows of -1 are trained on always. */
function foldsOf(foldOf: Int32Array, folds: number): Fold[] {
  const rows = Int32Array.from(foldOf, (_, i) => i);
  return Array.from({ length: folds }, (_, fold) => ({
    train: rows.filter((i) => foldOf[i] !== fold),
    test: rows.filter((i) => foldOf[i] === fold),
  }));
}

/**
 * K folds of n rows: each row is tested once. Sizes differ by one at most.
 *
 * @throws OptionError, DataError if there are fewer rows than folds
 */
export function kFold(n: number, options: FoldOptions = {}): Fold[] {
  const { folds, shuffle, seed } = withDefaults("kFold", DEFAULTS, options);
  checkFolds("kFold", folds, n, "rows");
  const order = shuffle
    ? new Random(seed).permutation(n)
    : Int32Array.from({ length: n }, (_, i) => i);
  const foldOf = new Int32Array(n);
  order.forEach((row, i) => (foldOf[row] = Math.floor((i * folds) / n)));
  return foldsOf(foldOf, folds);
}

/** Rows by label, in the order in which labels come up. */
function rowsBy(labels: ArrayLike<number | string>): Map<number | string, Int32Array> {
  const lists = new Map<number | string, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const list = lists.get(labels[i]!);
    if (list) list.push(i);
    else lists.set(labels[i]!, [i]);
  }
  return new Map([...lists].map(([label, rows]) => [label, Int32Array.from(rows)]));
}

/**
 * K folds in which every class has its share, to one row. A class of fewer rows than folds is missing in some of the tests.
 *
 * @param labels  a class for each row
 */
export function stratifiedKFold(
  labels: ArrayLike<number | string>,
  options: FoldOptions = {},
): Fold[] {
  const { folds, shuffle, seed } = withDefaults("stratifiedKFold", DEFAULTS, options);
  checkFolds("stratifiedKFold", folds, labels.length, "rows");
  const random = new Random(seed);
  const foldOf = new Int32Array(labels.length);
  // Classes go on dealing where the last one ended, so that the folds' sizes differ by one at most.
  let dealt = 0;
  for (const rows of rowsBy(labels).values()) {
    if (shuffle) random.shuffle(rows);
    for (const row of rows) foldOf[row] = dealt++ % folds;
  }
  return foldsOf(foldOf, folds);
}

/**
 * K folds in which no group is both trained on and tested with: rows of one patient, of one house. The largest group goes
 * to the smallest fold, so that sizes are alike; nothing is left to chance.
 *
 * @param groups  a group for each row
 */
export function groupedKFold(
  groups: ArrayLike<number | string>,
  options: { folds?: number } = {},
): Fold[] {
  const { folds } = withDefaults("groupedKFold", { folds: DEFAULTS.folds }, options);
  const lists = [...rowsBy(groups).values()];
  checkFolds("groupedKFold", folds, lists.length, "groups");
  const sizes = new Array<number>(folds).fill(0);
  const foldOf = new Int32Array(groups.length);
  for (const rows of lists.sort((a, b) => b.length - a.length || a[0]! - b[0]!)) {
    const fold = sizes.indexOf(Math.min(...sizes));
    sizes[fold]! += rows.length;
    for (const row of rows) foldOf[row] = fold;
  }
  return foldsOf(foldOf, folds);
}

/**
 * Folds several times over, each time shuffled by another seed.
 *
 * @param make  gives the folds of a seed
 *
 * @example
 *     tune.repeated(3, (seed) => tune.kFold(rows, { folds: 5, seed }));
 */
export function repeated(
  times: number,
  make: (seed: number) => readonly Fold[],
  seed: number = 0,
): Fold[] {
  if (!Number.isInteger(times) || times < 1) {
    throw new OptionError(`repeated: times must be a whole number >= 1, got ${times}`);
  }
  return Array.from({ length: times }, (_, i) => make(seed + i)).flat();
}

export interface TimeSeriesOptions {
  /** Default 5. */
  folds?: number;
  /** Rows of each test; null: n / (folds + 1). Default null. */
  testSize?: number | null;
  /** Rows that are left out between training and test. Default 0. */
  gap?: number;
  /** Most rows to train on, the newest ones. Default Infinity. */
  maximumTrain?: number;
}

/**
 * Folds of rows in the order of time: every test lies behind what is trained on, one test behind the other up to the last
 * row.
 */
export function timeSeriesFolds(n: number, options: TimeSeriesOptions = {}): Fold[] {
  const subject = "timeSeriesFolds";
  const full = withDefaults<Required<TimeSeriesOptions>>(
    subject,
    { folds: 5, testSize: null, gap: 0, maximumTrain: Infinity },
    options,
  );
  const { folds, gap, maximumTrain } = full;
  if (
    !Number.isInteger(folds) ||
    folds < 1 ||
    !Number.isInteger(gap) ||
    gap < 0 ||
    !(maximumTrain >= 1)
  ) {
    throw new OptionError(
      `${subject}: folds and maximumTrain must be at least 1, gap at least 0, got ${folds}, ${maximumTrain} and ${gap}`,
    );
  }
  const size = full.testSize ?? Math.floor(n / (folds + 1));
  if (!Number.isInteger(size) || size < 1 || n - folds * size - gap < 1) {
    throw new DataError(
      `${subject}: ${folds} tests of ${size} rows and a gap of ${gap} must leave a row to train on, got ${n} rows`,
    );
  }
  return Array.from({ length: folds }, (_, i) => {
    const test = n - (folds - i) * size;
    const end = test - gap;
    const begin = Math.max(0, end - maximumTrain);
    return {
      train: Int32Array.from({ length: end - begin }, (_unused, k) => begin + k),
      test: Int32Array.from({ length: size }, (_unused, k) => test + k),
    };
  });
}

/** @throws ShapeError if a fold names rows that are not there, or leaves a part empty */
export function checkRows(subject: string, folds: readonly Fold[], n: number): void {
  if (folds.length === 0) throw new ShapeError(`${subject}: must have folds, got none`);
  folds.forEach(({ train, test }, i) => {
    const wrong = [train, test].some(
      (part) => part.length === 0 || part.some((r) => r < 0 || r >= n),
    );
    if (wrong)
      throw new ShapeError(`${subject}: fold ${i} must have rows in [0, ${n}) in both parts`);
  });
}
