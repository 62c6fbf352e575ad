import { DataError, OptionError } from "../../errors.ts";
import { type Table, rowCount, takeRows } from "../../io/table.ts";
import { Random } from "../../math/random.ts";
import { type FittedTabular, tabular } from "../../train/tabular.ts";
import { trainTestSplit } from "../../train/split.ts";
import { count } from "../format.ts";
import type { Given } from "../options.ts";
import { SPLIT_SEED } from "../problems/split.ts";
import { checkTarget, readTable } from "../problems/table.ts";
import { countOption, numberOption } from "../values.ts";
import { basename } from "node:path";

/** A table in two parts: the second one is looked at once, at the end. */
export interface TuningData {
  readonly file: string;
  readonly target: string;
  readonly train: Table;
  readonly test: Table;
  readonly task: FittedTabular["task"];
  readonly split: string;
  /** Pieces in which a number is given: see tabular. */
  readonly bins: number;
}

/** Pieces of a number at most, and rows that each should hold. */
const [MOST_BINS, BIN_ROWS] = [32, 100];

/** Rows in which no cell is empty. */
function fullRows(table: Table): number[] {
  return Array.from({ length: rowCount(table) }, (_, i) => i).filter((i) =>
    table.columns.every((column) => column[i]!.trim() !== ""),
  );
}

/**
 * Reads a table and divides it. With --test-every N, rows with an empty cell are left out, and of those that remain every
 * Nth is a test row; otherwise --test-size of all rows are, at random by a constant seed.
 *
 * @throws DataError, OptionError
 */
export async function tuningData(given: Given): Promise<TuningData> {
  const path = given.data;
  if (path === undefined) {
    throw new OptionError("tune: --data must name a table, got nothing; write --data FILE.csv");
  }
  const file = basename(path);
  const table = await readTable(path, given);
  const target = checkTarget(file, table, given.target);
  const asked = given.task ?? "auto";
  if (asked !== "auto" && asked !== "regression" && asked !== "classification") {
    throw new OptionError(`--task: must be regression or classification, got "${asked}"`);
  }
  const whole = tabular().fit(table, { target, task: asked });
  if (whole.doubtful && asked === "auto") {
    throw new OptionError(
      `--task: must be said for ${file}, as ${whole.taskReason}; add --task regression or --task classification`,
    );
  }
  const every = given["test-every"];
  let [train, test]: [ArrayLike<number>, ArrayLike<number>] = [[], []];
  let split: string;
  if (every !== undefined) {
    const n = countOption("test-every", every, 2);
    const rows = fullRows(table);
    train = rows.filter((_, i) => i % n !== n - 1);
    test = rows.filter((_, i) => i % n === n - 1);
    const dropped = rowCount(table) - rows.length;
    split = `${count(train.length)} rows to tune on, every ${n}th, ${count(test.length)}, to test with; ${count(dropped)} with empty cells left out`;
  } else {
    const share = numberOption(
      "test-size",
      given["test-size"] ?? "0.2",
      "be a share in (0, 1)",
      (x) => x > 0 && x < 1,
    );
    const { rows, y } = whole.transform(table);
    const parts = trainTestSplit(rows.length, new Random(SPLIT_SEED, 0), {
      testSize: share,
      stratify: whole.task === "classification" ? y!.data : false,
    });
    [train, test] = [parts.train.map((i) => rows[i]!), parts.test.map((i) => rows[i]!)];
    split = `${count(train.length)} rows to tune on, ${count(test.length)} to test with (shuffled by seed ${SPLIT_SEED})`;
  }
  if (train.length < 10 || test.length < 2) {
    throw new DataError(
      `${file}: must leave 10 rows to tune on and 2 to test with, got ${train.length} and ${test.length}`,
    );
  }
  return {
    file,
    target,
    train: takeRows(table, train),
    test: takeRows(table, test),
    task: whole.task,
    split,
    bins: Math.min(MOST_BINS, Math.floor(train.length / BIN_ROWS)),
  };
}
