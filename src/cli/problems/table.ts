import { basename } from "node:path";
import { DataError, OptionError, checkName, nearestName } from "../../errors.ts";
import { type CsvTable, decodeCsv } from "../../io/csv.ts";
import { rowCount, takeRows } from "../../io/table.ts";
import type { Json } from "../../model/config.ts";
import { type FittedTabular, tabular } from "../../train/tabular.ts";
import type { RowsDropped } from "../../train/tabular/config.ts";
import type { Task } from "../../train/tabular/fitTarget.ts";
import type { Samples } from "../../train/split.ts";
import { count, counted } from "../format.ts";
import type { Given } from "../options.ts";
import { readBytes } from "../readBytes.ts";
import type { Problem, Settings } from "./problem.ts";
import { SPLIT_SEED, splitText, splitThree } from "./split.ts";

/** Fewer rows with a target than this leave a part of the split empty. */
const LEAST_ROWS = 5;

/** Steps that a table gets by default: small ones are passed over often, large ones seldom. */
const STEPS = 12_000;

/** What a table is trained with unless options say otherwise. */
export function settingsOf(rows: number): Settings {
  const batchSize = rows < 4000 ? 32 : 128;
  const epochs = Math.round(STEPS / Math.ceil(rows / batchSize));
  return {
    layers: [64, 32],
    dropout: 0,
    optimizer: "adam",
    learningRate: 2e-3,
    epochs: Math.max(20, Math.min(200, epochs)),
    batchSize,
    keepBest: true,
  };
}

/** Reads a table for training or prediction. @throws DataError, OptionError */
export async function readTable(path: string, given: Given): Promise<CsvTable> {
  const names: Readonly<Record<string, string>> = {
    tab: "\t",
    "\\t": "\t",
    comma: ",",
    semicolon: ";",
  };
  const separator =
    given.separator === undefined ? "auto" : (names[given.separator] ?? given.separator);
  if (separator !== "auto" && (separator.length !== 1 || '"\r\n'.includes(separator))) {
    throw new OptionError(`--separator: must be one character or "tab", got "${separator}"`);
  }
  return decodeCsv(await readBytes(path), { name: basename(path), separator });
}

/** The column to predict. @throws OptionError */
export function checkTarget(file: string, table: CsvTable, target: string | undefined): string {
  const columns = table.header.join(", ");
  if (target === undefined) {
    throw new OptionError(
      `--target: must name the column to predict, got nothing; ${file} has ${columns}`,
    );
  }
  if (!table.header.includes(target)) {
    const nearest = nearestName(target, table.header);
    const cure = nearest === undefined ? `it has ${columns}` : `did you mean "${nearest}"?`;
    throw new OptionError(`--target: must be a column of ${file}, got "${target}"; ${cure}`);
  }
  return target;
}

function droppedNotes(dropped: readonly RowsDropped[]): string[] {
  return dropped.map(
    ({ reason, count: n, where }) =>
      `${counted(n, "row")} left out: ${reason} (${where.join(", ")}${n > where.length ? ", ..." : ""})`,
  );
}

function samplesOf(fitted: FittedTabular, table: CsvTable, rows: Int32Array): Samples {
  const { x, y } = fitted.transform(takeRows(table, rows));
  return { x, y: y! };
}

/** A table of the user's. @throws DataError, OptionError */
export async function tableProblem(path: string, given: Given, testSize: number): Promise<Problem> {
  const file = basename(path);
  const table = await readTable(path, given);
  const target = checkTarget(file, table, given.target);
  const asked = given.task ?? "auto";
  checkName("--task", "task", asked, ["auto", "regression", "classification"]);

  // A first fit over everything finds the task, and which rows have a target; the second learns from training rows.
  const whole = tabular().fit(table, { target, task: asked as Task | "auto" });
  if (whole.doubtful && asked === "auto") {
    throw new OptionError(
      `--task: must be said for ${file}, as ${whole.taskReason}; add --task regression or --task classification`,
    );
  }
  const { task } = whole;
  const labelled = whole.transform(table);
  const total = labelled.rows.length;
  if (total < LEAST_ROWS) {
    throw new DataError(
      `${file}: must have at least ${LEAST_ROWS} rows with a target, got ${total}`,
    );
  }
  const labels = task === "classification" ? labelled.y!.data : null;
  const parts = splitThree(total, labels, testSize);
  const least = Math.max(LEAST_ROWS - 1, 2 * (whole.classNames?.length ?? 0));
  if (parts.train.length + parts.validation.length < least) {
    throw new OptionError(
      `--test-size: must leave at least ${least} of ${total} rows to learn from, got ${parts.train.length + parts.validation.length}; take a smaller share`,
    );
  }
  const rowsOf = (indices: Int32Array): Int32Array => indices.map((i) => labelled.rows[i]!);
  const fitted = tabular().fit(takeRows(table, rowsOf(parts.train)), { target, task });
  const scale = fitted.target ?? { mean: 0, std: 1 };
  const classes = fitted.classNames;
  const config: { readonly [key: string]: Json } = JSON.parse(JSON.stringify(fitted.toConfig()));
  return {
    name: file.replace(/(\.(csv|tsv|txt))?(\.gz)?$/i, "").replace(/[^\w.-]+/g, "-") || "table",
    title: file,
    contents:
      `${counted(rowCount(table), "row")}, ${counted(table.header.length, "column")} as ` +
      `${counted(fitted.features.length, "number")}` +
      (classes ? `, ${counted(classes.length, "class", "classes")}` : ""),
    source: "",
    split: splitText(parts, labels !== null),
    tested: `${counted(parts.test.length, "row")} of split seed ${SPLIT_SEED}`,
    task,
    parts: {
      train: samplesOf(fitted, table, rowsOf(parts.train)),
      validation: samplesOf(fitted, table, rowsOf(parts.validation)),
      test: samplesOf(fitted, table, rowsOf(parts.test)),
    },
    classNames: classes,
    target: { name: target, ...scale },
    image: null,
    // Gaps are counted over the whole file, what is done about them comes from the training rows.
    columns: fitted.report.map((row, i) => ({ ...row, missing: whole.report[i]!.missing })),
    notes: [
      ...(asked === "auto" ? [`${task}, because ${whole.taskReason}; --task says otherwise`] : []),
      ...droppedNotes(whole.rowsDropped),
      ...(table.hasHeader
        ? []
        : [`${file} has no names of columns; they are called ${table.header[0]}, ...`]),
      ...(total < 50
        ? [`${count(total)} rows are few: expect the figures to change with the split`]
        : []),
    ],
    settings: settingsOf(parts.train.length),
    testRows: rowsOf(parts.test),
    preprocessing: { kind: "tabular", config },
  };
}
