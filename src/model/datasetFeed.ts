import { DataError, OptionError } from "../errors.ts";
import type { Address } from "../kernels/command.ts";
import { sharedEngine } from "../kernels/engine.ts";
import { padded, regionsOf } from "../memory/regions.ts";
import { bytesOf, sizeOf } from "../shape.ts";
import { batchStage } from "../train/data/batch.ts";
import { bytesOfArrays } from "../train/data/arrays.ts";
import type { Description } from "../train/data/described.ts";
import { type Sample, sampleFrom } from "../train/data/sample.ts";
import type { Batching, Stage } from "../train/data/stage.ts";
import { batchSizeFor } from "./batchSize.ts";
import type { Samples } from "./data.ts";
import {
  type Feed,
  type FeedSource,
  batchSizes,
  dtypesOf,
  residentSource,
  withWeights,
} from "./feed.ts";
import type { ResidentColumn, ResidentData } from "./resident.ts";
import type { BatchDtypes, BatchSource } from "./runner.ts";

/** Makes samples of a batch as the model takes them. */
export type Checked = (subject: string, batch: Sample) => Samples;

/** How a dataset is read. */
export interface DatasetOptions {
  /** `fit`, `evaluate`, ... */
  readonly subject: string;
  /** Samples in a batch where the dataset has none; undefined: not given. */
  readonly batchSize: number | "all" | undefined;
  /** Whether samples may stay in linear memory, within the dataset's budget. */
  readonly resident: boolean;
  readonly checked: Checked;
}

/** A dataset with batches: its own, or of `batchSize`. */
export function batched(
  { stage }: Description,
  { subject, batchSize }: Pick<DatasetOptions, "subject" | "batchSize">,
): Stage {
  if (stage.batching) {
    if (batchSize === undefined) return stage;
    throw new OptionError(`${subject}: the dataset has batches already; leave out batchSize`);
  }
  if (batchSize === "all" && stage.size === null) {
    throw new OptionError(
      `${subject}: batchSize "all" needs a dataset whose size is known, ${stage.name} does not tell; give a number`,
    );
  }
  const size = batchSizeFor(subject, batchSize ?? 32, stage.size ?? Infinity);
  return batchStage(stage, Math.max(1, size), false);
}

/** Reads the batches of an epoch, and checks them. */
class BatchReader {
  private readonly stage: Stage;
  private readonly subject: string;
  private readonly checked: Checked;
  private readonly epoch: number;
  private readonly elements: AsyncGenerator<Sample>;
  private count: number;

  /** @param from  batches of the epoch that are left out */
  constructor(stage: Stage, { subject, checked }: DatasetOptions, epoch: number, from: number = 0) {
    this.stage = stage;
    this.subject = subject;
    this.checked = checked;
    this.epoch = epoch;
    this.count = from;
    this.elements = stage.open(epoch, from);
  }

  /** The next batch, or null after the last. @throws DataError where there is none at all */
  async next(): Promise<Samples | null> {
    const { done, value } = await this.elements.next();
    const where = `${this.subject}: epoch ${this.epoch + 1}, batch ${this.count + 1}`;
    if (done) {
      if (this.count > 0) return null;
      throw new DataError(
        `${this.subject}: the dataset must give samples, ${this.stage.name} gave none in epoch ${this.epoch + 1}`,
      );
    }
    this.count++;
    return this.checked(where, value);
  }

  async close(): Promise<void> {
    await this.elements.return(undefined);
  }
}

/** One of the two buffers that batches are copied to in turn. */
interface Buffer {
  readonly columns: readonly ResidentColumn[];
  readonly source: BatchSource;
}

/** Batches that are copied to linear memory one after the other. */
class StreamFeed implements Feed {
  readonly dtypes: BatchDtypes;
  readonly order: Address = 0;
  readonly cursor = 0;
  private readonly data: ResidentData;
  private readonly buffers: readonly [Buffer, Buffer];
  private readonly open: (epoch: number, from: number) => BatchReader;
  private readonly weighted: boolean;
  private readonly size: number;
  private turn: 0 | 1 = 0;
  private reader: BatchReader | null = null;
  /** What was read from before training turned out to begin elsewhere. */
  private left: BatchReader | null = null;
  private held: Samples | null;
  private readonly widths: readonly number[];

  /** @param first  the first batch of the first epoch, which has been read from `reader` */
  constructor(
    data: ResidentData,
    reader: BatchReader,
    first: Samples,
    size: number,
    weighted: boolean,
    open: (epoch: number, from: number) => BatchReader,
  ) {
    const samples = weighted ? withWeights(first) : first;
    this.data = data;
    this.dtypes = dtypesOf(samples);
    this.widths = columnsOf(samples).map((t) => sizeOf(t.shape.slice(1)));
    this.size = size;
    this.weighted = weighted;
    this.open = open;
    this.reader = reader;
    this.held = first;
    const buffer = (): Buffer => {
      const columns = this.dtypes.map((dtype, i) => data.reserve(dtype, this.widths[i]!, size));
      const [x, y] = [first.x.length, first.x.length + first.y.length];
      const weight = columns[y];
      return {
        columns,
        source: { x: columns.slice(0, x), y: columns.slice(x, y), ...(weight && { weight }) },
      };
    };
    this.buffers = [buffer(), buffer()];
  }

  get source(): BatchSource {
    return this.buffers[this.turn].source;
  }

  begin(epoch: number, batch: number = 0): void {
    const begun = this.held !== null; // reading has begun, to know what the data is like
    if (begun && epoch === 0 && batch === 0) return;
    this.held = null;
    this.left = this.reader; // also one that a pass of fewer batches has left
    this.reader = this.open(epoch, batch);
  }

  async next(): Promise<number> {
    await this.left?.close();
    this.left = null;
    const next = this.held ?? (await this.reader!.next());
    this.held = null;
    if (!next) return 0;
    const samples = this.weighted ? withWeights(next) : next;
    const tensors = columnsOf(samples);
    const same =
      tensors.length === this.dtypes.length &&
      tensors.every((t, i) => t.dtype === this.dtypes[i] && t.size === this.widths[i]! * next.rows);
    if (!same || next.rows > this.size) {
      throw new DataError(
        `dataset: every batch must be like the first, ${this.dtypes.join(", ")} in at most ${this.size} rows, got ${tensors.map((t) => t.dtype).join(", ")} in ${next.rows}`,
      );
    }
    this.turn = this.turn === 0 ? 1 : 0;
    tensors.forEach((t, i) => this.data.write(this.buffers[this.turn].columns[i]!, t));
    return next.rows;
  }

  async end(): Promise<void> {
    await this.left?.close();
    await this.reader?.close();
  }
}

/**
 * Bytes of linear memory that a dataset may take: half of what is free, as the model and its activations need their
 * place too.
 */
async function freeRoom(): Promise<number> {
  const engine = await sharedEngine();
  return (engine.maximumMemory - regionsOf(engine).used) / 2;
}

function columnsOf({ x, y, weight }: Samples): Samples["x"] {
  return [...x, ...y, ...(weight ? [weight] : [])];
}

function residentOf(
  { size, rows, samples }: Batching,
  seed: number | null,
  { subject, checked }: DatasetOptions,
): FeedSource {
  const { layout, tensors } = rows!.arrays!;
  const all = checked(subject, sampleFrom(layout, tensors));
  const order = (epoch: number): Int32Array | null => rows!.order(epoch);
  return residentSource(all, size, { order, seed, visited: samples! });
}

/**
 * A dataset as training reads it. Samples in arrays are kept in linear memory where they fit the dataset's budget; all
 * else is streamed, batch by batch. The steps are the same, bit for bit.
 *
 * @throws OptionError, and DataError where the first batch cannot be had
 */
export async function datasetSource(
  description: Description,
  options: DatasetOptions,
): Promise<FeedSource> {
  const stage = batched(description, options);
  const batching = stage.batching!;
  const arrays = batching.rows?.arrays;
  const most = options.resident ? Math.min(description.memoryBudget, await freeRoom()) : 0;
  if (arrays && batching.samples! > 0 && bytesOfArrays(arrays) <= most) {
    const source = residentOf(batching, stage.seed, options);
    if (source.bytes <= most) return source;
  }
  const open = (epoch: number, from: number): BatchReader =>
    new BatchReader(stage, options, epoch, from);
  const reader = open(0, 0);
  let first: Samples;
  try {
    first = (await reader.next())!;
  } catch (error) {
    await reader.close();
    throw error;
  }
  const { size, samples } = batching;
  const batch = Math.min(size, samples ?? size);
  const row = columnsOf(first).map((t) => (bytesOf(t.dtype) * t.size) / first.rows);
  return {
    batch,
    samples,
    seed: stage.seed,
    sizes: samples === null ? [first.rows] : batchSizes(samples, size),
    weighted: first.weight !== null,
    bytes: 2 * [...row, 4].reduce((sum, bytes) => sum + padded(bytes * batch), 0),
    place: (data, weighted) => new StreamFeed(data, reader, first, batch, weighted, open),
    end: () => reader.close(),
  };
}
