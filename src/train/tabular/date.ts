/** What a model gets to see of a date. */
export interface DateParts {
  /** The year with its elapsed part: 2024.5 is the second of July. */
  readonly year: number;
  /** 0 is January. */
  readonly month: number;
}

const TIME = "(?:[T ](\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,]\\d+)?)?\\s?(?:Z|[+-]\\d{2}:?\\d{2})?)?";
const YEAR_FIRST = /* @__PURE__ */ new RegExp(`^(\\d{4})([-/])(\\d{1,2})\\2(\\d{1,2})${TIME}$`);
const DAY_FIRST = /* @__PURE__ */ new RegExp(`^(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4})${TIME}$`);
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days of the year before a month (0 is January), in the proleptic Gregorian calendar. */
function daysBefore(year: number, month: number): number {
  return DAYS_BEFORE[month]! + (month > 1 && isLeap(year) ? 1 : 0);
}

/**
 * A date written as yyyy-mm-dd, yyyy/mm/dd or dd.mm.yyyy, optionally with a time; null if it is none or no day of
 * the calendar. The time is taken as written: a zone's offset would move it by 0.003 years at most.
 */
export function parseDate(cell: string): DateParts | null {
  if (cell.length < 8 || cell.length > 40) return null;
  const first = YEAR_FIRST.exec(cell);
  const found = first ? [first[1], first[3], first[4], ...first.slice(5)] : null;
  const last = found ? null : DAY_FIRST.exec(cell);
  const parts = found ?? (last && [last[3], last[2], last[1], ...last.slice(4)]);
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || hour > 24 || minute > 59 || second > 60) return null;
  const before = daysBefore(year, month - 1);
  if (day < 1 || before + day > daysBefore(year, month)) return null;
  const elapsed = before + day - 1 + (hour * 3600 + minute * 60 + second) / 86400;
  return { year: year + elapsed / (isLeap(year) ? 366 : 365), month: month - 1 };
}

const HALF = 0.5;
const ROOT = 0.8660254037844386; // sqrt(3) / 2
const SINES = [0, HALF, ROOT, 1, ROOT, HALF, 0, -HALF, -ROOT, -1, -ROOT, -HALF];

/** Sine of the month's place in the year: twelve values, so no engine's Math.sin can differ. */
export function monthSine(month: number): number {
  return SINES[month]!;
}

/** Cosine of the month's place in the year. */
export function monthCosine(month: number): number {
  return SINES[(month + 3) % 12]!;
}
