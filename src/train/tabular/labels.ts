import { DataError } from "../../errors.ts";
import type { Table } from "../../io/table.ts";
import { isMissing, parseNumber } from "./cell.ts";
import { placeOf } from "./checkTable.ts";
import type { RowsDropped, TargetPlan } from "./config.ts";

/** y, and the rows of the table that have one. */
export interface Labels {
  readonly rows: number[];
  readonly values: number[];
  readonly rowsDropped: RowsDropped[];
}

/** Rows of the same reason, as they are reported. */
export function dropRows(table: Table, reason: string, rows: readonly number[]): RowsDropped[] {
  if (rows.length === 0) return [];
  return [
    { reason, count: rows.length, where: rows.slice(0, 5).map((row) => placeOf(table, row)) },
  ];
}

/**
 * The target's values, standardised or as class indices. Rows where it is missing, or no number though the fit's
 * were numbers, are left out, as in the fit.
 *
 * @throws DataError if a class is not among those of the fit, or a number is infinite
 */
export function labelsOf(
  subject: string,
  plan: TargetPlan,
  table: Table,
  source: readonly string[],
): Labels {
  const classes =
    plan.task === "classification" ? new Map(plan.classes.map((name, i) => [name, i])) : null;
  const [rows, values, missing, stray]: number[][] = [[], [], [], []];
  source.forEach((raw, row) => {
    const cell = raw.trim();
    if (isMissing(cell)) return missing.push(row);
    const number = parseNumber(cell, table.decimal);
    if (number !== number && (plan.task === "regression" || plan.numeric)) return stray.push(row);
    const key = plan.task === "classification" && plan.numeric ? String(number + 0) : cell;
    const value = plan.task === "regression" ? (number - plan.mean) / plan.std : classes!.get(key);
    if (value === undefined || !Number.isFinite(value)) {
      const must =
        plan.task === "regression"
          ? "be a finite number"
          : `be a class of the fit (${plan.classes.slice(0, 20).join(", ")})`;
      throw new DataError(
        `${subject}: target "${plan.name}" must ${must}, got '${cell}' in ${placeOf(table, row)}`,
      );
    }
    rows.push(row);
    values.push(value);
  });
  return {
    rows,
    values,
    rowsDropped: [
      ...dropRows(table, `target "${plan.name}" is missing`, missing),
      ...dropRows(table, `target "${plan.name}" is not a number`, stray),
    ],
  };
}
