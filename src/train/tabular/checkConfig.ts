import { DataError } from "../../errors.ts";
import type { TabularConfig } from "./config.ts";

type Check = (value: unknown) => boolean;

const isText: Check = (v) => typeof v === "string";
const isBoolean: Check = (v) => typeof v === "boolean";
const isNumber: Check = (v) => typeof v === "number" && Number.isFinite(v);
const isPositive: Check = (v) => typeof v === "number" && Number.isFinite(v) && v > 0;
const isTexts: Check = (v) => Array.isArray(v) && v.every(isText) && new Set(v).size === v.length;

function hasFields(value: unknown, fields: Record<string, Check>): boolean {
  if (typeof value !== "object" || value === null) return false;
  const given = new Map(Object.entries(value));
  return Object.entries(fields).every(([name, check]) => check(given.get(name)));
}

const isEdges: Check = (v) =>
  v === undefined ||
  (Array.isArray(v) &&
    v.length >= 2 &&
    v.every((x, i) => isNumber(x) && (i === 0 || x > v[i - 1])));

const FILLED = { mean: isNumber, std: isPositive, fill: isNumber, flag: isBoolean };
const COLUMNS: ReadonlyMap<unknown, Record<string, Check>> = new Map<
  unknown,
  Record<string, Check>
>([
  ["number", { ...FILLED, edges: isEdges }],
  ["date", FILLED],
  ["boolean", { fill: isNumber, flag: isBoolean }],
  ["category", { levels: isTexts, other: isBoolean, flag: isBoolean }],
  ["dropped", {}],
]);
const TARGETS: ReadonlyMap<unknown, Record<string, Check>> = new Map<
  unknown,
  Record<string, Check>
>([
  ["regression", { mean: isNumber, std: isPositive }],
  ["classification", { classes: isTexts, numeric: isBoolean }],
]);

/** Whether `value` has a name, and the fields that the kind under `key` asks for. */
function isOneOf(
  value: unknown,
  key: string,
  kinds: ReadonlyMap<unknown, Record<string, Check>>,
): boolean {
  if (!hasFields(value, { name: isText })) return false;
  const fields = kinds.get(new Map(Object.entries(value as object)).get(key));
  return fields !== undefined && hasFields(value, fields);
}

function isConfig(value: unknown): value is TabularConfig {
  const isColumns: Check = (v) =>
    Array.isArray(v) && v.every((column) => isOneOf(column, "kind", COLUMNS));
  const isReport: Check = (v) =>
    Array.isArray(v) &&
    v.every((row) =>
      hasFields(row, { column: isText, role: isText, missing: isNumber, action: isText }),
    );
  const isDropped: Check = (v) =>
    Array.isArray(v) &&
    v.every((row) => hasFields(row, { reason: isText, count: isNumber, where: Array.isArray }));
  return hasFields(value, {
    columns: isColumns,
    target: (v) => isOneOf(v, "task", TARGETS),
    taskReason: isText,
    doubtful: isBoolean,
    report: isReport,
    rowsDropped: isDropped,
  });
}

/**
 * A config that came from a file, checked field by field: a model file can hold anything.
 *
 * @throws DataError
 */
export function checkConfig(value: unknown): TabularConfig {
  if (!hasFields(value, { format: (v) => v === "thalweg.tabular" })) {
    throw new DataError(
      `tabular.fromConfig: must be given what toConfig() gave, got ${JSON.stringify(value)?.slice(0, 60)}`,
    );
  }
  if (!hasFields(value, { version: (v) => v === 1 })) {
    throw new DataError(
      "tabular.fromConfig: version must be 1; this file is from a newer thalweg, update it",
    );
  }
  if (!isConfig(value))
    throw new DataError(
      "tabular.fromConfig: columns, target and report must be as toConfig() gave them; the file is damaged",
    );
  const names = [value.target.name, ...value.columns.map(({ name }) => name)];
  if (new Set(names).size !== names.length)
    throw new DataError("tabular.fromConfig: column names must differ");
  return value;
}
