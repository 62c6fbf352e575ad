import { OptionError, checkName } from "../../errors.ts";
import { type Table, rowCount, takeRows } from "../../io/table.ts";
import type { AnyModel } from "../../model/model.ts";
import type { FitOptions } from "../../model/fitOptions.ts";
import { allocate } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Store } from "../../runtime/stores/store.ts";
import { within } from "../../runtime/stores/within.ts";
import type { Callback } from "../../train/callbacks.ts";
import { backupAndRestore } from "../../train/callbacks/backupAndRestore.ts";
import type { Samples } from "../../train/split.ts";
import {
  FittedTabular,
  type TabularFitOptions,
  type TabularOptions,
  tabular,
} from "../../train/tabular.ts";
import type { TabularConfig } from "../../train/tabular/config.ts";
import { TrialPruned } from "../pruned.ts";
import type { Trial } from "../trial.ts";
import { type Fold, checkRows } from "./folds.ts";

/** A table whose preprocessing is fitted inside of each fold, to the rows that are trained on. */
export interface TableData extends Partial<TabularOptions>, Partial<TabularFitOptions> {
  readonly table: Table;
  readonly target: string;
}

/** What is given to `build`. */
export interface FoldInfo {
  /** From 0. */
  readonly fold: number;
  /** Shape of one sample. */
  readonly inputShape: readonly number[];
  /** What turned the table into numbers; null for tensors. */
  readonly fitted: FittedTabular | null;
  /** The rows that are trained on. */
  readonly train: Samples;
}

export interface CrossValidateOptions extends Omit<
  FitOptions,
  "validationSplit" | "validationData" | "sampleWeight"
> {
  /** Which of the results counts. Default "loss"; for a table's regression "rmse". */
  score?: string | null;
  /** A trial that is told the mean score after each fold, and may be pruned there. */
  trial?: Trial | null;
  /**
   * When the trial is told. "fold": after fold k at step k. "epoch": also after each epoch of the first fold, epoch e at step e,
   * and after fold k at step (k + 1) epochs - 1, so that what is hopeless costs a part of one fold. Default "fold".
   */
  reportEvery?: "fold" | "epoch";
  /**
   * Keeps a checkpoint of each epoch, and the results of each fold, in `trial.checkpoints`: a trial whose worker was lost is
   * gone on with, to the same bits. Default false.
   */
  resume?: boolean;
}

/** What the folds gave. */
export interface CrossValidation {
  /** Results of each fold's test rows: `loss`, the metrics, and for a table's regression `rmse` in the target's own unit. */
  readonly folds: readonly Readonly<Record<string, number>>[];
  readonly mean: Readonly<Record<string, number>>;
  /** Standard deviation between folds. */
  readonly std: Readonly<Record<string, number>>;
  /** The mean of what counts. */
  readonly score: number;
}

/** The samples of one fold. Tensors and plain JSON: it can be handed to threads. */
export interface FoldSamples {
  readonly train: Samples;
  readonly test: Samples;
  /** How the table became numbers, learnt from the rows that are trained on; null for tensors. */
  readonly preprocessing: TabularConfig | null;
}

function taken(t: Tensor, rows: Int32Array): Tensor {
  const width = t.shape.slice(1).reduce((size, n) => size * n, 1);
  const data = allocate(t.dtype, rows.length * width);
  rows.forEach((row, i) => data.set(t.data.subarray(row * width, (row + 1) * width), i * width));
  return new Tensor(data, [rows.length, ...t.shape.slice(1)], t.dtype);
}

/**
 * The samples of a fold. Of a table, means, categories and fills come from the rows that are trained on.
 *
 * @throws DataError, ShapeError where rows are missing
 */
export function foldSamples(data: Samples | TableData, { train, test }: Fold): FoldSamples {
  if (!("table" in data)) {
    const part = (rows: Int32Array): Samples => ({
      x: taken(data.x, rows),
      y: taken(data.y, rows),
    });
    return { train: part(train), test: part(test), preprocessing: null };
  }
  const { table, target, task, ...options } = data;
  const fitted = tabular(options).fit(takeRows(table, train), {
    target,
    ...(task !== undefined && { task }),
  });
  const part = (rows: Int32Array): Samples => {
    const { x, y } = fitted.transform(takeRows(table, rows));
    return { x, y: y! };
  };
  return { train: part(train), test: part(test), preprocessing: fitted.toConfig() };
}

/** Folds of tables, by data and folds: reading a table costs as much as some epochs, and the trials of a study share it. */
const known = /* @__PURE__ */ new WeakMap<object, WeakMap<object, (FoldSamples | undefined)[]>>();

/** A table's fold, kept; a fold of tensors, which is a copy of rows, is made anew: the data is in memory once, and one fold. */
function samplesOf(data: Samples | TableData, folds: readonly Fold[], i: number): FoldSamples {
  if (!("table" in data)) return foldSamples(data, folds[i]!);
  let byFolds = known.get(data);
  if (!byFolds) known.set(data, (byFolds = new WeakMap()));
  let list = byFolds.get(folds);
  if (!list) byFolds.set(folds, (list = []));
  return (list[i] ??= foldSamples(data, folds[i]!));
}

/** Root of the mean squared error in the target's own unit. */
async function unitError(model: AnyModel, test: Samples, fitted: FittedTabular): Promise<number> {
  const output = (await model.predict(test.x, { batchSize: 256 })) as Tensor;
  const { std } = fitted.target!;
  let sum = 0;
  for (let i = 0; i < output.data.length; i++) {
    const e = output.data[i]! - test.y.data[i]!;
    sum += e * e;
  }
  return std * Math.sqrt(sum / output.data.length);
}

function summarized(
  folds: readonly Readonly<Record<string, number>>[],
): Pick<CrossValidation, "mean" | "std"> {
  const names = Object.keys(folds[0]!);
  const means = names.map((name) => folds.reduce((sum, f) => sum + f[name]!, 0) / folds.length);
  const stds = names.map((name, k) => {
    const squares = folds.reduce(
      (sum, f) => sum + (f[name]! - means[k]!) * (f[name]! - means[k]!),
      0,
    );
    return folds.length > 1 ? Math.sqrt(squares / (folds.length - 1)) : 0;
  });
  const byName = (values: readonly number[]): Record<string, number> =>
    Object.fromEntries(names.map((name, k) => [name, values[k]!]));
  return { mean: byName(means), std: byName(stds) };
}

/** What the test rows give. */
async function resultOf(
  model: AnyModel,
  test: Samples,
  fitted: FittedTabular | null,
): Promise<Record<string, number>> {
  const result = await model.evaluate(test.x, test.y, { batchSize: 256 });
  if (fitted?.task === "regression") result["rmse"] = await unitError(model, test, fitted);
  return result;
}

/** Which of the results counts. @throws OptionError if it is none of them */
function scoreIn(result: Readonly<Record<string, number>>, score: string | null): number {
  const name = score ?? ("rmse" in result ? "rmse" : "loss");
  if (name in result) return result[name]!;
  throw new OptionError(
    `crossValidate: score must be one of ${Object.keys(result).join(", ")}, got "${name}"`,
  );
}

function told(trial: Trial | null | undefined, value: number, step: number): void {
  trial?.report(value, step);
  if (trial?.shouldPrune()) throw new TrialPruned();
}

/**
 * Trains a new model on each fold and tests it on the rows that were held out. Of a table, means, categories and fills come
 * from the rows that are trained on, never from those of the test. A table is read once for the same `data` and `folds`
 * objects: call it again with them, in every trial of a study. In threads, give what `foldSamples` made.
 *
 * @param build  gives a compiled model; called once a fold. Its seed, and the order of samples, come from the fold's number
 *               and `options.seed`
 * @param data   tensors, or a table with its target
 * @throws ShapeError, OptionError, and what fit throws; TrialPruned where `trial` is to be stopped
 *
 * @example
 *     const folds = tune.kFold(x.shape[0], { folds: 5 });
 *     const { score } = await tune.crossValidate(() => compiledModel(), { x, y }, folds, { epochs: 10 });
 */
export function crossValidate(
  build: (info: FoldInfo) => AnyModel | Promise<AnyModel>,
  data: Samples | TableData,
  folds: readonly Fold[],
  options?: CrossValidateOptions,
): Promise<CrossValidation>;
/** @param folds  what `foldSamples` made */
export function crossValidate(
  build: (info: FoldInfo) => AnyModel | Promise<AnyModel>,
  folds: readonly FoldSamples[],
  options?: CrossValidateOptions,
): Promise<CrossValidation>;
export async function crossValidate(
  build: (info: FoldInfo) => AnyModel | Promise<AnyModel>,
  data: Samples | TableData | readonly FoldSamples[],
  second: readonly Fold[] | CrossValidateOptions = {},
  third: CrossValidateOptions = {},
): Promise<CrossValidation> {
  if (Array.isArray(data)) {
    const folds = data as readonly FoldSamples[];
    return validated(build, folds.length, (i) => folds[i]!, second as CrossValidateOptions);
  }
  const own = data as Samples | TableData;
  const folds = second as readonly Fold[];
  checkRows("crossValidate", folds, "table" in own ? rowCount(own.table) : own.x.shape[0]!);
  return validated(build, folds.length, (i) => samplesOf(own, folds, i), third);
}

/** What was computed before and lies in the store; else computes it, and keeps it there. */
async function kept(
  store: Store | null,
  name: string,
  compute: () => Promise<Record<string, number>>,
): Promise<Record<string, number>> {
  const before = await store?.read(name);
  if (before) return JSON.parse(new TextDecoder().decode(before)) as Record<string, number>;
  const results = await compute();
  // JSON has no NaN: what diverged is computed again.
  if (Object.values(results).every(Number.isFinite))
    await store?.write(name, new TextEncoder().encode(JSON.stringify(results)));
  return results;
}

async function validated(
  build: (info: FoldInfo) => AnyModel | Promise<AnyModel>,
  count: number,
  samples: (fold: number) => FoldSamples,
  options: CrossValidateOptions,
): Promise<CrossValidation> {
  if (count === 0) throw new OptionError("crossValidate: must have folds, got none");
  const { score = null, trial, reportEvery = "fold", resume = false, ...rest } = options;
  checkName("crossValidate", "reportEvery", reportEvery, ["fold", "epoch"]);
  const { seed = trial?.seed ?? 0, epochs = 1, callbacks = [], ...fitting } = rest;
  const byEpoch = reportEvery === "epoch";
  const results: Record<string, number>[] = [];
  let sum = 0;
  const trained = async (fold: number): Promise<Record<string, number>> => {
    const { train, test, preprocessing } = samples(fold);
    const fitted = preprocessing && new FittedTabular(preprocessing);
    const model = await build({ fold, inputShape: train.x.shape.slice(1), fitted, train });
    if (!model.built) model.seed = seed + fold;
    const watch: Callback = {
      onEpochEnd: async (epoch) => {
        if (epoch + 1 < epochs)
          told(trial, scoreIn(await resultOf(model, test, fitted), score), epoch);
      },
    };
    const own = [...callbacks];
    if (trial && byEpoch && fold === 0) own.push(watch);
    if (trial && resume) own.push(backupAndRestore(within(trial.checkpoints, `fold${fold}-`)));
    try {
      await model.fit(train.x, train.y, {
        ...fitting,
        epochs,
        callbacks: own,
        seed: seed + fold,
      });
      return await resultOf(model, test, fitted);
    } finally {
      model.release();
    }
  };
  const store = resume && trial ? trial.checkpoints : null;
  for (let fold = 0; fold < count; fold++) {
    results.push(await kept(store, `results-of-fold${fold}`, () => trained(fold)));
    sum += scoreIn(results[fold]!, score);
    const step = byEpoch ? (fold + 1) * epochs - 1 : fold;
    if (fold + 1 < count) told(trial, sum / (fold + 1), step);
    else trial?.report(sum / count, step);
  }
  return { folds: results, ...summarized(results), score: sum / count };
}
