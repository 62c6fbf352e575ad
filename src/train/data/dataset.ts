import { OptionError, withDefaults } from "../../errors.ts";
import { Random } from "../../math/random.ts";
import { concatenate, rowOf } from "./arrays.ts";
import { batchStage } from "./batch.ts";
import { type Cursor, checkCursor } from "./cursor.ts";
import { type Description, describe } from "./described.ts";
import { DatasetIterator } from "./iterator.ts";
import { type MapFunction, mapStage } from "./map.ts";
import { prefetchStage } from "./prefetch.ts";
import { reordered } from "./reordered.ts";
import type { Sample } from "./sample.ts";
import { shuffleStage } from "./shuffle.ts";
import { sliceStage } from "./slice.ts";
import { type Stage, rowsStage } from "./stage.ts";
import { unbatchStage } from "./unbatch.ts";

/** Bytes of linear memory that samples may take unless another budget is stated: 1 GiB. */
const MEMORY_BUDGET = 2 ** 30;

/** Samples of a stream that `cache` puts together at a time. */
const CACHE_BATCH = 256;

function count(what: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`${what} must be a whole number >= ${least}, got ${String(value)}`);
}

/**
 * A description of samples and of what happens to them: nothing is read before it is iterated, and every method
 * gives another dataset. The same description gives the same samples in the same order, in every engine.
 *
 * @example
 *     const data = dataset.fromArrays(x, y).shuffle(7).batch(32);
 *     for await (const { x, y } of data) console.log(x.shape);
 *     await model.fit(data, { epochs: 3 });
 */
export class Dataset implements AsyncIterable<Sample> {
  /** Elements of an epoch: samples, or batches after `batch`. null where only reading tells. */
  readonly size: number | null;
  /** What integer labels stand for, where the source knows; else null. */
  readonly classNames: readonly string[] | null;
  private readonly description: Description;

  /** Datasets are made by `dataset.fromArrays` and its like. */
  constructor(stage: Stage, options: Partial<Omit<Description, "stage">> = {}) {
    const { memoryBudget = MEMORY_BUDGET, classNames = null } = options;
    this.size = stage.size;
    this.classNames = classNames;
    this.description = { stage, memoryBudget, classNames };
    describe(this, this.description);
  }

  private with(stage: Stage): Dataset {
    return new Dataset(stage, this.description);
  }

  /** Each element through a function, sync or async, anew in each epoch. */
  map(fn: MapFunction): Dataset {
    if (typeof fn !== "function")
      throw new OptionError(`map: must be given a function, got ${typeof fn}`);
    return this.with(mapStage(this.description.stage, fn));
  }

  /**
   * Another order in each epoch, decided by the seed alone: of all samples where the source has random access
   * (arrays, IDX files, folders of images), else each drawn from a window of the next `buffer`.
   *
   * @throws RangeError
   */
  shuffle(seed: number, options: Partial<{ buffer: number }> = {}): Dataset {
    const { buffer } = withDefaults("shuffle", { buffer: 1024 }, options);
    count("shuffle: seed", seed, 0);
    count("shuffle: buffer", buffer, 1);
    return this.with(shuffleStage(this.description.stage, seed, buffer));
  }

  /** Batches of `size` samples; the last one of an epoch is smaller, or dropped. @throws RangeError, OptionError */
  batch(size: number, options: Partial<{ dropRemainder: boolean }> = {}): Dataset {
    const { dropRemainder } = withDefaults("batch", { dropRemainder: false }, options);
    count("batch: size", size, 1);
    this.requireSamples("batch");
    return this.with(batchStage(this.description.stage, size, dropRemainder));
  }

  /** The samples of the batches again, such as `map` has made of them, one after the other. @throws OptionError before `batch` */
  unbatch(): Dataset {
    const { stage } = this.description;
    if (!stage.batching) throw new OptionError("unbatch: must come after batch");
    return this.with(unbatchStage(stage, stage.batching));
  }

  /** Asks for `ahead` elements before they are needed, so that waiting for files overlaps. */
  prefetch(ahead: number): Dataset {
    return this.with(prefetchStage(this.description.stage, count("prefetch: ahead", ahead, 1)));
  }

  /** The first `n` elements. */
  take(n: number): Dataset {
    return this.with(sliceStage(this.description.stage, "take", 0, count("take: n", n, 0)));
  }

  /** All but the first `n` elements. */
  skip(n: number): Dataset {
    return this.with(sliceStage(this.description.stage, "skip", count("skip: n", n, 0), Infinity));
  }

  /**
   * Two parts: `share` of the samples, and the rest. Without a seed the first part comes first; with one the
   * parts are drawn at random, once for all epochs, and arrays are copied.
   *
   * @throws OptionError where the number of samples is unknown, or their order changes with the epoch
   */
  split(share: number, options: Partial<{ seed: number | null }> = {}): [Dataset, Dataset] {
    const { seed } = withDefaults<{ seed: number | null }>("split", { seed: null }, options);
    if (!(share > 0 && share < 1))
      throw new RangeError(`split: share must lie in (0, 1), got ${String(share)}`);
    this.requireSamples("split");
    let { stage } = this.description;
    if (stage.seed !== null) {
      throw new OptionError(
        "split: must come before shuffle, which would mix the parts anew in each epoch; split(share, { seed }) draws them at random",
      );
    }
    if (stage.size === null) {
      throw new OptionError(
        `split: the number of samples must be known, ${stage.name} does not tell; state its size, or await cache() first`,
      );
    }
    if (seed !== null) {
      if (!stage.rows) {
        throw new OptionError(
          `split: with a seed it needs random access, which ${stage.name} has not; await cache() first`,
        );
      }
      const order = new Random(count("split: seed", seed, 0)).permutation(stage.size);
      stage = rowsStage(stage.name, reordered(stage.rows, order));
    }
    const at = Math.round(stage.size! * share);
    return [
      this.with(sliceStage(stage, "split", 0, at)),
      this.with(sliceStage(stage, "split", at, Infinity)),
    ];
  }

  /**
   * Reads all samples into host memory, once: a source with random access, that `shuffle` can mix wholly and
   * training can keep in linear memory. What `map` did before is done once, and not in each epoch.
   */
  async cache(): Promise<Dataset> {
    this.requireSamples("cache");
    const { stage } = this.description;
    if (stage.seed !== null)
      throw new OptionError(
        "cache: must come before shuffle, whose order is another in each epoch",
      );
    if (stage.rows?.arrays) return this;
    const batches: Sample[] = [];
    for await (const batch of batchStage(stage, CACHE_BATCH, false).open(0, 0)) batches.push(batch);
    if (batches.length === 0) return this.with({ ...stage, size: 0 });
    const arrays = concatenate("cache", batches);
    return this.with(
      rowsStage("cache", {
        count: arrays.rows,
        order: () => null,
        row: (row) => rowOf(arrays, row),
        arrays,
      }),
    );
  }

  /** States how many bytes of linear memory the samples may take in training; what takes more is streamed. */
  memoryBudget(bytes: number): Dataset {
    const memoryBudget = count("memoryBudget: bytes", bytes, 0);
    return new Dataset(this.description.stage, { ...this.description, memoryBudget });
  }

  /** The elements from a cursor on, to the end of its epoch. @throws DataError where it is none of this dataset's */
  iterator(cursor: Partial<Cursor> = {}): DatasetIterator {
    const { stage } = this.description;
    return new DatasetIterator(stage, checkCursor(cursor, stage.seed ?? 0));
  }

  /** The elements of the first epoch. */
  [Symbol.asyncIterator](): DatasetIterator {
    return this.iterator();
  }

  private requireSamples(what: string): void {
    if (this.description.stage.batching) throw new OptionError(`${what}: must come before batch`);
  }
}
