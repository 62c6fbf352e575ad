import { join } from "node:path";
import { init } from "../../kernels/engine.ts";
import { writeFile } from "../../runtime/files.ts";
import { type TableData, crossValidate } from "../../tune/folds/crossValidate.ts";
import { type Fold, kFold, stratifiedKFold } from "../../tune/folds/folds.ts";
import { percentilePruner } from "../../tune/pruners/percentile.ts";
import { randomSampler } from "../../tune/samplers/random.ts";
import { tpeSampler } from "../../tune/samplers/tpe.ts";
import { journalStorage } from "../../tune/storage/journal.ts";
import { type Study, createStudy } from "../../tune/study.ts";
import type { Trial } from "../../tune/trial.ts";
import type { TrialRecord } from "../../tune/trialRecord.ts";
import { labelled } from "../describe.ts";
import { engineOptions } from "../engineOptions.ts";
import { duration, figure } from "../format.ts";
import { outFolder } from "../outFolder.ts";
import type { CommandLine } from "../parseCommand.ts";
import { commandText, packageVersion } from "../program.ts";
import { type Terminal, createTerminal } from "../terminal.ts";
import { countOption } from "../values.ts";
import { type TuningData, tuningData } from "./data.ts";
import { finalTest } from "./finalTest.ts";
import { type NetworkParams, UNTUNED, WIDE, fineSpace, networkOf } from "./network.ts";

const TRIALS = 50;
const FOLDS = 5;
const EPOCHS = 20;
/** Epochs of the network that is kept, and of the one it stands beside, over those of a trial: they are trained once. */
const LONGER = 3;

/** Folds of the rows to tune on. */
function foldsOf(data: TuningData, folds: number, seed: number): Fold[] {
  const rows = data.train.columns[0]!.length;
  if (data.task === "regression") return kFold(rows, { folds, seed });
  const labels = data.train.columns[data.train.header.indexOf(data.target)]!;
  return stratifiedKFold(labels, { folds, seed });
}

/** A line for each trial: what it was, what it gave, the best so far, and the time left. */
function trialLine(terminal: Terminal, total: number, started: number) {
  let done = 0;
  return (trial: TrialRecord, study: Study): void => {
    done++;
    const { style } = terminal;
    const params = Object.entries(trial.params)
      .map(([name, v]) => `${name} ${typeof v === "number" ? Number(v.toPrecision(3)) : String(v)}`)
      .join(", ");
    const value =
      trial.state === "complete" ? figure(trial.value!) : style("faint", trial.state.padEnd(6));
    const best = study.ranking[0];
    const seconds = (performance.now() - started) / 1000;
    const left = duration((seconds / done) * (total - done));
    const mark =
      best === trial
        ? style("good", "best")
        : style("faint", `best ${best ? figure(best.value!) : "-"}`);
    terminal.say(
      `  ${String(done).padStart(String(total).length)}/${total}  ${value}  ${mark}  ${style("faint", params)}  ${left} left`,
    );
  };
}

/**
 * Tunes a network on a table: at random in a wide space, with cross-validation; then, narrowed to where the best trials lie,
 * by a Parzen estimator; then tests the best once, beside a network that was not tuned.
 *
 * @throws OptionError, DataError and what fit throws
 */
export async function tune({ options: given }: CommandLine): Promise<void> {
  const started = performance.now();
  const terminal = createTerminal(given.quiet !== undefined);
  const { say, style } = terminal;
  const option = (
    name: "trials" | "folds" | "epochs" | "seed",
    otherwise: number,
    least: number,
  ): number => (given[name] === undefined ? otherwise : countOption(name, given[name]!, least));
  const [trials, folds, epochs, seed] = [
    option("trials", TRIALS, 2),
    option("folds", FOLDS, 2),
    option("epochs", EPOCHS, 1),
    option("seed", 1, 0),
  ];
  const data = await tuningData(given);
  const engine = await init(engineOptions(given));
  const folder = outFolder(`tune-${data.file.replace(/\..*$/, "") || "table"}`, given.out);
  const storage = journalStorage(given.journal ?? join(folder, "journal.log"));
  const { task, target } = data;

  labelled(terminal, "Data", `${data.file}, ${task} of ${target}`);
  labelled(terminal, "Split", data.split);
  labelled(
    terminal,
    "Trials",
    `${trials}, each of ${folds} folds and ${epochs} epochs, seed ${seed}, ${engine.threads} thread${engine.threads === 1 ? "" : "s"} (${engine.variant})`,
  );
  say();

  const parts = foldsOf(data, folds, seed);
  const table: TableData = { table: data.train, target, task };
  const objective = async (params: NetworkParams, trial: Trial): Promise<number> => {
    const { score } = await crossValidate(
      ({ inputShape, fitted }) => networkOf(params, inputShape, fitted!),
      table,
      parts,
      { epochs, batchSize: params.batch, trial },
    );
    return score;
  };
  // A trial whose first folds are in the worse half is not worth the others.
  const pruner = percentilePruner(40, { startup: 4 });
  const first = Math.ceil(trials / 2);
  const onTrial = trialLine(terminal, trials, performance.now());
  const wide = createStudy({ name: "wide", sampler: randomSampler(), pruner, storage, seed });
  const missing = (study: Study, count: number): number =>
    Math.max(
      0,
      count - study.trials.filter((t) => t.state !== "running" && t.state !== "waiting").length,
    );
  await wide.optimize(WIDE, objective, { trials: missing(wide, first), onTrial });
  say();
  const fine = fineSpace(wide, (text) => say(text.replace(/^/gm, "  ")));
  say();
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
      const params = narrowed.within(fine, record);
      if (params) narrowed.add(params, fine, record.value!);
    }
  }
  const added = narrowed.trials.filter(
    (t) => t.state === "complete" && t.intermediate.size === 0,
  ).length;
  await narrowed.optimize(fine, objective, {
    trials: missing(narrowed, trials - first + added),
    onTrial,
  });

  const best = [...wide.ranking, ...narrowed.ranking].sort((a, b) => a.value! - b.value!)[0]!;
  const params: NetworkParams = { ...UNTUNED, ...best.params };
  say();
  labelled(
    terminal,
    "Best",
    Object.entries(best.params)
      .map(([n, v]) => `${n} ${typeof v === "number" ? Number(v.toPrecision(4)) : String(v)}`)
      .join(", "),
  );
  const tested = await finalTest(data, params, LONGER * epochs, seed);
  // As many epochs for both: what is compared is the choice of parameters.
  const untuned = await finalTest(data, UNTUNED, LONGER * epochs, seed);
  const testMeasure = task === "regression" ? "test RMSE" : "test accuracy";
  const [low, high] = tested.interval;
  const lines = [
    `${testMeasure} ${figure(tested.score)} (95 %: ${figure(low)} to ${figure(high)}), of rows that no trial saw`,
    `${testMeasure} ${figure(untuned.score)} of a network that was not tuned`,
  ];
  terminal.result(style("good", lines[0]!));
  say(style("faint", lines[1]!));
  const modelPath = join(folder, "model.safetensors");
  await tested.model.save(modelPath, {
    includeOptimizer: false,
    extras: {
      thalweg: packageVersion(),
      problem: data.file,
      task,
      target: { name: target, ...(tested.fitted.target ?? { mean: 0, std: 1 }) },
      classNames: tested.fitted.classNames,
      preprocessing: {
        kind: "tabular",
        config: JSON.parse(JSON.stringify(tested.fitted.toConfig())),
      },
    },
  });
  const { tuneReportHtml } = await import("./report.ts");
  const reportPath = join(folder, "report.html");
  const args = process.argv.slice(2);
  const page = tuneReportHtml({
    title: `${data.file}: ${testMeasure} ${figure(tested.score)}`,
    studies: [wide, narrowed],
    measure: task === "regression" ? `RMSE of ${folds} folds` : `loss of ${folds} folds`,
    lines,
    command: commandText(args),
  });
  await writeFile(reportPath, new TextEncoder().encode(page));
  labelled(terminal, "Model", modelPath);
  labelled(terminal, "Report", reportPath);
  labelled(terminal, "Time", duration((performance.now() - started) / 1000));
}
