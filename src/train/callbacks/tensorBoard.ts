import { withDefaults } from "../../errors.ts";
import { type Summary, encodeFileVersion, encodeSummary } from "../../io/tfevents.ts";
import { appendFile } from "../../runtime/files.ts";
import type { Callback, Logs, TrainedModel } from "../callbacks.ts";

/** Options of {@link tensorBoard}. */
export interface TensorBoardOptions {
  /** Epochs between two histograms of the weights; 0: none. Default 0. */
  histogramFreq: number;
  /** Whether the table of layers is written, as a text. Default true. */
  writeGraph: boolean;
  /** "epoch", or "batch" or a number of batches for `batch_loss` and its like as well. Default "epoch". */
  updateFreq: "epoch" | "batch" | number;
}

/** A callback to which values of one's own can be given; they are written with the next of its own. */
export interface TensorBoard extends Callback {
  scalar(tag: string, value: number, step: number): void;
  histogram(tag: string, values: ArrayLike<number>, step: number): void;
  /** @param text  Markdown */
  text(tag: string, text: string, step: number): void;
}

const NAME = "tensorBoard";

/** Numbers the files of one process, which may be made within one millisecond. */
let files = 0;

/** Records that wait to be written to one file. */
class EventFile {
  private readonly path: string;
  private pending: Uint8Array[] = [];

  constructor(folder: string) {
    const stamp = `${Math.floor(Date.now() / 1000)}.${Date.now() % 1000}.${files++}`;
    this.path = `${folder}/events.out.tfevents.${stamp}.v2`;
    this.pending.push(encodeFileVersion(Date.now() / 1000));
  }

  add(step: number, values: readonly Summary[]): void {
    if (values.length > 0) this.pending.push(encodeSummary(Date.now() / 1000, step, values));
  }

  async flush(): Promise<void> {
    const { pending } = this;
    this.pending = [];
    for (const record of pending) await appendFile(this.path, record);
  }
}

/** The scalars of some logs, of the validation or of the training. */
function scalars(prefix: string, logs: Logs, validation: boolean): Summary[] {
  return Object.entries(logs)
    .filter(([name]) => name.startsWith("val_") === validation)
    .map(([name, scalar]) => ({ tag: `${prefix}_${name.replace(/^val_/, "")}`, scalar }));
}

/**
 * Writes what TensorBoard shows: `epoch_loss` and its like in the folders `train` and `validation`, histograms of the
 * weights, and texts. A training that resumes writes another file beside the first, as TensorBoard wants it.
 * Source: keras.callbacks.TensorBoard.
 *
 * @throws OptionError on unknown options
 * @throws DataError in training where there is no file system
 */
export function tensorBoard(
  logDir: string = "logs",
  given: Partial<TensorBoardOptions> = {},
): TensorBoard {
  const { histogramFreq, writeGraph, updateFreq } = withDefaults<TensorBoardOptions>(
    NAME,
    { histogramFreq: 0, writeGraph: true, updateFreq: "epoch" },
    given,
  );
  if (!(Number.isInteger(histogramFreq) && histogramFreq >= 0))
    throw new RangeError(
      `${NAME}: histogramFreq must be a whole number >= 0, got ${histogramFreq}`,
    );
  const every = updateFreq === "batch" ? 1 : updateFreq;
  if (every !== "epoch" && !(Number.isInteger(every) && every >= 1)) {
    throw new RangeError(
      `${NAME}: updateFreq must be "epoch", "batch" or a number of batches, got ${String(updateFreq)}`,
    );
  }
  let model: TrainedModel | null = null;
  let [train, validation]: (EventFile | null)[] = [null, null];
  let batches = 0;
  let leads = true;
  const own: { readonly step: number; readonly value: Summary }[] = [];
  const trainFile = (): EventFile => (train ??= new EventFile(`${logDir}/train`));
  async function flush(): Promise<void> {
    if (!leads) return;
    for (const { step, value } of own.splice(0)) trainFile().add(step, [value]);
    await train?.flush();
    await validation?.flush();
  }
  return {
    name: NAME,
    scalar: (tag, scalar, step) => void own.push({ step, value: { tag, scalar } }),
    histogram: (tag, values, step) =>
      void own.push({ step, value: { tag, histogram: Array.from(values) } }),
    text: (tag, text, step) => void own.push({ step, value: { tag, text } }),
    setModel: (trained) => void (model = trained),
    onTrainBegin: (info) => {
      leads = info.leads;
      train = validation = null;
      batches = 0;
      // Markdown shows what is indented by four spaces as it is.
      const table = (): string => model!.summary().replaceAll(/^/gm, "    ");
      if (writeGraph) trainFile().add(0, [{ tag: "model", text: table() }]);
    },
    ...(every !== "epoch" && {
      onlyLogs: true,
      hears: () => ++batches % every === 0,
      onBatchEnd: async (_batch: number, logs: Logs) => {
        trainFile().add(batches, scalars("batch", logs, false));
        await flush();
      },
    }),
    onEpochEnd: async (epoch, logs) => {
      trainFile().add(epoch, scalars("epoch", logs, false));
      const measured = scalars("epoch", logs, true);
      if (measured.length > 0) {
        validation ??= new EventFile(`${logDir}/validation`);
        validation.add(epoch, measured);
      }
      if (histogramFreq > 0 && epoch % histogramFreq === 0) {
        const weights = model!.getWeights();
        model!.variables.forEach(({ name }, i) =>
          trainFile().add(epoch, [{ tag: `${name}/histogram`, histogram: weights[i]!.data }]),
        );
      }
      await flush();
    },
    onTrainEnd: flush,
    state: () => ({ values: { batches } }),
    restore: ({ values }) => void (batches = values["batches"] as number),
  };
}
