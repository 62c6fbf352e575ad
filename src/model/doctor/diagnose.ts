import { NonFiniteError, OptionError, withDefaults } from "../../errors.ts";
import type { Dataset } from "../../train/data/dataset.ts";
import type { DataLike } from "../data.ts";
import type { AnyModel } from "../model.ts";
import { doctor } from "./doctor.ts";
import { type Finding, findingsText, short } from "./finding.ts";
import { dataAndOptions } from "./dataAndOptions.ts";
import { type LearningRateRange, RANGE_DEFAULTS, rangeOver } from "./learningRateRange.ts";
import { TrialBatches, restored } from "./trial.ts";

/** Options of `diagnose`. */
export interface DiagnoseOptions {
  /** Samples in a batch; null: the dataset's own, or 32. Default null. */
  batchSize: number | null;
  /** Steps of the trial training that is watched. Default 60; 0 for none. */
  steps: number;
  /** Steps in which one batch must be learnt by heart. Default 150; 0 for none. */
  overfitSteps: number;
  /** Look for a learning rate, and compare the optimizer's with it. Default true. */
  learningRate: boolean;
  /** Samples that are looked at, at most. Default 4096. */
  rows: number;
  /** Order of the samples, dropout masks. Default: the model's. */
  seed: number | null;
}

/** What a model and its data have been found to have. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** Losses over learning rates; null where they were not asked for. */
  readonly range: LearningRateRange | null;
  /** The findings as lines, the worst first; "" where there are none. */
  toString(): string;
}

/** A loss that one batch was to be learnt by heart from must fall to this part. */
const BY_HEART = 0.5;
/** Or in the last third of the steps still fall by this part of what it was at first. */
const STILL_FALLS = 0.05;
/** A smoothed loss below this part of the first has fallen. */
const FALLEN = 0.98;
/** Rates that are this many times the suggested one, or this part of it, are named. */
const [MUCH_HIGHER, MUCH_LOWER] = [100, 1e-3];

/** On a dataset, which holds the labels. */
export async function diagnose(
  model: AnyModel,
  data: Dataset,
  options?: Partial<DiagnoseOptions>,
): Promise<Diagnosis>;
/**
 * Looks for what keeps a model from learning: data, first weights, a short trial training, whether one batch can be
 * learnt by heart, and the learning rate. Weights and optimizer are left as they were.
 *
 * @param x  samples, arrays of one kind or another; of several inputs a list or an object. Or a dataset, of which
 *           `rows` samples are read
 * @throws OptionError before compile
 *
 * @example
 *     const { findings } = await diagnose(model, x, y);
 *     for (const { code, layer, message, cure } of findings) console.log(code, layer, message, cure);
 */
export async function diagnose(
  model: AnyModel,
  x: DataLike,
  y: DataLike,
  options?: Partial<DiagnoseOptions>,
): Promise<Diagnosis>;
export async function diagnose(
  model: AnyModel,
  x: DataLike | Dataset,
  y?: DataLike | Partial<DiagnoseOptions>,
  third?: Partial<DiagnoseOptions>,
): Promise<Diagnosis> {
  const { data, labels, given } = dataAndOptions<DiagnoseOptions>("diagnose", x, y, third);
  const options = withDefaults<DiagnoseOptions>(
    "diagnose",
    { batchSize: null, steps: 60, overfitSteps: 150, learningRate: true, rows: 4096, seed: null },
    given,
  );
  for (const name of ["steps", "overfitSteps", "rows"] as const) {
    if (!Number.isInteger(options[name]) || options[name] < 0)
      throw new OptionError(`diagnose: ${name} must be a whole number >= 0, got ${options[name]}`);
  }
  const { rows, steps } = options;
  const seed = options.seed ?? model.seed;
  const trial = { batchSize: options.batchSize, rows, seed };
  const batches = await TrialBatches.of("diagnose", model, data, labels, trial);
  const { samples, batchSize, typical } = batches;
  // A page that only watches its trainings does not download what looks at data and first values.
  const { checkData } = await import("./checkData.ts");
  const { checkInitializers } = await import("./checkInitializers.ts");
  const findings: Finding[] = [...checkData(model, samples, typical), ...checkInitializers(model)];
  let range: LearningRateRange | null = null;
  const stopped = steps > 0 && (await watch(model, batches, steps, seed, findings));
  // Where the first steps already fail, what follows would only say so again.
  if (!stopped) {
    if (options.overfitSteps > 0)
      await byHeart(model, batches, options.overfitSteps, seed, findings);
    if (options.learningRate) {
      range = await rangeOver(model, batches, { ...RANGE_DEFAULTS, batchSize, seed });
      judgeRate(model, range, findings);
    }
  }
  return { findings, range, toString: () => findingsText(findings) };
}

function nonFinite({ message, place }: NonFiniteError): Finding {
  return {
    code: "nonFinite",
    severity: "error",
    layer: place?.layer ?? null,
    message: `${place?.text ?? message}`,
    value: Number.NaN,
    cure: "lower the learning rate, clip gradients (globalClipNorm: 1), or scale the inputs",
  };
}

/** A trial training under a doctor's eyes. @returns whether it broke off */
async function watch(
  model: AnyModel,
  { samples, batchSize }: TrialBatches,
  steps: number,
  seed: number,
  findings: Finding[],
): Promise<boolean> {
  const watching = doctor({ every: 5, print: null });
  const controller = new AbortController();
  let taken = 0;
  const stop = { onBatchEnd: () => void (++taken >= steps && controller.abort(stop)) };
  return restored(model, async () => {
    try {
      await model.fit(samples.x as never, samples.y as never, {
        epochs: Math.ceil(steps / Math.max(1, Math.floor(samples.rows / batchSize))),
        batchSize,
        seed,
        ...(samples.weight && { sampleWeight: samples.weight }),
        callbacks: [watching, stop],
        signal: controller.signal,
      });
      return false;
    } catch (error) {
      if (error === stop) return false;
      if (!(error instanceof NonFiniteError)) throw error;
      findings.push(nonFinite(error));
      return true;
    } finally {
      watching.onTrainEnd?.({});
      // In so few steps a loss need not fall, nor need units have woken.
      findings.push(...watching.findings.filter((f) => f.code !== "notLearning"));
    }
  });
}

/** Whether one batch can be learnt by heart: what cannot do this cannot learn at all. */
async function byHeart(
  model: AnyModel,
  batches: TrialBatches,
  steps: number,
  seed: number,
  findings: Finding[],
): Promise<void> {
  const batch = batches.next();
  await restored(model, async () => {
    let [first, lowest, earlier] = [Number.NaN, Infinity, Infinity];
    try {
      for (let i = 0; i < steps && !(lowest < BY_HEART * first); i++) {
        const loss = await batches.trainOn(model, batch, seed);
        if (i === 0) first = loss;
        lowest = Math.min(lowest, loss);
        if (i < (2 / 3) * steps) earlier = lowest;
      }
    } catch (error) {
      if (!(error instanceof NonFiniteError)) throw error;
      findings.push(nonFinite(error));
      return;
    }
    // A model that knows its data already has nothing to fall from.
    if (lowest < BY_HEART * first || !(first > 1e-3)) return;
    // A small rate is slow, and gets there.
    if (earlier - lowest > STILL_FALLS * first) return;
    findings.push({
      code: "cannotOverfitOneBatch",
      severity: "warning",
      layer: null,
      message: `${steps} steps on one batch only brought its loss from ${short(first)} to ${short(lowest)}`,
      value: lowest / first,
      cure: "check that labels belong to their samples, that loss and last activation match, the learning rate, and whether regularization or dropout is too strong",
    });
  });
}

function judgeRate(model: AnyModel, range: LearningRateRange, findings: Finding[]): void {
  const rate = model.learningRate * model.learningRateFactor;
  const { suggested, diverges } = range;
  if (Number.isNaN(suggested) || rate === 0) return;
  const say = (code: "learningRateTooHigh" | "learningRateTooLow", message: string): void =>
    void findings.push({
      code,
      severity: "warning",
      layer: null,
      message,
      value: rate,
      cure: `try about ${short(suggested)}`,
    });
  // Where a loss is noisy the steepest place may be anywhere: what counts is what it was at that rate.
  const at = range.rates.findIndex((r) => r >= rate);
  const there = at === -1 ? Number.NaN : range.smoothed[at]! / range.smoothed[0]!;
  if (rate >= diverges || (rate > MUCH_HIGHER * suggested && !(there < 1)))
    say(
      "learningRateTooHigh",
      diverges < Infinity
        ? `at ${short(rate)}; the loss explodes at ${short(diverges)}`
        : `at ${short(rate)}, the loss no longer falls`,
    );
  else if (rate < MUCH_LOWER * suggested && !(there < FALLEN))
    say("learningRateTooLow", `${short(rate)} moves hardly anything`);
}
