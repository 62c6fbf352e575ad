import { DataError } from "../../errors.ts";
import { type Table, rowCount } from "../../io/table.ts";
import type { ReportRow, RowsDropped, TargetPlan } from "./config.ts";
import { dropRows } from "./labels.ts";
import { printNumber, statisticsOf } from "./statistics.ts";
import { ENOUGH, type Survey, checkFinite, surveyColumn } from "./survey.ts";

export type Task = "regression" | "classification";

export interface FittedTarget {
  readonly plan: TargetPlan;
  readonly report: ReportRow;
  readonly taskReason: string;
  readonly doubtful: boolean;
  /** Rows of the table that have a target. */
  readonly rows: number[];
  readonly rowsDropped: RowsDropped[];
}

interface Choice {
  readonly task: Task;
  readonly reason: string;
  readonly doubtful: boolean;
}

/** Whole numbers of up to ten values, three rows each, are classes; up to thirty they might be. */
function chooseTask(survey: Survey): Choice {
  const { name, counts, numbers, numberShare, dateShare, present } = survey;
  if (numberShare < ENOUGH) {
    const doubtful = counts.size > Math.max(2, present / 2) || dateShare >= ENOUGH;
    return {
      task: "classification",
      reason: `"${name}" holds text with ${counts.size} different values`,
      doubtful,
    };
  }
  const values = numbers.filter((x) => x === x);
  const distinct = new Set(values).size;
  if (!values.every(Number.isInteger)) {
    return {
      task: "regression",
      reason: `"${name}" holds fractions, ${distinct} different numbers`,
      doubtful: false,
    };
  }
  const reason = `"${name}" holds whole numbers with ${distinct} different values`;
  if (distinct > 30) return { task: "regression", reason, doubtful: false };
  if (distinct > 10)
    return { task: "regression", reason: `${reason}; they might be classes`, doubtful: true };
  if (distinct === 2 || 3 * distinct <= values.length)
    return { task: "classification", reason, doubtful: false };
  return {
    task: "regression",
    reason: `${reason} in ${values.length} rows; they might be classes`,
    doubtful: true,
  };
}

function checkTwo(subject: string, name: string, values: readonly string[], rows: number): void {
  if (values.length >= 2) return;
  const got = values.length === 0 ? "none" : `only '${values[0]}'`;
  throw new DataError(
    `${subject}: target "${name}" must hold at least two different values, got ${got} in ${rows} rows`,
  );
}

/** Classes by name; whole or broken numbers by value, so that 1 and 1.0 are one class. */
function fitClasses(
  subject: string,
  { name, counts, numbers, numberShare, cells }: Survey,
): TargetPlan {
  const numeric = numberShare === 1;
  const classes = numeric
    ? [...new Set(numbers.filter((x) => x === x).toSorted())].map((x) => String(x + 0))
    : [...counts.keys()].sort();
  checkTwo(subject, name, classes, cells.length);
  return { name, task: "classification", classes, numeric };
}

function fitNumbers(subject: string, { name, numbers }: Survey): TargetPlan {
  const values = numbers.filter((x) => x === x);
  const [first] = values;
  checkTwo(
    subject,
    name,
    values.some((x) => x !== first) ? ["", ""] : [...values.subarray(0, 1)].map(String),
    values.length,
  );
  const { mean, std } = statisticsOf(`${subject}: target "${name}"`, values);
  return { name, task: "regression", mean, std };
}

/**
 * Decides on the task, finds the rows that have a target, and learns the classes or the scale.
 *
 * @param column  index of the target's column
 * @param asked   the task that the caller wants, or "auto"
 * @throws DataError if fewer than two values are left, a number is infinite, or a regression is asked of text
 */
export function fitTarget(
  subject: string,
  table: Table,
  column: number,
  asked: Task | "auto",
): FittedTarget {
  const all = surveyColumn(
    table,
    column,
    Array.from({ length: rowCount(table) }, (_, i) => i),
  );
  const { name, cells, numbers, numberShare } = all;
  const choice =
    asked === "auto" ? chooseTask(all) : { task: asked, reason: "as asked", doubtful: false };
  if (choice.task === "regression" && numberShare < ENOUGH && all.present > 0) {
    const row = cells.findIndex((cell, i) => cell !== null && numbers[i] !== numbers[i]);
    throw new DataError(
      `${subject}: target "${name}" must hold numbers for a regression, got '${cells[row]}' in ${all.place(row)}; use task "classification"`,
    );
  }
  if (numberShare >= ENOUGH) checkFinite(subject, all);

  const [rows, missing, stray]: number[][] = [[], [], []];
  const needsNumber = numberShare >= ENOUGH;
  cells.forEach((cell, row) => {
    if (cell === null) missing.push(row);
    else if (needsNumber && numbers[row] !== numbers[row]) stray.push(row);
    else rows.push(row);
  });
  const kept = surveyColumn(table, column, rows);
  const plan = choice.task === "regression" ? fitNumbers(subject, kept) : fitClasses(subject, kept);
  const action =
    plan.task === "regression"
      ? `regression: standardised, mean ${printNumber(plan.mean)}, deviation ${printNumber(plan.std)}`
      : `classification: ${plan.classes.length} classes, ${plan.classes.slice(0, 5).join(", ")}${plan.classes.length > 5 ? ", ..." : ""}`;
  return {
    plan,
    report: { column: name, role: "target", missing: missing.length, action },
    taskReason: choice.reason,
    doubtful: choice.doubtful,
    rows,
    rowsDropped: [
      ...dropRows(table, `target "${name}" is missing`, missing),
      ...dropRows(table, `target "${name}" is not a number`, stray),
    ],
  };
}
