import { DataError, withDefaults } from "../errors.ts";
import { type CsvOptions, type CsvTable, DEFAULTS } from "./csv.ts";
import { cellsOf, checkSeparator, namesOf } from "./csvCells.ts";
import { detectDecimal, detectHeader, detectSeparator } from "./csvDialect.ts";
import { countLines, csvRecords } from "./csvRecords.ts";
import { decodeChunks } from "./decodeChunks.ts";
import { subjectOf } from "./subject.ts";

/** Names, separator and decimal sign are found in the first so many characters. */
const BLOCK = 1 << 20;

/** Most characters of one record: a quote that is never closed would otherwise collect the whole file. */
const RECORD = 1 << 26;

/** What the first block decides for the rest of the file. */
interface Dialect {
  readonly separator: string;
  readonly decimal: "." | ",";
  readonly hasHeader: boolean;
  readonly names: readonly string[];
}

/** Offset after the last line end that is surely whole, or 0. */
function afterLastLine(text: string): number {
  const last = text.lastIndexOf("\n");
  // A lone carriage return ends a line too, unless its line feed has not come yet.
  return (last >= 0 ? last : text.lastIndexOf("\r", text.length - 2)) + 1;
}

/** Reads a CSV text in blocks, as `decodeCsv` reads a whole one. */
class BlockReader {
  private readonly subject: string;
  private readonly options: CsvOptions;
  private dialect: Dialect | null = null;
  private line = 1;

  constructor(subject: string, options: CsvOptions) {
    this.subject = subject;
    this.options = options;
  }

  /** Whether a block has been read. */
  get begun(): boolean {
    return this.dialect !== null;
  }

  /**
   * The rows of whole lines, or null where there are only blank ones; "unclosed" where they end inside a
   * quoted field and more text is to come.
   */
  read(text: string, isLast: boolean): CsvTable | "unclosed" | null {
    const { separator: wanted, header, decimal } = this.options;
    const separator =
      this.dialect?.separator ?? (wanted === "auto" ? detectSeparator(text) : wanted);
    const scan = { width: this.dialect?.names.length ?? 0, line: this.line };
    const records = csvRecords(text, separator, scan);
    if (records.unclosed && !isLast) return "unclosed";
    if (records.fault !== null) throw new DataError(`${this.subject}: ${records.fault}`);
    this.line += countLines(text, 0, text.length);
    if (records.starts.length === 0) return null;
    const columns = cellsOf(text, separator, records);
    let { lines } = records;
    if (!this.dialect) {
      const hasHeader = header === "auto" ? detectHeader(columns) : header;
      const names = namesOf(this.subject, columns, hasHeader);
      if (hasHeader) {
        for (const column of columns) column.shift();
        lines = lines.subarray(1);
      }
      const sign = decimal === "auto" ? detectDecimal(columns, separator) : decimal;
      this.dialect = { separator, decimal: sign, hasHeader, names };
    }
    const { names, ...rest } = this.dialect;
    return { header: names, columns, lines, ...rest };
  }
}

/**
 * Reads a CSV file in parts, so that a file larger than memory can be read: tables of some thousand rows each, with
 * the names and the line numbers of the whole file. Separator, names and decimal sign are looked for in the first
 * mebibyte; all else is as `decodeCsv` has it.
 *
 * @param chunks  bytes as they come; gzip is not unpacked here
 * @param block   characters that are collected before they are parsed
 * @throws DataError as decodeCsv does, when the faulty part is reached
 */
export async function* csvTables(
  chunks: AsyncIterable<Uint8Array>,
  options: Partial<CsvOptions> = {},
  block: number = BLOCK,
): AsyncGenerator<CsvTable> {
  const full = withDefaults("csv", DEFAULTS, options);
  const subject = subjectOf("csv", full.name);
  checkSeparator(subject, full.separator);
  const reader = new BlockReader(subject, full);
  let held = "";
  let wanted = block;
  for await (const text of decodeChunks(subject, chunks, full.encoding)) {
    held += text;
    if (held.length < wanted) continue;
    const cut = afterLastLine(held);
    const table = cut === 0 ? "unclosed" : reader.read(held.slice(0, cut), false);
    if (table !== "unclosed") {
      held = held.slice(cut);
      wanted = block;
      if (table) yield table;
    } else if (held.length > RECORD) {
      throw new DataError(
        `${subject}: a row must have at most ${RECORD} characters, got more; is a quote not closed, or the file no text?`,
      );
    } else wanted = 2 * held.length;
  }
  const table = reader.read(held, true);
  if (!reader.begun)
    throw new DataError(`${subject}: must hold at least one row, got an empty file`);
  if (table && table !== "unclosed") yield table;
}
