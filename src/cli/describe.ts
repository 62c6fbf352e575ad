import type { Engine } from "../kernels/engine.ts";
import type { Model } from "../model/model.ts";
import { layerRows } from "../model/summary.ts";
import { count, counted, figure, share } from "./format.ts";
import type { Outcome } from "./outcome.ts";
import type { Problem, Settings } from "./problems/problem.ts";
import { type Terminal, columnsOf } from "./terminal.ts";

/** `Data      ...`: a heading in the margin. */
export function labelled(terminal: Terminal, label: string, text: string): void {
  terminal.say(`${terminal.style("strong", label.padEnd(10))}${text}`);
}

/** What is learnt from: source, split, and a row for each column of a table. */
export function describeData(terminal: Terminal, problem: Problem): void {
  const { style, say } = terminal;
  labelled(terminal, "Data", `${problem.title}, ${problem.contents}`);
  if (problem.source !== "") labelled(terminal, "", style("faint", problem.source));
  for (const note of problem.notes) labelled(terminal, "", note);
  labelled(terminal, "Split", problem.split);
  if (!problem.columns) return;
  const rows = problem.columns.map(({ column, role, missing, action }) => [
    `  ${column}`,
    role === "target"
      ? style("accent", role)
      : role.includes("dropped")
        ? style("warn", role)
        : role,
    missing === 0 ? style("faint", "-") : count(missing),
    action,
  ]);
  say();
  const head = ["  column", "role", "missing", "action"].map((cell) => style("faint", cell));
  for (const line of columnsOf([head, ...rows], [2])) say(line);
  say();
}

/** The network in a line, and how it is trained. */
export function describeModel(
  terminal: Terminal,
  model: Model,
  settings: Settings,
  seed: number,
  engine: Engine,
): void {
  const rows = layerRows(model);
  const inputs = model.inputs[0]!.shape.join(" x ");
  const arrow = terminal.style("faint", " → ");
  const layers = rows.map(({ kind, activation, outputShape }) =>
    kind === "dropout"
      ? `dropout ${settings.dropout}`
      : `${outputShape.join(" x ")}${activation === "linear" ? "" : ` ${activation}`}`,
  );
  const parameters = rows.reduce((sum, row) => sum + row.parameters, 0);
  labelled(
    terminal,
    "Network",
    `${[inputs, ...layers].join(arrow)}, ${counted(parameters, "parameter")}`,
  );
  const rate = figure(Number(model.compiled.optimizer.options.learningRate));
  labelled(
    terminal,
    "Training",
    `${settings.optimizer}, learning rate ${Number(rate)}, ${counted(settings.epochs, "epoch")}, ` +
      `batches of ${settings.batchSize}, seed ${seed}, ${counted(engine.threads, "thread")} (${engine.variant})`,
  );
  terminal.say();
}

/** The figure, and what it stands against. */
export function describeOutcome(
  terminal: Terminal,
  outcome: Outcome,
  tested: string,
  seed: number,
): void {
  const { style } = terminal;
  const { measure, r2, score } = outcome;
  const text = (x: number): string => (r2 === null ? share(x) : figure(x));
  const explained = r2 === null ? "" : `, R² ${r2.toFixed(3)}`;
  terminal.result(
    `${style("good", style("strong", `${measure} ${text(score)}`))}${explained}  ` +
      style("faint", `on ${tested}, training seed ${seed}`),
  );
  const others = outcome.contenders
    .slice(1)
    .map(({ name, score: s }) => [`${" ".repeat(measure.length)} ${text(s)}`, name]);
  for (const line of columnsOf(others)) terminal.say(style("faint", line));
  terminal.say();
}
