import { OptionError } from "../../errors.ts";
import { type Table, rowCount, takeRows } from "../../io/table.ts";
import type { AnyModel } from "../../model/model.ts";
import type { FitOptions } from "../../model/fitOptions.ts";
import { allocate } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Samples } from "../../train/split.ts";
import {
  type FittedTabular,
  type TabularFitOptions,
  tabular,
  type TabularOptions,
} from "../../train/tabular.ts";
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

/** A fold's samples. */
interface Prepared {
  readonly train: Samples;
  readonly test: Samples;
  readonly fitted: FittedTabular | null;
}

function taken(t: Tensor, rows: Int32Array): Tensor {
  const width = t.shape.slice(1).reduce((size, n) => size * n, 1);
  const data = allocate(t.dtype, rows.length * width);
  rows.forEach((row, i) => data.set(t.data.subarray(row * width, (row + 1) * width), i * width));
  return new Tensor(data, [rows.length, ...t.shape.slice(1)], t.dtype);
}

function prepared(data: Samples | TableData, { train, test }: Fold): Prepared {
  if (!("table" in data)) {
    const part = (rows: Int32Array): Samples => ({
      x: taken(data.x, rows),
      y: taken(data.y, rows),
    });
    return { train: part(train), test: part(test), fitted: null };
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
  return { train: part(train), test: part(test), fitted };
}

/** Folds that were prepared before, by data and folds: the trials of a study share them. */
const known = /* @__PURE__ */ new WeakMap<object, WeakMap<object, (Prepared | undefined)[]>>();

function preparedFold(data: Samples | TableData, folds: readonly Fold[], i: number): Prepared {
  let byFolds = known.get(data);
  if (!byFolds) known.set(data, (byFolds = new WeakMap()));
  let list = byFolds.get(folds);
  if (!list) byFolds.set(folds, (list = []));
  return (list[i] ??= prepared(data, folds[i]!));
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

/**
 * Trains a new model on each fold and tests it on the rows that were held out. Of a table, means, categories and fills come
 * from the rows that are trained on, never from those of the test. Samples are prepared once for the same `data` and `folds`
 * objects: call it again with them, in every trial of a study.
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
export async function crossValidate(
  build: (info: FoldInfo) => AnyModel | Promise<AnyModel>,
  data: Samples | TableData,
  folds: readonly Fold[],
  options: CrossValidateOptions = {},
): Promise<CrossValidation> {
  const subject = "crossValidate";
  checkRows(subject, folds, "table" in data ? rowCount(data.table) : data.x.shape[0]!);
  const { score, trial, ...rest } = options;
  const { seed = trial?.seed ?? 0, ...fitting } = rest;
  const results: Record<string, number>[] = [];
  let counted = score ?? null;
  let mean = 0;
  for (let fold = 0; fold < folds.length; fold++) {
    const { train, test, fitted } = preparedFold(data, folds, fold);
    const inputShape = train.x.shape.slice(1);
    const model = await build({ fold, inputShape, fitted, train });
    if (!model.built) model.seed = seed + fold;
    try {
      await model.fit(train.x, train.y, { ...fitting, seed: seed + fold });
      const result = await model.evaluate(test.x, test.y, { batchSize: 256 });
      if (fitted?.task === "regression") result["rmse"] = await unitError(model, test, fitted);
      counted ??= "rmse" in result ? "rmse" : "loss";
      if (!(counted in result)) {
        throw new OptionError(
          `${subject}: score must be one of ${Object.keys(result).join(", ")}, got "${counted}"`,
        );
      }
      results.push(result);
    } finally {
      model.release();
    }
    mean = results.reduce((sum, r) => sum + r[counted!]!, 0) / results.length;
    trial?.report(mean, fold);
    if (fold + 1 < folds.length && trial?.shouldPrune()) throw new TrialPruned();
  }
  return { folds: results, ...summarized(results), score: mean };
}
