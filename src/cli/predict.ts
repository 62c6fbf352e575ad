import { basename } from "node:path";
import { DataError, OptionError } from "../errors.ts";
import type { CsvTable } from "../io/csv.ts";
import { rowCount } from "../io/table.ts";
import { init } from "../kernels/engine.ts";
import { loadModel } from "../model/loadModel.ts";
import { writeFile } from "../runtime/files.ts";
import { accuracyOf, regressionScores } from "../train/baselines/scores.ts";
import type { FittedTabular } from "../train/tabular.ts";
import { encodeCsv } from "./encodeCsv.ts";
import { engineOptions } from "./engineOptions.ts";
import { counted, figure, share } from "./format.ts";
import { extrasOf, newRows } from "./newRows.ts";
import { classesOf } from "./outcome.ts";
import type { CommandLine } from "./parseCommand.ts";
import { readTable } from "./problems/table.ts";
import { commandText } from "./program.ts";
import { showRows } from "./showRows.ts";
import { createTerminal } from "./terminal.ts";

/** How well the target's column is met, where the table has one; "" otherwise. */
function comparison(
  fitted: FittedTabular | null,
  table: CsvTable,
  values: ArrayLike<number>,
  target: string,
): string {
  if (!fitted || !table.header.includes(target)) return "";
  try {
    const { y, rows } = fitted.transform(table);
    if (!y || rows.length === 0) return "";
    const predicted = Array.from(rows, (row) => values[row]!);
    const on = `on the ${counted(rows.length, "row")} that ${rows.length === 1 ? "has" : "have"} "${target}"`;
    if (fitted.task === "classification")
      return `accuracy ${share(accuracyOf(y.data, predicted))} ${on}`;
    const { rmse, r2 } = regressionScores(fitted.inverseTarget(y), predicted);
    return `RMSE ${figure(rmse)}, R² ${r2.toFixed(3)} ${on}`;
  } catch (error) {
    // A class that the model cannot know forbids the comparison, not the prediction.
    if (error instanceof DataError) return `no comparison: ${error.message}`;
    throw error;
  }
}

/** Predicts the rows of a table with a saved model. @throws OptionError, DataError */
export async function predict({ options: given, positionals }: CommandLine): Promise<void> {
  const terminal = createTerminal(given.quiet !== undefined);
  const path = given.predict ?? positionals[0];
  if (path === undefined)
    throw new OptionError(
      "predict: must be given a table, got nothing; write thalweg predict NEW.csv --model FILE",
    );
  const more = positionals.slice(given.predict === undefined ? 1 : 0);
  if (more.length > 0)
    throw new OptionError(`predict: must be given one table, got "${more[0]}" as well`);
  if (given.model === undefined) {
    throw new OptionError(
      "--model: must name the saved model to predict with, got nothing; such as --model runs/iris-1/model.safetensors",
    );
  }
  const model = await loadModel(given.model);
  const extras = extrasOf(given.model, model);
  const { target, classNames } = extras;
  const table = await readTable(path, given);
  const file = basename(path);
  await init(engineOptions(given));

  const { x, notes, fitted } = newRows(file, table, extras);
  if (x.shape[0] === 0) throw new DataError(`${file}: must have rows to predict, got none`);
  const output = await model.predict(x, { batchSize: 256 });

  const header = [`predicted ${target.name}`];
  const added: string[][] = [];
  let values: ArrayLike<number>;
  if (classNames) {
    const { classes, confidence } = classesOf(output);
    added.push(
      Array.from(classes, (c) => classNames[c]!),
      Array.from(confidence, (p) => p.toFixed(4)),
    );
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
    showRows(terminal, table, header, added);
    say();
  } else {
    await writeFile(
      given.out,
      encodeCsv([...table.header, ...header], [...table.columns, ...added], table.separator),
    );
  }
  const met = comparison(fitted, table, values, target.name);
  if (met !== "") terminal.result(met);
  const rows = counted(rowCount(table), "row");
  if (given.out !== undefined) terminal.result(`${rows} with predictions written to ${given.out}`);
  else
    say(
      `${rows} predicted; to keep them: ${commandText(["--predict", path, "--model", given.model, "--out", "predictions.csv"])}`,
    );
}
