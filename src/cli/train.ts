import { join } from "node:path";
import { type Engine, init } from "../kernels/engine.ts";
import type { Model } from "../model/model.ts";
import { layerRows } from "../model/summary.ts";
import { byteSize, count, counted, duration, figure, share } from "./format.ts";
import { KeepBest } from "./keepBest.ts";
import type { CommandLine } from "./parseCommand.ts";
import type { Given } from "./options.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { outFolder } from "./outFolder.ts";
import { problemFor } from "./problems/problemFor.ts";
import type { Problem, Settings } from "./problems/problem.ts";
import { SPLIT_SEED } from "./problems/split.ts";
import { commandText, packageVersion } from "./program.ts";
import { Progress } from "./progress.ts";
import { networkFor, settingsFor } from "./settings.ts";
import { type Terminal, columnsOf, createTerminal } from "./terminal.ts";
import { countOption } from "./values.ts";

/** Training seed where --seed does not say; no figure was looked at to choose it. */
const SEED = 1;

/** The exit code of a program that ended by Ctrl-C, as shells have it. */
const INTERRUPTED = 130;

/** `Data      ...`: a heading in the margin. */
function labelled(terminal: Terminal, label: string, text: string): void {
  terminal.say(`${terminal.style("strong", label.padEnd(10))}${text}`);
}

function threadsOf(given: Given): number | "auto" | undefined {
  const { threads } = given;
  return threads === undefined || threads === "auto" ? threads : countOption("threads", threads, 1);
}

function describeData(terminal: Terminal, problem: Problem): void {
  const { style, say } = terminal;
  labelled(terminal, "Data", `${problem.title}, ${problem.contents}`);
  if (problem.source !== "") labelled(terminal, "", style("faint", problem.source));
  for (const note of problem.notes) labelled(terminal, "", note);
  labelled(terminal, "Split", problem.split);
  if (!problem.columns) return;
  const rows = problem.columns.map(({ column, role, missing, action }) => [
    `  ${column}`,
    role === "target" ? style("accent", role) : role.includes("dropped") ? style("warn", role) : role,
    missing === 0 ? style("faint", "-") : count(missing),
    action,
  ]);
  say();
  const head = ["  column", "role", "missing", "action"].map((cell) => style("faint", cell));
  for (const line of columnsOf([head, ...rows], [2])) say(line);
  say();
}

function describeModel(terminal: Terminal, model: Model, settings: Settings, seed: number, engine: Engine): void {
  const rows = layerRows(model);
  const inputs = model.tensors.inputs[0]!.shape.join(" x ");
  const arrow = terminal.style("faint", " → ");
  const layers = rows.map(({ kind, activation, outputShape }) =>
    kind === "dropout" ? `dropout ${settings.dropout}` : `${outputShape.join(" x ")}${activation === "linear" ? "" : ` ${activation}`}`,
  );
  const parameters = rows.reduce((sum, row) => sum + row.parameters, 0);
  labelled(terminal, "Network", `${[inputs, ...layers].join(arrow)}, ${counted(parameters, "parameter")}`);
  const rate = figure(Number(model.compiled.optimizer.options.learningRate));
  labelled(
    terminal,
    "Training",
    `${settings.optimizer}, learning rate ${Number(rate)}, ${counted(settings.epochs, "epoch")}, ` +
      `batches of ${settings.batchSize}, seed ${seed}, ${counted(engine.threads, "thread")} (${engine.variant})`,
  );
  terminal.say();
}

/** Fits, until the end or the first Ctrl-C; whatever was learnt by then is kept. */
async function fitted(terminal: Terminal, problem: Problem, model: Model, settings: Settings, seed: number, patient: boolean): Promise<{ progress: Progress; note: string }> {
  const { train, validation } = problem.parts;
  const progress = new Progress(terminal);
  const controller = new AbortController();
  let note = "";
  const patience = patient ? Math.max(10, Math.ceil(settings.epochs / 5)) : Infinity;
  const best = new KeepBest(model, patience, () => {
    note = `stopped: the validation loss has not fallen for ${patience} epochs`;
    controller.abort(note);
  });
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    note = "interrupted: what was learnt so far is tested and saved";
    controller.abort(note);
  };
  process.on("SIGINT", interrupt);
  try {
    await model.fit(train.x, train.y, {
      epochs: settings.epochs,
      batchSize: settings.batchSize,
      validationData: [validation.x, validation.y],
      seed,
      callbacks: settings.keepBest ? [progress, best] : [progress],
      signal: controller.signal,
    });
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    progress.close();
    process.off("SIGINT", interrupt);
  }
  if (settings.keepBest && best.epoch > 0 && best.epoch < progress.history.epoch.length) {
    best.restore();
    note += `${note === "" ? "" : "; "}epoch ${best.epoch}, of the lowest validation loss, is kept`;
  }
  return { progress, note };
}

function describeOutcome(terminal: Terminal, outcome: Outcome, rows: number, seed: number): void {
  const { style } = terminal;
  const { measure, r2, score } = outcome;
  const text = (x: number): string => (r2 === null ? share(x) : figure(x));
  const explained = r2 === null ? "" : `, R² ${r2.toFixed(3)}`;
  terminal.result(
    `${style("good", style("strong", `${measure} ${text(score)}`))}${explained}  ` +
      style("faint", `on ${counted(rows, "row")} of split seed ${SPLIT_SEED}, training seed ${seed}`),
  );
  const others = outcome.contenders.slice(1).map(({ name, score: s }) => [`${" ".repeat(measure.length)} ${text(s)}`, name]);
  for (const line of columnsOf(others)) terminal.say(style("faint", line));
  terminal.say();
}

/** Commands that make sense next: a change to this run, another kind of data, help or prediction. */
function nextCommands(settings: Settings, args: readonly string[], model: string, file: string | undefined): [string[], string][] {
  const wider = (settings.layers.length === 0 ? [32] : settings.layers.map((n) => n * 2)).join(",");
  const without = (names: readonly string[]): string[] =>
    args.filter((arg, i) => !names.some((name) => arg === name || args[i - 1] === name || arg.startsWith(`${name}=`)));
  const same = without(["--layers", "--dropout", "train"]);
  const next: [string[], string][] = [[[...same, "--layers", wider, "--dropout", "0.2"], "a wider network, with dropout"]];
  if (file === undefined) {
    next.push([["--data", "FILE.csv", "--target", "COLUMN"], "learn from a table of yours"]);
    next.push([["--help"], "everything else"]);
  } else {
    next.push([["--predict", file, "--model", model, "--out", "predictions.csv"], "predict rows of a table"]);
    next.push([[...without(["--optimizer", "--learning-rate", "train"]), "--optimizer", "sgd", "--learning-rate", "0.05"], "another optimizer"]);
  }
  return next;
}

/** Trains, tests, saves a model and writes a report. @throws OptionError, DataError and what fit throws */
export async function train({ options: given }: CommandLine): Promise<void> {
  const terminal = createTerminal(given.quiet !== undefined);
  const { style, say } = terminal;
  const args = process.argv.slice(2).filter((arg, i) => !(i === 0 && arg === "train"));
  const threads = threadsOf(given);
  const seed = given.seed === undefined ? SEED : countOption("seed", given.seed, 0);
  const problem = await problemFor(given);
  const { parts } = problem;
  const settings = settingsFor(problem.settings, given, parts.train.y.size);
  const engine = await init(threads === undefined ? {} : { threads });
  const model = networkFor(problem, settings, seed);
  const folder = outFolder(problem.name, given.out);

  describeData(terminal, problem);
  describeModel(terminal, model, settings, seed, engine);
  const started = performance.now();
  const { progress, note } = await fitted(terminal, problem, model, settings, seed, given.epochs === undefined);
  const trainingSeconds = (performance.now() - started) / 1000;
  if (note !== "") say(`  ${style("faint", note)}`);
  say();

  const outcome = outcomeOf(problem, await model.predict(parts.test.x, { batchSize: 256 }));
  describeOutcome(terminal, outcome, parts.test.y.size, seed);

  const modelPath = join(folder, "model.safetensors");
  await model.save(modelPath, {
    includeOptimizer: false,
    extras: {
      thalweg: packageVersion(),
      problem: problem.name,
      task: problem.task,
      target: { ...problem.target },
      classNames: problem.classNames,
      preprocessing: problem.preprocessing,
    },
  });
  const reportPath = join(folder, "report.html");
  const { writeReport } = await import("./report/report.ts");
  await writeReport(reportPath, {
    problem,
    settings,
    outcome,
    model,
    engine,
    seed,
    history: progress.history,
    memory: (await model.plan({ batchSize: settings.batchSize })).memory,
    samplesPerSecond: progress.samplesPerSecond,
    trainingSeconds,
    note,
    command: commandText(args),
  });
  labelled(terminal, "Model", modelPath);
  labelled(terminal, "Report", `${reportPath} ${style("faint", "(open it in a browser)")}`);
  const rate = count(Number(progress.samplesPerSecond.toPrecision(2)));
  const memory = byteSize((await model.plan({ batchSize: settings.batchSize })).memory.total);
  labelled(
    terminal,
    "Time",
    `${duration(performance.now() / 1000)}, of it ${duration(trainingSeconds)} training: ${rate} samples/s in ${memory}`,
  );
  say();
  say(style("strong", "Next"));
  const next = nextCommands(settings, args, modelPath, given.data);
  for (const line of columnsOf(next.map(([words, why]) => [`  ${commandText(words)}`, style("faint", why)]))) say(line);
}
