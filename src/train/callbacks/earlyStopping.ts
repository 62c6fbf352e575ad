import { withDefaults } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Callback, TrainedModel, TrainingInfo } from "../callbacks.ts";
import { type Mode, directionOf, watched } from "./monitor.ts";

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions {
  /** What is watched. Default "val_loss". */
  monitor: string;
  /** A smaller change is no improvement, >= 0. Default 0. */
  minDelta: number;
  /** Epochs without improvement after which training ends. Default 0. */
  patience: number;
  /** Whether smaller or larger is better; `auto`: larger for accuracies, r2, auc, precision and recall. Default "auto". */
  mode: Mode;
  /** Only improvements beyond it begin the waiting anew. Default null. */
  baseline: number | null;
  /**
   * Whether the weights of the best epoch are put back at the end, stopped or not: those that were judged, which with an
   * average of the weights (useEma, swaStart) is the average. Default false.
   */
  restoreBestWeights: boolean;
  /** The first epoch, from 0, that is watched. Default 0. */
  startFromEpoch: number;
}

/** A callback that tells what it found. */
export interface EarlyStopping extends Callback {
  /** The best epoch, from 0; null before the first. */
  readonly bestEpoch: number | null;
  /** The epoch, from 0, after which training was ended; null where it was not. */
  readonly stoppedEpoch: number | null;
}

const NAME = "earlyStopping";

/**
 * Ends training where a value stops improving. NaN is never better.
 * Source: keras.callbacks.EarlyStopping.
 *
 * @example
 *     await model.fit(x, y, { epochs: 100, validationSplit: 0.2, callbacks: [earlyStopping({ patience: 5, restoreBestWeights: true })] });
 *
 * @throws OptionError on unknown options, and in training where the value is not there
 * @throws RangeError on numbers out of their range
 */
export function earlyStopping(given: Partial<EarlyStoppingOptions> = {}): EarlyStopping {
  const options = withDefaults<EarlyStoppingOptions>(
    NAME,
    {
      monitor: "val_loss",
      minDelta: 0,
      patience: 0,
      mode: "auto",
      baseline: null,
      restoreBestWeights: false,
      startFromEpoch: 0,
    },
    given,
  );
  const { monitor, minDelta, patience, baseline, restoreBestWeights, startFromEpoch } = options;
  for (const key of ["minDelta", "patience", "startFromEpoch"] as const) {
    if (!(options[key] >= 0))
      throw new RangeError(`${NAME}: ${key} must be >= 0, got ${options[key]}`);
  }
  const direction = directionOf(NAME, options.mode, monitor);
  const isBetter = (value: number, than: number): boolean =>
    direction === "min" ? value + minDelta < than : value - minDelta > than;
  const worst = direction === "min" ? Infinity : -Infinity;
  let model: TrainedModel | null = null;
  let best = worst;
  let wait = 0;
  let bestEpoch: number | null = null;
  let stoppedEpoch: number | null = null;
  let weights: readonly Tensor[] | null = null;
  let info: TrainingInfo | null = null;
  /** Keeps what was judged: validation sees an average of the weights, where one is kept. */
  const keep = async (): Promise<void> => {
    if (!restoreBestWeights) return;
    const judged = monitor.startsWith("val_") ? await info!.judged() : null;
    weights = judged ?? model!.getWeights();
  };
  return {
    name: NAME,
    get bestEpoch() {
      return bestEpoch;
    },
    get stoppedEpoch() {
      return stoppedEpoch;
    },
    setModel: (trained) => void (model = trained),
    onTrainBegin: (about) => {
      info = about;
      best = worst;
      wait = 0;
      bestEpoch = stoppedEpoch = weights = null;
    },
    onEpochEnd: async (epoch, logs) => {
      const value = watched(NAME, monitor, logs);
      if (epoch < startFromEpoch) return;
      const better = isBetter(value, best);
      if (better || bestEpoch === null) {
        bestEpoch = epoch;
        await keep();
      }
      wait++;
      if (better) {
        best = value;
        if (baseline === null || isBetter(value, baseline)) wait = 0;
        return;
      }
      if (wait < patience || epoch === 0) return;
      stoppedEpoch = epoch;
      model!.stopTraining = true;
    },
    onTrainEnd: () => {
      if (weights) model!.setWeights(weights);
    },
    state: () => ({
      values: { best, wait, bestEpoch, stoppedEpoch },
      tensors: new Map(weights?.map((t, i) => [String(i), t])),
    }),
    restore: ({ values, tensors }) => {
      best = values["best"] as number;
      wait = values["wait"] as number;
      bestEpoch = values["bestEpoch"] as number | null;
      stoppedEpoch = values["stoppedEpoch"] as number | null;
      const count = tensors?.size ?? 0;
      weights =
        count === 0 ? null : Array.from({ length: count }, (_, i) => tensors!.get(String(i))!);
    },
  };
}
