import { DataError } from "../errors.ts";
import type { CsvTable } from "../io/csv.ts";
import { rowCount } from "../io/table.ts";
import type { Model } from "../model/model.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type FittedTabular, tabular } from "../train/tabular.ts";
import type { Transformed } from "../train/tabular/transform.ts";
import { count, counted } from "./format.ts";

/** What the command line keeps in a model file. */
export interface Extras {
  readonly target: { readonly name: string };
  readonly classNames: readonly string[] | null;
  readonly preprocessing:
    | { readonly kind: "tabular"; readonly config: unknown }
    | {
        readonly kind: "pixels";
        readonly width: number;
        readonly height: number;
        readonly maximum: number;
      };
}

/** What this command kept in a model's file. @throws DataError if the model was saved by a program of the user's */
export function extrasOf(path: string, model: Model): Extras {
  const { preprocessing, target } = model.extras;
  if (preprocessing === undefined || target === undefined) {
    throw new DataError(
      `${path}: must be saved by this command, whose models hold their preprocessing, got one without; predict from a program instead`,
    );
  }
  return model.extras as { readonly [key: string]: unknown } as Extras & {
    readonly [key: string]: unknown;
  };
}

/** Pixels of a table: as many columns of numbers as the model has inputs, a column of the target's name aside. */
function pixelsOf(
  file: string,
  table: CsvTable,
  pixels: number,
  maximum: number,
  target: string,
): Tensor {
  const inputs = table.header.map((_, i) => i).filter((i) => table.header[i] !== target);
  if (inputs.length !== pixels) {
    throw new DataError(
      `${file}: must have ${pixels} columns of pixels, 0 to ${maximum}, got ${inputs.length}`,
    );
  }
  const rows = rowCount(table);
  const data = new Float32Array(rows * pixels);
  inputs.forEach((column, i) => {
    table.columns[column]!.forEach((cell, row) => {
      const value = cell.trim() === "" ? Number.NaN : Number(cell);
      if (!(value >= 0 && value <= maximum)) {
        throw new DataError(
          `${file}: pixels must be numbers in [0, ${maximum}], got "${cell}" in line ${table.lines[row]}, column ${column + 1}`,
        );
      }
      data[row * pixels + i] = value / maximum;
    });
  });
  return new Tensor(data, [rows, pixels], "float32");
}

/** What is different in new rows, one sentence each. */
function transformNotes({ unseen, stray, ignored }: Transformed): string[] {
  const notes: string[] = [];
  for (const [column, levels] of unseen) {
    const cells = [...levels].slice(0, 3).map(([level, n]) => `"${level}" (${count(n)})`);
    notes.push(
      `${column}: ${cells.join(", ")}${levels.size > 3 ? ", ..." : ""} never seen in training, taken as none of the known categories`,
    );
  }
  for (const [column, n] of stray)
    notes.push(`${column}: ${counted(n, "cell")} not of the column's kind, filled as missing`);
  if (ignored.length > 0) notes.push(`not known to the model, ignored: ${ignored.join(", ")}`);
  return notes;
}

/** New rows as a model takes them. */
export interface NewRows {
  readonly x: Tensor;
  /** What the user should know about them. */
  readonly notes: readonly string[];
  /** The preprocessing of a table's columns; null for pixels. */
  readonly fitted: FittedTabular | null;
}

/** Prepares a table's rows exactly as the training's were. @throws DataError */
export function newRows(file: string, table: CsvTable, { preprocessing, target }: Extras): NewRows {
  if (preprocessing.kind === "pixels") {
    const { width, height, maximum } = preprocessing;
    const x = pixelsOf(file, table, width * height, maximum, target.name);
    return { x, notes: [], fitted: null };
  }
  const fitted = tabular.fromConfig(preprocessing.config);
  const transformed = fitted.transform(table, { target: false });
  return { x: transformed.x, notes: transformNotes(transformed), fitted };
}
