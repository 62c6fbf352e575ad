const MISSING: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "",
  "na",
  "n/a",
  "nan",
  "null",
  "?",
  "-",
]);
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/; // no way to backtrack over digits
const INFINITE = /^[+-]?(inf|infinity|∞)$/i;

/** Whether a trimmed cell says that there is no value: empty, NA, N/A, NaN, null, ? or -, in any case. */
export function isMissing(cell: string): boolean {
  return cell.length < 5 && MISSING.has(cell.toLowerCase());
}

/**
 * The number that a trimmed cell holds, exactly as Number() reads it; NaN if it holds none. Infinite for "inf" and
 * for digits beyond float64. Signs that group thousands make it no number: 1,234 could be either.
 */
export function parseNumber(cell: string, decimal: "." | "," = "."): number {
  if (INFINITE.test(cell)) return cell.startsWith("-") ? -Infinity : Infinity;
  if (decimal === ",") {
    if (cell.includes(".")) return NaN;
    cell = cell.replace(",", ".");
  }
  return NUMBER.test(cell) ? Number(cell) : NaN;
}

/** 1 for true and yes, 0 for false and no, in any case; NaN for all else. */
export function parseBoolean(cell: string): number {
  if (cell.length > 5) return NaN;
  const word = cell.toLowerCase();
  if (word === "true" || word === "yes") return 1;
  return word === "false" || word === "no" ? 0 : NaN;
}
