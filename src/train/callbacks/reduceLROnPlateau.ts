import { checkName, withDefaults } from "../../errors.ts";
import type { Callback, TrainedModel } from "../callbacks.ts";
import { directionOf, watched } from "./monitor.ts";
import { type PlateauRule, type PlateauState, plateauStart, plateauStep } from "./plateau.ts";

/** Options of {@link reduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions {
  /** What is watched. Default "val_loss". */
  monitor: string;
  /** Whether smaller or larger is better; `auto`: larger for accuracies, r2 and auc. Default "auto". */
  mode: "auto" | "min" | "max";
  /** What the rate is multiplied by, in (0, 1). Default .1. */
  factor: number;
  /** Epochs without improvement. Default 10. */
  patience: number;
  /** How much counts as an improvement, >= 0. Default 1e-4. */
  minDelta: number;
  /** Whether minDelta is absolute or a part of the best value. Default abs; dialect torch rel. */
  thresholdMode: "abs" | "rel";
  /** Epochs after a reduction in which none is counted. Default 0. */
  cooldown: number;
  /** Smallest rate. Default 0. */
  minLearningRate: number;
  /** `torch` waits one epoch longer, and leaves changes below 1e-8. Default "keras". */
  dialect: "keras" | "torch";
}

function ruleOf(options: ReduceLROnPlateauOptions): PlateauRule {
  const name = "reduceLROnPlateau";
  checkName(name, "thresholdMode", options.thresholdMode, ["abs", "rel"]);
  checkName(name, "dialect", options.dialect, ["keras", "torch"]);
  if (!(options.factor > 0 && options.factor < 1))
    throw new RangeError(`${name}: factor must lie in (0, 1), got ${options.factor}`);
  for (const key of ["patience", "cooldown", "minDelta", "minLearningRate"] as const) {
    if (!(options[key] >= 0))
      throw new RangeError(`${name}: ${key} must be >= 0, got ${options[key]}`);
  }
  const { monitor, mode, ...rule } = options;
  return { ...rule, mode: directionOf(name, mode, monitor) };
}

/**
 * Lowers the learning rate where a value stops improving. It multiplies a factor that comes on top of any
 * schedule, and is saved with the model; what was seen so far is held by checkpoints only.
 *
 * @example
 *     await model.fit(x, y, { validationSplit: 0.2, callbacks: [reduceLROnPlateau({ factor: 0.2, patience: 5 })] });
 *
 * @throws OptionError on unknown options, and in training where the value is not there
 * @throws RangeError on numbers out of their range
 */
export function reduceLROnPlateau(given: Partial<ReduceLROnPlateauOptions> = {}): Callback {
  const dialect = given.dialect ?? "keras";
  const options = withDefaults<ReduceLROnPlateauOptions>(
    "reduceLROnPlateau",
    {
      monitor: "val_loss",
      mode: "auto",
      factor: 0.1,
      patience: 10,
      minDelta: 1e-4,
      thresholdMode: dialect === "torch" ? "rel" : "abs",
      cooldown: 0,
      minLearningRate: 0,
      dialect,
    },
    given,
  );
  const rule = ruleOf(options);
  let model: TrainedModel | null = null;
  let state: PlateauState = plateauStart(rule);
  return {
    name: "reduceLROnPlateau",
    setModel: (trained) => void (model = trained),
    onTrainBegin: () => void (state = plateauStart(rule)),
    onEpochEnd: (_epoch, logs) => {
      const value = watched("reduceLROnPlateau", options.monitor, logs);
      const base = model!.learningRate;
      const rate = base * model!.learningRateFactor;
      const next = plateauStep(rule, state, value, rate);
      state = next.state;
      if (next.rate !== rate && base > 0) model!.learningRateFactor = next.rate / base;
    },
    state: () => ({ values: { ...state } }),
    restore: ({ values }) => {
      const { best, wait, cooldown } = values as Record<string, number>;
      state = { best: best!, wait: wait!, cooldown: cooldown! };
    },
  };
}
