import { type Schema, initParser } from "udsv";
import { DataError, OptionError } from "../errors.ts";
import type { CsvRecords } from "./csvRecords.ts";

/** Cells by column. udsv gets what it can read: equal rows, one line end, no blank lines, two columns or more. */
export function cellsOf(text: string, separator: string, records: CsvRecords): string[][] {
  const { starts, ends, width, newline, blanks } = records;
  const single = width === 1;
  const record = (start: number, i: number): string => text.slice(start, ends[i]);
  if (single && !text.includes('"')) return [Array.from(starts, record)];
  const tidy = !blanks && newline !== "mixed" && !single;
  const lines = tidy
    ? [text]
    : Array.from(starts, (start, i) => record(start, i) + (single ? separator : ""));
  const schema: Schema & { skip: number } = {
    skip: 0,
    col: separator,
    row: tidy && newline !== "" ? newline : "\n",
    encl: text.includes('"') ? '"' : "",
    esc: text.includes('"') ? '"' : "",
    trim: false,
    cols: Array.from({ length: Math.max(2, width) }, (_, i) => ({
      name: String(i),
      type: "s" as const,
      repl: { empty: undefined, null: undefined, NaN: undefined },
    })),
  };
  const columns: string[][] = initParser(schema).stringCols<string[]>(lines.join("\n"));
  return single ? [columns[0]!] : columns;
}

/** Names of the columns, from their first cells or counted. @throws DataError where two are equal */
export function namesOf(
  subject: string,
  columns: readonly string[][],
  hasHeader: boolean,
): string[] {
  const names = columns.map(
    (column, i) => (hasHeader ? column[0]!.trim() : "") || `column${i + 1}`,
  );
  const seen = new Map<string, number>();
  names.forEach((name, i) => {
    const before = seen.get(name);
    if (before !== undefined) {
      throw new DataError(
        `${subject}: column names must differ, but columns ${before + 1} and ${i + 1} are both "${name}"; ` +
          `rename one, or pass header: false if the first row holds no names`,
      );
    }
    seen.set(name, i);
  });
  return names;
}

/** @throws OptionError unless it is "auto" or one character that can separate */
export function checkSeparator(subject: string, separator: string): void {
  if (separator !== "auto" && (separator.length !== 1 || '"\r\n'.includes(separator))) {
    throw new OptionError(
      `${subject}: separator must be "auto" or one character that is no quote or line end, got ${JSON.stringify(separator)}`,
    );
  }
}
