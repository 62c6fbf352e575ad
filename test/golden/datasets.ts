import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** Rows of features with their targets, split as the golden trainings split them. */
export interface Dataset {
  readonly train: Rows;
  readonly test: Rows;
}

/** Features, row-major, and one target a row: a class, or a number. */
export interface Rows {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly features: number;
}

/** Text of a data file: in the first of the folders that has it, gzipped or not. */
function text(folders: readonly string[], name: string): string | null {
  for (const folder of folders) {
    const path = join(folder, name);
    if (existsSync(`${path}.gz`)) return gunzipSync(readFileSync(`${path}.gz`)).toString();
    if (existsSync(path)) return readFileSync(path, "utf8");
  }
  return null;
}

function table(csv: string): number[][] {
  return csv
    .trim()
    .split("\n")
    .map((line) =>
      line
        .trim()
        .split(/[\s,]+/)
        .map(Number),
    );
}

function rowsOf(x: readonly (readonly number[])[], y: readonly number[]): Rows {
  return { x: Float32Array.from(x.flat()), y: Float32Array.from(y), features: x[0]!.length };
}

/** Rows for which `isTest` holds are the test set. */
function split(
  x: readonly (readonly number[])[],
  y: readonly number[],
  isTest: (row: number) => boolean,
): Dataset {
  const pick = (test: boolean): Rows => {
    const own = (_: unknown, i: number): boolean => isTest(i) === test;
    return rowsOf(x.filter(own), y.filter(own));
  };
  return { train: pick(false), test: pick(true) };
}

/** To mean 0 and population standard deviation 1 over the first n rows, in float64. */
function standardized(columns: readonly (readonly number[])[], n: number): number[][] {
  const scaled = columns.map((column) => {
    const known = column.slice(0, n);
    const mean = known.reduce((a, b) => a + b) / n;
    const deviation = Math.sqrt(known.reduce((a, b) => a + (b - mean) ** 2, 0) / n);
    return column.map((v) => (v - mean) / deviation);
  });
  return scaled[0]!.map((_, i) => scaled.map((column) => column[i]!));
}

function digits(folders: readonly string[], n: number): Dataset | null {
  const csv = text(folders, "digits.csv");
  if (csv === null) return null;
  const all = table(csv);
  return split(
    all.map((r) => r.slice(0, 64).map((v) => v / 16)),
    all.map((r) => r[64]!),
    (i) => i >= n,
  );
}

function iris(folders: readonly string[]): Dataset | null {
  const csv = text(folders, "iris.csv");
  if (csv === null) return null;
  const all = table(csv).slice(1);
  return split(
    all.map((r) => r.slice(0, 4)),
    all.map((r) => r[4]!),
    (i) => i % 5 === 4,
  );
}

function diabetes(folders: readonly string[], n: number): Dataset | null {
  const [features, target] = [
    text(folders, "diabetes_data_raw.csv"),
    text(folders, "diabetes_target.csv"),
  ];
  if (features === null || target === null) return null;
  const x = table(features);
  const columns = x[0]!.map((_, j) => x.map((r) => r[j]!));
  const y = standardized([table(target).map((r) => r[0]!)], n).map((r) => r[0]!);
  return split(standardized(columns, n), y, (i) => i >= n);
}

type Reader = (folders: readonly string[], trainRows: number) => Dataset | null;

/** Data sets of the golden trainings, prepared as their `preprocessing` says. */
export const DATASETS: Readonly<Record<string, Reader>> = { digits, iris, diabetes };
