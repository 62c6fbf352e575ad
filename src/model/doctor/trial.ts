import { DataError } from "../../errors.ts";
import { Random } from "../../math/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { rowsOf } from "../../train/arrays.ts";
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

/** Batches of samples in a shuffled order, over and over. */
export class TrialBatches {
  readonly samples: Samples;
  readonly batchSize: number;
  private at = 0;

  constructor(
    subject: string,
    model: AnyModel,
    x: DataLike,
    y: DataLike,
    { batchSize, rows, seed }: { batchSize: number; rows: number; seed: number },
  ) {
    const all = samplesFor(subject, model, x, y);
    if (all.rows === 0) throw new DataError(`${subject}: there must be samples, got none`);
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new RangeError(`${subject}: batchSize must be a whole number >= 1, got ${batchSize}`);
    const order = Int32Array.from({ length: all.rows }, (_, i) => i);
    new Random(seed).shuffle(order);
    const taken = order.subarray(0, Math.min(rows, all.rows));
    this.samples = {
      x: all.x.map((t) => takeTensorRows(t, taken)),
      y: all.y.map((t) => takeTensorRows(t, taken)),
      weight: null,
      rows: taken.length,
    };
    this.batchSize = Math.min(batchSize, taken.length);
  }

  next(): { x: Tensor[]; y: Tensor[] } {
    if (this.at + this.batchSize > this.samples.rows) this.at = 0;
    const to = this.at + this.batchSize;
    const part = {
      x: this.samples.x.map((t) => rowsOf(t, this.at, to)),
      y: this.samples.y.map((t) => rowsOf(t, this.at, to)),
    };
    this.at = to;
    return part;
  }
}
