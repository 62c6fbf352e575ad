import { DataError } from "../../errors.ts";
import type { Table } from "../../io/table.ts";
import { isMissing, parseBoolean, parseNumber } from "./cell.ts";
import { placeOf } from "./checkTable.ts";
import { parseDate } from "./date.ts";

/** What the cells of a column are, counted over the rows of a fit. */
export interface Survey {
  readonly name: string;
  /** Trimmed cells; null where missing. */
  readonly cells: readonly (string | null)[];
  /** float64[rows]; NaN where missing or no number. */
  readonly numbers: Float64Array;
  readonly missing: number;
  readonly present: number;
  /** Share of the present cells that are numbers, infinite ones included. */
  readonly numberShare: number;
  readonly dateShare: number;
  readonly booleanShare: number;
  /** Cells by text, with how often they occur. */
  readonly counts: ReadonlyMap<string, number>;
  /** Where a row of this survey stands in the file. */
  readonly place: (row: number) => string;
}

/** A column is of a kind if at most one cell in fifty is not. */
export const ENOUGH = 0.98;

/**
 * Looks at the cells of one column in the given rows, and at no others.
 *
 * @param rows  indices into the table
 */
export function surveyColumn(table: Table, column: number, rows: readonly number[]): Survey {
  const source = table.columns[column]!;
  const cells: (string | null)[] = [];
  const numbers = new Float64Array(rows.length).fill(NaN);
  const counts = new Map<string, number>();
  let numeric = 0;
  rows.forEach((row, i) => {
    const cell = source[row]!.trim();
    if (isMissing(cell)) return cells.push(null);
    cells.push(cell);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
    const value = parseNumber(cell, table.decimal);
    numbers[i] = value;
    if (value === value) numeric++;
  });
  let [present, dates, booleans] = [0, 0, 0];
  for (const [cell, count] of counts) {
    present += count;
    if (parseDate(cell)) dates += count;
    if (parseBoolean(cell) >= 0) booleans += count;
  }
  const share = (count: number): number => (present === 0 ? 0 : count / present);
  return {
    name: table.header[column]!,
    cells,
    numbers,
    missing: rows.length - present,
    present,
    numberShare: share(numeric),
    dateShare: share(dates),
    booleanShare: share(booleans),
    counts,
    place: (row) => placeOf(table, rows[row]!),
  };
}

/** Throws if a column of numbers holds an infinite one. @throws DataError naming column and line */
export function checkFinite(subject: string, { name, cells, numbers, place }: Survey): void {
  const row = numbers.findIndex((x) => x === Infinity || x === -Infinity);
  if (row >= 0) {
    throw new DataError(
      `${subject}: column "${name}" must hold finite numbers, got "${cells[row]}" in ${place(row)}; correct it or leave it empty`,
    );
  }
}

/** `3 cells not dates, e.g. line 17 'abc', taken as missing`, or "" if all are. */
export function strayCells(
  { cells, place }: Survey,
  kind: string,
  isKind: (cell: string, row: number) => boolean,
): string {
  let [count, first] = [0, ""];
  cells.forEach((cell, row) => {
    if (cell === null || isKind(cell, row)) return;
    if (count++ === 0)
      first = `${place(row)} '${cell.length > 30 ? `${cell.slice(0, 27)}...` : cell}'`;
  });
  return count === 0
    ? ""
    : `${count} ${count === 1 ? "cell" : "cells"} not ${kind}, e.g. ${first}, taken as missing`;
}
