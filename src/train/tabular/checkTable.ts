import { DataError } from "../../errors.ts";
import { type Table, rowCount } from "../../io/table.ts";

/**
 * Checks that a table is one: a name a column, all different, and columns of one length.
 *
 * @throws DataError
 */
export function checkTable(subject: string, table: Table): void {
  const { header, columns } = table;
  if (header.length !== columns.length) {
    throw new DataError(
      `${subject}: the table must have a name a column, got ${header.length} for ${columns.length}`,
    );
  }
  const rows = rowCount(table);
  header.forEach((name, i) => {
    if (header.indexOf(name) !== i)
      throw new DataError(`${subject}: column names must differ, "${name}" occurs twice`);
    if (columns[i]!.length !== rows) {
      throw new DataError(
        `${subject}: columns must be of one length, "${name}" has ${columns[i]!.length} cells, not ${rows}`,
      );
    }
  });
}

/** Where a row is, for messages: by line if the table came from a file. */
export function placeOf(table: Table, row: number): string {
  return table.lines ? `line ${table.lines[row]}` : `row ${row + 1}`;
}
