import { NonFiniteError, OptionError, withDefaults } from "../errors.ts";
import { Random } from "../math/random.ts";
import { regionsOf } from "../memory/regions.ts";
import { yieldToLoop } from "../runtime/platform.ts";
import { type TensorLike, tensor } from "../tensor/tensor.ts";
import { rowsOf } from "../train/arrays.ts";
import type { Callback, TrainingInfo } from "../train/callbacks.ts";
import { History } from "../train/history.ts";
import { batchSizeFor } from "./batchSize.ts";
import { type Samples, samplesFor } from "./data.ts";
import { evaluateFeed, stepsFor } from "./evaluate.ts";
import { feedOf } from "./feed.ts";
import { RunningMeans } from "./means.ts";
import type { Model } from "./model.ts";
import { ResidentData } from "./resident.ts";
import { Turns } from "./turns.ts";

/** Options of `fit`. */
export interface FitOptions {
  /** Passes over the data. Default 1. */
  epochs?: number;
  /** Samples in a batch: a number (1: stochastic descent), or "all" (batch descent). Default 32. */
  batchSize?: number | "all";
  /** Share of the samples, the last ones before shuffling, that is kept for validation. Default 0. */
  validationSplit?: number;
  /** Samples for validation: [x, y] or [x, y, sampleWeight]. Takes precedence over validationSplit. */
  validationData?: readonly [TensorLike, TensorLike, TensorLike?] | null;
  /** New order each epoch. Default true. */
  shuffle?: boolean;
  /** Decides the order of the samples, the dropout masks, and the first values of a model that is not built yet. */
  seed?: number;
  /** A weight for each class: `{ 0: 1, 1: 5 }`. For integer labels. */
  classWeight?: Readonly<Record<number, number>> | null;
  /** A weight for each sample. */
  sampleWeight?: TensorLike;
  callbacks?: readonly Callback[];
  /** Aborting it ends the training after the running batch with the signal's reason. */
  signal?: AbortSignal | null;
  /** What to do at a loss that is NaN or infinite. Default "throw". */
  onNonFinite?: "throw" | "skip" | "stop";
  /** 1 prints a line an epoch. Default 0. */
  verbose?: 0 | 1;
}

const DEFAULTS: Required<Omit<FitOptions, "sampleWeight" | "seed">> &
  Pick<FitOptions, "sampleWeight" | "seed"> = {
  epochs: 1,
  batchSize: 32,
  validationSplit: 0,
  validationData: null,
  shuffle: true,
  seed: undefined,
  classWeight: null,
  sampleWeight: undefined,
  callbacks: [],
  signal: null,
  onNonFinite: "throw",
  verbose: 0,
};

/** Stream of the generator that shuffles; streams below are the variables'. */
const SHUFFLE_STREAM = 0x5348_5546;

function weightsOfClasses(
  samples: Samples,
  classWeight: Readonly<Record<number, number>>,
): Samples {
  const labels = samples.y.data;
  if (samples.y.dtype !== "int32" || labels.length !== samples.rows) {
    throw new OptionError("fit: classWeight needs one integer label a sample; use sampleWeight");
  }
  const weights = new Float32Array(samples.rows);
  for (let i = 0; i < weights.length; i++) {
    weights[i] = (classWeight[labels[i]!] ?? 1) * (samples.weight?.data[i] ?? 1);
  }
  return { ...samples, weight: tensor(weights) };
}

/** Training samples, and those that are kept for validation. */
function split(
  model: Model,
  x: TensorLike,
  y: TensorLike,
  options: typeof DEFAULTS,
): [Samples, Samples | null] {
  let all = samplesFor("fit", model, x, y, options.sampleWeight);
  if (options.classWeight) all = weightsOfClasses(all, options.classWeight);
  if (options.validationData) {
    const [vx, vy, vw] = options.validationData;
    const held = samplesFor("fit: validationData", model, vx, vy, vw);
    if ((held.weight === null) === (all.weight === null)) return [all, held];
    // One kind of plan serves both: weights of 1 change nothing.
    const filled = (s: Samples): Samples => ({
      ...s,
      weight: s.weight ?? tensor(new Float32Array(s.rows).fill(1)),
    });
    return [filled(all), filled(held)];
  }
  const share = options.validationSplit;
  if (!(share >= 0 && share < 1))
    throw new RangeError(`fit: validationSplit must lie in [0, 1), got ${share}`);
  if (share === 0) return [all, null];
  const at = Math.floor(all.rows * (1 - share));
  if (at < 1 || at === all.rows) {
    throw new RangeError(
      `fit: validationSplit ${share} of ${all.rows} samples leaves one part empty; give more data`,
    );
  }
  const part = (from: number, to: number): Samples => ({
    x: rowsOf(all.x, from, to),
    y: rowsOf(all.y, from, to),
    weight: all.weight && rowsOf(all.weight, from, to),
    rows: to - from,
  });
  return [part(0, at), part(at, all.rows)];
}

function prefixed(results: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [`val_${name}`, value]));
}

/** Trains a model; see `Model.fit`. */
export async function fit(
  model: Model,
  x: TensorLike,
  y: TensorLike,
  given: FitOptions,
): Promise<History> {
  const options = withDefaults("fit", DEFAULTS, given);
  const { epochs, callbacks, signal } = options;
  if (!Number.isInteger(epochs) || epochs < 0) {
    throw new RangeError(`fit: epochs must be a whole number >= 0, got ${String(epochs)}`);
  }
  if (options.seed !== undefined && !model.built) model.seed = options.seed;
  const seed = options.seed ?? model.seed;
  const [samples, held] = split(model, x, y, options);
  const batch = batchSizeFor("fit", options.batchSize, samples.rows);
  const evaluateBatch = held ? batchSizeFor("fit", options.batchSize, held.rows) : 0;

  const weighted = samples.weight !== null;
  const runner = await model.runner(weighted);
  const optimizer = runner.optimizer!;
  const { metrics } = model.objective(weighted);
  const plans = [
    ...stepsFor("train", samples.rows, batch),
    ...(held ? stepsFor("evaluate", held.rows, evaluateBatch) : []),
  ];
  regionsOf(runner.engine).require("fit", {
    data: ResidentData.bytes([samples, held]),
    [`activations of a batch of ${batch}`]: runner.missingBytes(plans),
  });
  const data = new ResidentData(runner.engine);
  const history = new History();
  if (options.batchSize !== "all" && options.batchSize > batch) {
    history.notices.push(
      `fit: batchSize ${options.batchSize} is more than the ${samples.rows} samples; ${batch} is used`,
    );
  }
  try {
    const feed = feedOf(data, samples);
    const heldFeed = held && feedOf(data, held);
    runner.prepare(plans, feed.dtypes);
    const means = new RunningMeans(metrics, runner.metricTerms, weighted);
    const order = Int32Array.from({ length: samples.rows }, (_, i) => i);
    const steps = Math.ceil(samples.rows / batch);
    const info: TrainingInfo = { epochs, steps, batchSize: batch, samples: samples.rows };
    const onBatchEnd = callbacks.filter((c) => c.onBatchEnd);
    for (const c of callbacks) c.setModel?.(model);
    for (const c of callbacks) await c.onTrainBegin?.(info);
    let plan = runner.plan("train", batch, feed.dtypes);
    const turns = new Turns();
    training: for (let epoch = 0; epoch < epochs; epoch++) {
      const started = performance.now();
      for (const c of callbacks) await c.onEpochBegin?.(epoch);
      if (options.shuffle) new Random(seed, SHUFFLE_STREAM + epoch).shuffle(order);
      const orderAddress = data.setOrder(order);
      means.reset();
      for (let step = 0; step < steps; step++) {
        signal?.throwIfAborted();
        const from = step * batch;
        const count = Math.min(batch, samples.rows - from);
        if (step === 0 || count < batch) {
          plan = runner.plan("train", count, feed.dtypes);
          runner.bind(plan, feed.source, orderAddress);
        }
        const finite = runner.trainStep(plan, from, seed);
        if (!finite) {
          if (options.onNonFinite === "stop") break training;
          if (options.onNonFinite === "throw") {
            throw new NonFiniteError(
              `fit: the loss is ${runner.scalar(plan, "loss")} at epoch ${epoch + 1}, batch ${step + 1}; ${runner.locateNonFinite(feed.source, orderAddress, from, count, feed.dtypes)}; try a smaller learningRate, globalClipNorm: 1, or scaled inputs`,
            );
          }
        } else means.add(plan, count);
        for (let i = 0; i < onBatchEnd.length; i++)
          await onBatchEnd[i]!.onBatchEnd!(step, means.results());
        if (turns.due()) {
          await yieldToLoop();
          turns.taken();
        }
      }
      const results = means.results();
      const norm = optimizer.takeGradientNorm();
      if (norm !== null) results["gradientNorm"] = norm;
      if (heldFeed) {
        optimizer.swapAverage();
        const held = await evaluateFeed(runner, heldFeed, evaluateBatch, metrics);
        optimizer.swapAverage();
        Object.assign(results, prefixed(held));
      }
      results["learning_rate"] = optimizer.learningRate;
      optimizer.endEpoch();
      const seconds = (performance.now() - started) / 1000;
      history.push(epoch, results, seconds);
      for (const c of callbacks) await c.onEpochEnd?.(epoch, results);
      if (options.verbose) console.log(epochLine(epoch, epochs, seconds, results));
    }
    optimizer.adoptAverage();
    const last = Object.fromEntries(
      Object.keys(history.history).map((name) => [name, history.last(name)]),
    );
    for (const c of callbacks) await c.onTrainEnd?.(last);
    return history;
  } finally {
    data.free();
  }
}

function epochLine(
  epoch: number,
  epochs: number,
  seconds: number,
  results: Readonly<Record<string, number>>,
): string {
  const values = Object.entries(results).map(
    ([name, value]) => `${name} ${Number(value.toPrecision(4))}`,
  );
  return `epoch ${epoch + 1}/${epochs}  ${seconds.toFixed(2)} s  ${values.join("  ")}`;
}
