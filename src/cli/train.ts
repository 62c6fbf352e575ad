import { join } from "node:path";
import { init } from "../kernels/engine.ts";
import { describeData, describeModel, describeOutcome, labelled } from "./describe.ts";
import { engineOptions } from "./engineOptions.ts";
import { fitted } from "./fitted.ts";
import { byteSize, count, duration } from "./format.ts";
import { describeNext, nextCommands } from "./nextCommands.ts";
import { outcomeOf } from "./outcome.ts";
import { dropEmpty, outFolder } from "./outFolder.ts";
import type { CommandLine } from "./parseCommand.ts";
import { problemFor } from "./problems/problemFor.ts";
import { commandText, packageVersion } from "./program.ts";
import { networkFor, settingsFor } from "./settings.ts";
import { createTerminal } from "./terminal.ts";
import { countOption } from "./values.ts";

/** Training seed where --seed does not say; no figure was looked at to choose it. */
const SEED = 1;

/** Trains, tests, saves a model and writes a report. @throws OptionError, DataError and what fit throws */
export async function train({ options: given }: CommandLine): Promise<void> {
  const terminal = createTerminal(given.quiet !== undefined);
  const { style, say } = terminal;
  const args = process.argv.slice(2).filter((arg, i) => !(i === 0 && arg === "train"));
  const seed = given.seed === undefined ? SEED : countOption("seed", given.seed, 0);
  const problem = await problemFor(given);
  const { parts } = problem;
  const settings = settingsFor(problem.settings, given, parts.train.y.size);
  const engine = await init(engineOptions(given));
  const model = networkFor(problem, settings, seed);
  // Made before training, so that a folder that cannot be made costs no training.
  const folder = outFolder(problem.name, given.out);

  describeData(terminal, problem);
  describeModel(terminal, model, settings, seed, engine);
  const started = performance.now();
  const { progress, note } = await fitted(
    terminal,
    problem,
    model,
    settings,
    seed,
    given.epochs === undefined,
  ).catch((error: unknown) => {
    dropEmpty(folder);
    throw error;
  });
  const trainingSeconds = (performance.now() - started) / 1000;
  if (note !== "") say(`  ${style("faint", note)}`);
  say();

  const outcome = outcomeOf(
    problem,
    settings,
    await model.predict(parts.test.x, { batchSize: 256 }),
  );
  describeOutcome(terminal, outcome, problem.tested, seed);

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
  const { memory } = await model.plan({ batchSize: settings.batchSize });
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
    memory,
    samplesPerSecond: progress.samplesPerSecond,
    trainingSeconds,
    note,
    command: commandText(args),
  });
  labelled(terminal, "Model", modelPath);
  labelled(terminal, "Report", `${reportPath} ${style("faint", "(open it in a browser)")}`);
  const rate = count(Number(progress.samplesPerSecond.toPrecision(2)));
  labelled(
    terminal,
    "Time",
    `${duration(performance.now() / 1000)}, of it ${duration(trainingSeconds)} training: ${rate} samples/s in ${byteSize(memory.total)}`,
  );
  say();
  describeNext(terminal, nextCommands(settings, args, modelPath, given.data));
}
