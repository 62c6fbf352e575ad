import { DataError, OptionError, nearestName, withDefaults } from "../../errors.ts";
import { type ByteSource, byteChunks, nameOfSource } from "../../io/chunks.ts";
import { type CsvOptions, DEFAULTS as FORMAT } from "../../io/csv.ts";
import { csvTables } from "../../io/csvStream.ts";
import { subjectOf } from "../../io/subject.ts";
import { type Table, rowCount } from "../../io/table.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { FittedTabular } from "../tabular.ts";
import { isMissing, parseNumber } from "../tabular/cell.ts";
import { placeOf } from "../tabular/checkTable.ts";
import { type Arrays, arraysOf, rowOf } from "./arrays.ts";
import { Dataset } from "./dataset.ts";
import type { Sample } from "./sample.ts";

/** Options of `dataset.csv`, with those of `decodeCsv`. */
export interface CsvDatasetOptions extends CsvOptions {
  /** The column that becomes y, a number; null: no y. A fitted `tabular` knows its own. */
  target: string | null;
  /** The columns that become x, in this order; null: all but the target. */
  columns: readonly string[] | null;
  /** Turns rows into x and y as it was fitted; without it all cells must be numbers. */
  tabular: FittedTabular | null;
}

const DEFAULTS: CsvDatasetOptions = { ...FORMAT, target: null, columns: null, tabular: null };

/** Numbers of some columns, row by row. @throws DataError naming line, column and cell */
function numbers(subject: string, table: Table, names: readonly string[]): Float32Array {
  const rows = rowCount(table);
  const out = new Float32Array(rows * names.length);
  names.forEach((name, j) => {
    const at = table.header.indexOf(name);
    if (at < 0) {
      const nearest = nearestName(name, table.header);
      const cure =
        nearest === undefined
          ? `columns: ${table.header.join(", ")}`
          : `did you mean "${nearest}"?`;
      throw new DataError(`${subject}: must have a column "${name}"; ${cure}`);
    }
    const cells = table.columns[at]!;
    for (let i = 0; i < rows; i++) {
      const cell = cells[i]!.trim();
      const value = parseNumber(cell, table.decimal);
      out[i * names.length + j] = value;
      if (Number.isFinite(out[i * names.length + j])) continue;
      const what = isMissing(cell) ? "an empty cell" : `"${cell.slice(0, 40)}"`;
      throw new DataError(
        `${subject}: ${placeOf(table, i)}, column "${name}" must be a number, got ${what}; tabular() learns to read such columns`,
      );
    }
  });
  return out;
}

/** The samples of one part of the file. */
function samplesOf(subject: string, table: Table, options: CsvDatasetOptions): Arrays {
  const { tabular, target } = options;
  if (tabular) {
    const { x, y } = tabular.transform(table);
    return arraysOf(subject, { x, ...(y && { y }) });
  }
  const names = options.columns ?? table.header.filter((name) => name !== target);
  const rows = rowCount(table);
  // The target first: a name that is misspelled is told before cells that are no numbers.
  const y = target === null ? null : numbers(subject, table, [target]);
  const x = new Tensor(numbers(subject, table, names), [rows, names.length], "float32");
  return arraysOf(subject, { x, ...(y && { y: new Tensor(y, [rows], "float32") }) });
}

async function* samples(
  source: ByteSource,
  options: CsvDatasetOptions,
  from: number,
): AsyncGenerator<Sample> {
  const { name, separator, header, decimal, encoding } = options;
  const format = { name, separator, header, decimal, encoding };
  const subject = subjectOf("csv", name);
  let at = 0;
  for await (const table of csvTables(byteChunks(source), format)) {
    const arrays = samplesOf(subject, table, options);
    for (let row = Math.max(0, from - at); row < arrays.rows; row++) yield rowOf(arrays, row);
    at += arrays.rows;
  }
}

/**
 * Rows of a CSV file, read as they are needed: a file larger than memory can be trained on. x holds a row's numbers,
 * y the target; or both are what a fitted `tabular` makes of the row. gzip is unpacked on the way.
 *
 * @param source  path, URL, bytes, Blob, a stream (which lasts for one epoch), or a function that opens a stream
 * @throws OptionError on unknown options, and where `tabular` is given together with what it decides
 * @throws DataError while reading, naming the line
 *
 * @example
 *     dataset.csv("houses.csv", { target: "price" }).shuffle(1, { buffer: 10_000 }).batch(32)
 */
export function csv(source: ByteSource, options: Partial<CsvDatasetOptions> = {}): Dataset {
  const full = withDefaults("dataset.csv", DEFAULTS, { name: nameOfSource(source), ...options });
  const { tabular, columns, target } = full;
  if (tabular && (columns !== null || target !== null)) {
    throw new OptionError(
      "dataset.csv: tabular decides on columns and target; leave them out, or leave tabular out",
    );
  }
  return new Dataset(
    {
      name: "dataset.csv",
      size: null,
      seed: null,
      rows: null,
      batching: null,
      open: (_epoch, from) => samples(source, full, from),
    },
    { classNames: tabular?.classNames ?? null },
  );
}
