/**
 * A table as CSV by RFC 4180: quotes around cells that need them, a newline behind each row.
 *
 * @param columns  one array a column, all of one length
 */
export function encodeCsv(
  header: readonly string[],
  columns: readonly (readonly string[])[],
  separator: string = ",",
): Uint8Array {
  const cell = (text: string): string =>
    text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [header.map(cell).join(separator)];
  const rows = columns[0]?.length ?? 0;
  for (let row = 0; row < rows; row++)
    lines.push(columns.map((column) => cell(column[row]!)).join(separator));
  return new TextEncoder().encode(`${lines.join("\n")}\n`);
}
