import { DataError } from "../errors.ts";

/** Named columns of text cells, as read: what a cell means is decided by whoever uses the table. */
export interface Table {
  readonly header: readonly string[];
  /** One array a column, in the header's order, all of one length. */
  readonly columns: readonly (readonly string[])[];
  /** The 1-based line of the file at which each row begins, for messages. */
  readonly lines?: ArrayLike<number>;
  /** What stands between a number's whole part and its fraction; "." if absent. */
  readonly decimal?: "." | ",";
}

/** Number of rows. */
export function rowCount(table: Table): number {
  return table.columns[0]?.length ?? 0;
}

/**
 * The rows of a table with the given indices, in their order: a fold of a cross-validation, a part of a split.
 *
 * @throws DataError if an index is not a row of the table
 */
export function takeRows(table: Table, indices: ArrayLike<number>): Table {
  const rows = Array.from(indices);
  const count = rowCount(table);
  for (const i of rows) {
    if (!Number.isInteger(i) || i < 0 || i >= count) {
      throw new DataError(`takeRows: every index must be a row in [0, ${count}), got ${i}`);
    }
  }
  const { lines } = table;
  return {
    ...table,
    columns: table.columns.map((column) => rows.map((i) => column[i]!)),
    lines: rows.map((i) => (lines ? lines[i]! : i + 1)),
  };
}
