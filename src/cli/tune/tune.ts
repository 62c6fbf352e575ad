import { join } from "node:path";
import { OptionError } from "../../errors.ts";
import { init } from "../../kernels/engine.ts";
import { hardwareThreads } from "../../runtime/platform.ts";
import { writeFile } from "../../runtime/files.ts";
import { foldSamples } from "../../tune/folds/crossValidate.ts";
import { type Fold, kFold, stratifiedKFold } from "../../tune/folds/folds.ts";
import type { OptimizeOptions } from "../../tune/optimize.ts";
import { percentilePruner } from "../../tune/pruners/percentile.ts";
import { randomSampler } from "../../tune/samplers/random.ts";
import { tpeSampler } from "../../tune/samplers/tpe.ts";
import type { Storage } from "../../tune/storage/storage.ts";
import { type Study, createStudy } from "../../tune/study.ts";
import { type TrialRecord, isFinished } from "../../tune/trialRecord.ts";
import type { TrialQueue } from "../../distributed/trialQueue.ts";
import { labelled } from "../describe.ts";
import { engineOptions } from "../engineOptions.ts";
import { duration, figure, share } from "../format.ts";
import { outFolder } from "../outFolder.ts";
import type { Given, OptionName } from "../options.ts";
import type { CommandLine } from "../parseCommand.ts";
import { commandText, packageVersion } from "../program.ts";
import { type Terminal, createTerminal } from "../terminal.ts";
import { countOption } from "../values.ts";
import { Board } from "./board.ts";
import { type TuningData, tuningData } from "./data.ts";
import { journalFor } from "./journal.ts";
import { queueFor, sayWorkers } from "./queue.ts";
import { type Trained, tunedTest, untunedTest } from "./finalTest.ts";
import type { ObjectiveData } from "./objective.ts";
import { type NetworkParams, WIDE, WIDE_DECAY, fineSpace } from "./space.ts";

const TRIALS = 50;
const FOLDS = 5;
/** Rows that a trial sees in each fold, by which the default number of epochs goes, and its bounds. */
const [ROWS_SEEN, LEAST_EPOCHS, MOST_EPOCHS] = [250_000, 20, 100];
/** Networks of the best parameters, each from a seed of its own, whose mean is kept. */
const KEPT = 5;
/** Trials that a trial does not wait for: studies are the same for as many jobs. */
const LAG = 4;

/** Trials that are with workers at a time, unless it is said. */
const QUEUED = 8;

/** What the options say, with the defaults. */
export interface Settings {
  readonly trials: number;
  readonly folds: number;
  readonly epochs: number;
  readonly seed: number;
  readonly jobs: number;
}

/** @throws OptionError */
export function settingsOf(given: Given, rows: number): Settings {
  const option = (name: OptionName, otherwise: number, least: number): number =>
    given[name] === undefined ? otherwise : countOption(name, given[name]!, least);
  const folds = option("folds", FOLDS, 2);
  const epochs = Math.round(ROWS_SEEN / (rows * (1 - 1 / folds)));
  return {
    trials: option("trials", TRIALS, 2),
    folds,
    epochs: option("epochs", Math.max(LEAST_EPOCHS, Math.min(MOST_EPOCHS, epochs)), 1),
    seed: option("seed", 1, 0),
    jobs:
      given.jobs !== undefined && given.jobs !== "auto"
        ? option("jobs", 1, 1)
        : given.redis === undefined
          ? hardwareThreads()
          : QUEUED,
  };
}

/** Folds of the rows to tune on. */
function foldsOf(data: TuningData, { folds, seed }: Settings): Fold[] {
  const rows = data.train.columns[0]!.length;
  if (data.task === "regression") return kFold(rows, { folds, seed });
  const labels = data.train.columns[data.train.header.indexOf(data.target)]!;
  return stratifiedKFold(labels, { folds, seed });
}

/** What trials are trained and tested on, wherever they run. */
export function objectiveData(
  data: TuningData,
  settings: Settings,
  resume: boolean = false,
): ObjectiveData {
  const { train, target, task, bins } = data;
  const table = { table: train, target, task, bins };
  return {
    folds: foldsOf(data, settings).map((fold) => foldSamples(table, fold)),
    epochs: settings.epochs,
    resume,
  };
}

/** The two searches, one after the other, each in a study of its own in the journal. */
async function searched(
  terminal: Terminal,
  data: TuningData,
  settings: Settings,
  storage: Storage,
  queue: TrialQueue | null,
): Promise<readonly [wide: Study, narrowed: Study]> {
  const { trials, folds, epochs, seed, jobs } = settings;
  const handed = queue ? undefined : objectiveData(data, settings);
  // A trial that is in the worse half after a third of the first fold, or later, is not worth the rest.
  const third = Math.max(1, Math.floor(epochs / 3));
  const pruner = percentilePruner(40, { startup: 4, warmup: third - 1, interval: third });
  const measure = data.task === "regression" ? "RMSE" : "loss";
  const board = new Board(terminal, { total: trials, folds, epochs, measure });
  const module = new URL("./tuneObjective.js", import.meta.url);
  const run = async (study: Study, space: Parameters<Study["ask"]>[0], count: number) => {
    board.watch(study);
    const options: OptimizeOptions = {
      trials: Math.max(0, count - study.trials.filter(isFinished).length),
      jobs,
      lag: Math.max(LAG, jobs),
      ...(handed && { data: handed }),
      onTrial: board.ended,
    };
    try {
      if (queue) await study.optimize(space!, queue.objective(space), options);
      else await study.optimize(space!, module, options);
    } finally {
      board.stop();
    }
  };

  const first = Math.ceil(trials / 2);
  const wide = createStudy({ name: "wide", sampler: randomSampler(), pruner, storage, seed });
  await run(wide, WIDE, first);
  terminal.say();
  const fine = fineSpace(wide, (text) => terminal.say(text.replace(/^/gm, "  ")));
  terminal.say();
  const narrowed = createStudy({
    name: "narrowed",
    sampler: tpeSampler({ startup: Math.max(3, Math.floor(trials / 10)) }),
    pruner,
    storage,
    seed: seed + 1,
  });
  // The best of the first search belong to the second: what they gave is known.
  if (narrowed.trials.length === 0) {
    for (const record of wide.ranking) {
      const params = narrowed.within(fine, { params: { ...record.params, decay: WIDE_DECAY } });
      if (params) narrowed.add(params, fine, record.value!);
    }
  }
  const added = narrowed.trials.filter((t) => t.state === "complete" && t.intermediate.size === 0);
  await run(narrowed, fine, trials - first + added.length);
  return [wide, narrowed];
}

/** The best trials of both searches. A trial that was taken over from the first into the second counts once. */
function bestOf([wide, narrowed]: readonly [Study, Study]): TrialRecord[] {
  const own = narrowed.ranking.filter((t) => t.intermediate.size > 0);
  return [...wide.ranking, ...own].sort((a, b) => a.value! - b.value!);
}

async function saveModel(
  path: string,
  data: TuningData,
  { model, fitted }: Trained,
): Promise<void> {
  await model.save(path, {
    includeOptimizer: false,
    extras: {
      thalweg: packageVersion(),
      problem: data.file,
      task: data.task,
      target: { name: data.target, ...(fitted.target ?? { mean: 0, std: 1 }) },
      classNames: fitted.classNames,
      preprocessing: { kind: "tabular", config: JSON.parse(JSON.stringify(fitted.toConfig())) },
    },
  });
}

const paramsText = (params: object): string =>
  Object.entries(params)
    .map(([n, v]) => `${n} ${typeof v === "number" ? Number(v.toPrecision(4)) : String(v)}`)
    .join(", ");

/**
 * Tunes a network on a table: at random in a wide space, with cross-validation; then, narrowed to where the best trials lie,
 * by a Parzen estimator; then tests the mean of a few networks of the best parameters once, beside a network that was not tuned.
 *
 * @throws OptionError, DataError and what fit throws
 */
export async function tune({ options: given }: CommandLine): Promise<void> {
  const started = performance.now();
  const terminal = createTerminal(given.quiet !== undefined);
  const { say, style } = terminal;
  const data = await tuningData(given);
  const settings = settingsOf(given, data.train.columns[0]!.length);
  const { trials, folds, epochs, seed, jobs } = settings;
  const engine = await init(engineOptions(given));
  const folder = outFolder(`tune-${data.file.replace(/\..*$/, "") || "table"}`, given.out);

  labelled(terminal, "Data", `${data.file}, ${data.task} of ${data.target}`);
  labelled(terminal, "Split", data.split);
  labelled(
    terminal,
    "Trials",
    `${trials}, each of ${folds} folds and ${epochs} epochs, ${jobs} at a time, seed ${seed} (${engine.variant})`,
  );
  say();
  const storage = await journalFor(given, data, folder);
  const queue = await queueFor(given, data);
  let studies: readonly [Study, Study];
  try {
    if (queue) sayWorkers(terminal, given, queue);
    studies = await searched(terminal, data, settings, storage, queue);
  } finally {
    await queue?.close();
  }

  const ranking = bestOf(studies);
  if (ranking.length === 0) {
    throw new OptionError("tune: no trial is complete; look into the journal for why they failed");
  }
  say();
  labelled(terminal, "Best", paramsText(ranking[0]!.params));
  const params = { decay: WIDE_DECAY, ...ranking[0]!.params } as NetworkParams;
  const tuned = await tunedTest(data, params, { networks: KEPT, epochs, seed });
  const untuned = await untunedTest(data, seed);
  const isRegression = data.task === "regression";
  const measure = isRegression ? "test RMSE" : "test accuracy";
  const text = isRegression ? figure : share;
  const withInterval = ({ score, interval: [low, high] }: typeof untuned): string =>
    `${text(score)} (95 %: ${text(low)} to ${text(high)})`;
  const lines = [
    `${measure} ${withInterval(tuned.test)}, of rows that no trial saw: the mean of ${KEPT} networks of the best parameters`,
    `${measure} ${withInterval(tuned.single)} of the first of them alone`,
    `${measure} ${withInterval(untuned)} of a network that was not tuned, as thalweg train makes it`,
  ];
  terminal.result(style("good", lines[0]!));
  for (const line of lines.slice(1)) say(style("faint", line));
  const modelPath = join(folder, "model.safetensors");
  await saveModel(modelPath, data, tuned);
  const { tuneReportHtml } = await import("./report.ts");
  const reportPath = join(folder, "report.html");
  const page = tuneReportHtml({
    title: `${data.file}: ${measure} ${text(tuned.test.score)}`,
    studies: studies.map((study) => ({
      study,
      measures: [isRegression ? `RMSE of ${folds} folds` : `loss of ${folds} folds`],
      sampler: study.sampler.name,
    })),
    lines,
    // The page is for others to read.
    command: commandText(process.argv.slice(2)),
  });
  await writeFile(reportPath, new TextEncoder().encode(page));
  labelled(terminal, "Model", modelPath);
  labelled(terminal, "Report", reportPath);
  labelled(terminal, "Time", duration((performance.now() - started) / 1000));
}
