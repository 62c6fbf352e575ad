import type { Address } from "../kernels/command.ts";
import { tensor } from "../tensor/tensor.ts";
import type { Samples } from "./data.ts";
import { ResidentData } from "./resident.ts";
import type { BatchDtypes, BatchSource } from "./runner.ts";

/** Batches in linear memory, one after the other, as plans read them. */
export interface Feed {
  readonly dtypes: BatchDtypes;
  /** Where the current batch lies: rows `order[cursor], order[cursor + 1], ...` of the source. */
  readonly source: BatchSource;
  readonly order: Address;
  readonly cursor: number;
  /** Begins a pass, at one of its batches. */
  begin(epoch: number, batch?: number): void;
  /** Goes on to the next batch; its number of samples, or 0 after the last. */
  next(): number | Promise<number>;
  /** Stops reading. */
  end(): void | Promise<void>;
}

/** Data that was given, checked, and not yet in linear memory. */
export interface FeedSource {
  /** Samples in a batch. */
  readonly batch: number;
  /** Samples in an epoch, or null where only reading tells. */
  readonly samples: number | null;
  /** What the order of an epoch follows from; null where all are alike. */
  readonly seed: number | null;
  /** Sizes of the batches that are known to come. */
  readonly sizes: readonly number[];
  /** Whether samples have weights of their own. */
  readonly weighted: boolean;
  /** Bytes that it takes in the data region. */
  readonly bytes: number;
  /** Gives it a place in linear memory; `weighted`: with weights of 1 where it has none. */
  place(data: ResidentData, weighted: boolean): Feed;
  /** Stops reading where no feed was made. */
  end(): void | Promise<void>;
}

/** Sizes of the batches of an epoch: full ones, and a smaller last one. */
export function batchSizes(samples: number, batch: number): number[] {
  const rest = samples % batch;
  return [...(samples >= batch ? [batch] : []), ...(rest > 0 ? [rest] : [])];
}

/** Samples with a weight each. Weights of 1 change nothing, but one kind of plan serves all. */
export function withWeights(samples: Samples): Samples {
  if (samples.weight) return samples;
  return { ...samples, weight: tensor(new Float32Array(samples.rows).fill(1)) };
}

/** The dtypes of samples, in the order of a plan's columns. */
export function dtypesOf({ x, y, weight }: Samples): BatchDtypes {
  return [...x, ...y, ...(weight ? [weight] : [])].map((t) => t.dtype);
}

/** Samples that lie in the data region as a whole. */
class ResidentFeed implements Feed {
  readonly dtypes: BatchDtypes;
  readonly source: BatchSource;
  order: Address = 0;
  cursor = 0;
  private readonly visited: number;
  private readonly batch: number;
  private readonly data: ResidentData;
  private readonly orderOf: (epoch: number) => Int32Array | null;
  private at = 0;

  constructor(
    data: ResidentData,
    samples: Samples,
    batch: number,
    orderOf: (epoch: number) => Int32Array | null,
    visited: number,
  ) {
    const { x, y, weight } = samples;
    this.source = {
      x: x.map((t) => data.add(t)),
      y: y.map((t) => data.add(t)),
      ...(weight && { weight: data.add(weight) }),
    };
    this.dtypes = dtypesOf(samples);
    this.visited = visited;
    this.batch = batch;
    this.data = data;
    this.orderOf = orderOf;
  }

  begin(epoch: number, batch: number = 0): void {
    const order = this.orderOf(epoch);
    this.order = order ? this.data.setOrder(order) : 0;
    this.at = Math.min(batch * this.batch, this.visited);
  }

  next(): number {
    this.cursor = this.at;
    const count = Math.min(this.batch, this.visited - this.at);
    this.at += count;
    return count;
  }

  end(): void {}
}

/** In what order samples are visited. */
export interface Visits {
  /** The rows of an epoch; null: 0, 1, 2, ... */
  readonly order: (epoch: number) => Int32Array | null;
  /** What the order follows from. */
  readonly seed: number | null;
  /** Rows of an epoch, where they are fewer than the samples. */
  readonly visited?: number;
}

/** Samples that are to lie in the data region as a whole. */
export function residentSource(
  samples: Samples,
  batch: number,
  { order, seed, visited = samples.rows }: Visits = { order: () => null, seed: null },
): FeedSource {
  return {
    batch,
    samples: visited,
    seed,
    sizes: batchSizes(visited, batch),
    weighted: samples.weight !== null,
    bytes: ResidentData.bytes([samples]),
    place: (data, weighted) =>
      new ResidentFeed(data, weighted ? withWeights(samples) : samples, batch, order, visited),
    end: () => {},
  };
}
