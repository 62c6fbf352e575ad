import { OptionError, shown } from "../errors.ts";
import { Random } from "../math/random.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import { rowsOf } from "../train/arrays.ts";
import { type Description, descriptionOf } from "../train/data/described.ts";
import { SHUFFLE_STREAM } from "../train/data/shuffleStream.ts";
import { batchSizeFor } from "./batchSize.ts";
import { weightsOfClasses } from "./classWeight.ts";
import { type DataLike, type Samples, checkWeights, samplesFor } from "./data.ts";
import type { DatasetOptions } from "./datasetFeed.ts";
import { type FeedSource, residentSource } from "./feed.ts";
import type { AllFitOptions, FitOptions } from "./fitOptions.ts";
import { lazySource } from "./lazySource.ts";
import type { AnyModel } from "./model.ts";

/** Training samples, and those that are kept for validation by `validationSplit`. */
function split(all: Samples, share: number): [Samples, Samples | null] {
  if (!(typeof share === "number" && share >= 0 && share < 1))
    throw new RangeError(`fit: validationSplit must lie in [0, 1), got ${shown(share)}`);
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

/** An order of all rows that is shuffled further in each epoch; one that resumes catches up with the epochs before. */
function shuffled(rows: number, seed: number): (epoch: number) => Int32Array {
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  let next = 0;
  return (epoch) => {
    for (; next <= epoch; next++) new Random(seed, SHUFFLE_STREAM + next).shuffle(order);
    return order;
  };
}

/** Options that only arrays have. */
const ARRAY_OPTIONS = ["validationSplit", "shuffle", "sampleWeight"] as const;

/** What is trained on, and what is validated with. */
export async function sourcesOf(
  model: AnyModel,
  x: DataLike | Description,
  y: DataLike | null,
  options: AllFitOptions,
  given: FitOptions,
): Promise<[FeedSource, FeedSource | null]> {
  const { classWeight, validationData } = options;
  const weighed = (samples: Samples): Samples =>
    classWeight
      ? weightsOfClasses(samples, classWeight, model.topology.outputs[0]!.shape.at(-1)!)
      : samples;
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
    let samples = samplesFor("fit", model, x as DataLike, y, options.sampleWeight);
    if (!validationData) [samples, held] = split(samples, options.validationSplit);
    samples = weighed(samples);
    checkWeights("fit", samples);
    if (held) checkWeights("fit: validationSplit", held);
    const batch = batchSizeFor("fit", options.batchSize, samples.rows);
    const seed = options.seed ?? model.seed;
    training = options.shuffle
      ? residentSource(samples, batch, { order: shuffled(samples.rows, seed), seed })
      : residentSource(samples, batch);
  }
  try {
    const dataset = descriptionOf(validationData);
    if (dataset) return [training, await sourceOf("fit: validationData", dataset, {})];
    if (validationData) {
      if (!Array.isArray(validationData)) {
        throw new OptionError(
          `fit: validationData must be [x, y], [x, y, sampleWeight] or a dataset, got ${shown(validationData)}`,
        );
      }
      const [vx, vy, vw] = validationData as readonly [DataLike, DataLike, TensorLike?];
      held = samplesFor("fit: validationData", model, vx, vy, vw);
      checkWeights("fit: validationData", held);
    }
    if (!held) return [training, null];
    return [training, residentSource(held, batchSizeFor("fit", options.batchSize, held.rows))];
  } catch (error) {
    await training.end();
    throw error;
  }
}
