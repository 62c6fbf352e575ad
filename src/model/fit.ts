import { NonFiniteError, OptionError, withDefaults } from "../errors.ts";
import { Random } from "../math/random.ts";
import { regionsOf } from "../memory/regions.ts";
import { yieldToLoop } from "../runtime/platform.ts";
import { type TensorLike, tensor } from "../tensor/tensor.ts";
import { rowsOf } from "../train/arrays.ts";
import type { Callback, TrainingInfo } from "../train/callbacks.ts";
import type { Dataset } from "../train/data/dataset.ts";
import { type Description, descriptionOf } from "../train/data/described.ts";
import { SHUFFLE_STREAM } from "../train/data/shuffleStream.ts";
import { History } from "../train/history.ts";
import { batchSizeFor } from "./batchSize.ts";
import { type DataLike, type Samples, samplesFor } from "./data.ts";
import type { DatasetOptions } from "./datasetFeed.ts";
import { evaluateFeed } from "./evaluate.ts";
import { type Feed, type FeedSource, residentSource } from "./feed.ts";
import { lazySource } from "./lazySource.ts";
import { RunningMeans } from "./means.ts";
import type { AnyModel } from "./model.ts";
import { locateNonFinite } from "./nonFinite.ts";
import { ResidentData } from "./resident.ts";
import type { BatchSource } from "./runner.ts";
import { Turns } from "./turns.ts";

/** Options of `fit`. */
export interface FitOptions {
  /** Passes over the data. Default 1. */
  epochs?: number;
  /** Samples in a batch: a number (1: stochastic descent), or "all" (batch descent). Default 32. */
  batchSize?: number | "all";
  /** Share of the samples, the last ones before shuffling, that is kept for validation. Default 0. */
  validationSplit?: number;
  /** Samples for validation: [x, y], [x, y, sampleWeight] or a dataset. Takes precedence over validationSplit. */
  validationData?: readonly [DataLike, DataLike, TensorLike?] | Dataset | null;
  /** New order each epoch. Default true. A dataset has its own. */
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

function weightsOfClasses(
  samples: Samples,
  classWeight: Readonly<Record<number, number>>,
): Samples {
  const [y] = samples.y;
  const labels = y!.data;
  if (samples.y.length > 1 || y!.dtype !== "int32" || labels.length !== samples.rows) {
    throw new OptionError("fit: classWeight needs one integer label a sample; use sampleWeight");
  }
  const weights = new Float32Array(samples.rows);
  for (let i = 0; i < weights.length; i++) {
    weights[i] = (classWeight[labels[i]!] ?? 1) * (samples.weight?.data[i] ?? 1);
  }
  return { ...samples, weight: tensor(weights) };
}

/** Training samples, and those that are kept for validation by `validationSplit`. */
function split(all: Samples, share: number): [Samples, Samples | null] {
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
    x: all.x.map((t) => rowsOf(t, from, to)),
    y: all.y.map((t) => rowsOf(t, from, to)),
    weight: all.weight && rowsOf(all.weight, from, to),
    rows: to - from,
  });
  return [part(0, at), part(at, all.rows)];
}

/** An order of all rows that is shuffled further in each epoch. */
function shuffled(rows: number, seed: number): (epoch: number) => Int32Array {
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  return (epoch) => new Random(seed, SHUFFLE_STREAM + epoch).shuffle(order);
}

/** Options that only arrays have. */
const ARRAY_OPTIONS = ["validationSplit", "shuffle", "sampleWeight"] as const;

/** What is trained on, and what is validated with. */
async function sourcesOf(
  model: AnyModel,
  x: DataLike | Description,
  y: DataLike | null,
  options: typeof DEFAULTS,
  given: FitOptions,
): Promise<[FeedSource, FeedSource | null]> {
  const { classWeight, validationData } = options;
  const weighed = (samples: Samples): Samples =>
    classWeight ? weightsOfClasses(samples, classWeight) : samples;
  const sourceOf = async (
    subject: string,
    description: Description,
    own: Partial<DatasetOptions>,
  ): Promise<FeedSource> =>
    lazySource(description, {
      subject,
      batchSize: description.stage.batching ? undefined : options.batchSize,
      resident: true,
      checked: (where, batch) => samplesFor(where, model, batch.x, batch.y, batch.sampleWeight),
      ...own,
    });

  let training: FeedSource;
  let held: Samples | null = null;
  if (y === null) {
    for (const name of ARRAY_OPTIONS) {
      if (given[name] === undefined) continue;
      throw new OptionError(
        `fit: ${name} goes with arrays; a dataset has split(), shuffle() and sampleWeight of its own`,
      );
    }
    training = await sourceOf("fit", x as Description, {
      batchSize: given.batchSize,
      checked: (where, batch) =>
        weighed(samplesFor(where, model, batch.x, batch.y, batch.sampleWeight)),
    });
  } else {
    const all = weighed(samplesFor("fit", model, x as DataLike, y, options.sampleWeight));
    let samples = all;
    if (!validationData) [samples, held] = split(all, options.validationSplit);
    const batch = batchSizeFor("fit", options.batchSize, samples.rows);
    training = residentSource(
      samples,
      batch,
      options.shuffle ? shuffled(samples.rows, options.seed ?? model.seed) : undefined,
    );
  }
  try {
    const dataset = descriptionOf(validationData);
    if (dataset) return [training, await sourceOf("fit: validationData", dataset, {})];
    if (validationData) {
      const [vx, vy, vw] = validationData as readonly [DataLike, DataLike, TensorLike?];
      held = samplesFor("fit: validationData", model, vx, vy, vw);
    }
    if (!held) return [training, null];
    return [training, residentSource(held, batchSizeFor("fit", options.batchSize, held.rows))];
  } catch (error) {
    await training.end();
    throw error;
  }
}

function prefixed(results: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [`val_${name}`, value]));
}

/**
 * Trains a model; see `Model.fit`.
 *
 * @param x  samples, or what describes a dataset
 * @param y  labels; null with a dataset
 */
export async function fit(
  model: AnyModel,
  x: DataLike | Description,
  y: DataLike | null,
  given: FitOptions,
): Promise<History> {
  const options = withDefaults("fit", DEFAULTS, given);
  const { epochs, callbacks, signal } = options;
  if (!Number.isInteger(epochs) || epochs < 0) {
    throw new RangeError(`fit: epochs must be a whole number >= 0, got ${String(epochs)}`);
  }
  if (options.seed !== undefined && !model.built) model.seed = options.seed;
  const seed = options.seed ?? model.seed;
  const [source, heldSource] = await sourcesOf(model, x, y, options, given);
  let data: ResidentData | null = null;
  let [feed, heldFeed]: (Feed | null)[] = [null, null];
  try {
    const { batch, samples } = source;
    const weighted = source.weighted || heldSource?.weighted === true;
    const runner = await model.runner(weighted);
    const optimizer = runner.optimizer!;
    const objective = model.objective(weighted);
    const trainPlans = source.sizes.map((n) => ["train", n] as const);
    const heldPlans = heldSource?.sizes.map((n) => ["evaluate", n] as const) ?? [];
    regionsOf(runner.engine).require("fit", {
      data: source.bytes + (heldSource?.bytes ?? 0),
      [`activations of a batch of ${batch}`]: runner.missingBytes([...trainPlans, ...heldPlans]),
    });
    data = new ResidentData(runner.engine);
    const history = new History();
    if (y !== null && options.batchSize !== "all" && options.batchSize > batch) {
      history.notices.push(
        `fit: batchSize ${options.batchSize} is more than the ${samples} samples; ${batch} is used`,
      );
    }
    feed = source.place(data, weighted);
    heldFeed = heldSource?.place(data, weighted) ?? null;
    await runner.prepare(trainPlans, feed.dtypes);
    if (heldFeed) await runner.prepare(heldPlans, heldFeed.dtypes);
    const means = new RunningMeans(objective, runner.metricTerms);
    const steps = samples === null ? null : Math.ceil(samples / batch);
    const info: TrainingInfo = { epochs, steps, batchSize: batch, samples };
    const onBatchEnd = callbacks.filter((c) => c.onBatchEnd);
    for (const c of callbacks) c.setModel?.(model);
    for (const c of callbacks) await c.onTrainBegin?.(info);
    const turns = new Turns();
    training: for (let epoch = 0; epoch < epochs; epoch++) {
      const started = performance.now();
      for (const c of callbacks) await c.onEpochBegin?.(epoch);
      runner.memory.take();
      feed.begin(epoch);
      means.reset();
      let plan = runner.plan("train", source.sizes[0]!, feed.dtypes);
      let [bound, size]: [BatchSource | null, number] = [null, 0];
      for (let step = 0; ; step++) {
        signal?.throwIfAborted();
        const next = feed.next();
        let count: number;
        if (typeof next === "number") count = next;
        else {
          count = await next;
          runner.memory.take();
        }
        if (count === 0) break;
        if (bound !== feed.source || size !== count) {
          if (size !== count) {
            await runner.prepare([["train", count]], feed.dtypes);
            plan = runner.plan("train", count, feed.dtypes);
          }
          [bound, size] = [feed.source, count];
          runner.bind(plan, bound, feed.order);
        }
        const finite = runner.trainStep(plan, feed.cursor, seed);
        if (!finite) {
          if (options.onNonFinite === "stop") break training;
          if (options.onNonFinite === "throw") {
            const { order, cursor, dtypes } = feed;
            const at = { source: feed.source, order, cursor, batch: count, dtypes };
            const place = locateNonFinite(runner, at);
            throw new NonFiniteError(
              `fit: the loss is ${runner.scalar(plan, "loss")} at epoch ${epoch + 1}, batch ${step + 1}; ${place.text}; try a smaller learningRate, globalClipNorm: 1, or scaled inputs`,
              place,
            );
          }
        } else means.add(plan, count);
        for (let i = 0; i < onBatchEnd.length; i++)
          await onBatchEnd[i]!.onBatchEnd!(step, means.results());
        if (onBatchEnd.length > 0) runner.memory.take();
        if (turns.due()) {
          await yieldToLoop();
          turns.taken();
          runner.memory.take();
        }
      }
      const results = means.results();
      const norm = optimizer.takeGradientNorm();
      if (norm !== null) results["gradientNorm"] = norm;
      if (heldFeed) {
        optimizer.swapAverage();
        const measured = await evaluateFeed(runner, heldFeed, objective);
        optimizer.swapAverage();
        Object.assign(results, prefixed(measured));
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
    await (feed ?? source).end();
    await (heldFeed ?? heldSource)?.end();
    data?.free();
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
