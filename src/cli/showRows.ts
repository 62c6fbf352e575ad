import type { CsvTable } from "../io/csv.ts";
import { rowCount, takeRows } from "../io/table.ts";
import { counted } from "./format.ts";
import { type Terminal, columnsOf } from "./terminal.ts";

/** Rows that are shown of a table. */
const SHOWN = 10;

/** Prints the first rows of a table, with columns that were added to it. */
export function showRows(
  terminal: Terminal,
  table: CsvTable,
  header: readonly string[],
  added: readonly (readonly string[])[],
): void {
  const { say, style, columns } = terminal;
  const rows = rowCount(table);
  const first = takeRows(
    table,
    Array.from({ length: Math.min(SHOWN, rows) }, (_, i) => i),
  );
  // As many of the input columns as leave room for the predictions.
  const room = Math.max(0, Math.min(table.header.length, Math.floor((columns - 40) / 14)));
  const cut = (text: string): string => (text.length > 18 ? `${text.slice(0, 17)}…` : text);
  const lines = columnsOf([
    [
      "  line",
      ...table.header.slice(0, room).map(cut),
      ...(room < table.header.length ? ["…"] : []),
      ...header,
    ].map((c) => style("faint", c)),
    ...Array.from(first.lines!, (line, i) => [
      `  ${line}`,
      ...first.columns.slice(0, room).map((column) => cut(column[i]!.trim())),
      ...(room < table.header.length ? [""] : []),
      ...added.map((column) => style("strong", column[i]!)),
    ]),
  ]);
  for (const line of lines) say(line);
  if (rows > SHOWN) say(style("faint", `  ... and ${counted(rows - SHOWN, "more row")}`));
}
