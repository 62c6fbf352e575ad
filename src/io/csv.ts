import { DataError, withDefaults } from "../errors.ts";
import { cellsOf, checkSeparator, namesOf } from "./csvCells.ts";
import { detectDecimal, detectHeader, detectSeparator } from "./csvDialect.ts";
import { csvRecords } from "./csvRecords.ts";
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

export const DEFAULTS: CsvOptions = {
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
