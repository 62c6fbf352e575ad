import { DataError, OptionError, ShapeError, withDefaults } from "../errors.ts";
import { allocate } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { testCounts } from "./testCounts.ts";

/** Where a split gets its randomness from: the library's counter-based generator, or any other. */
export interface RandomIntegers {
  /** A whole number in [0, n), all equally likely. */
  integer(n: number): number;
}

export interface SplitOptions {
  /** Share of the rows in (0, 1), or a whole number of rows. */
  testSize: number;
  /** Labels, one a row, whose shares both parts keep; true takes them from y. */
  stratify: ArrayLike<number | string> | boolean;
}

const DEFAULTS: SplitOptions = { testSize: 0.2, stratify: false };

/** Rows of the two parts, each in random order. */
export interface SplitRows {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Features and targets, row by row. */
export interface Samples {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Fisher and Yates's shuffle, in place. */
function shuffle(rows: number[], random: RandomIntegers): void {
  for (let i = rows.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [rows[i], rows[j]] = [rows[j]!, rows[i]!];
  }
}

function testRows(n: number, testSize: number): number {
  const share = testSize > 0 && testSize < 1;
  if (!share && !(Number.isInteger(testSize) && testSize >= 1)) {
    throw new OptionError(
      `trainTestSplit: testSize must be a share in (0, 1) or a whole number of rows, got ${testSize}`,
    );
  }
  if (n < 2) throw new DataError(`trainTestSplit: must be given at least 2 rows, got ${n}`);
  if (testSize >= n)
    throw new OptionError(
      `trainTestSplit: testSize must leave a row to train on, got ${testSize} of ${n}`,
    );
  return share ? Math.min(n - 1, Math.max(1, Math.round(n * testSize))) : testSize;
}

function splitRows(
  n: number,
  testSize: number,
  labels: ArrayLike<number | string> | null,
  random: RandomIntegers,
): SplitRows {
  const count = testRows(n, testSize);
  const groups = new Map<number | string, number[]>();
  for (let row = 0; row < n; row++) {
    const label = labels ? labels[row]! : 0;
    const group = groups.get(label);
    if (group) group.push(row);
    else groups.set(label, [row]);
  }
  const sizes = [...groups.values()].map((group) => group.length);
  const counts = labels ? testCounts(sizes, count) : [count];
  const [train, test]: number[][] = [[], []];
  [...groups.values()].forEach((group, i) => {
    shuffle(group, random);
    group.forEach((row, rank) => (rank < counts[i]! ? test : train).push(row));
  });
  if (labels) {
    shuffle(train, random);
    shuffle(test, random);
  }
  return { train: Int32Array.from(train), test: Int32Array.from(test) };
}

/** A label a row: the value of a single column, the place of the largest of several (one-hot). */
function labelsOf(y: Tensor): ArrayLike<number> {
  const n = y.shape[0]!;
  const width = y.size / Math.max(1, n);
  if (width === 1) return y.data;
  return Array.from({ length: n }, (_, row) => {
    let best = 0;
    for (let c = 1; c < width; c++)
      if (y.data[row * width + c]! > y.data[row * width + best]!) best = c;
    return best;
  });
}

/** The given rows of a tensor's first axis, in their order. */
function gather(t: Tensor, rows: Int32Array): Tensor {
  const width = t.shape.slice(1).reduce((size, n) => size * n, 1);
  const data = allocate(t.dtype, rows.length * width);
  rows.forEach((row, i) => data.set(t.data.subarray(row * width, (row + 1) * width), i * width));
  return new Tensor(data, [rows.length, ...t.shape.slice(1)], t.dtype);
}

/**
 * Splits rows into a part to train on and a part to test with, at random, the same for the same generator.
 *
 * Stratified, each class gives its share by largest remainders; a class of two rows or more gives at least one and
 * keeps at least one, even where the test part gets larger or smaller than asked by that. A class of one row is
 * trained on.
 *
 * @param data    a number of rows, or x and y with equal first axes
 * @param random  the generator; it is advanced
 * @throws OptionError if testSize is no share and no number of rows, or leaves none to train on
 * @throws DataError if there are fewer than 2 rows, or no class has two
 * @throws ShapeError if x, y and the labels differ in their number of rows
 *
 * @example
 *     const { train, test } = trainTestSplit({ x, y }, random, { testSize: 0.25, stratify: true });
 */
export function trainTestSplit(
  data: number,
  random: RandomIntegers,
  options?: Partial<SplitOptions>,
): SplitRows;
export function trainTestSplit(
  data: Samples,
  random: RandomIntegers,
  options?: Partial<SplitOptions>,
): { train: Samples; test: Samples; rows: SplitRows };
export function trainTestSplit(
  data: number | Samples,
  random: RandomIntegers,
  options: Partial<SplitOptions> = {},
): SplitRows | { train: Samples; test: Samples; rows: SplitRows } {
  const { testSize, stratify } = withDefaults("trainTestSplit", DEFAULTS, options);
  if (typeof data === "number" && stratify === true) {
    throw new OptionError(
      "trainTestSplit: stratify must be the labels where only a number of rows is given, got true",
    );
  }
  if (typeof random?.integer !== "function") {
    throw new OptionError(
      "trainTestSplit: the second argument must be a generator; pass new Random(seed)",
    );
  }
  const n = typeof data === "number" ? data : (data.x.shape[0] ?? 0);
  if (typeof data !== "number" && data.y.shape[0] !== n) {
    throw new ShapeError(
      `trainTestSplit: x and y must have as many rows, got ${n} and ${data.y.shape[0]}`,
    );
  }
  const labels =
    typeof stratify !== "boolean"
      ? stratify
      : stratify && typeof data !== "number"
        ? labelsOf(data.y)
        : null;
  if (labels && labels.length !== n) {
    throw new ShapeError(
      `trainTestSplit: stratify must hold a label for each of ${n} rows, got ${labels.length}`,
    );
  }
  const rows = splitRows(n, testSize, labels, random);
  if (typeof data === "number") return rows;
  const part = (of: Int32Array): Samples => ({ x: gather(data.x, of), y: gather(data.y, of) });
  return { train: part(rows.train), test: part(rows.test), rows };
}
