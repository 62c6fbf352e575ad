import { basename } from "node:path";
import { DataError, OptionError } from "../errors.ts";
import type { CsvTable } from "../io/csv.ts";
import { rowCount, takeRows } from "../io/table.ts";
import { init } from "../kernels/engine.ts";
import { loadModel } from "../model/loadModel.ts";
import type { Model } from "../model/model.ts";
import { writeFile } from "../runtime/files.ts";
import { Tensor } from "../tensor/tensor.ts";
import { accuracyOf, regressionScores } from "../train/baselines/scores.ts";
import { type FittedTabular, tabular } from "../train/tabular.ts";
import type { Transformed } from "../train/tabular/transform.ts";
import { encodeCsv } from "./encodeCsv.ts";
import { count, counted, figure, share } from "./format.ts";
import { classesOf } from "./outcome.ts";
import type { CommandLine } from "./parseCommand.ts";
import { commandText } from "./program.ts";
import { engineOptions } from "./engineOptions.ts";
import { readTable } from "./problems/table.ts";
import { type Terminal, columnsOf, createTerminal } from "./terminal.ts";

/** Rows that are shown where no file is asked for. */
const SHOWN = 10;

/** What the command line keeps in a model file. */
interface Extras {
  readonly target: { readonly name: string };
  readonly classNames: readonly string[] | null;
  readonly preprocessing:
    | { readonly kind: "tabular"; readonly config: unknown }
    | { readonly kind: "pixels"; readonly width: number; readonly height: number; readonly maximum: number };
}

function extrasOf(path: string, model: Model): Extras {
  const { preprocessing, target } = model.extras;
  if (preprocessing === undefined || target === undefined) {
    throw new DataError(`${path}: must be saved by this command, whose models hold their preprocessing, got one without; predict from a program instead`);
  }
  return model.extras as { readonly [key: string]: unknown } as Extras & { readonly [key: string]: unknown };
}

/** Pixels of a table: as many columns of numbers as the model has inputs, a column of the target's name aside. */
function pixelsOf(file: string, table: CsvTable, pixels: number, maximum: number, target: string): Tensor {
  const inputs = table.header.map((_, i) => i).filter((i) => table.header[i] !== target);
  if (inputs.length !== pixels) {
    throw new DataError(`${file}: must have ${pixels} columns of pixels, 0 to ${maximum}, got ${inputs.length}`);
  }
  const rows = rowCount(table);
  const data = new Float32Array(rows * pixels);
  inputs.forEach((column, i) => {
    table.columns[column]!.forEach((cell, row) => {
      const value = cell.trim() === "" ? Number.NaN : Number(cell);
      if (!(value >= 0 && value <= maximum)) {
        throw new DataError(`${file}: pixels must be numbers in [0, ${maximum}], got "${cell}" in line ${table.lines[row]}, column ${column + 1}`);
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
    notes.push(`${column}: ${cells.join(", ")}${levels.size > 3 ? ", ..." : ""} never seen in training, taken as none of the known categories`);
  }
  for (const [column, n] of stray) notes.push(`${column}: ${counted(n, "cell")} not of the column's kind, filled as missing`);
  if (ignored.length > 0) notes.push(`not known to the model, ignored: ${ignored.join(", ")}`);
  return notes;
}

/** How well the target's column is met, where the table has one; "" otherwise. */
function comparison(fitted: FittedTabular | null, table: CsvTable, values: ArrayLike<number>, target: string): string {
  if (!fitted || !table.header.includes(target)) return "";
  try {
    const { y, rows } = fitted.transform(table);
    if (!y || rows.length === 0) return "";
    const predicted = Array.from(rows, (row) => values[row]!);
    const on = `on the ${counted(rows.length, "row")} that ${rows.length === 1 ? "has" : "have"} "${target}"`;
    if (fitted.task === "classification") return `accuracy ${share(accuracyOf(y.data, predicted))} ${on}`;
    const { rmse, r2 } = regressionScores(fitted.inverseTarget(y), predicted);
    return `RMSE ${figure(rmse)}, R² ${r2.toFixed(3)} ${on}`;
  } catch (error) {
    // A class that the model cannot know forbids the comparison, not the prediction.
    if (error instanceof DataError) return `no comparison: ${error.message}`;
    throw error;
  }
}

function show(terminal: Terminal, table: CsvTable, header: readonly string[], added: readonly (readonly string[])[]): void {
  const { say, style, columns } = terminal;
  const rows = rowCount(table);
  const first = takeRows(table, Array.from({ length: Math.min(SHOWN, rows) }, (_, i) => i));
  // As many of the input columns as leave room for the predictions.
  const room = Math.max(0, Math.min(table.header.length, Math.floor((columns - 40) / 14)));
  const cut = (text: string): string => (text.length > 18 ? `${text.slice(0, 17)}…` : text);
  const lines = columnsOf([
    ["  line", ...table.header.slice(0, room).map(cut), ...(room < table.header.length ? ["…"] : []), ...header].map((c) => style("faint", c)),
    ...Array.from(first.lines!, (line, i) => [
      `  ${line}`,
      ...first.columns.slice(0, room).map((column) => cut(column[i]!.trim())),
      ...(room < table.header.length ? [""] : []),
      ...added.map((column) => style("strong", column[i]!)),
    ]),
  ]);
  for (const line of lines) say(line);
  if (rows > SHOWN) say(style("faint", `  ... and ${counted(rows - SHOWN, "more row")}`));
}

/** Predicts the rows of a table with a saved model. @throws OptionError, DataError */
export async function predict({ options: given, positionals }: CommandLine): Promise<void> {
  const terminal = createTerminal(given.quiet !== undefined);
  const path = given.predict ?? positionals[0];
  if (path === undefined) throw new OptionError("predict: must be given a table, got nothing; write thalweg predict NEW.csv --model FILE");
  const more = positionals.slice(given.predict === undefined ? 1 : 0);
  if (more.length > 0) throw new OptionError(`predict: must be given one table, got "${more[0]}" as well`);
  if (given.model === undefined) {
    throw new OptionError("--model: must name the saved model to predict with, got nothing; such as --model runs/iris-1/model.safetensors");
  }
  const model = await loadModel(given.model);
  const { target, classNames, preprocessing } = extrasOf(given.model, model);
  const table = await readTable(path, given);
  const file = basename(path);
  await init(engineOptions(given));

  const fitted = preprocessing.kind === "tabular" ? tabular.fromConfig(preprocessing.config) : null;
  let x: Tensor;
  let notes: string[] = [];
  if (preprocessing.kind === "tabular") {
    const transformed = fitted!.transform(table, { target: false });
    x = transformed.x;
    notes = transformNotes(transformed);
  } else {
    const { width, height, maximum } = preprocessing;
    x = pixelsOf(file, table, width * height, maximum, target.name);
  }
  if (x.shape[0] === 0) throw new DataError(`${file}: must have rows to predict, got none`);
  const output = await model.predict(x, { batchSize: 256 });

  const header = [`predicted ${target.name}`];
  const added: string[][] = [];
  let values: ArrayLike<number>;
  if (classNames) {
    const { classes, confidence } = classesOf(output);
    added.push(Array.from(classes, (c) => classNames[c]!), Array.from(confidence, (p) => p.toFixed(4)));
    header.push("probability");
    values = classes;
  } else {
    values = fitted!.inverseTarget(output);
    // Nine digits give a float32 back exactly.
    added.push(Array.from(values, (v) => String(Number(v.toPrecision(9)))));
  }

  const { say, style } = terminal;
  for (const note of notes) say(`${style("warn", "note")}  ${note}`);
  if (given.out === undefined) {
    show(terminal, table, header, added);
    say();
  } else {
    await writeFile(given.out, encodeCsv([...table.header, ...header], [...table.columns, ...added], table.separator));
  }
  const met = comparison(fitted, table, values, target.name);
  if (met !== "") terminal.result(met);
  const rows = counted(rowCount(table), "row");
  if (given.out !== undefined) terminal.result(`${rows} with predictions written to ${given.out}`);
  else say(`${rows} predicted; to keep them: ${commandText(["--predict", path, "--model", given.model, "--out", "predictions.csv"])}`);
}
