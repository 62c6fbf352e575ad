import type { Model } from "../model/model.ts";
import { earlyStopping } from "../train/callbacks/earlyStopping.ts";
import type { Problem, Settings } from "./problems/problem.ts";
import { Progress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

/** The exit code of a program that ended by Ctrl-C, as shells have it. */
const INTERRUPTED = 130;

/** Fits, until the end or the first Ctrl-C; whatever was learnt by then is kept. */
export async function fitted(
  terminal: Terminal,
  problem: Problem,
  model: Model,
  settings: Settings,
  seed: number,
  patient: boolean,
): Promise<{ progress: Progress; note: string }> {
  const { train, validation } = problem.parts;
  const progress = new Progress(terminal);
  let note = "";
  const patience = patient ? Math.max(10, Math.ceil(settings.epochs / 5)) : Infinity;
  const best = earlyStopping({ patience, restoreBestWeights: true });
  const interrupt = (): void => {
    if (note !== "") process.exit(INTERRUPTED);
    note = "interrupted: what was learnt so far is tested and saved";
    model.stopTraining = true;
  };
  process.on("SIGINT", interrupt);
  try {
    await model.fit(train.x, train.y, {
      epochs: settings.epochs,
      batchSize: settings.batchSize,
      validationData: [validation.x, validation.y],
      seed,
      callbacks: settings.keepBest ? [progress, best] : [progress],
    });
  } finally {
    progress.close();
    process.off("SIGINT", interrupt);
  }
  if (best.stoppedEpoch !== null && note === "")
    note = `stopped: the validation loss has not fallen for ${patience} epochs`;
  if (best.bestEpoch !== null && best.bestEpoch + 1 < progress.history.epoch.length)
    note += `${note === "" ? "" : "; "}epoch ${best.bestEpoch + 1}, of the lowest validation loss, is kept`;
  return { progress, note };
}
