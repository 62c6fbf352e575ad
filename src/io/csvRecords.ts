/** Where the records of a CSV text lie, and the first thing that is wrong with its structure. */
export interface CsvRecords {
  /** Offset of each record's first character. */
  readonly starts: Int32Array;
  /** Offset after each record's last character, its line end excluded. */
  readonly ends: Int32Array;
  /** 1-based line at which each record begins. */
  readonly lines: Int32Array;
  /** Fields of a record. */
  readonly width: number;
  /** The line end that all records share, or "mixed". */
  readonly newline: string;
  /** Whether blank lines stand between records. */
  readonly blanks: boolean;
  /** What ended the scan early: `line 3: ...`. */
  readonly fault: string | null;
  /** Whether the text ends inside a quoted field: the fault is gone if more text follows. */
  readonly unclosed: boolean;
}

/** How a scan begins: at the start of a file unless it is a later part of one. */
export interface CsvScan {
  /** Records to look at; the scan ends early at the first fault. */
  readonly limit?: number;
  /** Fields that every record must have; 0: as many as the first. */
  readonly width?: number;
  /** 1-based line at which the text begins. */
  readonly line?: number;
}

const QUOTE = 34;
const LF = 10;
const CR = 13;

/** Line ends in [begin, end), CRLF counted once. */
export function countLines(text: string, begin: number, end: number): number {
  let count = 0;
  for (let i = begin; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === LF || (c === CR && text.charCodeAt(i + 1) !== LF)) count++;
  }
  return count;
}

/** Offset after the quote that closes the one at `open`, or -1. */
function afterQuoted(text: string, open: number): number {
  for (let i = text.indexOf('"', open + 1); i >= 0; i = text.indexOf('"', i + 2)) {
    if (text.charCodeAt(i + 1) !== QUOTE) return i + 1;
  }
  return -1;
}

/** Line ends of any kind: records are one more at most. (Arrays that grow would need several times the file's bytes.) */
function mostRecords(text: string): number {
  let count = 1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === LF || c === CR) count++;
  }
  return count;
}

function plural(count: number): string {
  return count === 1 ? "1 field" : `${count} fields`;
}

/**
 * Finds the records of a CSV text without building a cell. A field is quoted if a quote is its first character
 * (RFC 4180); a quote inside a plain field is a character like any other. Blank lines are no records.
 *
 * This pass exists because udsv trusts its input: it glues a short row to the next one, loses the text of an
 * unterminated quote, and counts no lines. After this pass every record is known to have the same number of fields.
 */
export function csvRecords(text: string, separator: string, scan: CsvScan = {}): CsvRecords {
  const { limit = Infinity } = scan;
  const split = separator.charCodeAt(0);
  const room = Number.isFinite(limit) ? limit : mostRecords(text);
  const [starts, ends, lines] = [new Int32Array(room), new Int32Array(room), new Int32Array(room)];
  let [count, width, newline, blanks, line, at] = [
    0,
    scan.width ?? 0,
    "",
    false,
    scan.line ?? 1,
    0,
  ];
  const result = (fault: string | null, unclosed: boolean = false): CsvRecords => ({
    starts: starts.subarray(0, count),
    ends: ends.subarray(0, count),
    lines: lines.subarray(0, count),
    width,
    newline,
    blanks,
    fault,
    unclosed,
  });

  while (at < text.length && count < room) {
    const [start, startLine] = [at, line];
    let fields = 1;
    for (;;) {
      if (text.charCodeAt(at) === QUOTE) {
        const after = afterQuoted(text, at);
        if (after < 0)
          return result(
            `line ${line}: a quoted field must be closed, but the file ends first; close it`,
            true,
          );
        line += countLines(text, at, after);
        at = after;
        const c = text.charCodeAt(at);
        if (at < text.length && c !== split && c !== LF && c !== CR) {
          const got = JSON.stringify(String.fromCodePoint(text.codePointAt(at)!));
          return result(
            `line ${line}: a closing quote must end the field, but ${got} follows; double the quotes inside a quoted field`,
          );
        }
      } else {
        let c = text.charCodeAt(at);
        while (at < text.length && c !== split && c !== LF && c !== CR) c = text.charCodeAt(++at);
      }
      if (at >= text.length || text.charCodeAt(at) !== split) break;
      fields++;
      at++;
    }

    const end = at;
    if (at < text.length) {
      const lineEnd =
        text.charCodeAt(at) === LF ? "\n" : text.charCodeAt(at + 1) === LF ? "\r\n" : "\r";
      newline = newline === "" || newline === lineEnd ? lineEnd : "mixed";
      at += lineEnd.length;
      line++;
    }
    if (fields === 1 && text.slice(start, end).trim() === "") {
      blanks = true;
      continue;
    }
    if (width === 0) width = fields;
    if (fields !== width) {
      return result(
        `line ${startLine}: every row must have as many fields as the first, expected ${plural(width)}, found ${fields}`,
      );
    }
    starts[count] = start;
    ends[count] = end;
    lines[count++] = startLine;
  }
  return result(null);
}
