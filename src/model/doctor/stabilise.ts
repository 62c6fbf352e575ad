import { OptionError, withDefaults } from "../../errors.ts";
import type { LossName } from "../../losses/catalogue.gen.ts";
import { losses } from "../../losses/catalogue.gen.ts";
import type { Loss } from "../../losses/defineLoss.ts";
import type { Metric } from "../../metrics/defineMetric.ts";
import { byName } from "../../names.ts";
import { type AdamOptions, adam } from "../../optim/adam.ts";
import type { CommonOptions } from "../../optim/commonOptions.ts";
import type { TensorLike } from "../../tensor/tensor.ts";
import { reduceLROnPlateau } from "../../train/callbacks/reduceLROnPlateau.ts";
import type { Dataset } from "../../train/data/dataset.ts";
import type { Description } from "../../train/data/described.ts";
import type { DataLike } from "../data.ts";
import type { FitOptions } from "../fitOptions.ts";
import type { AnyModel } from "../model.ts";
import { dataAndOptions } from "./dataAndOptions.ts";
import { short } from "./finding.ts";
import { noiseOf } from "./judgeHistory.ts";
import { type Build, REMEDIES, type Remedy } from "./remedies.ts";

/** Options of `stabilise`. */
export interface StabiliseOptions {
  loss: LossName | Loss;
  /** Share of the samples, the last ones, that is validated with. Default .2; a dataset needs validationData. */
  validationSplit: number;
  /** In place of it: [x, y], or a dataset. */
  validationData: readonly [DataLike, DataLike, TensorLike?] | Dataset | null;
  /** Adam's options in all trainings, unless the remedy changes them. Default learningRate 0.001, beta2 0.999. */
  adam: Partial<AdamOptions & CommonOptions>;
  /** Default 32. */
  batchSize: number;
  /** At least 10. Default 40. */
  epochs: number;
  /** Seeds of the trainings, of first weights and orders. Default 1 to 5. */
  seeds: readonly number[];
  /** Default {@link REMEDIES}; the first is what the others are held against. */
  remedies: readonly Remedy[];
  /** Called after each training. */
  onRun: ((done: number, of: number) => void) | null;
}

/** How a remedy did: medians over the seeds. Losses are the validation's, without penalties. */
export interface RemedyResult {
  readonly remedy: Remedy;
  /** Deviation of the last ten losses, with any slope they have. */
  readonly spread: number;
  /** Deviation of their jumps from epoch to epoch, without slope and bend, as a part of their mean. */
  readonly noise: number;
  /** Lowest loss of any epoch. */
  readonly best: number;
  /** Mean of the last ten losses. */
  readonly late: number;
  /** Losses by seed and epoch. */
  readonly curves: readonly (readonly number[])[];
}

/** A table of remedies, and which one to take. */
export interface Stabilised {
  readonly results: readonly RemedyResult[];
  /** The calmest of those that learn as well as the plain training does; null where that is the plain one. */
  readonly recommended: RemedyResult | null;
  /** The table with its recommendation. */
  toString(): string;
}

/** Losses that are looked at in the end. */
const LAST = 10;
/** A best loss that is worse by more than this part has not been stabilised, it has stopped learning. */
const AS_GOOD = 0.05;
/** Calmer by less than this part of the jumps is no reason to change anything. */
const CALMER = 0.1;

/** A loss as a metric: the validation loss without penalties, which differ between remedies. */
function metricOf(loss: Loss): Metric {
  return {
    kind: "validated",
    options: {},
    labels: loss.labels,
    terms: (target, output) => [loss.call(target, output)],
    result: ([sum], weight) => sum! / weight,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function deviation(values: readonly number[]): { mean: number; std: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, v) => sum + (v - mean) * (v - mean), 0);
  return { mean, std: Math.sqrt(squares / values.length) };
}

/**
 * Tries the remedies for a validation loss that fluctuates, each alone, from equal first weights and over several
 * seeds. A rate near 0 is calm and useless: the table has the best loss beside the spread, and the recommendation
 * asks for both. A loss that still falls has a spread as well, so what is compared are the jumps.
 *
 * @param build  makes the model anew for each training, not compiled, with its dropout and l2
 * @throws OptionError without a loss, RangeError for fewer than 10 epochs
 *
 * @example
 *     const tried = await stabilise(
 *       ({ seed, dropout: rate, l2: strength }) => sequential([
 *         dense({ units: 64, activation: "relu", kernelRegularizer: l2({ l2: strength }) }),
 *         dropout({ rate }),
 *         dense({ units: 10, activation: "softmax" }),
 *       ], { seed }),
 *       x, y, { loss: "sparseCategoricalCrossentropy" });
 *     console.log(String(tried));
 */
export async function stabilise(
  build: (what: Build) => AnyModel,
  x: DataLike,
  y: DataLike,
  options: Partial<StabiliseOptions> & Pick<StabiliseOptions, "loss">,
): Promise<Stabilised>;
/** The same on a dataset without batches, which holds the labels. */
export async function stabilise(
  build: (what: Build) => AnyModel,
  data: Dataset,
  options: Partial<StabiliseOptions> & Pick<StabiliseOptions, "loss">,
): Promise<Stabilised>;
export async function stabilise(
  build: (what: Build) => AnyModel,
  x: DataLike | Dataset,
  y: DataLike | Partial<StabiliseOptions>,
  third?: Partial<StabiliseOptions>,
): Promise<Stabilised> {
  const { data, labels, given } = dataAndOptions<StabiliseOptions>("stabilise", x, y, third);
  const options = withDefaults<Omit<StabiliseOptions, "loss"> & { loss: LossName | Loss | null }>(
    "stabilise",
    {
      loss: null,
      validationSplit: 0.2,
      validationData: null,
      adam: {},
      batchSize: 32,
      epochs: 40,
      seeds: [1, 2, 3, 4, 5],
      remedies: REMEDIES,
      onRun: null,
    },
    given,
  );
  if (labels === null) checkDataset(data as Description, options.validationData);
  const { epochs, seeds, remedies } = options;
  if (options.loss === null) throw new OptionError("stabilise: loss must be given, got none");
  if (!Number.isInteger(epochs) || epochs < LAST)
    throw new RangeError(`stabilise: epochs must be a whole number >= ${LAST}, got ${epochs}`);
  if (seeds.length === 0 || remedies.length === 0)
    throw new OptionError("stabilise: seeds and remedies must not be empty");
  const loss =
    typeof options.loss === "string"
      ? byName("stabilise", "loss", losses, options.loss)()
      : options.loss;
  const results: RemedyResult[] = [];
  let done = 0;
  for (const remedy of remedies) {
    const curves: number[][] = [];
    for (const seed of seeds) {
      curves.push(await curveOf(build, [x, labels], options, loss, remedy, seed));
      options.onRun?.(++done, remedies.length * seeds.length);
    }
    results.push(resultOf(remedy, curves));
  }
  const recommended = recommend(results);
  return { results, recommended, toString: () => tableText(results, recommended) };
}

/** @throws OptionError */
function checkDataset({ stage }: Description, validationData: unknown): void {
  if (stage.batching)
    throw new OptionError("stabilise: a dataset must have no batches, as remedies change them");
  if (validationData === null) {
    throw new OptionError(
      "stabilise: a dataset needs validationData; split() gives two parts of one",
    );
  }
}

async function curveOf(
  build: (what: Build) => AnyModel,
  [x, y]: readonly [DataLike | Dataset, DataLike | null],
  options: Omit<StabiliseOptions, "loss">,
  loss: Loss,
  remedy: Remedy,
  seed: number,
): Promise<number[]> {
  const model = build({ seed, dropout: remedy.dropout ?? 0, l2: remedy.l2 ?? 0 });
  try {
    model.compile({
      optimizer: adam({ learningRate: 1e-3, ...options.adam, ...remedy.adam }),
      loss,
      metrics: [metricOf(loss)],
    });
    const fitOptions: FitOptions = {
      epochs: options.epochs,
      batchSize: remedy.batchSize ?? options.batchSize,
      ...(options.validationData
        ? { validationData: options.validationData }
        : { validationSplit: options.validationSplit }),
      seed,
      callbacks: remedy.plateau
        ? [reduceLROnPlateau({ monitor: "val_validated", mode: "min", factor: 0.2, patience: 5 })]
        : [],
    };
    const { history } =
      y === null
        ? await model.fit(x as Dataset, fitOptions)
        : await model.fit(x as DataLike, y, fitOptions);
    return history["val_validated"]!;
  } finally {
    model.release();
  }
}

function resultOf(remedy: Remedy, curves: readonly (readonly number[])[]): RemedyResult {
  const late = curves.map((curve) => deviation(curve.slice(-LAST)));
  return {
    remedy,
    spread: median(late.map((d) => d.std)),
    noise: median(curves.map((curve) => noiseOf(curve.slice(-LAST)))),
    best: median(curves.map((curve) => Math.min(...curve))),
    late: median(late.map((d) => d.mean)),
    curves,
  };
}

function isAsGood(one: RemedyResult, base: RemedyResult): boolean {
  return one.best <= base.best + AS_GOOD * Math.abs(base.best);
}

function recommend(results: readonly RemedyResult[]): RemedyResult | null {
  const [base, ...rest] = results;
  let chosen: RemedyResult | null = null;
  for (const one of rest) {
    if (!isAsGood(one, base!) || one.late > base!.late * (1 + AS_GOOD)) continue;
    if (one.noise < (chosen?.noise ?? base!.noise * (1 - CALMER))) chosen = one;
  }
  return chosen;
}

function tableText(results: readonly RemedyResult[], recommended: RemedyResult | null): string {
  const base = results[0]!;
  const verdict = (one: RemedyResult): string => {
    if (one === base) return "";
    if (one === recommended) return "recommended";
    if (!isAsGood(one, base)) return "learns worse";
    return one.noise < base.noise * (1 - CALMER) ? "calmer" : "no calmer";
  };
  const rows = [
    ["", "remedy", "spread", "jumps", "best loss", "late loss", ""],
    ...results.map((one) => [
      one.remedy.number === 0 ? "" : `${one.remedy.number}`,
      one.remedy.name,
      one.spread.toFixed(4),
      `${(100 * one.noise).toFixed(1)} %`,
      one.best.toFixed(4),
      one.late.toFixed(4),
      verdict(one),
    ]),
  ];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const left = (i: number): boolean => i === 1 || i === 6;
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (left(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
  const seeds = base.curves.length;
  const advice = recommended
    ? `Take ${recommended.remedy.name}: the last ${LAST} validation losses jump by ${short(100 * recommended.noise)} % in place of ${short(100 * base.noise)} %, and the best loss is ${short(recommended.best)} (${short(base.best)} before).`
    : "None is calmer without learning worse: leave it as it is.";
  return [
    ...lines,
    `Medians of ${seeds === 1 ? "1 seed" : `${seeds} seeds`}, validation losses without penalties.`,
    advice,
  ].join("\n");
}
