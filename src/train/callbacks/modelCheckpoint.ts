import { withDefaults } from "../../errors.ts";
import { writeFile } from "../../runtime/files.ts";
import type { Store } from "../../runtime/stores/store.ts";
import type { Callback, Logs, TrainedModel, TrainingInfo } from "../callbacks.ts";
import { filledIn } from "./filledIn.ts";
import { type Mode, directionOf, watched } from "./monitor.ts";
import { type SaveFrequency, checkFrequency } from "./saveFrequency.ts";

/** Options of {@link modelCheckpoint}. */
export interface ModelCheckpointOptions {
  /** What is watched with `saveBestOnly`. Default "val_loss". */
  monitor: string;
  /**
   * Whether only a model better than all before is saved: with the weights that were judged, which with an average of the
   * weights (useEma, swaStart) is the average. Default false.
   */
  saveBestOnly: boolean;
  /** Whether the file holds the weights alone, for `loadWeights`. Default false. */
  saveWeightsOnly: boolean;
  /** Whether smaller or larger is better; `auto`: larger for accuracies, r2, auc, precision and recall. Default "auto". */
  mode: Mode;
  /** At the end of each epoch, or after so many batches. Default "epoch". */
  saveFreq: SaveFrequency;
  /** What the first model must be better than. Default null. */
  initialValueThreshold: number | null;
  /** Where names are kept that are not paths of files: in a browser. Default null. */
  store: Store | null;
}

const NAME = "modelCheckpoint";

/**
 * Saves the model as it is trained. The path may have fields, filled in as Python does: `{epoch}`, from 1, `{batch}`
 * with a number for `saveFreq`, and whatever the logs hold: `run/{epoch:02d}-{val_loss:.3f}.safetensors`. A file is
 * written under another name, flushed, and renamed.
 * Source: keras.callbacks.ModelCheckpoint.
 *
 * @throws OptionError on unknown options, and in training where a value is not there
 */
export function modelCheckpoint(
  filepath: string,
  given: Partial<ModelCheckpointOptions> = {},
): Callback {
  const options = withDefaults<ModelCheckpointOptions>(
    NAME,
    {
      monitor: "val_loss",
      saveBestOnly: false,
      saveWeightsOnly: false,
      mode: "auto",
      saveFreq: "epoch",
      initialValueThreshold: null,
      store: null,
    },
    given,
  );
  const { monitor, saveBestOnly, saveWeightsOnly, saveFreq, store } = options;
  checkFrequency(NAME, saveFreq);
  const direction = directionOf(NAME, options.mode, monitor);
  const start = options.initialValueThreshold ?? (direction === "min" ? Infinity : -Infinity);
  let model: TrainedModel | null = null;
  let info: TrainingInfo | null = null;
  let best = start;
  let epoch = 0;
  let batches = 0;
  async function save(logs: Logs, place: Readonly<Record<string, number>>): Promise<void> {
    if (saveBestOnly) {
      const value = watched(NAME, monitor, logs);
      if (!(direction === "min" ? value < best : value > best)) return;
      best = value;
    }
    if (!info!.leads) return;
    const name = filledIn(NAME, filepath, { ...logs, ...place });
    const judged = saveBestOnly && monitor.startsWith("val_") ? await info!.judged() : null;
    const own = judged && model!.getWeights();
    if (judged) model!.setWeights(judged);
    const bytes = saveWeightsOnly ? model!.weightsToBytes() : model!.toBytes();
    if (own) model!.setWeights(own);
    await (store ? store.write(name, bytes) : writeFile(name, bytes));
  }
  return {
    name: NAME,
    setModel: (trained) => void (model = trained),
    onTrainBegin: (about) => {
      info = about;
      best = start;
      epoch = batches = 0;
    },
    ...(saveFreq === "epoch"
      ? { onEpochEnd: (at: number, logs: Logs) => save(logs, { epoch: at + 1 }) }
      : {
          onEpochEnd: (at: number) => void (epoch = at + 1),
          hears: () => ++batches % saveFreq === 0,
          onBatchEnd: (batch: number, logs: Logs) =>
            save(logs, { epoch: epoch + 1, batch: batch + 1 }),
        }),
    state: () => ({ values: { best, epoch, batches } }),
    restore: ({ values }) => {
      best = values["best"] as number;
      epoch = values["epoch"] as number;
      batches = values["batches"] as number;
    },
  };
}
