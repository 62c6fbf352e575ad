import { type Schema, initParser } from "udsv";
import { DataError, OptionError, withDefaults } from "../errors.ts";
import { detectDecimal, detectHeader, detectSeparator } from "./csvDialect.ts";
import { type CsvRecords, csvRecords } from "./csvRecords.ts";
import { decodeText } from "./decodeText.ts";
import { subjectOf } from "./subject.ts";
import type { Table } from "./table.ts";

export interface CsvOptions {
  /** The file's name, for messages. */
  name: string;
  /** One character; "auto" finds , ; tab or |. */
  separator: string;
  /** Whether the first row holds names; "auto" looks. */
  header: boolean | "auto";
  /** "auto" looks, where the separator is not a comma. */
  decimal: "." | "," | "auto";
  /** What TextDecoder calls it; "auto" is UTF-8, or UTF-16 by its byte order mark. */
  encoding: string;
}

const DEFAULTS: CsvOptions = {
  name: "",
  separator: "auto",
  header: "auto",
  decimal: "auto",
  encoding: "auto",
};

/** A table, and what was found out about the file it came from. */
export interface CsvTable extends Table {
  readonly lines: Int32Array;
  readonly decimal: "." | ",";
  readonly separator: string;
  /** Whether the names come from the file; they are column1, column2, ... if not. */
  readonly hasHeader: boolean;
}

/** Cells by column. udsv gets what it can read: equal rows, one line end, no blank lines, two columns or more. */
function cellsOf(text: string, separator: string, records: CsvRecords): string[][] {
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

function namesOf(subject: string, columns: readonly string[][], hasHeader: boolean): string[] {
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

function checkSeparator(subject: string, separator: string): void {
  if (separator !== "auto" && (separator.length !== 1 || '"\r\n'.includes(separator))) {
    throw new OptionError(
      `${subject}: separator must be "auto" or one character that is no quote or line end, got ${JSON.stringify(separator)}`,
    );
  }
}

/**
 * Reads a CSV file: separator, names and decimal sign found by looking, quotes by RFC 4180 (separators, line ends
 * and doubled quotes inside), any line ends, blank lines skipped. Cells stay text, untrimmed.
 *
 * @throws DataError if the file is empty, is not text, has rows of different lengths (with the line and both
 *   numbers of fields), an unclosed quote, or two columns of one name
 * @throws OptionError if an option is unknown or the separator is not one character
 *
 * @example
 *     decodeCsv("size;price\n1,5;20\n").columns   // [["1,5"], ["20"]], decimal "," and separator ";"
 */
export function decodeCsv(
  source: Uint8Array | string,
  options: Partial<CsvOptions> = {},
): CsvTable {
  const { name, header, decimal, encoding, ...rest } = withDefaults("decodeCsv", DEFAULTS, options);
  const subject = subjectOf("csv", name);
  checkSeparator(subject, rest.separator);
  const decoded = typeof source === "string" ? source : decodeText(subject, source, encoding);
  const text = decoded.startsWith("\ufeff") ? decoded.slice(1) : decoded;

  const separator = rest.separator === "auto" ? detectSeparator(text) : rest.separator;
  const records = csvRecords(text, separator);
  if (records.fault !== null) throw new DataError(`${subject}: ${records.fault}`);
  if (records.starts.length === 0)
    throw new DataError(`${subject}: must hold at least one row, got an empty file`);

  const columns = cellsOf(text, separator, records);
  if (columns.some((column) => column.length !== records.starts.length)) {
    throw new DataError(
      `${subject}: must parse to ${records.starts.length} rows, got ${columns[0]!.length}`,
    );
  }
  const hasHeader = header === "auto" ? detectHeader(columns) : header;
  const names = namesOf(subject, columns, hasHeader);
  if (hasHeader) for (const column of columns) column.shift();
  return {
    header: names,
    columns,
    lines: records.lines.slice(hasHeader ? 1 : 0),
    decimal: decimal === "auto" ? detectDecimal(columns, separator) : decimal,
    separator,
    hasHeader,
  };
}
