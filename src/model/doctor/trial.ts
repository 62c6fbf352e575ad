import { DataError } from "../../errors.ts";
import { Random } from "../../math/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { rowsOf } from "../../train/arrays.ts";
import type { Description } from "../../train/data/described.ts";
import { type ReadSamples, readSamples } from "./readSamples.ts";
import { takeTensorRows } from "./takeTensorRows.ts";
import { type DataLike, type Samples, samplesFor } from "../data.ts";
import type { AnyModel } from "../model.ts";

/** Runs something that trains the model, and puts weights and optimizer back to what they were. */
export async function restored<T>(model: AnyModel, run: () => Promise<T>): Promise<T> {
  const weights = model.getWeights();
  const { slots, iterations, state } = model.optimizerSnapshot();
  try {
    model.restoreOptimizer(new Map(), 0, {});
    return await run();
  } finally {
    model.setWeights(weights);
    model.restoreOptimizer(slots, iterations, state);
  }
}

/** How a trial takes its samples. */
export interface TrialOptions {
  /** Samples in a batch; null: the dataset's own, or 32. */
  readonly batchSize: number | null;
  /** Samples at most. */
  readonly rows: number;
  readonly seed: number;
}

/** Batches of samples in a shuffled order, over and over. */
export class TrialBatches {
  readonly samples: Samples;
  readonly batchSize: number;
  /** Whether classes are as frequent in the samples as in all data. */
  readonly typical: boolean;
  private at = 0;

  private constructor({ samples, batchSize, typical }: ReadSamples, { rows, seed }: TrialOptions) {
    const order = Int32Array.from({ length: samples.rows }, (_, i) => i);
    new Random(seed).shuffle(order);
    const taken = order.subarray(0, Math.min(rows, samples.rows));
    this.samples = {
      x: samples.x.map((t) => takeTensorRows(t, taken)),
      y: samples.y.map((t) => takeTensorRows(t, taken)),
      weight: samples.weight && takeTensorRows(samples.weight, taken),
      rows: taken.length,
    };
    this.batchSize = Math.min(batchSize, taken.length);
    this.typical = typical;
  }

  /**
   * Of arrays, or of a dataset, of which as many samples are read as are needed.
   *
   * @param y  labels; null with a dataset
   * @throws DataError where there are none
   */
  static async of(
    subject: string,
    model: AnyModel,
    x: DataLike | Description,
    y: DataLike | null,
    options: TrialOptions,
  ): Promise<TrialBatches> {
    const { batchSize } = options;
    if (batchSize !== null && !(Number.isInteger(batchSize) && batchSize >= 1))
      throw new RangeError(`${subject}: batchSize must be a whole number >= 1, got ${batchSize}`);
    const read =
      y === null
        ? await readSamples(subject, model, x as Description, batchSize, options.rows)
        : {
            samples: samplesFor(subject, model, x as DataLike, y),
            batchSize: batchSize ?? 32,
            typical: true,
          };
    if (read.samples.rows === 0) throw new DataError(`${subject}: there must be samples, got none`);
    return new TrialBatches(read, options);
  }

  /** Trains on the next batch. @returns its loss before the step @throws NonFiniteError */
  async train(model: AnyModel, seed: number): Promise<number> {
    return this.trainOn(model, this.next(), seed);
  }

  /** Trains on a batch. @returns its loss before the step @throws NonFiniteError */
  async trainOn(model: AnyModel, { x, y, weight }: TrialBatch, seed: number): Promise<number> {
    const options = { seed, ...(weight && { sampleWeight: weight }) };
    return (await model.trainOnBatch(x, y, options))["loss"]!;
  }

  next(): TrialBatch {
    if (this.at + this.batchSize > this.samples.rows) this.at = 0;
    const [from, to] = [this.at, this.at + this.batchSize];
    const { x, y, weight } = this.samples;
    this.at = to;
    return {
      x: x.map((t) => rowsOf(t, from, to)),
      y: y.map((t) => rowsOf(t, from, to)),
      weight: weight && rowsOf(weight, from, to),
    };
  }
}

/** Some samples that one step trains on. */
export interface TrialBatch {
  readonly x: Tensor[];
  readonly y: Tensor[];
  readonly weight: Tensor | null;
}
