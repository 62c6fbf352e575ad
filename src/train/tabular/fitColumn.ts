import { DataError } from "../../errors.ts";
import { parseBoolean } from "./cell.ts";
import type { ColumnPlan, ReportRow } from "./config.ts";
import { parseDate } from "./date.ts";
import { countsRows, namesRows } from "./idLike.ts";
import { printNumber, quantileEdges, statisticsOf } from "./statistics.ts";
import { ENOUGH, type Survey, checkFinite, strayCells } from "./survey.ts";

/** A role that the caller gives a column, over what its cells look like. */
export type ColumnRole = "number" | "category" | "date" | "drop";

export interface FittedColumn {
  readonly plan: ColumnPlan;
  readonly report: ReportRow;
}

export interface FitColumnOptions {
  readonly role: ColumnRole | undefined;
  readonly isFirst: boolean;
  /** Most levels of a category; of more, the most frequent are kept. */
  readonly maximumLevels: number;
  /** Bins of a number that is also given in pieces; 0 for none. */
  readonly bins: number;
  /** Keep a column that only counts rows, where nothing else is left to learn from. */
  readonly keepCounting: boolean;
}

/** The column's parts of a sentence, empty ones left out. */
function sentence(...parts: string[]): string {
  return parts.filter((part) => part !== "").join(", ");
}

function dropped(survey: Survey, role: ReportRow["role"], action: string): FittedColumn {
  const { name, missing } = survey;
  return { plan: { name, kind: "dropped" }, report: { column: name, role, missing, action } };
}

function fitNumber(subject: string, survey: Survey, bins: number): FittedColumn {
  checkFinite(subject, survey);
  const { name, numbers, missing } = survey;
  const values = numbers.filter((x) => x === x);
  if (values.length === 0)
    throw new DataError(
      `${subject}: column "${name}" must hold numbers, got none; give it another role`,
    );
  const { mean, std, median } = statisticsOf(`${subject}: column "${name}"`, values);
  const flag = values.length < numbers.length;
  const gaps = flag ? `gaps filled with median ${printNumber(median)}, flagged` : "";
  const stray = strayCells(survey, "numbers", (_, row) => numbers[row] === numbers[row]);
  const edges = quantileEdges(values, bins);
  const inPieces =
    edges.length >= 2 ? `in ${edges.length - 1} ${edges.length === 2 ? "piece" : "pieces"}` : "";
  return {
    plan: {
      name,
      kind: "number",
      mean,
      std,
      fill: median,
      flag,
      ...(inPieces !== "" && { edges }),
    },
    report: {
      column: name,
      role: "number",
      missing,
      action: sentence("standardised", inPieces, stray, gaps),
    },
  };
}

function fitDate(subject: string, survey: Survey): FittedColumn {
  const { name, cells, missing } = survey;
  const years = cells.flatMap((cell) => (cell === null ? [] : (parseDate(cell)?.year ?? [])));
  if (years.length === 0)
    throw new DataError(
      `${subject}: column "${name}" must hold dates, got none; give it another role`,
    );
  const { mean, std, median } = statisticsOf(
    `${subject}: column "${name}"`,
    Float64Array.from(years),
  );
  const flag = years.length < cells.length;
  const gaps = flag ? `gaps filled with median ${printNumber(median)}, flagged` : "";
  const stray = strayCells(survey, "dates", (cell) => parseDate(cell) !== null);
  return {
    plan: { name, kind: "date", mean, std, fill: median, flag },
    report: {
      column: name,
      role: "date",
      missing,
      action: sentence("year standardised, month on a circle", stray, gaps),
    },
  };
}

function fitBoolean(survey: Survey): FittedColumn {
  const { name, counts, missing, present } = survey;
  let ones = 0;
  for (const [cell, count] of counts) ones += parseBoolean(cell) * count;
  const fill = ones > present - ones ? 1 : 0;
  const gaps = missing > 0 ? `gaps filled with ${fill}, the more frequent, flagged` : "";
  return {
    plan: { name, kind: "boolean", fill, flag: missing > 0 },
    report: {
      column: name,
      role: "category",
      missing,
      action: sentence("one column, no 0 and yes 1", gaps),
    },
  };
}

function fitCategory({ name, counts, missing }: Survey, maximumLevels: number): FittedColumn {
  const frequent = [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, maximumLevels);
  const levels = frequent.map(([level]) => level).sort();
  const other = counts.size > maximumLevels;
  const how = other
    ? `one-hot, the ${maximumLevels} most frequent of ${counts.size} levels, the rest as (other)`
    : `one-hot, ${levels.length} ${levels.length === 1 ? "level" : "levels"}`;
  // With a single level a gap is already told by its zero.
  const flag = missing > 0 && levels.length > 1;
  return {
    plan: { name, kind: "category", levels, other, flag },
    report: {
      column: name,
      role: "category",
      missing,
      action: sentence(how, flag ? "gaps flagged" : ""),
    },
  };
}

/**
 * Decides what a column is, and learns from the surveyed rows what its transform needs.
 *
 * @throws DataError if a column of numbers holds "inf", or a role given by the caller does not suit the cells
 */
export function fitColumn(
  subject: string,
  survey: Survey,
  options: FitColumnOptions,
): FittedColumn {
  const { role, isFirst, maximumLevels, keepCounting } = options;
  const { counts, missing, present, numberShare, dateShare, booleanShare } = survey;
  if (role === "drop") return dropped(survey, "dropped", "dropped, as asked");
  if (present === 0) return dropped(survey, "constant, dropped", "no value in any row");
  const [only] = counts.keys();
  if (counts.size === 1 && missing === 0)
    return dropped(survey, "constant, dropped", `'${only}' in every row`);
  if (role === "number" || (role === undefined && numberShare >= ENOUGH)) {
    if (role === undefined && !keepCounting && countsRows(survey, isFirst)) {
      return dropped(survey, "id-like, dropped", "whole numbers that count the rows");
    }
    const { numbers } = survey;
    const same = numbers.every((x) => x === numbers[0]); // 1 and 1.0; false where one is missing
    return same
      ? dropped(survey, "constant, dropped", `${only} in every row`)
      : fitNumber(subject, survey, options.bins);
  }
  if (role === "date" || (role === undefined && dateShare >= ENOUGH))
    return fitDate(subject, survey);
  if (role === undefined && booleanShare === 1) {
    const values = new Set([...counts.keys()].map(parseBoolean));
    if (values.size === 1 && missing === 0)
      return dropped(survey, "constant, dropped", `'${only}' in every row`);
    if (values.size === 2) return fitBoolean(survey);
  }
  if (role === undefined && namesRows(survey, maximumLevels)) {
    return dropped(survey, "id-like, dropped", `text, ${counts.size} different in ${present} rows`);
  }
  return fitCategory(survey, maximumLevels);
}
