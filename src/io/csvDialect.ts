import { csvRecords } from "./csvRecords.ts";

const NUMBER = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i;
const DATE = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$/;
const COMMA_NUMBER = /^[+-]?\d*,\d+(e[+-]?\d+)?$/i;
const POINT_NUMBER = /^[+-]?\d*\.\d+(e[+-]?\d+)?$/i;
const WHOLE_NUMBER = /^[+-]?\d+$/;

/**
 * The separator under which the most records agree with the first one on a number of fields above one.
 * Among equals the rarer character in prose wins (tab ; | ,), so `1,5;2,5` is two numbers and not three.
 */
export function detectSeparator(text: string): string {
  let [best, agreed] = [",", 0];
  for (const separator of ["\t", ";", "|", ","]) {
    const { width, starts } = csvRecords(text, separator, { limit: 100 });
    if (width > 1 && starts.length > agreed) [best, agreed] = [separator, starts.length];
  }
  return best;
}

function isValue(cell: string): boolean {
  return NUMBER.test(cell) || DATE.test(cell);
}

/**
 * Whether the first row holds names. Each column votes: text above numbers or dates for, a number above numbers
 * against. A table of text alone has names if its first row is complete and without repetitions.
 *
 * @param columns  cells, the first row included
 */
export function detectHeader(columns: readonly (readonly string[])[]): boolean {
  let votes = 0;
  for (const column of columns) {
    const [first = "", ...rest] = column.slice(0, 100).map((cell) => cell.trim());
    if (first === "") continue;
    const below = rest.filter((cell) => cell !== "");
    if (!below.every(isValue)) continue;
    if (isValue(first)) votes--;
    else if (below.length > 0) votes++;
  }
  if (votes !== 0) return votes > 0;
  const names = columns.map((column) => column[0]!.trim());
  return !names.includes("") && new Set(names).size === names.length && !names.some(isValue);
}

/**
 * "," if at least one column is made of numbers like `1,5` (whole numbers and text of up to three letters between
 * them aside, as gaps are written) and no column of numbers like `1.5`. Decided once for the whole file.
 */
export function detectDecimal(
  columns: readonly (readonly string[])[],
  separator: string,
): "." | "," {
  if (separator === ",") return ".";
  let found = false;
  for (const column of columns) {
    let [commas, points, others] = [0, 0, 0];
    for (const raw of column) {
      const cell = raw.trim();
      if (COMMA_NUMBER.test(cell)) commas++;
      else if (POINT_NUMBER.test(cell)) points++;
      else if (!WHOLE_NUMBER.test(cell) && cell.length > 3) others++;
    }
    if (points > others && points > commas) return ".";
    if (commas > 0 && points === 0 && others * 50 <= column.length) found = true;
  }
  return found ? "," : ".";
}
